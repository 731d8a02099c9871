"""Whether a claim is supported: the same fact, in whatever spelling, among those of the sources."""

from collections.abc import Callable
from datetime import date

from processing.factlock.claim import Claim
from processing.factlock.days import Day
from processing.factlock.known import WEEK, Known, day_of, space, weekday_of
from processing.factlock.vocabulary import COUNTED


def supports(known: Known, claim: Claim) -> bool:
    """Return whether a source says what the draft's `claim` says."""
    if claim.kind in _LOOKS:
        return claim.idle or _LOOKS[claim.kind](known, claim)
    return (space(claim), claim.key) in known.keys


def _has_number(known: Known, claim: Claim) -> bool:
    return claim.key[0] in (known.bare if claim.counts else known.values)


def _has_quantity(known: Known, claim: Claim) -> bool:
    counted = claim.key[0] in COUNTED and claim.key[1] in known.bare
    return counted or ("quantity", claim.key) in known.keys


def _has_phone(known: Known, claim: Claim) -> bool:
    said = str(claim.key[0])
    return any(_same_phone(said, one) for one in known.phones.get(said[-WEEK:], ()))


def _has_amount(known: Known, claim: Claim) -> bool:
    value, currency = claim.key[0], claim.key[1]
    if currency == "?":
        return value in known.amounts
    return ("amount", claim.key) in known.keys or ("amount", (value, "?")) in known.keys


def _has_weekdays(known: Known, claim: Claim) -> bool:
    days = claim.key[1]
    if not isinstance(days, frozenset):
        return False
    if claim.mood == "closed":
        hours = known.open | (known.named - known.closed)
        return days <= known.closed or bool(hours and not days & hours)
    if claim.mood == "open":
        return days <= (known.open | (known.named - known.closed))
    return days <= (known.open | known.named | known.asked)


def _has_date(known: Known, claim: Claim) -> bool:
    said = claim.key[-1]
    if isinstance(said, date):
        days = known.by_number.get(said.day, ())
        same = not claim.mood and any(day_of(day) == said for day in days)
        weekday = Claim("weekday", ("", frozenset({said.weekday()})), 0, 0, mood=claim.mood)
        return same or _has_weekdays(known, weekday)
    if not isinstance(said, Day):
        return False
    near = known.by_number.get(said.day, ()) if said.day else known.days
    return any(_agrees(said, day) for day in near)


def _agrees(said: Day, known: Day) -> bool:
    """Return whether everything that `said` names is so in `known`."""
    pairs = ((said.day, known.day), (said.month, known.month), (said.year, known.year))
    if any(one and one != other for one, other in pairs):
        return False
    return said.weekday in {-1, weekday_of(known)}


def _same_phone(one: str, other: str) -> bool:
    """Compare two numbers; one may lack the country's code, or be one that we do not know."""
    short, long = sorted((one, other), key=len)
    if short == long:
        return True
    if short.startswith("+") or not long.startswith("+"):
        return False
    return len(short) >= WEEK and long.endswith(short.lstrip("0"))


_LOOKS: dict[str, Callable[[Known, Claim], bool]] = {
    "amount": _has_amount,
    "number": _has_number,
    "quantity": _has_quantity,
    "phone": _has_phone,
    "weekday": _has_weekdays,
    "date": _has_date,
}
