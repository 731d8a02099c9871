"""When a letter may leave, as a table: the kind, the wishes, the hour."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from accounts.mailrules import CHOSEN, Wishes, moment_of

PARIS = ZoneInfo("Europe/Paris")
NIGHT = (time(21, 0), time(7, 30))
LUNCH = (time(12, 0), time(14, 0))


def at(words: str) -> datetime:
    """Return a moment by the clock of Paris."""
    return datetime.fromisoformat(words).replace(tzinfo=PARIS).astimezone(UTC)


@pytest.mark.parametrize(
    ("quiet", "now", "leaves"),
    [
        (None, "2026-11-29 03:00", "2026-11-29 03:00"),
        (NIGHT, "2026-11-29 20:59", "2026-11-29 20:59"),
        (NIGHT, "2026-11-29 21:00", "2026-11-30 07:30"),
        (NIGHT, "2026-11-30 00:00", "2026-11-30 07:30"),
        (NIGHT, "2026-11-30 07:29", "2026-11-30 07:30"),
        (NIGHT, "2026-11-30 07:30", "2026-11-30 07:30"),
        (LUNCH, "2026-11-30 11:59", "2026-11-30 11:59"),
        (LUNCH, "2026-11-30 13:00", "2026-11-30 14:00"),
        (LUNCH, "2026-11-30 14:00", "2026-11-30 14:00"),
        ((time(8), time(8)), "2026-11-30 08:00", "2026-11-30 08:00"),
        # The nights in which the clocks are changed: seven thirty is seven thirty.
        (NIGHT, "2026-03-28 23:00", "2026-03-29 07:30"),
        (NIGHT, "2026-10-24 23:00", "2026-10-25 07:30"),
    ],
)
def test_a_letter_waits_for_the_end_of_the_quiet_hours(
    quiet: tuple[time, time] | None, now: str, leaves: str
) -> None:
    wishes = Wishes(quiet=quiet)
    assert moment_of("draft_waiting", wishes, now=at(now), zone=PARIS) == at(leaves)


@pytest.mark.parametrize("kind", CHOSEN)
def test_what_is_switched_off_never_leaves(kind: str) -> None:
    others = frozenset(CHOSEN) - {kind}
    now = at("2026-11-29 12:00")
    assert moment_of(kind, Wishes(frozenset({kind})), now=now, zone=PARIS) is None
    assert moment_of(kind, Wishes(others), now=now, zone=PARIS) == now


@pytest.mark.parametrize("kind", ["new_sign_in", "password_changed", "reset_password"])
def test_what_guards_the_account_leaves_by_night_and_whatever_is_wished(kind: str) -> None:
    now = at("2026-11-29 23:00")
    wishes = Wishes(frozenset({kind, *CHOSEN}), NIGHT)
    assert moment_of(kind, wishes, now=now, zone=PARIS) == now
