"""Which day a message counts for: midnights, both changes of the clock, a moved time zone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from billing import quotas
from billing.models import Quota
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db
LIMIT = 10
PARIS, HONOLULU, KATHMANDU = "Europe/Paris", "Pacific/Honolulu", "Asia/Kathmandu"
SECOND = timedelta(seconds=1)

# The zone, a local day and its first and last midnight in UTC.
DAYS = [
    (PARIS, date(2026, 11, 20), "2026-11-19T23:00", "2026-11-20T23:00"),
    (HONOLULU, date(2026, 11, 20), "2026-11-20T10:00", "2026-11-21T10:00"),
    (KATHMANDU, date(2026, 11, 20), "2026-11-19T18:15", "2026-11-20T18:15"),
    # 23 and 25 hours long.
    (PARIS, date(2026, 3, 29), "2026-03-28T23:00", "2026-03-29T22:00"),
    (PARIS, date(2026, 10, 25), "2026-10-24T22:00", "2026-10-25T23:00"),
    # Where the clock changes at midnight itself: no 00:00 that day, and an hour twice before it.
    ("America/Santiago", date(2026, 9, 6), "2026-09-06T04:00", "2026-09-07T03:00"),
    ("America/Santiago", date(2026, 4, 4), "2026-04-04T03:00", "2026-04-05T04:00"),
]


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(("zone", "day", "begins", "ends"), DAYS)
def test_a_day_lasts_from_midnight_to_midnight_of_its_own_place(
    zone: str, day: date, begins: str, ends: str
) -> None:
    workspace = make_workspace(timezone=zone)
    first, last = at(begins), at(ends) - SECOND
    before = [quotas.reserve(workspace, now=first - SECOND) for _ in range(LIMIT + 1)]
    within = [quotas.reserve(workspace, now=first) for _ in range(LIMIT - 1)]
    within += [quotas.reserve(workspace, now=last) for _ in range(2)]
    after = quotas.reserve(workspace, now=at(ends))

    assert before == [day - timedelta(days=1)] * LIMIT + [None]
    assert within == [day] * LIMIT + [None]
    assert after == day + timedelta(days=1)


@pytest.mark.parametrize(("zone", "day", "begins", "ends"), DAYS)
def test_the_next_day_is_told_to_the_second(zone: str, day: date, begins: str, ends: str) -> None:
    workspace = make_workspace(timezone=zone)

    for moment in (at(begins), at(ends) - SECOND):
        assert (quotas.usage(workspace, now=moment).day) == day
        assert quotas.usage(workspace, now=moment).renews_at == at(ends)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-20T18:59:59", "2026-11-20T19:00"),
        ("2026-11-20T19:00:00", None),
        ("2026-11-20T22:59:59", None),
        ("2026-11-20T23:00:00", "2026-11-21T19:00"),
        ("2026-10-25T00:00:00", "2026-10-25T19:00"),
        ("2026-03-29T00:00:00", "2026-03-29T18:00"),
    ],
)
def test_what_is_kept_is_free_for_all_from_eight_in_the_evening(
    moment: str, opens: str | None
) -> None:
    usage = quotas.usage(make_workspace(timezone=PARIS), now=at(moment))

    assert usage.opens_at == (at(opens) if opens else None)
    assert usage.kept == (2 if opens else 0)


@pytest.mark.parametrize(
    ("limit", "kept"), [(None, 0), (1, 1), (4, 1), (9, 1), (10, 2), (14, 2), (15, 3), (100, 20)]
)
def test_a_fifth_is_kept_and_at_least_one(limit: int | None, kept: int) -> None:
    assert quotas.kept_of(limit) == kept


# --- the time zone is changed in the middle of the day

MORNING = "2026-11-20T08:00"  # the 20th in Paris and Kathmandu, still the 19th in Honolulu
NIGHT = "2026-11-20T20:00"  # the 20th in Paris and Honolulu, the 21st in Kathmandu


def left_after(zones: list[str], moments: list[str]) -> tuple[list[date], int]:
    """Spend all that may be spent in each zone in turn; the days, and how many in all."""
    workspace = make_workspace(timezone=zones[0])
    taken: list[date | None] = []
    for zone, moment in zip(zones, moments, strict=True):
        workspace.timezone = zone
        workspace.save()
        taken += [quotas.reserve(workspace, now=at(moment)) for _ in range(LIMIT + 1)]
    found = [day for day in taken if day is not None]
    return sorted(set(found)), len(found)


@pytest.mark.parametrize("zone", [HONOLULU, "Pacific/Pago_Pago", KATHMANDU, "UTC"])
def test_a_day_that_is_spent_stays_spent_where_it_is_still_yesterday_or_the_same_day(
    zone: str,
) -> None:
    assert left_after([PARIS, zone], [MORNING, MORNING]) == ([date(2026, 11, 20)], LIMIT)


def test_going_back_and_forth_gives_no_date_twice() -> None:
    zones = [PARIS, HONOLULU, KATHMANDU, PARIS, HONOLULU, KATHMANDU]

    days, taken = left_after(zones, [NIGHT] * len(zones))

    assert days == [date(2026, 11, 20), date(2026, 11, 21)]
    assert taken == 2 * LIMIT


def test_a_date_that_was_begun_early_gives_nothing_more_when_it_comes() -> None:
    days, taken = left_after(
        [PARIS, KATHMANDU, PARIS, PARIS],
        [NIGHT, NIGHT, "2026-11-21T12:00", "2026-11-21T23:00"],
    )

    assert days == [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)]
    assert taken == 3 * LIMIT


def test_after_a_move_to_where_it_is_yesterday_the_day_ends_with_its_own_date() -> None:
    workspace = make_workspace(timezone=PARIS)
    quotas.reserve(workspace, now=at(MORNING))
    workspace.timezone = HONOLULU
    workspace.save()

    usage = quotas.usage(workspace, now=at(MORNING))

    assert (usage.day, usage.reserved) == (date(2026, 11, 20), 1)
    assert usage.renews_at == at("2026-11-21T10:00")


def test_what_was_reserved_before_a_move_leaves_on_the_day_that_has_begun() -> None:
    workspace = make_workspace(timezone=PARIS)
    day = quotas.reserve(workspace, now=at(MORNING))
    workspace.timezone = HONOLULU
    workspace.save()

    assert quotas.renew(workspace, day, now=at(MORNING)) == day
    assert Quota.objects.get().reserved == 1
