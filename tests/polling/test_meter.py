"""Units counted before each call: never over the day, never somebody else's, at once or in turn."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections
from django.db.models import Sum
from pytest_django import Settings

from social import meter
from social.models import SocialAccount, UnitDay, UnitTotal
from social.providers.youtube.provider import YOUTUBE
from tests.factories import make_account, make_workspace
from tests.polling.scene import NOW, connect

TODAY = date(2026, 11, 16)
WORKERS = 20


def take(account: SocialAccount, operation: str = "poll", *, now: datetime = NOW) -> bool:
    return isinstance(meter.take(account, operation, now=now), meter.Taken)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("operation", "polled", "replied"),
    [("poll", 1, 0), ("inspect", 1, 0), ("reply", 0, 50), ("look_up", 0, 1)],
)
def test_a_call_is_counted_for_the_account_and_for_all(
    operation: str, polled: int, replied: int
) -> None:
    account = connect()
    assert take(account, operation)

    row, total = UnitDay.objects.get(), UnitTotal.objects.get()
    assert (row.day, row.polled, row.replied) == (TODAY, polled, replied)
    assert row.workspace_id == account.workspace_id
    assert (total.day, total.used, total.replied) == (TODAY, polled + replied, replied)


@pytest.mark.django_db
def test_a_network_without_a_meter_takes_everything() -> None:
    account = make_account(make_workspace())

    assert meter.take(account, "reply", now=NOW) == meter.Taken(0)
    assert meter.used_today([account], now=NOW) == {}
    assert not UnitTotal.objects.exists()


@pytest.mark.django_db
def test_a_spent_day_waits_for_midnight_in_california() -> None:
    account = connect()
    meter.spent("youtube", now=NOW)

    assert meter.take(account, "reply", now=NOW) == datetime(2026, 11, 17, 8, 0, tzinfo=UTC)
    assert take(account, "reply", now=NOW + timedelta(hours=20))


@pytest.mark.django_db
def test_one_part_used_up_is_not_taken_from_another(settings: Settings) -> None:
    settings.YOUTUBE_DAILY_UNITS = 200
    busy, quiet = connect(), connect()
    granted = sum(take(busy) for _ in range(200))

    # 70 each; four hours of the day are gone, and what the quiet one did not use of them is lent.
    assert 70 <= granted < 85
    assert sum(take(quiet) for _ in range(58)) == 58
    refused = meter.take(busy, "poll", now=NOW)
    assert isinstance(refused, datetime)
    assert NOW < refused <= NOW + timedelta(minutes=30)


@pytest.mark.django_db
def test_reading_leaves_what_is_kept_for_answers() -> None:
    account = connect()
    before_midnight = NOW + timedelta(hours=19, minutes=59)
    UnitDay.objects.create(
        workspace=account.workspace,
        social_account=account,
        provider="youtube",
        day=TODAY,
        polled=7000,
    )
    UnitTotal.objects.create(provider="youtube", day=TODAY, most=10_000, used=7000)

    assert not take(account, now=before_midnight)
    assert sum(take(account, "reply", now=before_midnight) for _ in range(70)) == 60


@pytest.mark.django_db
def test_an_account_to_connect_again_is_owed_nothing(settings: Settings) -> None:
    settings.YOUTUBE_DAILY_UNITS = 100
    connect(status="needs_login")
    account = connect()

    assert sum(take(account) for _ in range(100)) == 70


@pytest.mark.django_db
def test_calls_for_no_account_count_too(settings: Settings) -> None:
    settings.YOUTUBE_DAILY_UNITS = 10
    for _ in range(12):
        meter.note("youtube", "connect", now=NOW)

    assert UnitTotal.objects.get().used == 10
    assert not take(connect())


@pytest.mark.django_db
def test_units_that_an_operator_set_for_a_day_stay_when_an_account_joins(
    settings: Settings,
) -> None:
    take(connect())
    UnitTotal.objects.update(most=5_000)
    settings.YOUTUBE_DAILY_UNITS = 20_000
    take(connect())

    assert UnitTotal.objects.get().most == 5_000
    assert take(connect(), now=NOW + timedelta(days=1))
    assert UnitTotal.objects.latest("day").most == 20_000


@pytest.mark.django_db
def test_what_is_shown_is_what_was_counted() -> None:
    account, other = connect(), connect()
    take(account)
    take(account, "reply")
    take(other)

    assert meter.used_today([account, other], now=NOW) == {
        account.pk: meter.Use(polled=1, replied=50, used=52, most=10_000),
        other.pk: meter.Use(polled=1, replied=0, used=52, most=10_000),
    }


@pytest.mark.django_db
def test_before_the_first_call_nothing_is_used() -> None:
    account = connect()
    used = meter.used_today([account], now=NOW)[account.pk]

    assert (used.own, used.used, used.most) == (0, 0, 10_000)


DAYS = [
    ("2026-11-16T07:59:59+00:00", "2026-11-15", 24),
    ("2026-11-16T08:00:00+00:00", "2026-11-16", 24),
    ("2026-11-01T12:00:00+00:00", "2026-11-01", 25),
    ("2027-03-14T12:00:00+00:00", "2027-03-14", 23),
    ("2026-07-01T06:59:59+00:00", "2026-06-30", 24),
]


@pytest.mark.parametrize(("moment", "day", "hours"), DAYS)
def test_a_day_is_as_long_as_it_is_in_california(moment: str, day: str, hours: int) -> None:
    assert YOUTUBE.meter is not None
    found = meter.day_of(YOUTUBE.meter, datetime.fromisoformat(moment))

    assert found.day.isoformat() == day
    assert found.ends - found.starts == timedelta(hours=hours)
    assert found.left(found.starts) == 1
    assert found.left(found.starts + timedelta(hours=hours / 2)) == pytest.approx(0.5)
    assert found.left(found.ends) == 0


# --- twenty at once ----------------------------------------------------------------------------
def at_once(accounts: list[SocialAccount], operation: str, times: int) -> list[int]:
    """Let twenty workers ask for units, `times` for each account; return who got how many."""

    def work(number: int) -> tuple[int, bool]:
        try:
            account = accounts[number % len(accounts)]
            return account.pk, take(account, operation)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(work, range(times * len(accounts))))
    return [sum(granted for pk, granted in found if pk == account.pk) for account in accounts]


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_never_take_more_than_the_day_has(settings: Settings) -> None:
    settings.YOUTUBE_DAILY_UNITS = 100
    accounts = [connect() for _ in range(5)]
    granted = at_once(accounts, "poll", 30)

    total = UnitTotal.objects.get()
    counted = UnitDay.objects.aggregate(units=Sum("polled"))["units"]
    assert sum(granted) == total.used == counted == 70
    assert min(granted) >= 12  # 14 each, but for what lapsed of the first four hours


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_share_the_last_answers(settings: Settings) -> None:
    settings.YOUTUBE_DAILY_UNITS = 1000
    accounts = [connect() for _ in range(5)]
    granted = at_once(accounts, "reply", 8)

    total = UnitTotal.objects.get()
    assert total.replied == total.used == 50 * sum(granted) <= 1000
    assert min(granted) >= 1


@pytest.mark.django_db
@pytest.mark.parametrize("units", [900, 1000, 1833, 2400, 5000])
def test_who_asks_last_still_gets_the_answer_they_are_owed(settings: Settings, units: int) -> None:
    settings.YOUTUBE_DAILY_UNITS = units
    granted = [sum(take(one, "reply") for _ in range(40)) for one in [connect() for _ in range(5)]]

    assert min(granted) >= 1
    assert UnitTotal.objects.get().used == 50 * sum(granted) <= units
