"""Days of one account on a clock set by hand: workers compete, browsers take their time.

Everything that matters is a moment: when a turn was taken, when the message left within the run,
when the browser was gone. What must hold is worked out from these moments alone.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from threading import Barrier
from zoneinfo import ZoneInfo

from django.db import OperationalError, connections, transaction

from social import sessions
from social.models import SocialAccount
from social.pacing import Later
from social.running import SEND
from tests.social.sessions.members import Hand

GAP = timedelta(seconds=120)
SECOND = timedelta(seconds=1)
BEAT_SECONDS = 45
"""Every five in truth: rarer here, and still in time for the lease."""


@dataclass(frozen=True)
class Left:
    """One message: when its turn was taken, when it left, and the zone of that moment."""

    begun_at: datetime
    at: datetime
    zone: str

    @property
    def day(self) -> date:
        """The member's own day."""
        return self.at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def midnight(self) -> datetime:
        """When that day began."""
        zone = ZoneInfo(self.zone)
        return datetime.combine(self.day, datetime.min.time(), zone).astimezone(UTC)


@dataclass
class Week:
    """`crashes`: the part of the runs whose worker is killed in the middle."""

    account: SocialAccount
    time: Hand
    workers: int = 4
    threads: bool = False
    crashes: float = 0.0
    seed: int = 7
    left: list[Left] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    tries: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def play(self, until: datetime, every: Callable[[datetime], None] | None = None) -> None:
        """Let the workers send as much as they may until then."""
        while self.time.now < until:
            if every is not None:
                every(self.time.now)
            found = self._all_try()
            runs = [one for one in found if isinstance(one, sessions.Run)]
            laters = [one for one in found if isinstance(one, Later)]
            self.reasons.update(one.why for one in laters)
            assert len(runs) <= 1, "two browsers at once"
            if runs:
                self._browse(runs[0])
                continue
            soonest = min(one.until for one in laters)
            assert soonest > self.time.now, "who waits is told a moment to come"
            self._nothing_before(soonest)
            self.time.now = soonest

    def _all_try(self) -> list[sessions.Run | Later]:
        self.tries += self.workers
        if not self.threads:
            return [self._try() for _ in range(self.workers)]
        together = Barrier(self.workers)

        def work(_number: int) -> sessions.Run | Later | None:
            together.wait()
            try:
                return self._try()
            except OperationalError:
                return None
            finally:
                connections.close_all()

        with ThreadPoolExecutor(self.workers) as pool:
            found = list(pool.map(work, range(self.workers)))
        return [one for one in found if one is not None]

    def _try(self) -> sessions.Run | Later:
        with transaction.atomic():
            return sessions.begin(self.account, SEND, now=self.time.now)

    def _nothing_before(self, soonest: datetime) -> None:
        """A second too early is too early."""
        if soonest - self.time.now > 2 * SECOND:
            self.time.now = soonest - SECOND
            assert isinstance(self._try(), Later)

    def _browse(self, run: sessions.Run) -> None:
        """Let a browser type for a while, beat by beat; some workers never come back."""
        begun_at = self.time.now
        seconds = self.random.randint(8, 150)
        leaves = self.random.randint(0, seconds)
        zone = session_zone(self.account)
        self.left.append(Left(begun_at, begun_at + leaves * SECOND, zone))
        killed = self.random.random() < self.crashes
        for beat in range(BEAT_SECONDS, seconds + 1, BEAT_SECONDS):
            self.time.now = begun_at + beat * SECOND
            assert run.keep_going()
        self.time.now = begun_at + seconds * SECOND
        if killed:
            self.time.now += SECOND
        else:
            run.end()


def session_zone(account: SocialAccount) -> str:
    return str(
        SocialAccount.objects.values_list("workspace__timezone", flat=True).get(pk=account.pk)
    )


def by_day(left: list[Left]) -> dict[date, list[Left]]:
    """The messages by the member's own days."""
    days: dict[date, list[Left]] = {}
    for one in left:
        days.setdefault(one.day, []).append(one)
    return days


def check_gaps(left: list[Left]) -> timedelta:
    """No two messages less than two minutes apart, whatever days they left on; the least gap."""
    moments = sorted(one.at for one in left)
    gaps = [after - before for before, after in pairwise(moments)]
    assert min(gaps) >= GAP, min(gaps)
    return min(gaps)


def check_caps(left: list[Left], *, exactly: bool = True, before: int = 0) -> None:
    """5 on the first day of use, 2 more on each further one, never more than 20.

    A message's day is the day of the zone that held when it left; with zones that change, `exactly`
    is too much to ask, and none of their days has more. `before` days were used already.
    """
    for number, (day, messages) in enumerate(sorted(by_day(left).items()), start=before):
        cap = min(20, 5 + 2 * number)
        assert len(messages) <= cap, (day, len(messages), cap)
        if exactly:
            assert len(messages) == cap, (day, len(messages), cap)
    for one in left:
        same = [other for other in left if one.midnight <= other.at <= one.at]
        assert len(same) <= 20


def check_hours(left: list[Left], start: int, end: int, days: tuple[int, ...]) -> None:
    """Each message left within the working hours of its zone, by its own local clock."""
    for one in left:
        local = one.at.astimezone(ZoneInfo(one.zone))
        assert local.weekday() in days, local
        assert start <= local.hour < end, local


def table(left: list[Left]) -> Iterator[str]:
    """Give the days as lines: how many left, between when and when, the least gap within."""
    yield f"{'day':<16}{'zone':<20}{'sent':>5}  {'first':<7}{'last':<7}{'least gap':>10}"
    for day, messages in sorted(by_day(left).items()):
        moments = sorted(one.at for one in messages)
        gaps = [after - before for before, after in pairwise(moments)]
        zone = ZoneInfo(messages[0].zone)
        least = f"{min(gaps).total_seconds():.0f} s" if gaps else ""
        local = [f"{one.astimezone(zone):%H:%M}" for one in (moments[0], moments[-1])]
        yield (
            f"{day:%a %Y-%m-%d}  {messages[0].zone:<20}{len(messages):>5}  "
            f"{local[0]:<7}{local[1]:<7}{least:>10}"
        )
