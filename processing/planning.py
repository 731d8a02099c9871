"""The window planner: when a follow-up leaves, so that it is neither at night nor too late; pure.

Networks let us write only for a while after the contact's last message (Meta: 24 hours, meta.md
6.3). What cannot be sent well before that ends becomes a task for a human.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from processing import hours

MARGIN = timedelta(minutes=30)
"""Kept free before the window closes: a send may wait for its turn or be tried again."""
POLITE = timedelta(hours=1)
"""From now to a follow-up, unless the window leaves less."""
SOONEST = timedelta(minutes=1)
"""From now to a follow-up in any case: it must still be seen, and may be cancelled."""


@dataclass(frozen=True)
class Plan:
    """When to send (`at`, UTC), or until when a human may (`task_until`), and why.

    `reason` is `planned` (at the wanted moment), `moved_to_morning` (that was at night),
    `moved_before_window_closes` or `no_moment_left`: then `at` is None and a task begins.
    """

    at: datetime | None
    task_until: datetime | None
    reason: str


def plan_follow_up(
    *,
    now: datetime,
    wanted_at: datetime,
    window_closes_at: datetime | None,
    zone: tzinfo,
    start: time = hours.MORNING,
    end: time = hours.EVENING,
    margin: timedelta = MARGIN,
) -> Plan:
    """Return the plan of a follow-up wanted at `wanted_at`; moments are aware.

    It leaves between `start` and `end` on the clock of `zone` and never after the window less
    `margin`; a network without a window has `window_closes_at` None. A wish nearer than an hour
    counts as in an hour, and this is still `planned`. Where the window forces it, an hour is
    given up: the last daytime moment before the window's margin is taken, if it is at least a
    minute away. `task_until` is the window's end also when that has passed already.
    """
    wish = max(wanted_at, now + POLITE).astimezone(UTC)
    at = hours.next_daytime(wish, zone, start=start, end=end)
    if window_closes_at is None or at <= window_closes_at - margin:
        return Plan(at, None, "planned" if at == wish else "moved_to_morning")
    last = hours.last_daytime_before(window_closes_at - margin, zone, start=start, end=end)
    if last >= now + SOONEST:
        return Plan(last, None, "moved_before_window_closes")
    return Plan(None, window_closes_at.astimezone(UTC), "no_moment_left")
