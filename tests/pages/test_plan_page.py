"""The page of the plan: what each state shows, and to whom."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation
from pytest_django import Settings

from accounts.models import User, Workspace
from billing.models import Quota, Subscription
from billing.quotas import usage
from flowia.lib import clock
from integrations.models import Integration
from processing.plan_reading import euros
from tests.callers import browser
from tests.factories import make_member, make_user, make_workspace
from tests.integrations.tool import connected
from tests.pages.plan_page import do, owner, read, workspace

__all__ = ["owner", "workspace"]
pytestmark = pytest.mark.django_db


LATER = datetime(2027, 3, 14, 12, tzinfo=UTC)


PAID: dict[str, Any] = {
    "plan": "premium",
    "paid_plan": "premium",
    "status": "active",
    "period": "month",
    "amount_cents": 1499,
    "currency": "eur",
    "customer_id": "cus_1",
    "subscription_id": "sub_1",
    "period_ends_at": LATER,
}


LATE = {**PAID, "status": "past_due", "past_due_since": LATER, "open_invoice_id": "in_1"}


UNPAID = {**PAID, "plan": "freemium", "status": "unpaid", "open_invoice_id": "in_1"}


ULTRA_YEAR = {**PAID, "plan": "ultra", "paid_plan": "ultra", "period": "year"}


@pytest.fixture
def on_sale(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_never_used"


def buttons(shown: str) -> set[str]:
    """The deeds the page offers, and the plans it sells."""
    main = shown[shown.index("<main") : shown.index("</main>")]
    deeds = set(re.findall(r'name="do" value="(\w+)"', main)) - {"choose"}
    plans = re.findall(r'name="plan" value="(\w+)">\s*<input[^>]*name="period" value="(\w+)"', main)
    return deeds | {f"{plan}-{period}" for plan, period in plans}


SOLD = {"premium-month", "ultra-month", "ultra-year"}


STATES: list[tuple[str, dict[str, Any] | None, str, set[str]]] = [
    ("new", None, "Plan: Freemium", SOLD),
    (
        "paid",
        PAID,
        "Premium is renewed on March 14, 2027 for 14.99 €.",
        {"portal", "cancel", "ultra-month", "ultra-year"},
    ),
    (
        "by the year",
        {**ULTRA_YEAR, "amount_cents": 29900},
        "Ultra is renewed on March 14, 2027 for 299 €.",
        {"portal", "cancel", "premium-month", "ultra-month"},
    ),
    (
        "an old price",
        {**PAID, "amount_cents": 1250},
        "for 12.50 €.",
        {"portal", "cancel", "ultra-month", "ultra-year"},
    ),
    (
        "another currency",
        {**PAID, "amount_cents": 1500, "currency": "chf"},
        "for 15.00 CHF.",
        {"portal", "cancel", "ultra-month", "ultra-year"},
    ),
    (
        "trial",
        {**PAID, "status": "trialing"},
        "The trial of Premium ends on March 14, 2027; from then on it costs 14.99 €.",
        {"portal", "cancel", "ultra-month", "ultra-year"},
    ),
    (
        "cancelled",
        {**PAID, "cancel_at": LATER},
        "Premium ends on March 14, 2027; then Freemium applies. Nothing is lost.",
        {"portal", "resume"},
    ),
    (
        "late",
        LATE,
        "Premium still applies while Stripe tries again.",
        {"pay", "card", "portal", "cancel"},
    ),
    (
        "late and cancelled",
        {**LATE, "cancel_at": LATER},
        "Premium is cancelled and ends on March 14, 2027.",
        {"pay", "card", "portal"},
    ),
    ("of a plan that is no more", {"plan": "gold"}, "Plan: Freemium", SOLD),
    ("unpaid", UNPAID, "Until it is paid, Freemium applies.", {"pay", "card", "portal"}),
    (
        "paused by a failure",
        {**UNPAID, "status": "paused"},
        "Until it is paid, Freemium applies.",
        {"pay", "card", "portal"},
    ),
    (
        "paused by request",
        {**UNPAID, "status": "paused", "status_reason": "pause_requested", "open_invoice_id": ""},
        "Premium is paused. Until it goes on, Freemium applies.",
        {"portal", "resume"},
    ),
    (
        "an invoice under way",
        {**PAID, "open_invoice_id": "in_1"},
        "Stripe takes the money by itself where it can.",
        {"pay", "portal", "cancel", "ultra-month", "ultra-year"},
    ),
    (
        "over",
        {**PAID, "plan": "freemium", "status": "canceled"},
        "Plan: Freemium",
        {"portal", *SOLD},
    ),
    (
        "given",
        {"plan": "premium", "given_plan": "premium"},
        "given by our team: nothing to pay",
        {"ultra-month", "ultra-year"},
    ),
    (
        "given beside what is paid and ends",
        {**ULTRA_YEAR, "given_plan": "premium", "cancel_at": LATER},
        "Ultra ends on March 14, 2027; then Premium applies.",
        {"portal", "resume"},
    ),
    (
        "a smaller one paid than given",
        {**PAID, "plan": "ultra", "given_plan": "ultra"},
        "Premium is renewed on",
        {"portal", "cancel"},
    ),
    (
        "suspended by us",
        {"plan": "freemium", "suspended_at": LATER, "suspended_for": "operator"},
        "We have suspended this workspace.",
        set(),
    ),
    (
        "suspended by us, and paid",
        {**PAID, "suspended_at": LATER, "suspended_for": "operator"},
        "We have suspended this workspace.",
        {"portal", "cancel"},
    ),
    (
        "the customer deleted",
        {
            "plan": "freemium",
            "paid_plan": "premium",
            "suspended_at": LATER,
            "suspended_for": "customer_deleted",
        },
        "Go on with Freemium",
        {"freemium", *SOLD},
    ),
]


@pytest.mark.parametrize(
    ("fields", "said", "offers"), [one[1:] for one in STATES], ids=[one[0] for one in STATES]
)
@pytest.mark.usefixtures("on_sale")
def test_each_state_says_how_it_stands_and_offers_what_works(
    workspace: Workspace, owner: User, fields: dict[str, Any] | None, said: str, offers: set[str]
) -> None:
    if fields is not None:
        Subscription.objects.create(workspace=workspace, **fields)
    shown = read(owner)

    assert said in shown
    assert buttons(shown) == offers
    assert "test mode: no real money" in shown
    assert buttons(read(make_member(workspace, "member"))) == set()
    read(owner, language="fr")


def test_where_nothing_is_sold_the_page_says_so(owner: User) -> None:
    shown = read(owner)

    assert "its operators give out the plans" in shown
    assert buttons(shown) == set()
    assert "test mode" not in shown
    assert "Plans are not sold here" in do(owner, "choose", plan="premium", period="month")


@pytest.mark.usefixtures("on_sale")
def test_prices_are_written_as_the_reader_does(owner: User) -> None:
    french = read(owner, language="fr")

    assert "14,99 €" in french
    assert "29,99 €" in french
    assert "299 €" in french
    assert "14.99 €" in read(owner)
    assert "60 € saved" in read(owner)


def test_what_is_beyond_the_plan_is_said_to_wait(workspace: Workspace, owner: User) -> None:
    for kind in ("notion", "airtable"):
        connected(workspace, kind)

    assert "2 of 1 · the first ones work, the others wait" in read(owner)
    Subscription.objects.create(workspace=workspace, plan="ultra")
    assert "2 · no limit" in read(owner)
    assert Integration.objects.count() == 2


def test_a_teammate_sees_and_does_nothing(workspace: Workspace, owner: User) -> None:
    mate = make_member(workspace, "member")

    assert "Only an owner of this workspace can change the plan." in read(mate)
    for deed in ("choose", "portal", "card", "pay", "cancel", "resume", "freemium", "nonsense"):
        answer = browser(mate).post("/plan", {"do": deed, "plan": "premium"})
        assert answer.status_code == 403
    assert browser(mate).get("/plan/return").status_code == 403
    assert not Subscription.objects.exists()


def test_strangers_get_nothing(workspace: Workspace) -> None:
    stranger = make_member(make_workspace())
    named = {"workspace": str(workspace.uid), "do": "cancel"}

    assert browser(stranger).get(f"/plan?workspace={workspace.uid}").status_code == 404
    assert browser(stranger).post("/plan", named).status_code == 404
    assert browser(stranger).get(f"/plan/return?workspace={workspace.uid}").status_code == 404
    assert browser(stranger).post("/plan/seen", named).status_code == 404
    assert browser(make_user()).get("/plan").status_code == 404
    assert browser().get("/plan").status_code == 302


@pytest.mark.parametrize(
    ("used", "words"), [(3, "See the plan"), (10, "Answer more with a larger")]
)
def test_the_meter_leads_to_the_plan(
    workspace: Workspace, owner: User, used: int, words: str
) -> None:
    day = clock.now().date()
    for apart in (-1, 0, 1):
        Quota.objects.create(workspace=workspace, day=day + timedelta(days=apart), used=used)
    shown = read(owner, "/inbox")

    assert re.search(rf'<a href="/plan">{words}', shown)
    assert '<a href="/plan">' not in read(owner)[read(owner).index('class="meter') :]


@pytest.mark.parametrize(("cents", "written"), [(297, "2,97 €"), (136, "1,36 €"), (2900, "29 €")])
def test_a_price_is_shown_to_the_cent(cents: int, written: str) -> None:
    with translation.override("fr"):
        assert euros(cents).replace("\xa0", " ") == written


@pytest.mark.usefixtures("on_sale")
@pytest.mark.parametrize("fields", [PAID, LATE])
def test_a_plan_is_cancelled_only_after_a_second_word(
    workspace: Workspace, owner: User, fields: dict[str, Any]
) -> None:
    Subscription.objects.create(workspace=workspace, **fields)
    shown = read(owner)
    asked = re.search(r"<details[^>]*>(.*?)</details>", shown[shown.index("<main") :])

    assert asked
    assert "Premium applies until the paid time ends, then Freemium." in asked[1]
    assert 'name="do" value="cancel">Yes, cancel<' in asked[1]
    assert shown.count('value="cancel"') == 1


@pytest.mark.parametrize(("used", "said"), [(1, "1 of 10"), (2, "2 of 10"), (0, "0 of 10")])
def test_the_meter_counts_in_words(workspace: Workspace, owner: User, used: int, said: str) -> None:
    Quota.objects.create(workspace=workspace, day=usage(workspace).day, used=used)

    assert f"{said} messages used today" in read(owner)
