"""The claims of a text, in order: each piece is asked what fact begins there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from processing.factlock.addresses import addresses
from processing.factlock.claim import NOTHING, STOPS, Claim, Read, at, glued, texts
from processing.factlock.days import numeric, with_number, with_word
from processing.factlock.measures import measured, prefixed
from processing.factlock.moods import moods
from processing.factlock.plain import Plain
from processing.factlock.spelling import ABOUT
from processing.factlock.tokens import Token, digits, tokens
from processing.factlock.units import counts
from processing.factlock.vocabulary import CURRENCIES, FREE, ORDINALS, PERCENT, PRICED

IDIOMS = 10
"""Up to here a number word alone claims nothing: « les deux », « à trois pas »."""
ROUND = {"cent", "cents", "mille", "hundred", "thousand", "million", "millions"} | set(ABOUT)
ORPHANS = {"€", "euro", "euros", "eur", "$", "£", "dollars", "%"}
VAGUE = {
    "en",
    "l",
    "d",
    "des",
    "quelques",
    "les",
    "ces",
    "par",
    "aux",
    "nos",
    "vos",
    "de",
    "in",
    "the",
}
VAGUE |= {"of", "cheque", "cheques", "combien", "ou", "et", ""}
NEAR = 8


def claims(text: Plain, original: str, *, today: date) -> list[Claim]:
    """Return what `text` claims, in order of appearance; `original` is the text before `plain`."""
    found = [Claim(kind, (key,), a, b) for kind, key, a, b in addresses(text, original)]
    rest = list(text.text)
    for link in found:
        rest[link.start : link.end] = "\x01" + " " * (link.end - link.start - 1)
    pieces = tokens("".join(rest))
    said = dict(zip((piece.start for piece in pieces), moods(pieces), strict=True))
    read: list[Claim] = []
    place, listed = 0, 0
    while place < len(pieces):
        if _numbers_a_line(pieces, place, listed):
            place, listed = place + 2, listed + 1
            continue
        claim, place = _read(pieces, place, today)
        if not claim:
            continue
        while read and read[-1].start >= claim.start:
            read.pop()  # 8 9 €: the amount took the numbers before it
        start = max([claim.start, *(one.end for one in read[-1:])])
        start += len(text.text[start : claim.end]) - len(text.text[start : claim.end].lstrip())
        read.append(replace(claim, start=start, mood=said[claim.start]))
    return sorted(found + read, key=lambda claim: claim.start)


def _read(pieces: Sequence[Token], place: int, today: date) -> tuple[Claim | None, int]:
    piece = pieces[place]
    if piece.kind == "number":
        return _number(pieces, place)
    read: Read | None = None
    if piece.kind == "date":
        read = numeric(pieces, place)
    elif piece.kind == "always":
        key = "".join(letter for letter in piece.text if letter.isdigit())
        read = Claim("hour", ("always", key), piece.start, piece.end), place + 1
    elif piece.kind == "phone":
        read = Claim("phone", (digits(piece.text),), piece.start, piece.end), place + 1
    elif piece.kind == "word":
        read = with_word(pieces, place, today) or _wording(pieces, place)
    read = read or prefixed(pieces, place) or _orphan(pieces, place)
    return read or (None, place + 1)


def _number(pieces: Sequence[Token], place: int) -> tuple[Claim | None, int]:
    read = with_number(pieces, place) or measured(pieces, place)
    if read:
        return read
    piece = pieces[place]
    follows = at(pieces, place + 1).text
    if not piece.spelled and follows in ORDINALS and glued(pieces, place):
        return None, place + 2
    if texts(pieces, place - 1, "<") and piece.text == "3":
        return None, place + 1
    idle = piece.spelled and piece.parts == 1 and (piece.value <= IDIOMS or piece.text in ROUND)
    counting = counts(pieces, place)
    if not counting and _priced(pieces, place, near=1 if idle else NEAR):
        key = (piece.value.normalize(), "?")
        return Claim("amount", key, piece.start, piece.end), place + 1
    value = piece.value.normalize()
    claim = Claim("number", (value,), piece.start, piece.end, idle=idle, counts=counting)
    return claim, place + 1


def _priced(pieces: Sequence[Token], place: int, near: int) -> bool:
    """Return whether a number without a unit is said to be a price: « elle coûte 89 »."""
    if pieces[place].text in {"un", "une", "one"}:
        return False
    before = [at(pieces, place - i).text for i in (1, 2, 3)]
    if near > 1 and (before in (["est", "'", "c"], ["a", "est", before[2]])):
        return True
    for step in range(1, near + 1):
        piece = at(pieces, place - step)
        if piece.text in PRICED:
            return True
        if piece.text in STOPS | {","} or piece.kind == "number":
            return False
    return False


def _wording(pieces: Sequence[Token], place: int) -> Read | None:
    """Read facts that need no figure: midi, gratuit, moitié prix, une demi-heure."""
    first, word = pieces[place], pieces[place].text
    if word in FREE or _is_free(pieces, place):
        return Claim("amount", (Decimal(0), "?"), first.start, first.end), place + 1
    for words, kind, said in _STARTS.get(word, ()):
        if texts(pieces, place, *words):
            if word == "midi" and at(pieces, place - 1 - texts(pieces, place - 1, "-")).text in {
                "apres", "le", "ce",
            }:  # fmt: skip
                return None
            key, behind = said, place + len(words)
            if kind == "hour" and texts(pieces, behind, "et", "demi"):
                key, behind = ("time", Decimal(said[1]) + 30), behind + 2
            return Claim(kind, key, first.start, pieces[behind - 1].end), behind
    return None


_WORDINGS: tuple[tuple[tuple[str, ...], str, tuple[str | Decimal, ...]], ...] = (
    (("midi",), "hour", ("time", Decimal(720))),
    (("noon",), "hour", ("time", Decimal(720))),
    (("midday",), "hour", ("time", Decimal(720))),
    (("minuit",), "hour", ("time", Decimal(0))),
    (("midnight",), "hour", ("time", Decimal(0))),
    (("moitie", "prix"), "percentage", (Decimal(50),)),
    (("demi", "-", "tarif"), "percentage", (Decimal(50),)),
    (("demi", "tarif"), "percentage", (Decimal(50),)),
    (("half", "price"), "percentage", (Decimal(50),)),
    (("half", "-", "price"), "percentage", (Decimal(50),)),
    (("demi", "-", "heure"), "duration", ("time", Decimal(30))),
    (("demi", "heure"), "duration", ("time", Decimal(30))),
    (("half", "an", "hour"), "duration", ("time", Decimal(30))),
    (("quart", "d", "'", "heure"), "duration", ("time", Decimal(15))),
    (("demi", "-", "litre"), "quantity", ("volume", Decimal(500))),
    (("demi", "-", "kilo"), "quantity", ("mass", Decimal(500))),
    (("demi", "-", "journee"), "duration", ("time", Decimal(720))),
)


_STARTS = {word[0][0]: [one for one in _WORDINGS if one[0][0] == word[0][0]] for word in _WORDINGS}


def _is_free(pieces: Sequence[Token], place: int) -> bool:
    before, follows = at(pieces, place - 1).text, at(pieces, place + 1)
    if pieces[place].text != "free" or before in {"feel", "you", "-", "be"}:
        return False
    goods = {"shipping", "delivery", "returns", "of", "workshop", "entry", "and"}
    return follows.kind != "word" or follows.text in goods or before in {"for", "is", "are"}


def _orphan(pieces: Sequence[Token], place: int) -> Read | None:
    """Read a currency or per cent whose number we do not understand: « neunzig Euro »."""
    piece, before = pieces[place], at(pieces, place - 1)
    if piece.text not in ORPHANS or before == NOTHING or before.text in VAGUE:
        return None
    if before.kind != "word":
        return None
    kind = "percentage" if piece.text in PERCENT else "amount"
    key = ("word", before.text, CURRENCIES.get(piece.text, "%"))
    return Claim(kind, key, before.start, piece.end), place + 1


def _numbers_a_line(pieces: Sequence[Token], place: int, listed: int) -> bool:
    """Return whether `1.` or `1)` opens a line and goes on from the number before."""
    begins = place == 0 or pieces[place - 1].text == "\n"
    mark = at(pieces, place + 1).text in {".", ")"} and glued(pieces, place)
    return begins and mark and pieces[place].text == str(listed + 1)
