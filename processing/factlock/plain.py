"""A text as its reader sees it: one small alphabet, no invisible letters, every place known."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

INVISIBLE = "\u115f\u1160\u3164\uffa0\u034f"
"""Letters by their category that show nothing (Unicode, Default_Ignorable_Code_Point)."""

SAME = {
    "½": "0,5", "¼": "0,25", "¾": "0,75",
    "’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "′": "'",
    "−": "-", "⁃": "-", "→": "-", "➜": "-", "×": "x", "✕": "x", "⁄": "/", "٪": "%", "٫": ",",
    "٬": "'", "\u2800": " ", "œ": "oe", "æ": "ae", "є": "€", "ı": "1",
}  # fmt: skip
LOOKALIKES = dict(zip("асеорхукмтвнісјԁһгοαερτνκιυχ", "aceopxykmtbhicjdhroaeptvkiux", strict=True))
"""Cyrillic and Greek letters that cannot be told from Latin ones (Unicode TR 39, confusables)."""

LONGEST = 4
"""Letters that one letter may stand for: ㎞, ﬃ and ⑳, but not a whole sentence."""

_MIXED = re.compile(r"(?<![a-z0-9])(?:(?=[ol]{0,8}[0-9])[0-9ol]+|[ol]{2,8}(?= ?(?:€|eur)))")
_O = re.compile(r"o(?![a-z])|o(?=[ol0-9]|eur|h\b)")
_L = re.compile(r"l(?=[ol0-9])")


@dataclass(frozen=True)
class Plain:
    """`text` in the small alphabet; `at[i]` is the place of its letter i in the original."""

    text: str
    at: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where `text[start:end]` stands in the original, marks on its last letter too."""
        return self.at[start], max(self.at[end], self.at[end - 1] + 1)


def plain(text: str) -> Plain:
    """Return `text` in lower case, without accents or what cannot be seen, digits as 0 to 9.

    A letter O or l inside digits counts as the digit that it plays. Linear in the text's length.
    """
    letters: list[str] = []
    at: list[int] = []
    for place, letter in enumerate(text):
        seen = _seen(letter)
        letters.append(seen)
        at.extend([place] * len(seen))
    at.append(len(text))
    return Plain(_MIXED.sub(_digits, "".join(letters)), tuple(at))


def _digits(found: re.Match[str]) -> str:
    run = found[0] + found.string[found.end() : found.end() + 3]
    return _L.sub("1", _O.sub("0", run))[: len(found[0])] if found[0].strip("o") else found[0]


@lru_cache(maxsize=4096)
def _seen(letter: str) -> str:
    if letter == "\n":
        return letter
    if letter in INVISIBLE:
        return ""
    if letter.casefold() in SAME:
        return SAME[letter.casefold()]
    return "".join(_simple(one) for one in unicodedata.normalize("NFKD", letter)[:LONGEST])


def _simple(letter: str) -> str:
    category = unicodedata.category(letter)
    if letter.isspace():
        return "\n" if letter in "\u2028\u2029\u0085" else " "
    if category in {"Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"} or letter in INVISIBLE:
        return ""
    if category == "Nd":
        return str(unicodedata.digit(letter))
    if category == "Pd":
        return "-"
    small = letter.casefold()
    return SAME.get(small) or LOOKALIKES.get(small, small)
