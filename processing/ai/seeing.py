"""A text as a person sees it: look-alike letters made plain, hidden characters taken out; pure.

Every plain character knows where it stood, so that what is found can be marked in the text itself.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LOOKALIKES = str.maketrans(
    # Cyrillic, Greek, Armenian and Latin letters that are read as these (Unicode TS 39, in part).
    "аеорсухіјѕԁһӏԛԝкмтвнгпαορνικτυχεηωγıɡɑоոօսհʟʀꞓ‐‑‒–−⁄∕。।",
    "aeopcyxijsdhlqwkmtbhrnaopviktuxenwyigaonouhlrc-----//..",
)
QUOTES = str.maketrans("’‘ʼ`´", "'''''")
BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters by their category that draw nothing."""
HIDDEN_KINDS = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
ZERO_WIDTH_JOINER = "\u200d"
STYLES = frozenset("\ufe0e\ufe0f")
"""Asks for the plain or the coloured form of the emoji before it."""
KEYCAPS = frozenset("0123456789#*©®‼⁉™ℹ")
EMOJI = "\u2190"
"""Pictures stand from here on, in the categories below."""


@dataclass(frozen=True)
class Seen:
    """`plain` in lower case, without accents, and for each of its characters where it stood."""

    text: str
    plain: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where `plain[start:end]` stands in `text`."""
        return self.places[start], self.places[end - 1] + 1


def see(text: str) -> Seen:
    """Return `text` as people read it, hidden characters left out."""
    letters: list[str] = []
    places: list[int] = []
    for place, one in enumerate(text):
        plain = _plain(one)
        letters.append(plain)
        places += [place] * len(plain)
    return Seen(text, "".join(letters), tuple(places))


def folded(text: str) -> str:
    """Return only the plain form of `text`."""
    return "".join(map(_plain, text))


def hidden(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of characters that nobody sees; those within an emoji are no such."""
    spans: list[tuple[int, int]] = []
    for place, one in enumerate(text):
        if not _unseen(one) or _of_an_emoji(text, place):
            continue
        if spans and spans[-1][1] == place:
            spans[-1] = (spans[-1][0], place + 1)
        else:
            spans.append((place, place + 1))
    return tuple(spans)


@lru_cache(maxsize=4096)
def _plain(one: str) -> str:
    if _unseen(one):
        return ""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", one).casefold())
    letters = "".join(part for part in parts if unicodedata.category(part) not in {"Mn", "Me"})
    return letters.translate(LOOKALIKES).translate(QUOTES)


@lru_cache(maxsize=4096)
def _unseen(one: str) -> bool:
    if one in "\n\r\t":
        return False
    if unicodedata.category(one) in HIDDEN_KINDS or one in BLANK_LETTERS:
        return True
    return unicodedata.name(one, "").startswith(("VARIATION SELECTOR", "MONGOLIAN FREE VARIATION"))


def _of_an_emoji(text: str, place: int) -> bool:
    one, before = text[place], text[max(place - 1, 0)]
    after = text[place + 1 : place + 2]
    if one in STYLES:
        return place > 0 and (_emoji(before) or before in KEYCAPS)
    if one == ZERO_WIDTH_JOINER:
        return place > 0 and (_emoji(before) or before in STYLES) and _emoji(after)
    return False


def _emoji(one: str) -> bool:
    # "Sk" are the skin tones; "Cn" what is newer than Python's own tables.
    return one >= EMOJI and unicodedata.category(one) in {"So", "Sk", "Sm", "Cn"} if one else False
