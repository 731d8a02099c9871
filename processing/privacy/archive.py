"""A zip of data, written as it is read: JSON for machines and one page for people."""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language

ROWS_PER_PIECE = 200


@dataclass(frozen=True)
class Table:
    """What one table has about somebody: its name, its title, and the labels of its columns.

    `rows` may be called more than once and yields one dict per row. `choices` has, by column, the
    words for values that are names of our own.
    """

    name: str
    title: str
    labels: dict[str, str]
    rows: Callable[[], Iterable[dict[str, Any]]]
    choices: dict[str, dict[Any, str]] = field(default_factory=dict)


def pack(title: str, tables: list[Table]) -> Iterator[bytes]:
    """Yield a zip with `data.json` and `index.html`, piece by piece; nothing is held in memory."""
    sink = _Sink()
    with zipfile.ZipFile(cast("Any", sink), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, pieces in (("data.json", _json(tables)), ("index.html", _page(title, tables))):
            with archive.open(name, "w", force_zip64=True) as file:
                for piece in pieces:
                    file.write(piece.encode())
                    yield sink.take()
    yield sink.take()


class _Sink(io.RawIOBase):
    """Where the zip is written to, to be taken away at once."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken


def _json(tables: list[Table]) -> Iterator[str]:
    yield "{"
    for number, table in enumerate(tables):
        head = {"title": table.title, "columns": table.labels}
        start = json.dumps(head, ensure_ascii=False)[:-1]
        yield f'{"," if number else ""}\n{json.dumps(table.name)}: {start}, "rows": ['
        yield from _pieces(
            (("," if place else "") + "\n" + _dumped(row)) for place, row in enumerate(table.rows())
        )
        yield "]}"
    yield "\n}\n"


def _page(title: str, tables: list[Table]) -> Iterator[str]:
    context = {"title": title, "language": get_language()}
    yield render_to_string("privacy/export_head.html", context)
    for table in tables:
        yield format_html("<h2>{}</h2>\n", table.title)
        yield from _pieces(_described(row, table) for row in table.rows())
    yield "</body></html>\n"


def _described(row: dict[str, Any], table: Table) -> str:
    told = [
        (table.labels.get(name, name), _in_words(value, table.choices.get(name, {})))
        for name, value in row.items()
        if value not in (None, "", [], {})
    ]
    lines = format_html_join("\n", "<dt>{}</dt><dd>{}</dd>", told)
    return format_html("<dl>{}</dl>\n", lines)


def _in_words(value: Any, choices: dict[Any, str]) -> str:
    """Return a value as people read it: our names in words, moments in their language."""
    if isinstance(value, (str, bool, int)) and value in choices:
        return choices[value]
    if isinstance(value, datetime):
        return f"{date_format(value, 'DATETIME_FORMAT')} (UTC)"
    if isinstance(value, date):
        return date_format(value)
    return _dumped(value) if isinstance(value, (list, dict)) else str(value)


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)


def _pieces(texts: Iterable[str]) -> Iterator[str]:
    """Join small texts into larger ones: compressing row by row is slow."""
    waiting: list[str] = []
    for text in texts:
        waiting.append(text)
        if len(waiting) == ROWS_PER_PIECE:
            yield "".join(waiting)
            waiting = []
    yield "".join(waiting)
