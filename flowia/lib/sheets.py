"""Tables as CSV that opens in a spreadsheet and starts nothing there."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

BYTE_ORDER_MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for a formula at the beginning of a cell, in some language at least
(OWASP, "CSV Injection", read 2026-11-28)."""


class _Echo:
    """A file that gives each line back."""

    def write(self, line: str) -> str:
        return line


def sheet(name: str, heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """Return the table as a download called `name`, written while it is read.

    `rows` must not depend on the active language: they are made after the view has returned.
    """
    response = StreamingHttpResponse(lines(heads, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def lines(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield the lines of the table; each cell that looks like a formula begins with a quote."""
    # French spreadsheets expect semicolons, and UTF-8 only where the mark says so.
    writer: Any = csv.writer(_Echo(), delimiter=";")
    yield BYTE_ORDER_MARK + writer.writerow(list(heads))
    for row in rows:
        yield writer.writerow([_plain(str(cell)) for cell in row])


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
