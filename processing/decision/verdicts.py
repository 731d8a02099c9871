"""The words of a decision: its kinds, one gate's verdict, and the whole with its gates."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

Subject = TypeVar("Subject")


class Kind(StrEnum):
    """What a decision may be."""

    REPLY = "reply"
    HOLD = "hold"
    HANDOFF = "handoff"
    WAIT = "wait"
    SILENT = "silent"


@dataclass(frozen=True)
class Verdict:
    """One gate's word: passed (`stop` is None) or stopped, with a reason and its numbers."""

    reason: str
    stop: Kind | None = None
    until: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """The outcome, its reason, and the gates that led to it, in order."""

    kind: Kind
    reason: str
    until: datetime | None = None
    gates: tuple[dict[str, Any], ...] = ()
    data: dict[str, Any] = field(default_factory=dict)


def ask(subject: Subject, gates: Iterable[Callable[[Subject], Verdict]]) -> Decision:
    """Ask the gates in order; the first stop is the decision, none of them means reply."""
    asked: list[dict[str, Any]] = []
    for gate in gates:
        verdict = gate(subject)
        asked.append(
            {
                "gate": gate.__name__,
                "passed": verdict.stop is None,
                "reason": verdict.reason,
                "data": verdict.data,
            }
        )
        if verdict.stop is not None:
            return Decision(verdict.stop, verdict.reason, verdict.until, tuple(asked), verdict.data)
    return Decision(Kind.REPLY, "replied", None, tuple(asked))
