"""What changed between two wordings, word by word; pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from processing.hours_rows import rows_of

WORD = re.compile(r"\s+|\w+|[^\w\s]")
LONGEST = 4000
"""Words; longer texts are shown as replaced as a whole, since comparing grows with the square."""


@dataclass(frozen=True)
class Piece:
    """A run of words: `same`, `added` or `removed`."""

    op: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One field that changed, as text before and after, and word by word."""

    field: str
    before: str
    after: str
    pieces: tuple[Piece, ...]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the fields of two contents that differ, in the order of `after`."""
    names = [*after, *(name for name in before if name not in after)]
    pairs = ((name, in_text(before.get(name)), in_text(after.get(name))) for name in names)
    return [
        Difference(name, old, new, pieces_between(old, new))
        for name, old, new in pairs
        if old != new
    ]


def pieces_between(before: str, after: str) -> tuple[Piece, ...]:
    """Return `before` and `after` as one text of runs that stayed, went and came."""
    old, new = WORD.findall(before), WORD.findall(after)
    if max(len(old), len(new)) > LONGEST:
        return (*_run("removed", before), *_run("added", after))
    found: list[Piece] = []
    gone, come = "", ""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for op, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        was, now = "".join(old[old_from:old_to]), "".join(new[new_from:new_to])
        # A blank between two changed words reads as part of the change.
        if op != "equal" or (not was.strip() and (gone or come) and old_to < len(old)):
            gone, come = gone + was, come + now
            continue
        found += [*_run("removed", gone), *_run("added", come), Piece("same", was)]
        gone, come = "", ""
    return (*found, *_run("removed", gone), *_run("added", come))


def in_text(value: Any) -> str:
    """Return a field's value as people read it: lists and hours as lines."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "\n".join(f"{day}: {row}" for day, row in rows_of(value).items() if row)
    if isinstance(value, list):
        return "\n".join(str(one) for one in value)
    return str(value)


def _run(op: str, text: str) -> Iterator[Piece]:
    if text:
        yield Piece(op, text)
