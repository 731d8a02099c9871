"""What all sources together say, gathered once so that each claim is looked up."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from processing.factlock.claim import Claim
from processing.factlock.days import Day
from processing.factlock.vocabulary import COUNTED

WEEK, DAY_MINUTES, LONGEST_RANGE = 7, 1440, 62
STARTING = ("a partir de ", "des ", "from ")
"""Before a bare number in a sheet: where a price begins."""
JOINS = {"au", "-", "to", "jusqu'au", "until", "et", "and", "a"}


@dataclass
class Known:
    """What the sources say, gathered once, so that each claim of a draft is looked up."""

    today: date
    keys: set[tuple[str, tuple[Hashable, ...]]] = field(default_factory=set)
    amounts: set[Decimal] = field(default_factory=set)
    bare: set[Decimal] = field(default_factory=set)
    values: set[Decimal] = field(default_factory=set)
    days: set[Day] = field(default_factory=set)
    by_number: dict[int, set[Day]] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)
    phones: dict[str, set[str]] = field(default_factory=dict)

    def learn(self, found: list[Claim], text: str) -> None:
        """Take in the claims of one source, whose plain text is `text`."""
        alone = len(found) == 1 and not text[found[0].end :].strip(" .!?€")
        for place, claim in enumerate(found):
            self.keys.add((space(claim), claim.key))
            if claim.kind == "amount" and isinstance(claim.key[0], Decimal):
                self.amounts.add(claim.key[0])
                self._values(claim.key[0])
            elif claim.kind == "number" and isinstance(claim.key[0], Decimal):
                least = text[: claim.start].endswith(STARTING) and not claim.counts
                whole = alone and not text[: claim.start].strip(" :")
                self._number(claim, priced=whole or least)
            elif claim.kind in {"hour", "duration", "quantity", "percentage"}:
                self._measure(claim)
            elif claim.kind == "phone":
                self.phones.setdefault(str(claim.key[0])[-WEEK:], set()).add(str(claim.key[0]))
            elif claim.kind == "weekday":
                self._weekdays(claim)
            elif claim.kind == "date":
                before = found[place - 1] if place else None
                self._date(claim, before, text)

    def _number(self, claim: Claim, *, priced: bool) -> None:
        value = claim.key[0]
        if not isinstance(value, Decimal):
            return
        self.bare.add(value)
        self._values(value)
        if priced:
            self.amounts.add(value)
            self.keys.add(("amount", (value, "?")))

    def _measure(self, claim: Claim) -> None:
        value = claim.key[-1]
        if not isinstance(value, Decimal):
            return
        if value in {0, DAY_MINUTES} and claim.key[0] == "time":
            self.keys |= {("time", ("time", Decimal(one))) for one in (0, DAY_MINUTES)}
        self._values(value)
        if claim.key[0] == "time":
            self._values(value / 60)
            self._values(value / DAY_MINUTES)
        if claim.key[0] == "length":
            self._values(value / 10)
            self._values(value / 1000)
        if claim.key[0] == "volume":
            self._values(value / 10)
            self._values(value / 1000)
        if claim.key[0] in COUNTED | {"street"}:
            self.bare.add(value)

    def _values(self, value: Decimal) -> None:
        self.values.add(value.normalize())

    def _weekdays(self, claim: Claim) -> None:
        days = claim.key[1]
        if isinstance(days, frozenset):
            moods = {"open": self.open, "closed": self.closed, "asked": self.asked}
            moods.get(claim.mood, self.named).update(days)
            if claim.key[0] == "next":
                self.days |= {_next(weekday, self.today) for weekday in days}

    def _date(self, claim: Claim, before: Claim | None, text: str) -> None:
        day = self._full(claim)
        if day.year:
            self._values(Decimal(day.year))
        self.days.add(day)
        if day.day:
            self._values(Decimal(day.day))
        if (
            not before
            or before.kind != "date"
            or text[before.end : claim.start].strip() not in JOINS
        ):
            return
        first, last = day_of(self._full(before)), day_of(day)
        joined = text[before.end : claim.start].strip() not in {"et", "and"}
        if first and last and joined and 0 < (last - first).days <= LONGEST_RANGE:
            between = (first + timedelta(days=i) for i in range(1, (last - first).days))
            self.days |= {Day(one.day, one.month, one.year, one.weekday()) for one in between}

    def _full(self, claim: Claim) -> Day:
        """Return a source's day with its year: the next such day, where none is said."""
        said = claim.key[-1]
        if isinstance(said, date):
            return Day(said.day, said.month, said.year, said.weekday())
        if not isinstance(said, Day):
            return Day()
        if not said.day or (said.year and said.month):
            return _weekdayed(said)
        for ahead in range(-1, 13):
            year, month = divmod(self.today.year * 12 + self.today.month - 1 + ahead, 12)
            one = day_of(Day(said.day, month + 1, year))
            fits = one and said.month in {0, one.month} and said.weekday in {-1, one.weekday()}
            if one and fits and (said.month or one >= self.today):
                return Day(one.day, one.month, one.year, one.weekday())
        return said


def space(claim: Claim) -> str:
    """Return in what space keys are compared: hours and durations are both a time."""
    return "time" if claim.kind in {"hour", "duration"} else claim.kind


def day_of(day: Day) -> date | None:
    """Return the date that `day` names in full, or None."""
    try:
        return date(day.year, day.month, day.day)
    except ValueError:
        return None


def weekday_of(day: Day) -> int:
    """Return the weekday, by the calendar where the date is known; -1 for unknown."""
    one = day_of(day)
    return one.weekday() if one else day.weekday


def _next(weekday: int, today: date) -> Day:
    one = today + timedelta(days=(weekday - today.weekday()) % WEEK)
    return Day(one.day, one.month, one.year, weekday)


def _weekdayed(day: Day) -> Day:
    return Day(day.day, day.month, day.year, weekday_of(day))


def known(sources: Iterable[tuple[list[Claim], str]], today: date) -> Known:
    """Return what all sources together say, each given with its claims and its plain text."""
    all_of_it = Known(today)
    for found, text in sources:
        all_of_it.learn(found, text)
    for day in all_of_it.days:
        all_of_it.by_number.setdefault(day.day, set()).add(day)
        one = day_of(day)
        if one and 0 <= (one - today).days <= WEEK:
            all_of_it.named.add(one.weekday())
    return all_of_it
