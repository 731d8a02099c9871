"""Which rows an invariant is asked of, and what a question is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet

from processing.models import Message

PATIENCE = timedelta(minutes=10)
"""What is due for longer than this is forgotten; longer than every lease and two rounds of beat."""
LATE = timedelta(hours=1)
"""Longer than any transaction: a row's id is given when it begins, its `created_at` likewise."""
MINUTE = timedelta(minutes=1)
EXAMPLES = 5
MOST = 10 * EXAMPLES
"""So many rows of a question are counted."""
LEFT = (
    *(Message.Status.SENT, Message.Status.DELIVERED, Message.Status.READ),
    Message.Status.UNCONFIRMED,
)
"""Left, or may have left."""
AUTOMATIC = Q(author=Message.Author.ASSISTANT, approved_by=None)


@dataclass(frozen=True)
class Span:
    """Which rows are asked: made since then; `now` is the database's clock.

    Few tables have an index of `created_at`, all have one of their ids, which grow with it: `ids`
    keeps from which id on a table's rows can be of the span. Rows rest after `patience`.
    """

    since: datetime
    now: datetime
    patience: timedelta = PATIENCE
    ids: dict[type[Any], int] = field(default_factory=dict)

    @property
    def rested(self) -> datetime:
        """Return until when rows must have come to rest."""
        return self.now - self.patience

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Select those that are asked."""
        made = {"created_at__gte": self.since, "created_at__lte": self.rested}
        return rows.filter(pk__gt=self.last_before(rows.model), **made)

    def last_before(self, model: type[Any]) -> int:
        """Return an id before which no row can be of the span, by halving."""
        if model not in self.ids:
            self.ids[model] = _last_before(model, self.since - LATE)
        return self.ids[model]


Question = Callable[[Span], Iterator[QuerySet[Any]]]
"""Yields rows that break an invariant, of one table after the other."""


def rows_of(model: type[Any]) -> QuerySet[Any]:
    """Return every row of a table."""
    rows: QuerySet[Any] = model._default_manager.all()  # noqa: SLF001 - documented
    return rows


def found(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows as a plain question for their ids: they were found by windows over many."""
    return rows_of(rows.model).filter(pk__in=list(rows.values_list("pk", flat=True)[:MOST]))


def _last_before(model: type[Any], moment: datetime) -> int:
    rows = rows_of(model).order_by("pk")
    low, high = 0, int(rows.aggregate(last=Max("pk"))["last"] or 0)
    while low < high:
        middle = (low + high) // 2
        after = rows.filter(pk__gt=middle).values_list("pk", "created_at").first()
        if after is None or after[1] >= moment:
            high = middle
        else:
            low = after[0]
    return low
