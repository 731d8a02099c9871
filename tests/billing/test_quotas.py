"""The day's messages: whose day, how many, and what a late send does to them."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import Workspace
from billing import quotas
from billing.models import Quota, Subscription
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(timezone="Europe/Paris")


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Paris", 21), ("UTC", 20), ("America/Martinique", 20), ("Pacific/Noumea", 21)],
)
def test_the_day_is_the_workspaces_own(zone: str, day: int) -> None:
    assert quotas.local_day(make_workspace(timezone=zone), LATE) == date(2026, 11, day)


@pytest.mark.parametrize(("plan", "limit"), [("freemium", 10), ("premium", 100)])
def test_a_plan_ends_at_its_limit(workspace: Workspace, plan: str, limit: int) -> None:
    Subscription.objects.create(workspace=workspace, plan=plan)

    taken = [quotas.reserve(workspace, now=LATE) for _ in range(limit + 3)]

    assert taken.count(None) == 3
    assert quotas.usage(workspace, now=LATE).remaining == 0


def test_used_and_reserved_count_together(workspace: Workspace) -> None:
    Quota.objects.create(workspace=workspace, day=date(2026, 11, 21), used=9)

    day = quotas.reserve(workspace, now=LATE)
    assert day is not None
    assert quotas.reserve(workspace, now=LATE) is None
    quotas.release(workspace, day)
    assert quotas.reserve(workspace, now=LATE) is not None


def test_a_release_or_commit_too_many_changes_nothing(workspace: Workspace) -> None:
    day = quotas.reserve(workspace, now=LATE)
    assert day is not None
    for _ in range(3):
        quotas.commit(workspace, day)
        quotas.release(workspace, day)

    usage = quotas.usage(workspace, now=LATE)
    assert (usage.used, usage.reserved) == (1, 0)


def test_a_message_that_leaves_after_midnight_counts_for_its_own_day(workspace: Workspace) -> None:
    before = datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC)
    day = quotas.reserve(workspace, now=before)
    assert day == date(2026, 11, 20)

    assert quotas.renew(workspace, day, now=LATE) == date(2026, 11, 21)
    reserved = Quota.objects.order_by("day").values_list("day", "reserved")
    assert list(reserved) == [(date(2026, 11, 20), 0), (date(2026, 11, 21), 1)]


def test_a_downgrade_stops_at_once(workspace: Workspace) -> None:
    subscription = Subscription.objects.create(workspace=workspace, plan="premium")
    for _ in range(20):
        quotas.reserve(workspace, now=LATE)
    subscription.plan = "freemium"
    subscription.save()

    assert quotas.reserve(workspace, now=LATE) is None
    assert quotas.usage(workspace, now=LATE).remaining == 0


def test_workspaces_do_not_share(workspace: Workspace) -> None:
    for _ in range(10):
        quotas.reserve(workspace, now=LATE)

    assert quotas.reserve(make_workspace(), now=LATE) is not None


def reserved_under(workspace: Workspace, plan: str, number: int) -> date:
    """Reserve so many of the day's messages on a plan, then go down to Freemium."""
    subscription = Subscription.objects.create(workspace=workspace, plan=plan)
    days = [quotas.reserve(workspace, now=LATE) for _ in range(number)]
    subscription.plan = "freemium"
    subscription.save()
    assert days[0] is not None
    return days[0]


@pytest.mark.parametrize("plan", ["premium", "ultra"])
def test_after_a_downgrade_nothing_leaves_beyond_the_new_limit(
    workspace: Workspace, plan: str
) -> None:
    day = reserved_under(workspace, plan, 25)
    left = []
    for _ in range(25):
        kept = quotas.renew(workspace, day, now=LATE)
        left.append(kept)
        if kept:
            quotas.commit(workspace, kept)

    assert left.count(day) == 10
    usage = quotas.usage(workspace, now=LATE)
    assert (usage.used, usage.reserved) == (10, 0)


def test_what_left_before_a_downgrade_leaves_nothing_for_what_is_reserved(
    workspace: Workspace,
) -> None:
    day = reserved_under(workspace, "premium", 13)
    for _ in range(12):
        quotas.commit(workspace, day)

    assert quotas.renew(workspace, day, now=LATE) is None
    assert quotas.renew(workspace, None, now=LATE) is None
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (12, 0)


def test_an_upgrade_lets_more_leave_at_once(workspace: Workspace) -> None:
    Quota.objects.create(workspace=workspace, day=date(2026, 11, 21), used=10)
    assert quotas.renew(workspace, None, now=LATE) is None
    Subscription.objects.create(workspace=workspace, plan="premium")

    assert quotas.renew(workspace, None, now=LATE) == date(2026, 11, 21)


def test_nobody_takes_what_has_to_be_left_over(workspace: Workspace) -> None:
    taken = [quotas.reserve(workspace, now=LATE, keep=2) for _ in range(10)]

    assert taken.count(None) == 2
    assert quotas.reserve(workspace, now=LATE) is not None


@pytest.mark.parametrize(("said", "held"), [(3, 1), (0, 2), (1, 0), (2, 2)])
def test_a_day_is_set_to_what_its_holders_are(workspace: Workspace, said: int, held: int) -> None:
    day = Quota.objects.create(workspace=workspace, day=date(2026, 11, 21), used=4, reserved=said)

    assert quotas.reclaim(day, lambda: held) == said - held
    day.refresh_from_db()
    assert (day.used, day.reserved) == (4, held)


def test_a_day_that_is_gone_is_let_go(workspace: Workspace) -> None:
    day = Quota.objects.create(workspace=workspace, day=date(2026, 11, 21), reserved=1)
    Quota.objects.all().delete()

    assert quotas.reclaim(day, lambda: 1) == 0
