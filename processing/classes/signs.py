"""A sign: a few ways of saying one thing that speaks for one kind of conversation."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from processing.words import listed

SALES_PITCH, RECRUITING, LEAD, PERSONAL = "sales_pitch", "recruiting", "lead", "personal"
KINDS = (SALES_PITCH, RECRUITING, LEAD, PERSONAL)


@dataclass(frozen=True)
class Sign:
    """`pattern` is looked for in plain words (`words.spelled_out`); it counts `weight`, once."""

    name: str
    weight: int
    pattern: re.Pattern[str]


def sign(name: str, weight: int, table: str) -> Sign:
    """Return the sign of a table of patterns, each of whole words."""
    return Sign(name, weight, re.compile(rf"\b(?:{'|'.join(listed(table.strip()))})\b"))


def found(signs: Iterable[Sign], words: str) -> tuple[Sign, ...]:
    """Return those of `signs` that stand in `words`."""
    return tuple(one for one in signs if one.pattern.search(words))
