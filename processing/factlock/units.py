"""The unit behind a number: which family, how large, and where it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from processing.factlock.claim import at, glued, texts
from processing.factlock.spelling import ABOUT
from processing.factlock.tokens import Token
from processing.factlock.vocabulary import (
    CENTS,
    CURRENCIES,
    ENDING,
    HOURS,
    PERCENT,
    SMALL,
    UNITS,
)

HOUR = Decimal(60)
NOISE = set("*_()[]~\"«»'-")
SCALES = {
    "k": 1000, "mille": 1000, "millier": 1000, "milliers": 1000, "thousand": 1000,
    "million": 10**6, "millions": 10**6,
}  # fmt: skip
THE = {"le", "la", "l", "au", "du", "ce", "cette", "notre", "votre", "un", "une", "son", "sa"}


@dataclass(frozen=True)
class Unit:
    """A unit found behind a number: its family, its size, and the piece behind it."""

    family: str
    size: Decimal
    behind: int


def counts(pieces: Sequence[Token], place: int) -> bool:
    """Return whether the word behind the number at `place` is what it counts."""
    follows = at(pieces, place + 1)
    return follows.kind == "word" and follows.text not in ENDING


def unit_of(pieces: Sequence[Token], place: int) -> Unit | None:
    """Return the unit of the number at `place`, or None; ** or ( may stand between."""
    step, size = place + 1, Decimal(1)
    if at(pieces, step).text in SCALES and not texts(pieces, step, "mille", "mercis"):
        size, step = Decimal(SCALES[at(pieces, step).text]), step + 1
    step += texts(pieces, step, ",", "-") or texts(pieces, step, ".", "-")
    skipped = 0
    while at(pieces, step).text in NOISE and skipped < 4:  # noqa: PLR2004 - **89** (€)
        step, skipped = step + 1, skipped + 1
    if size > 1 or pieces[place].text in ABOUT or pieces[place].value >= 10**6:
        step += 2 if texts(pieces, step, "d", "'") else texts(pieces, step, "de")
    step += at(pieces, step).text in SMALL
    return (
        _money(pieces, place, step, size)
        or _percent(pieces, step, size)
        or _clock(pieces, step)
        or _street(pieces, step)
        or _measure(pieces, step, size)
    )


def _money(pieces: Sequence[Token], place: int, step: int, size: Decimal) -> Unit | None:
    name, spelled = at(pieces, step), pieces[place].spelled
    if name.text in CURRENCIES:
        return Unit("money:" + CURRENCIES[name.text], size, step + 1)
    if name.text in {"keur", "keuros"}:
        return Unit("money:EUR", Decimal(1000), step + 1)
    sure = {"centime", "centimes", "cents"} if spelled else CENTS
    if name.text in sure:
        return Unit("money:EUR", Decimal("0.01"), step + 1)
    if name.text == "e" and not spelled and not _is_ordinal(pieces, place):
        return Unit("money:EUR", size, step + 1)
    return None


def _percent(pieces: Sequence[Token], step: int, size: Decimal) -> Unit | None:
    if texts(pieces, step, "pour", "cent") or texts(pieces, step, "per", "cent"):
        return Unit("percent", size, step + 2)
    return Unit("percent", size, step + 1) if at(pieces, step).text in PERCENT else None


def _clock(pieces: Sequence[Token], step: int) -> Unit | None:
    name = at(pieces, step)
    if name.text in HOURS:
        return Unit("hour", HOUR, step + 1)
    if name.text in {"am", "pm"}:
        return Unit(name.text, HOUR, step + 1)
    if name.text in {"a", "p"} and texts(pieces, step + 1, ".", "m"):
        return Unit(name.text + "m", HOUR, step + 3 + texts(pieces, step + 3, "."))
    return Unit("hour", HOUR, step + 3) if texts(pieces, step, "o", "'", "clock") else None


def _street(pieces: Sequence[Token], step: int) -> Unit | None:
    """Read `14, rue des…`; `six places` are people, `6 place du marché` is a street."""
    step += texts(pieces, step, ",")
    square = texts(pieces, step, "place") and at(pieces, step + 1).text in {"de", "du", "des"}
    street = UNITS.get(at(pieces, step).text, ("",))[0] == "street"
    return Unit("street", Decimal(1), step + 1) if square or street else None


def _measure(pieces: Sequence[Token], step: int, size: Decimal) -> Unit | None:
    name = at(pieces, step)
    if name.text == "°":
        return Unit("degrees", size, step + 1)
    if name.text not in UNITS or (name.text == "x" and at(pieces, step + 1).kind == "number"):
        return None
    family, each = UNITS[name.text]
    return Unit(family, each * size, step + 1)


def _is_ordinal(pieces: Sequence[Token], place: int) -> bool:
    """Tell « le 3e atelier » from « c'est 89e »."""
    nouns = {"etage", "fois", "jour", "personne", "arrondissement", "edition", "anniversaire"}
    after = at(pieces, place + 2).text
    return glued(pieces, place) and (at(pieces, place - 1).text in THE or after in nouns)
