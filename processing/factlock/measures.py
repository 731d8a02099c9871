"""Numbers with their unit: money, percentages, hours and durations, sizes, people."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from processing.factlock.claim import Claim, Read, at, glued, texts
from processing.factlock.days import Day, with_number
from processing.factlock.tokens import Token
from processing.factlock.units import Unit, counts, unit_of
from processing.factlock.vocabulary import CURRENCIES, TO

ARTICLES = {"un", "une", "one"}
WITHIN = {"sous", "en", "dans", "pendant", "apres", "d", "durant", "ici", "within", "in", "after"}
CHAIN = 3
MINUTES, DAY = 60, 24


def measured(pieces: Sequence[Token], place: int, depth: int = 0) -> Read | None:
    """Read the number at `place` with its unit, or with that of the range that it begins."""
    read = _colon(pieces, place) or _days_after(pieces, place)
    if read:
        return read
    unit = unit_of(pieces, place)
    if unit and _is_article(pieces, place, unit):
        return None
    if unit:
        return _FINISH.get(unit.family, _quantity)(pieces, place, unit)
    return _range(pieces, place, depth)


def prefixed(pieces: Sequence[Token], place: int) -> Read | None:
    """Read an amount whose currency comes first: EUR 89, $89."""
    number = at(pieces, place + 1)
    if number.kind != "number" or pieces[place].text not in {
        "€",
        "$",
        "£",
        "eur",
        "usd",
        "gbp",
        "chf",
    }:
        return None
    unit = unit_of(pieces, place + 1)
    if unit:
        return None
    thousands = at(pieces, place + 2).text == "k"
    value = number.value * (1000 if thousands else 1)
    key = (value.normalize(), CURRENCIES[pieces[place].text])
    behind = place + 2 + thousands
    return Claim("amount", key, pieces[place].start, pieces[behind - 1].end), behind


def _is_article(pieces: Sequence[Token], place: int, unit: Unit) -> bool:
    """« un jour », « une place », « cent fois » count nothing; « un euro », « sous un an » do."""
    if unit.family == "times" and pieces[place].value in {100, 1000}:
        return True
    if pieces[place].text not in ARTICLES or unit.family.startswith("money"):
        return False
    if unit.family in {"percent", "months"}:
        return False
    before = at(pieces, place - 1).text
    if before == "'":
        before = at(pieces, place - 2).text
    return unit.family not in {"time", "hour"} or before not in WITHIN


def _range(pieces: Sequence[Token], place: int, depth: int) -> Read | None:
    """Give the first number of « de 20 à 30 € », « 2 ou 3 jours », « 12 et 13 mars » its unit."""
    word, step = at(pieces, place + 1).text, place + 2
    if word not in TO or depth >= CHAIN:
        return None
    step += 2 if texts(pieces, step, "'", "a") else 0
    if at(pieces, step).kind != "number":
        return None
    other = with_number(pieces, step) or measured(pieces, step, depth + 1)
    if not other or not _shares(other[0], word, at(pieces, place - 1).text):
        return None
    piece = pieces[place]
    if piece.text in ARTICLES and other[0].key[0] not in {"time", "months"}:
        return None
    first = _with_value(other[0], piece.value, _size(pieces, step))
    return (replace(first, start=piece.start, end=piece.end), place + 1) if first else None


def _shares(other: Claim, word: str, before: str) -> bool:
    if other.kind == "quantity" and other.key[0] == "street":
        return False
    if word == "x":
        return other.key[0] == "length"
    if other.kind == "amount" and word in {"et", "and"}:
        return before in {"entre", "between"}
    return True


def _size(pieces: Sequence[Token], place: int) -> Decimal:
    """Return the size of the unit that the last number of a range carries."""
    for step in range(place, place + 2 * CHAIN, 2):
        unit = unit_of(pieces, step) if at(pieces, step).kind == "number" else None
        if unit:
            return unit.size
    return Decimal(MINUTES)


def _with_value(claim: Claim, value: Decimal, size: Decimal) -> Claim | None:
    value = (value * size).normalize()
    if claim.kind == "date":
        day, whole = claim.key[0], value / size
        if not isinstance(day, Day) or whole % 1:
            return None
        return replace(claim, key=(replace(day, day=int(whole), weekday=-1),))
    if claim.kind == "amount":
        return replace(claim, key=(value, claim.key[1]))
    if claim.kind == "percentage":
        return replace(claim, key=(value / size,))
    return replace(claim, key=(claim.key[0], value))


def _made(kind: str, key: tuple[str | Decimal, ...], span: tuple[Token, Token]) -> Claim:
    clean = tuple(one.normalize() if isinstance(one, Decimal) else one for one in key)
    return Claim(kind, clean, span[0].start, span[1].end)


def _money(pieces: Sequence[Token], place: int, unit: Unit) -> Read:
    """Read an amount; « 89 € 50 » and « six euros quatre-vingt-dix » have their cents behind."""
    value, behind = pieces[place].value * unit.size, unit.behind
    first = place
    while _stuck(pieces, first):
        first -= 1
    if first < place and not pieces[place].spelled:
        figures = "".join(one.text for one in pieces[first:place])
        value = Decimal(figures + f"{pieces[place].value:f}") * unit.size
    step = behind + texts(pieces, behind, "et")
    cents = at(pieces, step)
    two = cents.spelled or len(cents.text) == 2  # noqa: PLR2004 - 89 € 50, not 89 € 5
    if cents.kind == "number" and two and 1 <= cents.value < 100 and unit.size >= 1:  # noqa: PLR2004
        named = at(pieces, step + 1).text in {"centime", "centimes", "cents"}
        if named or (step == behind and not counts(pieces, step) and not unit_of(pieces, step)):
            value, behind = value + cents.value / 100, step + 1 + named
    currency = unit.family.removeprefix("money:")
    return _made("amount", (value, currency), (pieces[first], pieces[behind - 1])), behind


def _stuck(pieces: Sequence[Token], place: int) -> bool:
    """Return whether a number stands just before that at `place`: « 8 9 € » reads as 89."""
    before = at(pieces, place - 1)
    return before.kind == "number" and not before.spelled and before.text.isdigit()


def _percent(pieces: Sequence[Token], place: int, unit: Unit) -> Read:
    span = (pieces[place], pieces[unit.behind - 1])
    return _made("percentage", (pieces[place].value,), span), unit.behind


def _hour(pieces: Sequence[Token], place: int, unit: Unit) -> Read:
    """Read 10 h 30, dix heures et demie, 7 heures du soir, or a duration such as 2 h 30."""
    value, behind = pieces[place].value * MINUTES, unit.behind
    minutes = at(pieces, behind)
    short = minutes.text.isdigit() and len(minutes.text) == 2  # noqa: PLR2004
    if minutes.kind == "number" and (short or minutes.spelled) and minutes.value < MINUTES:
        named = at(pieces, behind + 1).text in {"min", "mn", "minute", "minutes"}
        if named or not (counts(pieces, behind) and unit_of(pieces, behind)):
            value, behind = value + minutes.value, behind + 1 + named
    for words, more in _PARTS.items():
        if texts(pieces, behind, *words):
            value, behind = value + more, behind + len(words)
    for words in _LATER:
        if texts(pieces, behind, *words) and value < 12 * MINUTES:
            value, behind = value + 12 * MINUTES, behind + len(words)
    kind = "hour" if value <= DAY * MINUTES else "duration"
    return _made(kind, ("time", value), (pieces[place], pieces[behind - 1])), behind


_PARTS = {
    ("et", "demie"): 30, ("et", "demi"): 30, ("et", "quart"): 15, ("moins", "le", "quart"): -15,
}  # fmt: skip
_LATER = (("du", "soir"), ("de", "l", "'", "apres", "-", "midi"), ("in", "the", "evening"))


def _half_day(pieces: Sequence[Token], place: int, unit: Unit) -> Read:
    """Read 10 am, 7 pm; noon is 12 pm."""
    value = pieces[place].value % 12 + (12 if unit.family == "pm" else 0)
    span = (pieces[place], pieces[unit.behind - 1])
    return _made("hour", ("time", value * MINUTES), span), unit.behind


def _days_after(pieces: Sequence[Token], place: int) -> Read | None:
    """Read J+2, two days after the order."""
    if not texts(pieces, place - 2, "j", "+"):
        return None
    key = ("time", pieces[place].value * 24 * MINUTES)
    return _made("duration", key, (pieces[place - 2], pieces[place])), place + 1


def _colon(pieces: Sequence[Token], place: int) -> Read | None:
    minutes, number = at(pieces, place + 2), pieces[place]
    together = glued(pieces, place) and glued(pieces, place + 1)
    if not texts(pieces, place + 1, ":") or not together or not minutes.text[:2].isdigit():
        return None
    if len(minutes.text) != 2 or number.value > DAY or minutes.value >= MINUTES:  # noqa: PLR2004
        return None
    value, behind = number.value * MINUTES + minutes.value, place + 3
    unit = unit_of(pieces, place + 2)
    if unit and unit.family in {"am", "pm"}:
        late = 12 if unit.family == "pm" else 0
        value, behind = (number.value % 12 + late) * MINUTES + minutes.value, unit.behind
    return _made("hour", ("time", value), (number, pieces[behind - 1])), behind


def _quantity(pieces: Sequence[Token], place: int, unit: Unit) -> Read:
    value, behind = pieces[place].value, unit.behind
    if texts(pieces, behind, "et", "demi") or texts(pieces, behind, "et", "demie"):
        value, behind = value + Decimal("0.5"), behind + 2
    kind = "duration" if unit.family in {"time", "months"} else "quantity"
    span = (pieces[place], pieces[behind - 1])
    return _made(kind, (unit.family, value * unit.size), span), behind


_FINISH: dict[str, Callable[[Sequence[Token], int, Unit], Read]] = {
    "money:EUR": _money, "money:USD": _money, "money:GBP": _money, "money:CHF": _money,
    "percent": _percent, "hour": _hour, "am": _half_day, "pm": _half_day,
}  # fmt: skip
