"""A week of sending: the day's cap, the working hours and the pause hold, whoever competes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Workspace
from social.models import BrowserSession, SentDay
from tests.factories import make_workspace
from tests.social.sessions.members import Hand, connected
from tests.social.sessions.week import Week, by_day, check_caps, check_gaps, check_hours, table

WEEK = timedelta(days=7)
WORKDAYS = (0, 1, 2, 3, 4)


def week_of(time: Hand, zone: str, begins: datetime, **session: Any) -> Week:
    time.now = begins
    account = connected(make_workspace(timezone=zone), **session)
    return Week(account, time)


@pytest.mark.django_db(transaction=True)
def test_four_workers_keep_to_the_pace_of_one_week(
    time: Hand, capsys: pytest.CaptureFixture[str]
) -> None:
    begins = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)
    week = week_of(time, "Europe/Paris", begins)
    week.threads, week.crashes = True, 0.1
    week.play(begins + WEEK)

    check_caps(week.left)
    check_hours(week.left, 9, 19, WORKDAYS)
    least = check_gaps(week.left)
    assert [row.sent for row in SentDay.objects.order_by("day")] == [5, 7, 9, 11, 13]
    with capsys.disabled():
        print("\n" + "\n".join(table(week.left)))  # noqa: T201 - the figures of the week
        print(f"4 workers, {week.tries} tries, {len(week.left)} sent, least gap {least}")  # noqa: T201


ZONES = [
    pytest.param("Europe/Paris", "2026-03-26", (9, 19), WORKDAYS, 6, id="to summer"),
    pytest.param("Europe/Paris", "2026-10-22", (9, 19), WORKDAYS, 6, id="to winter"),
    pytest.param("Europe/Paris", "2026-03-28", (1, 4), (5, 6), 2, id="an hour that is not"),
    pytest.param("Europe/Paris", "2026-10-24", (2, 3), (5, 6), 2, id="an hour that comes twice"),
    pytest.param("Asia/Kathmandu", "2026-11-30", (9, 19), WORKDAYS, 3, id="a quarter of an hour"),
    pytest.param("Australia/Lord_Howe", "2026-10-03", (0, 24), (5, 6), 3, id="half an hour"),
    pytest.param("America/Santiago", "2026-09-05", (0, 24), (5, 6), 3, id="no midnight"),
    pytest.param("Pacific/Kiritimati", "2026-11-30", (23, 24), WORKDAYS, 3, id="until midnight"),
    pytest.param("America/New_York", "2026-11-30", (0, 24), tuple(range(7)), 3, id="always"),
    pytest.param("Asia/Tehran", "2026-11-30", (8, 9), (3,), 12, id="one hour a week"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "day", "hours", "days", "length"), ZONES)
def test_hours_are_the_members_own_in_every_zone(
    time: Hand, *, zone: str, day: str, hours: tuple[int, int], days: tuple[int, ...], length: int
) -> None:
    begins = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=14)
    week = week_of(
        time, zone, begins, works_from=hours[0], works_until=hours[1], works_days=list(days)
    )
    week.workers, week.crashes = 1, 0.1
    week.play(begins + timedelta(days=length + 1))

    assert len(by_day(week.left)) >= 2
    check_caps(week.left, exactly=False)
    check_hours(week.left, *hours, days)
    check_gaps(week.left)


@pytest.mark.django_db
def test_the_cap_grows_to_twenty_and_stays(time: Hand) -> None:
    begins = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)
    week = week_of(time, "Europe/Paris", begins)
    used = [begins.date() - timedelta(days=days) for days in range(1, 7)]
    SentDay.objects.bulk_create(
        SentDay(
            workspace=week.account.workspace,
            social_account=week.account,
            day=day,
            sent=1,
            most=5,
            last_at=begins - timedelta(days=1),
        )
        for day in used
    )
    week.workers = 1
    week.play(begins + timedelta(days=4))

    check_caps(week.left, before=len(used))
    assert [len(sent) for sent in by_day(week.left).values()] == [17, 19, 20, 20]


@pytest.mark.django_db
def test_a_zone_that_changes_gives_nothing_more(time: Hand) -> None:
    zones = (
        *("Europe/Paris", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"),
        *("America/Los_Angeles", "Pacific/Auckland", "Europe/Paris", "Pacific/Midway"),
    )
    begins = datetime(2026, 11, 29, 22, 0, tzinfo=UTC)
    week = week_of(time, zones[0], begins, works_from=0, works_until=24, works_days=list(range(7)))
    week.workers = 1

    def travel(now: datetime) -> None:
        hours = (now - begins) // timedelta(hours=5)
        Workspace.objects.update(timezone=zones[hours % len(zones)])

    week.play(begins + timedelta(days=4), every=travel)

    check_gaps(week.left)
    check_caps(week.left, exactly=False)
    # Six days of the calendar at most are touched, with the caps of six days.
    assert len(week.left) <= 5 + 7 + 9 + 11 + 13 + 15


@pytest.mark.django_db
def test_hours_that_change_in_mid_week_give_nothing_more(time: Hand) -> None:
    begins = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)
    week = week_of(time, "Europe/Paris", begins)
    week.workers = 1
    hours = [(9, 19), (0, 24), (6, 8), (22, 24), (0, 1)]

    def change(now: datetime) -> None:
        start, end = hours[((now - begins) // timedelta(hours=3)) % len(hours)]
        BrowserSession.objects.update(
            works_from=start, works_until=end, works_days=[0, 1, 2, 3, 4, 5, 6]
        )

    week.play(begins + timedelta(days=4), every=change)

    check_gaps(week.left)
    check_caps(week.left, exactly=False)
