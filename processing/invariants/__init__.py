"""What must hold of the rows whatever happened: each invariant as the question which rows break it.

An invariant is asked of rows that rest: what was written within the last minutes may be on its way.
Numbers (I1 …) are those under which the invariants are told in docs/operations.md, with what each
asks and what none of them can.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import verifying
from flowia.lib import notes
from processing.invariants.belonging import apart, one_row_outside
from processing.invariants.days import within_the_day
from processing.invariants.limits import asked_within_limits, tried_within_limits
from processing.invariants.sending import once, spaced
from processing.invariants.span import EXAMPLES, MOST, PATIENCE, Question, Span
from processing.invariants.traces import explained, timed
from processing.invariants.waiting import one_outcome, woken

__all__ = ["BACK", "INVARIANTS", "PATIENCE", "Breach", "Span", "breaches", "note"]
log = structlog.get_logger("flowia.invariants")
BACK = timedelta(hours=48)
"""Rows of so long ago are asked."""


@dataclass(frozen=True)
class Breach:
    """An invariant that does not hold: of how many rows, and a few of them by table and id."""

    code: str
    says: str
    number: int
    examples: tuple[str, ...]


def breaches(*, since: datetime, now: datetime, patience: timedelta = PATIENCE) -> list[Breach]:
    """Return every invariant that rows made since then break.

    What waits is asked whatever its age, the audit log as a whole. Who knows that everything has
    come to rest needs less `patience`.
    """
    span = Span(since, now, patience)
    found = [_asked(code, says, question, span) for code, says, question in INVARIANTS]
    return [*filter(None, found), *_audit()]


def note(*, now: datetime, back: timedelta = BACK, patience: timedelta = PATIENCE) -> list[Breach]:
    """Return what rows of the last while break, and note for /metrics how many, and when."""
    found = breaches(since=now - back, now=now, patience=patience)
    notes.keep(notes.INVARIANTS, broken=len(found))
    for one in found:
        log.error("invariant broken", code=one.code, number=one.number, examples=one.examples)
    return found


def _asked(code: str, says: Promise, question: Question, span: Span) -> Breach | None:
    number, examples = 0, []
    for rows in question(span):
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])
        number += len(keys)
        examples += [f"{rows.model._meta.db_table} {key}" for key in keys]  # noqa: SLF001 - documented
    return Breach(code, str(says), number, tuple(examples[:EXAMPLES])) if number else None


def _audit() -> Iterator[Breach]:
    broken = verifying.verify_all()
    if broken:
        examples = tuple(f"{one.chain} {one.number}" for one in broken[:EXAMPLES])
        yield Breach("I17", str(_("The audit log is whole.")), len(broken), examples)


INVARIANTS: tuple[tuple[str, Promise, Question], ...] = (
    ("I1", _("Every message has one outcome, and every answer its text."), one_outcome),
    ("I2", _("Nothing waits that nobody will wake, and nothing waits for long."), woken),
    ("I4", _("Nothing was sent twice, and nothing was taken in twice."), once),
    ("I6", _("Automatic messages keep their distance in each conversation."), spaced),
    ("I7", _("No day has more messages than its plan, and each is counted."), within_the_day),
    ("I8", _("The model is asked within its limits."), asked_within_limits),
    ("I9", _("Nothing is tried more often than it may be."), tried_within_limits),
    ("I10", _("Whatever was not answered or not sent has a known reason."), explained),
    ("I11", _("What was sent says when, by what and under which name."), timed),
    ("I12", _("No two leads share a row of a tool."), one_row_outside),
    ("I13", _("No row belongs to two workspaces."), apart),
)
"""The invariants: a day's work keeps them, and each is seen when a row breaks it."""
