"""Numbers written in words, French (also of Belgium and Switzerland) and English."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

WORDS = {
    "zero": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6,
    "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13,
    "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20, "vingts": 20, "trente": 30,
    "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70, "huitante": 80,
    "octante": 80, "nonante": 90, "cent": 100, "cents": 100, "mille": 1000, "mil": 1000,
    "million": 10**6, "millions": 10**6,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30,
    "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "hundred": 100, "thousand": 1000,
}  # fmt: skip
ABOUT = {
    "dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30,
    "quarantaine": 40, "cinquantaine": 50, "soixantaine": 60, "centaine": 100, "millier": 1000,
    "dozen": 12,
}  # fmt: skip
_GLUED = re.compile("(?:" + "|".join(sorted(WORDS, key=len, reverse=True)) + "){2,8}")
_PART = re.compile("|".join(sorted(WORDS, key=len, reverse=True)))
LONGEST = 60


def values(word: str) -> list[int]:
    """Return the numbers that `word` is made of: [4, 20, 9] for quatrevingtneuf, [] for others."""
    if word in WORDS:
        return [WORDS[word]]
    if len(word) <= LONGEST and _GLUED.fullmatch(word):
        return [WORDS[part] for part in _PART.findall(word)]
    return []


@dataclass
class Count:
    """A number while its words are heard one after the other."""

    thousands: int = 0
    hundreds: int = 0
    rest: int = 0
    heard: int = 0
    last: int = -1

    def takes(self, value: int) -> bool:
        """Add the next word's value; say False, and change nothing, where it begins a new number.

        `quatre` and `vingt` make eighty, `soixante` and `dix` seventy, `deux` and `cent` 200.
        """
        if self.heard and not self._fits(value):
            return False
        if value >= 1000:  # noqa: PLR2004 - thousands and millions multiply all before them
            self.thousands += (self.hundreds + self.rest or 1) * value
            self.hundreds = self.rest = 0
        elif value == 100:  # noqa: PLR2004 - hundreds multiply
            self.hundreds, self.rest = (self.rest or 1) * value, 0
        elif value == 20 and self.last == 4:  # noqa: PLR2004 - quatre-vingts
            self.rest = 80
        else:
            self.rest += value
        self.heard, self.last = self.heard + 1, value
        return True

    def total(self) -> int:
        """Return the number heard so far."""
        return self.thousands + self.hundreds + self.rest

    def joins(self, word: str, following: Sequence[int]) -> bool:
        """Return whether `word` binds what follows: vingt *et* un, two hundred *and* six."""
        if word == "et":
            return self.rest in range(20, 90, 10) and following[:1] in ([1], [11])
        return word == "and" and self.rest == 0 and self.total() > 0 and bool(following)

    def _fits(self, value: int) -> bool:
        if value == 0 or self.last == 0:
            return False
        if value >= 100:  # noqa: PLR2004
            return self._multiplies(value)
        if value == 20 and self.last == 4:  # noqa: PLR2004
            return self.rest == 4  # noqa: PLR2004
        if value >= 10:  # noqa: PLR2004 - soixante-dix, quatre-vingt-onze
            return self.rest == 0 or (value < 20 and self.rest in {60, 80})  # noqa: PLR2004
        if self.last == 10:  # noqa: PLR2004 - dix-sept, soixante-dix-huit
            return value >= 7  # noqa: PLR2004
        return self.rest == 0 or (self.rest % 10 == 0 and self.rest > 10)  # noqa: PLR2004

    def _multiplies(self, value: int) -> bool:
        if value == 100:  # noqa: PLR2004
            return self.hundreds == 0 and self.rest < 20  # noqa: PLR2004
        return self.thousands % (value * 1000) == 0 and self.thousands != value
