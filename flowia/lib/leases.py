"""The leases that a task holds, so that a process that must stop gives them back at once.

Whoever takes rows for some time says so to `held`; whoever vanishes leaves them to the end of that
time. Outside of tasks nothing is noted.
"""

from typing import Any

from django.db.models import QuerySet


class StopNowError(BaseException):
    """The process must stop: raised in the middle of a task, past whoever expects errors."""


_held: list[tuple[QuerySet[Any], dict[str, Any]]] | None = None


def begin() -> None:
    """Note leases from here on; of an earlier task none are known any more."""
    global _held  # noqa: PLW0603 - a process does one task at a time
    _held = []


def end() -> None:
    """Note no leases any more."""
    global _held  # noqa: PLW0603 - as above
    _held = None


def held(rows: QuerySet[Any], **back: Any) -> None:
    """Note that this task has `rows`, as long as they still are selected, and how to undo that.

    Only for work that may be broken off and begun again by somebody else at once: not for a call
    that may be carried out outside although nobody waits for its answer.
    """
    if _held is not None:
        _held.append((rows, back))


def give_back() -> int:
    """Undo the leases that still are this task's; return how many rows were given back."""
    return sum(rows.update(**back) for rows, back in _held or [])
