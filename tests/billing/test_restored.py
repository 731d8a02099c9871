"""Plans that changed in rows which a restored backup lost apply, and are no letter again."""

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts import backups
from accounts.models import Letter, Workspace
from billing import subscribing
from billing.models import PlanChange, Subscription
from flowia.lib import clock
from processing import pipeline
from processing.models import InteractionEvent
from tests.billing.conftest import World, checkout, subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    backups.went_on_until.cache_clear()
    yield
    backups.went_on_until.cache_clear()


def told_of() -> list[str]:
    """Tell every change that waits, and return the reason of each that was ever told."""
    for change in PlanChange.objects.filter(told_at=None).order_by("pk"):
        pipeline.plan(change.pk)
    rows = InteractionEvent.objects.filter(kind="plan").order_by("pk")
    return list(rows.values_list("reason", flat=True))


def restore(**ago: float) -> None:
    until = clock.now() - timedelta(**ago)
    call_command("after_restore", until=until.isoformat(), stdout=io.StringIO())


def test_what_changed_since_the_backup_is_no_letter_again_and_what_changes_later_is_one(
    shop: World, workspace: Workspace
) -> None:
    row = subscribe(shop, workspace)
    told_of()
    Letter.objects.all().delete()
    shop.do("portal", customer=row.customer_id, action="cancel_now")

    restore()
    subscribing.refresh(row)
    assert told_of() == ["plan_started", "plan_ended"]
    assert Subscription.objects.get().plan == "freemium"
    assert not Letter.objects.exists()

    shop.pay(checkout(workspace))
    subscribing.refresh(row)
    assert told_of()[-1] == "plan_started"
    assert Letter.objects.exists()


@pytest.mark.parametrize("lost", [True, False])
def test_of_a_customer_that_the_backup_did_not_know_their_subscription_tells(
    shop: World, workspace: Workspace, *, lost: bool
) -> None:
    if not lost:
        restore(minutes=1)
    row = subscribe(shop, workspace)
    PlanChange.objects.all().delete()
    Subscription.objects.update(
        plan="freemium", status="", subscription_id="", paid_plan="", asked_at=None
    )
    if lost:
        restore()

    subscribing.refresh(row)
    told_of()

    assert Subscription.objects.get().plan == "premium"
    assert Letter.objects.exists() is not lost


def test_stripe_is_asked_for_every_customer_first_of_all(shop: World, workspace: Workspace) -> None:
    row = subscribe(shop, workspace)
    assert row.next_at is None or row.next_at > clock.now()

    restore()

    row.refresh_from_db()
    assert row.next_at is not None
    assert row.next_at <= clock.now()
