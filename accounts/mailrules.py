"""Which letters people choose, and when one may leave: no rows, no clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

NEVER = "never"
ABOUT_PEOPLE = ("human_needed", "draft_waiting", "quota_waiting")
"""What `told_by_mail` switches on and off together: somebody waits for an answer."""
FOR_EVERYBODY = ("human_needed", "draft_waiting")
FOR_OWNERS = ("quota_waiting", "account_state", "tool_state", "webhook_off", "plan_news")
CHOSEN = (*FOR_EVERYBODY, *FOR_OWNERS)
"""The letters that a member may switch off; every other kind is about their own security."""


@dataclass(frozen=True)
class Wishes:
    """What one member wants: the kinds they switched off, and the hours that stay quiet.

    `quiet` is from when until when by the clock of the workspace; it may pass midnight. None, or
    twice the same hour: no hour is quiet.
    """

    never: frozenset[str] = frozenset()
    quiet: tuple[time, time] | None = None


def moment_of(kind: str, wishes: Wishes, *, now: datetime, zone: tzinfo) -> datetime | None:
    """Return when a letter of `kind` may leave: `now`, the end of the quiet hours, or never.

    What people cannot switch off leaves at once, by night too.
    """
    if kind not in CHOSEN:
        return now
    if kind in wishes.never:
        return None
    local = now.astimezone(zone)
    if wishes.quiet is None or not _within(local.time(), *wishes.quiet):
        return now
    until = wishes.quiet[1]
    day = local.date() if local.time() < until else local.date() + timedelta(days=1)
    # Where the clocks are put forward in between, an hour that does not exist is not waited for.
    return max(now, datetime.combine(day, until, tzinfo=zone).astimezone(UTC))


def _within(at: time, since: time, until: time) -> bool:
    if since <= until:
        return since <= at < until
    return at >= since or at < until
