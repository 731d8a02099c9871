"""Digits as people write and say them, in a text of plain characters that knows its places."""

import re
import unicodedata
from dataclasses import dataclass

UNITS = (
    "zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
)  # fmt: skip
TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante",
        70: "septante", 80: "huitante", 90: "nonante"}  # fmt: skip
TEN = 10
ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TYPOS = {
    "quatres": "quatre", "quattre": "quatre", "katre": "quatre", "vingts": "vingt",
    "vint": "vingt", "vin": "vingt", "zerro": "zero", "zeros": "zero", "cinquent": "cinquante",
    "cinq": "cinq", "cinquente": "cinquante", "cinkante": "cinquante", "sinq": "cinq",
    "cink": "cinq", "trent": "trente", "soixente": "soixante", "soissante": "soixante",
    "quarente": "quarante", "karante": "quarante", "septe": "sept", "siz": "six", "sis": "six",
    "hui": "huit", "octante": "huitante", "une": "un", "douz": "douze", "onz": "onze",
    "treiz": "treize", "quatorz": "quatorze", "quinz": "quinze",
}  # fmt: skip
CONNECTORS = frozenset({"et", "puis", "ensuite", "tiret", "point", "espace", "slash"})
TOKEN = re.compile(r"\+|\d+|[a-z]+")
INSIDE = re.compile(r"[ \u2010\u2011-]{0,3}")
BETWEEN = re.compile(r"[\s,.;:/()_*\u00b7\u2022\u2010-\u2015\u2026|-]{0,6}")


@dataclass(frozen=True)
class Plain:
    """A text without accents and invisible characters; `places` says where each stood."""

    text: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Group:
    """Digits written or said together (or "+"), from `start` to `end` of the plain text.

    `said`: they are words, or a word joins them to the digits before ("06 puis 12").
    """

    digits: str
    start: int
    end: int
    said: bool


def plain(text: str) -> Plain:
    """Return `text` in small letters, digits of every script and emoji as 0-9, with its places."""
    letters: list[str] = []
    places: list[int] = []
    for place, one in enumerate(text):
        for letter in _bare(one):
            letters.append(letter)
            places.append(place)
    return Plain("".join(letters), tuple(places))


def runs(text: str) -> list[list[Group]]:
    """Return the numbers of a plain `text` that stand side by side, with nothing else between."""
    found: list[list[Group]] = [[]]
    tokens = list(TOKEN.finditer(text))
    at, end, joined = 0, -1, False
    while at < len(tokens):
        width, digits, said = _number(text, tokens, at)
        start = tokens[at].start()
        if end < 0 or not BETWEEN.fullmatch(text, end, start):
            found.append([])
        if digits:
            place = start, tokens[at + width - 1].end()
            found[-1].append(Group(digits, *place, said=said or (joined and bool(found[-1]))))
        joined = tokens[at][0] in CONNECTORS
        if not digits and not joined:
            found.append([])
        at += width
        end = tokens[at - 1].end()
    return [run for run in found if run]


def _number(text: str, tokens: list[re.Match[str]], at: int) -> tuple[int, str, bool]:
    """Return how many tokens from `at` say one number, its digits ("" for none), and if said."""
    written = tokens[at][0]
    if written == "+" or written.isdigit():
        return 1, written, False
    if written == "plus":
        return 1, "+", True
    words: list[str] = []
    best = (1, "", False)
    for step in range(at, min(at + LONGEST, len(tokens))):
        if step > at and not INSIDE.fullmatch(text, tokens[step - 1].end(), tokens[step].start()):
            break
        words.append(TYPOS.get(tokens[step][0], tokens[step][0]))
        digits = SPOKEN.get(tuple(words))
        if digits is not None:
            best = (len(words), digits, True)
    return best


def _bare(one: str) -> str:
    """Return the plain letters of one character; none for what is not seen."""
    if one.isdecimal():
        return str(unicodedata.decimal(one))
    if unicodedata.category(one) in {"No", "So"}:
        return "~"
    letters = unicodedata.normalize("NFKD", one).casefold()
    return "".join(part for part in letters if not _unseen(part))


def _unseen(one: str) -> bool:
    kind = unicodedata.category(one)
    return kind[0] == "M" or kind == "Cf"


def _spoken() -> dict[tuple[str, ...], str]:
    """Return the French words of 0 to 99 (and the English digits), apart and glued."""
    names: dict[str, str] = {name: str(value) for value, name in enumerate(ENGLISH)}
    names |= {name.replace("-", " "): str(value) for value, name in enumerate(UNITS)}
    for ten, name in TENS.items():
        names[name] = str(ten)
        for unit in range(1, 10):
            names[f"{name} {UNITS[unit]}"] = str(ten + unit)
        names[f"{name} et un"] = str(ten + 1)
    for unit in range(20):
        said = UNITS[unit].replace("-", " ")
        names[f"quatre vingt {said}" if unit else "quatre vingt"] = str(80 + unit)
        if unit >= TEN:
            names[f"soixante {said}"] = str(60 + unit)
    names |= {"soixante et onze": "71", "soixante et dix": "70", "quatre vingt et un": "81"}
    # A number begins with a pair: "zéro quatre, vingt…" is 04 20, not 0 80.
    names |= {f"zero {UNITS[unit]}": f"0{unit}" for unit in range(10)}
    apart = {tuple(name.split()): digits for name, digits in names.items()}
    return apart | {(name.replace(" ", ""),): digits for name, digits in names.items()}


SPOKEN = _spoken()
LONGEST = max(map(len, SPOKEN))
