"""Counting many things with one query, none of them further than anybody needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

MOST = 1000
"""Nobody needs to know whether it is two thousand: counting ends there."""


@dataclass(frozen=True)
class Counted:
    """How many rows there are, up to `MOST`; and since when the oldest of those waits."""

    number: int = 0
    oldest: datetime | None = None

    @property
    def more(self) -> bool:
        """Whether there may be more than `number` tells."""
        return self.number >= MOST

    def seconds(self, now: datetime) -> float:
        """Return the oldest one's age at `now`; 0 without any."""
        return max(0.0, (now - self.oldest).total_seconds()) if self.oldest else 0.0


def counted(
    parts: Mapping[str, QuerySet[Any]],
    *,
    at: Mapping[str, str],
    numbers: Mapping[str, str] | None = None,
) -> dict[str, Counted]:
    """Count the rows of each part with one query; `at` names each part's column of moments.

    A part has its own order and is cut at `MOST` here, so that an index tells where to stop.
    `numbers` are found on the way: SQL of our own for one number each, 0 where it is NULL.
    """
    queries, values = [], []
    for number, (name, rows) in enumerate(parts.items()):
        moments = rows.annotate(counted_at=F(at.get(name, "created_at"))).values("counted_at")
        cut = moments if moments.query.is_sliced else moments[:MOST]
        sql, given = cut.query.sql_with_params()
        # Names and columns of our own tables; what is asked for stays a parameter.
        queries.append(f"SELECT {number}, COUNT(*), MIN(counted_at) FROM ({sql}) AS part_{number}")  # noqa: S608
        values.extend(given)
    # Behind the parts, whose columns have types.
    names = [*parts, *(numbers or {})]
    queries += [
        f"SELECT {names.index(name)}, ({sql}), NULL" for name, sql in (numbers or {}).items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(queries), values)
        found = {names[number]: (count or 0, oldest) for number, count, oldest in cursor.fetchall()}
    return {name: Counted(*_row(*found[name])) for name in names}


def _row(count: int, oldest: Any) -> tuple[int, datetime | None]:
    """Return a row as Python's own: SQLite gives moments as text."""
    if isinstance(oldest, str):
        oldest = datetime.fromisoformat(oldest)
    if oldest is not None and oldest.tzinfo is None:
        oldest = oldest.replace(tzinfo=UTC)
    return count, oldest
