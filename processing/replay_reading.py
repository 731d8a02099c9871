"""A replay as its page shows it: figures as rows, results beside what really happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from processing.differences import Piece, pieces_between
from processing.models import Message, Replay, ReplayResult
from processing.reason_words import LEVELS
from processing.reasons import sentence
from processing.replays import Totals, totals_of
from processing.then import answers_to

OUTCOMES = (
    Message.Outcome.REPLY,
    Message.Outcome.HOLD,
    Message.Outcome.HANDOFF,
    Message.Outcome.SILENT,
)


@dataclass(frozen=True)
class Compared:
    """One message: what it got, what it would get, and the words between the two."""

    result: ReplayResult
    outcome_before: str
    outcome: str
    sentence: str
    then: tuple[Piece, ...]
    now: tuple[Piece, ...]


@dataclass(frozen=True)
class Figures:
    """The totals, as rows with the names of their outcomes and levels."""

    totals: Totals
    outcomes: list[tuple[str, int, int]]
    levels: list[tuple[str, str, int]]
    busiest: int


def figures_of(run: Replay) -> Figures:
    """Return a replay's figures in the active language."""
    totals = totals_of(run)
    outcomes = [
        (str(one.label), totals.then.get(one, 0), totals.now.get(one, 0)) for one in OUTCOMES
    ]
    undecided = totals.then.get("", 0)
    if undecided:
        outcomes.append((_("not decided"), undecided, 0))
    levels = [(str(LEVELS[one]), str(LEVELS[two]), n) for one, two, n in totals.levels]
    busiest = max((max(day.then, day.now) for day in totals.days), default=0)
    return Figures(totals, outcomes, levels, busiest)


def compared(results: Iterable[ReplayResult]) -> list[Compared]:
    """Return results beside what their messages got when they came."""
    rows = list(results)
    answers = answers_to([row.message for row in rows])
    return [_compared(row, *answers[row.message_id]) for row in rows]


def _compared(result: ReplayResult, outcome: str, text: str) -> Compared:
    pieces = pieces_between(text, result.text) if text and result.text else ()
    names: dict[str, Any] = dict(Message.Outcome.choices)
    return Compared(
        result=result,
        outcome_before=str(names.get(outcome, "")),
        outcome=str(names.get(result.outcome, result.outcome)),
        sentence=sentence(result.reason, result.data),
        then=_side(pieces, "removed", text),
        now=_side(pieces, "added", result.text),
    )


def _side(pieces: tuple[Piece, ...], own: str, text: str) -> tuple[Piece, ...]:
    if not pieces:
        return (Piece("same", text),) if text else ()
    return tuple(piece for piece in pieces if piece.op in {"same", own})
