"""The pieces of a text that facts are made of: numbers, words, marks, numeric dates, telephones."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from processing.factlock.spelling import ABOUT, Count, values

_BETWEEN = r"[ ./\-()·•_|*]{0,3}"
_UNIT = r"(?:[€$£%]|eur|personnes?\b|jours?\b|h\b|heures?\b|[cm]m\b|x\b)"
_PIECE = re.compile(
    r"(?P<always>(?<!\d)(?<!le )(?:24 ?(?:h|heures?)? ?(?:/|sur) ?(?:24(?: ?h(?:eures)?\b)?|7)"
    r"|7 ?(?:j|jours?)? ?(?:/|sur) ?7(?: ?j(?:ours)?\b)?)(?![\d/]))"
    r"|(?P<date>(?<!\d)(?<!\d[./-])(?:\d{4}(?P<a>[-/.])\d{1,2}(?P=a)\d{1,2}"
    r"|\d{1,2} ?(?P<b>[-/.]) ?\d{1,2} ?(?P=b) ?(?:\d{4}|\d{2})"
    rf"|\d{{1,2}}/\d{{1,2}}(?! ?{_UNIT}))(?!\d|[./-]\d))"
    r"|(?P<phone>(?<!\d)(?<!\d[.,])(?:"
    rf"(?:\+|00) ?33 ?(?:\(0\))?0?(?:{_BETWEEN}\d){{9}}"
    rf"|(?:\+|00)(?:{_BETWEEN}\d){{8,15}}"
    rf"|\(?0(?:{_BETWEEN}\d){{9}}"
    rf"|\(?\d{{3}}\)?[ .\-]\d{{3}}[ .\-]\d{{4}}|0{_BETWEEN}[1-9](?:{_BETWEEN}\d){{7,8}}|\d{{9,}}"
    rf")(?!\d|[.,]\d)(?! ?{_UNIT}))"
    r"|(?P<number>(?<!\d)[1-9]\d{0,2}(?:(?P<c>[ .,'])\d{3}(?!\d))(?:(?P=c)\d{3}(?!\d))*(?:[.,]\d+)?"
    r"|\d+(?:[.,]\d+)?)"
    r"|(?P<word>[^\W\d_]+)|(?P<mark>\S|\n)"
)


@dataclass(frozen=True)
class Token:
    """One piece. `value` is a number's, `spelled` says that it stood in words, `parts` how many."""

    kind: str
    text: str
    start: int
    end: int
    value: Decimal = Decimal(-1)
    spelled: bool = False
    parts: int = 1


NO_TOKEN = Token("end", "", 0, 0)


def tokens(text: str) -> list[Token]:
    """Return the pieces of a plain text, numbers in words put together. Linear."""
    return _decimals(list(_counted(list(_pieces(text)))))


def digits(words: str) -> str:
    """Return the digits of a telephone number, in its international form where it has one.

    France's `0X` becomes `+33X`; a `0` behind the country's code is left out.
    """
    bare = re.sub(r"\(0\)", "", words)
    found = re.sub(r"\D", "", bare)
    if found.startswith("00"):
        bare, found = "+", found[2:]
    if "+" in bare:
        return "+33" + found[2:].lstrip("0") if found.startswith("33") else "+" + found
    return "+33" + found[1:] if len(found) == 10 and found[0] == "0" else found  # noqa: PLR2004


def _pieces(text: str) -> Iterator[Token]:
    for found in _PIECE.finditer(text):
        kind = found.lastgroup or "mark"
        value = _value(found[0]) if kind == "number" else Decimal(-1)
        yield Token(kind, found[0], found.start(), found.end(), value)


def _value(words: str) -> Decimal:
    """Read a number; exactly three figures behind a separator are thousands, as in 1.200."""
    grouped = re.fullmatch(r"([1-9]\d{0,2}(?:([ .,'])\d{3})(?:\2\d{3})*)(?:[.,](\d+))?", words)
    if grouped:
        return Decimal(re.sub(r"\D", "", grouped[1]) + "." + (grouped[3] or "0"))
    return Decimal(words.replace(",", "."))


def _counted(pieces: list[Token]) -> Iterator[Token]:
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        if piece.kind == "word" and piece.text in ABOUT:
            yield replace(piece, kind="number", value=Decimal(ABOUT[piece.text]), spelled=True)
            place += 1
        elif piece.kind == "word" and values(piece.text):
            number, place = _spelled(pieces, place)
            yield number
        else:
            yield piece
            place += 1


def _spelled(pieces: list[Token], place: int) -> tuple[Token, int]:
    count, first, done = Count(), pieces[place], place
    while place < len(pieces):
        heard = values(pieces[place].text) if pieces[place].kind == "word" else []
        if heard and not _all_taken(count, heard):
            break
        if heard:
            done = place
        elif not _binds(count, pieces, place):
            break
        place += 1
    last = pieces[done]
    text = first.text if count.heard == 1 else ""
    value = Decimal(count.total())
    return Token("number", text, first.start, last.end, value, True, count.heard), done + 1


def _all_taken(count: Count, heard: list[int]) -> bool:
    return all(count.takes(value) for value in heard)


def _binds(count: Count, pieces: list[Token], place: int) -> bool:
    piece = pieces[place]
    if place + 1 >= len(pieces) or pieces[place + 1].kind != "word":
        return False
    return piece.text == "-" or count.joins(piece.text, values(pieces[place + 1].text))


def _decimals(pieces: list[Token]) -> list[Token]:
    """Put `six virgule neuf` together, and `zéro six douze trente-quatre…` into a telephone."""
    out: list[Token] = []
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        joined = _pointed(pieces, place) or _dictated(pieces, place)
        out.append(joined[0] if joined else piece)
        place = joined[1] if joined else place + 1
    return out


def _pointed(pieces: list[Token], place: int) -> tuple[Token, int] | None:
    """Hear `six virgule neuf`, and `six virgule zéro cinq` with a second number behind."""
    whole, comma, *behind = [*pieces[place : place + 4], *[NO_TOKEN] * 3][:4]
    spoken = {"virgule", "comma"} | ({"point"} if whole.spelled else set())
    if comma.text not in spoken or not all(_is_whole(one) for one in (whole, behind[0])):
        return None
    both = behind[0].value == 0 and _is_whole(behind[1])
    heard = behind if both else behind[:1]
    value = Decimal(f"{_says(whole)}." + "".join(_says(one) for one in heard))
    return replace(whole, value=value, end=heard[-1].end, parts=3), place + 2 + len(heard)


def _is_whole(piece: Token) -> bool:
    return piece.kind == "number" and (piece.spelled or piece.text.isdigit())


def _dictated(pieces: list[Token], place: int) -> tuple[Token, int] | None:
    """Hear ten figures that begin with zero; commas and hyphens between them do not count."""
    if pieces[place].kind != "number" or not _says(pieces[place]).startswith("0"):
        return None
    heard, end = "", place
    while end < len(pieces) and len(heard) < 10:  # noqa: PLR2004 - a French number's figures
        if pieces[end].kind == "number":
            heard += _says(pieces[end])
        elif pieces[end].text not in {",", "-", ".", "puis"}:
            break
        end += 1
    if len(heard) != 10:  # noqa: PLR2004
        return None
    return Token("phone", heard, pieces[place].start, pieces[end - 1].end), end


def _says(number: Token) -> str:
    return f"{int(number.value)}" if number.spelled else re.sub(r"\D", "", number.text)
