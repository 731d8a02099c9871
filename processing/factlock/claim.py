"""One claim found in a text, in a form that can be compared, and looks around its pieces."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from processing.factlock.tokens import NO_TOKEN, Token

NOTHING = NO_TOKEN
STOPS = {".", "!", "?", ";", "\n", "end"}


@dataclass(frozen=True)
class Claim:
    """What is claimed: `kind` for people, `key` to compare; `start` and `end` in the plain text.

    `idle` numbers are no claims in a draft, yet support one. `counts` says that a bare number has
    its noun behind it. `mood` is a weekday's: open, closed, asked or nothing.
    """

    kind: str
    key: tuple[Hashable, ...]
    start: int
    end: int
    idle: bool = False
    counts: bool = False
    mood: str = ""


Read = tuple[Claim, int]
"""A claim and the index of the first piece behind it."""


def at(pieces: Sequence[Token], place: int) -> Token:
    """Return the piece at `place`, or NOTHING outside of the text."""
    return pieces[place] if 0 <= place < len(pieces) else NOTHING


def glued(pieces: Sequence[Token], place: int) -> bool:
    """Return whether no space stands between the pieces at `place` and behind it."""
    return at(pieces, place).end == at(pieces, place + 1).start


def texts(pieces: Sequence[Token], place: int, *wanted: str) -> bool:
    """Return whether the pieces from `place` on read like `wanted`."""
    if not 0 <= place < len(pieces) or pieces[place].text != wanted[0]:
        return False
    return len(wanted) == 1 or texts(pieces, place + 1, *wanted[1:])
