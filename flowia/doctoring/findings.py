"""What was found: how grave it is, what is so, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

GOOD, LOOK, BAD = "good", "look", "bad"
MARKS = {GOOD: "✓", LOOK: "!", BAD: "✗"}


@dataclass(frozen=True)
class Finding:
    """One matter; `code` is stable for programs, `says` and `do` are sentences for people.

    Neither holds a secret: no key, no password, no address with a password in it.
    """

    level: str
    code: str
    says: str
    do: str = ""


Findings = Iterator[Finding]
Look = Callable[[], Findings]


def good(code: str, says: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(GOOD, code, says)


def look(code: str, says: str, do: str = "") -> Finding:
    """Return that somebody should look at something."""
    return Finding(LOOK, code, says, do)


def bad(code: str, says: str, do: str = "") -> Finding:
    """Return that something is broken."""
    return Finding(BAD, code, says, do)
