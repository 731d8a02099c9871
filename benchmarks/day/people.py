"""Who writes to whom and when, on a weekday: pure, by a seed."""

import math
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random

DAY = 86_400
HOURS = (2, 1, 1, 1, 1, 1, 2, 4, 6, 7, 7, 8, 10, 9, 8, 8, 9, 11, 15, 18, 19, 16, 10, 5)
"""Weights of a weekday's local hours: people write at noon and in the evening (assumed)."""
ZONES = ((1, 0.72), (0, 0.08), (-5, 0.08), (-4, 0.05), (4, 0.04), (8, 0.03))
"""Hours from UTC in winter with their share: a French-speaking market first (assumed)."""
PLANS = (("ultra", 0.03), ("premium", 0.15), ("freemium", 0.82))
"""Shares of the plans, the busiest workspaces first (assumed)."""
POLLED = {"youtube": 0.06, "tiktok": 0.08, "linkedin": 0.04}
"""Shares of accounts that are read by polling; all others have webhooks (assumed)."""
LARGE = 50
"""From here on a Poisson's number is as good as a Gaussian's."""
MEDIAN, SIGMA, MOST = 3.0, 1.5, 3_000
"""Messages of a workspace's weekday: lognormal, so that one in fifty gets 65 and more (assumed)."""


@dataclass(frozen=True)
class Workspace:
    """One customer: messages a day on average, the hours from UTC, the plan's code."""

    number: int
    daily: float
    zone: int
    plan: str


@dataclass(frozen=True)
class Burst:
    """One workspace's post goes viral: so many write, most of them soon after `at` (UTC)."""

    workspace: int
    at: float
    people: int
    fades: float = 2_400.0
    """Seconds in which the stream falls to a third."""


def population(number: int, random: Random) -> list[Workspace]:
    """Return so many workspaces, the busiest first: those are the ones that pay."""
    sizes = (min(MOST, random.lognormvariate(math.log(MEDIAN), SIGMA)) for _ in range(number))
    zones, shares = zip(*ZONES, strict=True)
    found = []
    for rank, daily in enumerate(sorted(sizes, reverse=True)):
        zone = random.choices(zones, shares)[0]
        found.append(Workspace(rank, daily, zone, _plan(rank / number)))
    return found


def _plan(share: float) -> str:
    bounds = list(accumulate(part for _plan, part in PLANS))
    return PLANS[min(bisect(bounds, share), len(PLANS) - 1)][0]


def bursts(number: int, workspaces: int, random: Random) -> list[Burst]:
    """Return viral posts at times of the evening: the largest is ten times the median."""
    return [
        Burst(
            random.randrange(workspaces),
            random.gauss(18.5, 1.5) * 3600 % DAY,
            int(random.lognormvariate(math.log(2_000), 1.0)),
        )
        for _ in range(number)
    ]


def arrivals(people: list[Workspace], viral: list[Burst], random: Random) -> Iterator[list[int]]:
    """Yield for each minute of the UTC day who is written to, in no order within the minute."""
    minutes: list[list[int]] = [[] for _ in range(DAY // 60)]
    hours = list(accumulate(HOURS))
    for one in people:
        for _ in range(_poisson(one.daily, random)):
            hour = bisect(hours, random.random() * hours[-1])
            second = (hour - one.zone) * 3600 + random.random() * 3600
            minutes[int(second % DAY) // 60].append(one.number)
    for post in viral:
        for _ in range(post.people):
            second = post.at + random.expovariate(1 / post.fades)
            minutes[int(second % DAY) // 60].append(post.workspace)
    yield from minutes


def _poisson(mean: float, random: Random) -> int:
    if mean > LARGE:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    limit, product, number = math.exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        number += 1
    return number
