"""Who has a turn when the day's messages are short, and how long anybody waits for one; pure."""

from datetime import datetime, timedelta

LONGEST_WAIT = timedelta(days=7)
"""So long somebody waits for one of the day's messages, where no window closes before."""
LAST_HOUR = timedelta(hours=1)
"""Who may hardly get one is looked at again so long before it is too late: a human may answer."""


def has_turn(remaining: int | None, *, ahead: int, kept: int = 0) -> bool:
    """Return whether a message is left for who has `ahead` before them and must leave `kept`."""
    return remaining is None or remaining - ahead > kept


def too_late(closes: datetime | None, since: datetime | None) -> datetime | None:
    """Return when waiting makes no sense any more, None for never.

    `closes` is the end of the reply window, `since` when somebody began to wait.
    """
    longest = None if since is None else since + LONGEST_WAIT
    return min((moment for moment in (closes, longest) if moment is not None), default=None)
