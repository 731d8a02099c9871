"""Meta's usage headers: how much of our limits is used, how long to wait (meta.md, section 7)."""

import json
from collections.abc import Iterator
from typing import Any

from flowia.lib.http import Answer
from social.contracts import Usage

APP, BUSINESS = "X-App-Usage", "X-Business-Use-Case-Usage"
COUNTERS = ("call_count", "total_time", "total_cputime")
LONGEST_WAIT_SECONDS = 24 * 3600


def usage_of(answer: Answer) -> Usage | None:
    """Return the fullest of all limits the answer tells of; None when it tells of none."""
    shared, own = list(_rows(answer, APP)), list(_rows(answer, BUSINESS))
    percents = _percents([*shared, *own])
    if not percents:
        return None
    return Usage(
        percent=max(percents),
        regain_seconds=_regain_seconds(own),
        shared_percent=max(_percents(shared), default=0),
    )


def wait_of(answer: Answer) -> float | None:
    """Return how many seconds Meta asks us to wait: `Retry-After`, else its own header's.

    A day at most; None where it does not say, or says 0.
    """
    retry_after = answer.headers.get("Retry-After", "")
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after), LONGEST_WAIT_SECONDS) or None
    return _regain_seconds(list(_rows(answer, BUSINESS))) or None


def _percents(rows: list[dict[str, Any]]) -> list[int]:
    return [_number(row.get(name)) for row in rows for name in COUNTERS if name in row]


def _regain_seconds(rows: list[dict[str, Any]]) -> int:
    minutes = [_number(row.get("estimated_time_to_regain_access")) for row in rows]
    return min(max(minutes, default=0) * 60, LONGEST_WAIT_SECONDS)


def _rows(answer: Answer, header: str) -> Iterator[dict[str, Any]]:
    """Yield the counters of one header: one object, or lists of them by account."""
    try:
        said = json.loads(answer.headers.get(header, "{}"))
    except (ValueError, RecursionError):
        return
    if header == APP:
        yield from [said] if isinstance(said, dict) else []
        return
    for rows in said.values() if isinstance(said, dict) else ():
        yield from (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def _number(value: Any) -> int:
    return max(int(value), 0) if isinstance(value, int | float) and value < 1e9 else 0  # noqa: PLR2004
