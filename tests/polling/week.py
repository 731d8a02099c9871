"""Days of fifty channels on one project's units, played on a clock that is set by hand."""

import heapq
import json
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from social import meter, polling, turns
from social.models import Poll, SocialAccount, WebhookEvent
from tests.factories import make_account, make_workspace
from tests.social.youtube_world import PACIFIC, Channel, World

ACTIVITY = (2000, 300, 100, 40, 20, 10, *[5] * 10, *[1] * 34)
"""Comments a day of each channel: one very busy, many quiet."""
QUIETEST = range(16, 50)
REPLIES_PER_COMMENT = 0.2
REPLY_HOURS = 2
"""How long after a comment somebody answers it, on average."""
BUSY_MINUTES = 10
"""How often the busiest wants to answer; the others want one answer a day, at any hour."""


@dataclass
class Week:
    """What happened: delays in seconds by channel, units by day, answers by who asked."""

    world: World
    accounts: list[SocialAccount]
    ends: datetime
    written: dict[str, float] = field(default_factory=dict)
    whose: dict[str, int] = field(default_factory=dict)
    delays: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    late: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    turns: Counter[int] = field(default_factory=Counter)
    answers: Counter[tuple[int, bool]] = field(default_factory=Counter)
    answered_hours: dict[date, set[int]] = field(default_factory=lambda: defaultdict(set))

    def play(self) -> None:
        """Take every turn when it is due, and ask for answers in between."""
        starts = self.world.now
        for number, account in enumerate(self.accounts):
            polling.ensure_polls(account, now=starts + timedelta(seconds=number))
        due = [(at, pk, "poll") for pk, at in Poll.objects.values_list("pk", "next_at") if at]
        due += [(at, who, "answer") for at, who in self._wishes(starts)]
        heapq.heapify(due)
        while due and due[0][0] < self.ends:
            at, key, what = heapq.heappop(due)
            self.world.now = at
            if what == "answer":
                self._answer(key)
                continue
            self._note(turns.turn(key, now=at))
            self.turns[key] += 1
            following = Poll.objects.values_list("next_at", flat=True).get(pk=key)
            if following is not None:
                heapq.heappush(due, (following, key, "poll"))

    def worst_delay(self, *, quietest: bool) -> float:
        """Return how long the slowest comment waited, of the quietest channels or of all."""
        chosen = QUIETEST if quietest else range(len(self.accounts))
        return max(delay for who in chosen for delay in self.delays[who])

    def mean_delay(self, who: int) -> float:
        """Return how long a comment of a channel waited on average."""
        return sum(self.delays[who]) / len(self.delays[who])

    def refused_answers(self, *, quiet: bool) -> int:
        """Return how many answers had no units, of all but the busiest, or of the busiest."""
        chosen = range(1, len(self.accounts)) if quiet else [0]
        return sum(self.answers[who, False] for who in chosen)

    def lost(self, *, older_than: timedelta) -> list[str]:
        """Return the comments that nobody found (replies may wait for a scan)."""
        limit = (self.ends - older_than).timestamp()
        return [name for name, at in self.written.items() if at < limit and "." not in name]

    def missing_replies(self, *, older_than: timedelta) -> float:
        """Return which part of the replies nobody found."""
        limit = (self.ends - older_than).timestamp()
        old = [name for name, at in self.written.items() if at < limit and "." in name]
        return len(old) / max(1, len(old) + sum(map(len, self.late.values())))

    def _wishes(self, starts: datetime) -> list[tuple[datetime, int]]:
        drawn = random.Random(7)
        seconds = (self.ends - starts).total_seconds()
        busy = range(0, int(seconds), BUSY_MINUTES * 60)
        wishes = [(starts + timedelta(seconds=at), 0) for at in busy]
        for day in range(round(seconds / 86_400)):
            for who in range(1, len(self.accounts)):
                at = min(day * 86_400 + drawn.uniform(0, 86_400), seconds - 60)
                wishes.append((starts + timedelta(seconds=at), who))
        return wishes

    def _answer(self, who: int) -> None:
        taken = meter.take(self.accounts[who], "reply", now=self.world.now)
        given = isinstance(taken, meter.Taken)
        self.answers[who, given] += 1
        if given:
            self.world.charge("answers", 50)
            local = self.world.now.astimezone(PACIFIC)
            self.answered_hours[local.date()].add(local.hour)

    def _note(self, stored: list[int]) -> None:
        for body in WebhookEvent.objects.filter(pk__in=stored).values_list("body", flat=True):
            for item in json.loads(bytes(body))["items"]:
                sample = item.get("replies", {}).get("comments", [])
                for name in [item["id"], *[one["id"] for one in sample]]:
                    self._found(name)

    def _found(self, name: str) -> None:
        at = self.written.pop(name, None)
        if at is not None:
            kept: Any = self.late if "." in name else self.delays
            kept[self.whose[name]].append(self.world.now.timestamp() - at)


def make_week(*, starts: date, hours: float) -> Week:
    """Make fifty connected channels, and what will be written to them from midnight there."""
    begins = datetime.combine(starts, time.min, PACIFIC).astimezone(UTC)
    week = Week(World(begins), [], begins + timedelta(hours=hours))
    for number, a_day in enumerate(ACTIVITY):
        channel = Channel(f"UC{number:03}")
        week.world.channels[channel.id] = channel
        week.accounts.append(_connect(channel))
        _fill(week, channel, number, count=round(a_day * hours / 24))
    return week


def _fill(week: Week, channel: Channel, number: int, *, count: int) -> None:
    drawn = random.Random(number)
    begins, ends = week.world.now.timestamp(), week.ends.timestamp()
    for place in range(count):
        at, name = drawn.uniform(begins, ends), f"{channel.id}-{place}"
        channel.comment(at, name)
        week.written[name], week.whose[name] = at, number
        if drawn.random() < REPLIES_PER_COMMENT:
            later = at + drawn.expovariate(1 / (REPLY_HOURS * 3600))
            reply = channel.reply(later, name)
            week.written[reply], week.whose[reply] = later, number


def _connect(channel: Channel) -> SocialAccount:
    account = make_account(
        make_workspace(), provider="youtube", kind="youtube", external_id=channel.id
    )
    account.seal({"access_token": channel.id})
    account.save()
    return account
