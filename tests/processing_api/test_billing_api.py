"""The plan by HTTP: every route, who may, and each refusal by its code."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from django.contrib.admin import site
from pytest_django import Settings

from accounts.models import AuditEntry, User, Workspace
from billing.admin import Subscriptions
from billing.models import Subscription
from flowia.lib import clock
from tests.billing.conftest import World, receiver, running_sandbox, shop, world
from tests.callers import browser, caller
from tests.factories import make_member, make_user, make_workspace

__all__ = ["receiver", "running_sandbox", "shop", "world"]
pytestmark = pytest.mark.django_db
LATER = datetime(2027, 3, 14, 12, tzinfo=UTC)
DEEDS = {
    "create-checkout": {"plan": "premium"},
    "create-portal": {},
    "cancel": {},
    "resume": {},
}


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


def post(user: User | None, deed: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    client = caller(user, **headers)
    return client.post(f"/billing/{deed}", body or {}, content_type="application/json")


def read(user: User, **headers: str) -> dict[str, Any]:
    answer = caller(user, **headers).get("/billing")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def refusal(answer: Any) -> tuple[int, str]:
    told = answer.json()
    assert told["detail"]
    return answer.status_code, told["code"]


def session_of(address: str) -> str:
    return address.split("?", maxsplit=1)[0].rstrip("/").rsplit("/", 1)[-1]


def subscribe(world: World, user: User, **body: str) -> None:
    answer = post(user, "create-checkout", {"plan": "premium", **body})
    assert answer.status_code == 200, answer.json()
    location = world.do("pay", session=session_of(answer.json()["url"]))["location"]
    path = "/" + location.split("/", 3)[3]
    assert browser(user).get(path)["Location"].startswith("/plan?")


# --- reading ------------------------------------------------------------------------------------


def test_a_workspace_that_never_paid(owner: User) -> None:
    told = read(owner)

    assert {name: told[name] for name in ("plan", "paid_plan", "given_plan", "status")} == {
        "plan": "freemium",
        "paid_plan": "",
        "given_plan": "",
        "status": "",
    }
    assert (told["on_sale"], told["test_mode"], told["suspended"]) == (False, False, False)
    assert told["renews_at"] is told["ends_at"] is told["trial_ends_at"] is told["amount"] is None
    assert told["limits"] == [
        {"name": "direct_messages", "used": 0, "limit": 10},
        {"name": "tools", "used": 0, "limit": 1},
        {"name": "webhooks", "used": 0, "limit": 0},
    ]
    assert {(one["plan"], one["period"], one["amount"]) for one in told["prices"]} == {
        ("premium", "month", 1499),
        ("ultra", "month", 2999),
        ("ultra", "year", 29900),
    }
    assert (told["waiting"], told["history"]) == ([], [])
    assert told["resets_at"] > clock.now().isoformat()


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"status": "active"}, {"renews_at": True, "ends_at": False, "payment_due": False}),
        ({"status": "active", "cancel_at": LATER}, {"renews_at": False, "ends_at": True}),
        ({"status": "trialing"}, {"trial_ends_at": True, "renews_at": True}),
        (
            {"status": "past_due", "past_due_since": LATER, "open_invoice_id": "in_1"},
            {"past_due_since": True, "payment_due": True},
        ),
        ({"status": "canceled", "plan": "freemium"}, {"renews_at": False, "ends_at": False}),
        ({"suspended_at": LATER, "suspended_for": "operator"}, {"suspended": True}),
    ],
)
def test_each_state_is_told(
    workspace: Workspace, owner: User, fields: dict[str, Any], shown: dict[str, bool]
) -> None:
    values = {"plan": "premium", "paid_plan": "premium", "period_ends_at": LATER, **fields}
    row = Subscription.objects.create(workspace=workspace, **values)
    told = read(make_member(workspace, "member"))

    assert {name: bool(told[name]) for name in shown} == shown
    assert (told["plan"], told["status"]) == (row.plan, row.status)


@pytest.mark.parametrize(
    ("status", "bought"),
    [
        ("active", "premium"),
        ("past_due", "premium"),
        ("unpaid", "premium"),
        ("paused", "premium"),
        ("canceled", ""),
        ("incomplete_expired", ""),
        # The customer was deleted.
        ("", ""),
    ],
)
def test_a_plan_that_is_over_is_bought_no_more(
    workspace: Workspace, owner: User, status: str, bought: str
) -> None:
    row = Subscription.objects.create(
        workspace=workspace, plan="freemium", paid_plan="premium", status=status
    )

    assert read(owner)["paid_plan"] == bought
    assert Subscriptions(Subscription, site).bought(row) == bought


def test_nobody_else_reads_it(workspace: Workspace, owner: User) -> None:
    assert caller().get("/billing").status_code == 401
    stranger = caller(make_member(make_workspace()), **{"x-workspace": str(workspace.uid)})
    assert stranger.get("/billing").status_code == 404
    assert caller(make_user()).get("/billing").status_code == 404


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", DEEDS)
def test_owners_alone_act(workspace: Workspace, owner: User, deed: str) -> None:
    body = DEEDS[deed]
    named = {"x-workspace": str(workspace.uid)}

    assert post(None, deed, body).status_code == 401
    assert refusal(post(make_member(workspace, "member"), deed, body)) == (403, "role_too_small")
    assert refusal(post(make_member(make_workspace()), deed, body, **named)) == (404, "not_found")
    assert refusal(post(owner, deed, body)) == (409, "billing_off")
    assert caller(owner).get(f"/billing/{deed}").status_code == 405
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("deed", DEEDS)
def test_who_owns_several_names_one(workspace: Workspace, owner: User, deed: str) -> None:
    make_workspace().memberships.create(user=owner, role="owner")

    assert refusal(post(owner, deed, DEEDS[deed])) == (400, "workspace_needed")


# --- against the stand-in -----------------------------------------------------------------------


def test_from_nothing_to_paid_to_the_end_and_on(
    shop: World, workspace: Workspace, owner: User
) -> None:
    subscribe(shop, owner)
    told = read(owner)
    assert (told["plan"], told["period"], told["amount"], told["currency"]) == (
        "premium",
        "month",
        1499,
        "eur",
    )
    assert (told["on_sale"], told["test_mode"]) == (True, True)

    for _ in range(2):
        cancelled = post(owner, "cancel").json()
        assert (cancelled["plan"], cancelled["renews_at"]) == ("premium", None)
        assert cancelled["ends_at"]
    assert post(owner, "resume").json()["renews_at"] == cancelled["ends_at"]
    assert refusal(post(owner, "resume")) == (409, "not_cancelled")
    assert [one["reason"] for one in read(owner)["history"]] == [
        "cancel_undone",
        "cancel_planned",
        "plan_started",
    ]
    assert all(one["sentence"].endswith(".") for one in read(owner)["history"])
    deeds = AuditEntry.objects.filter(action__startswith="plan.").order_by("pk")
    assert [one.action for one in deeds] == [
        "plan.checkout_opened",
        "plan.cancelled",
        "plan.resumed",
    ]
    assert {one.chain for one in deeds} == {str(workspace.uid)}


def test_sentences_come_in_the_caller_s_language(shop: World, owner: User) -> None:
    subscribe(shop, owner)

    assert read(owner, **{"accept-language": "en"})["history"][0]["sentence"] == (
        "The plan Premium began."
    )


def test_a_second_call_gets_the_same_page(shop: World, owner: User) -> None:
    asked = {"plan": "ultra", "period": "year"}
    first, second = (post(owner, "create-checkout", asked).json()["url"] for _ in range(2))

    assert first == second
    assert requests.get(first, timeout=30).status_code == 200


def test_who_pays_gets_the_portal(shop: World, owner: User) -> None:
    assert refusal(post(owner, "create-portal")) == (409, "no_customer")
    subscribe(shop, owner)

    assert "/portal/" in post(owner, "create-portal").json()["url"]
    assert "/portal/" in post(owner, "create-checkout", {"plan": "ultra"}).json()["url"]


REFUSED: list[tuple[str, Any, tuple[int, str]]] = [
    ("create-checkout", {"plan": "premium", "period": "year"}, (409, "not_sold")),
    ("create-checkout", {"plan": "freemium"}, (400, "invalid")),
    ("create-checkout", {"plan": "gold"}, (400, "invalid")),
    ("create-checkout", {"plan": "ultra", "period": "week"}, (400, "invalid")),
    ("create-checkout", {"plan": ["ultra"]}, (400, "invalid")),
    ("create-checkout", {}, (400, "invalid")),
    ("cancel", {}, (409, "not_subscribed")),
    ("resume", {}, (409, "not_subscribed")),
]


@pytest.mark.parametrize(("deed", "body", "code"), REFUSED)
def test_refusals_have_their_codes(
    shop: World, owner: User, deed: str, body: Any, code: tuple[int, str]
) -> None:
    assert refusal(post(owner, deed, body)) == code


def test_what_is_paid_is_not_bought_again(shop: World, owner: User) -> None:
    subscribe(shop, owner)

    assert refusal(post(owner, "create-checkout", {"plan": "premium"})) == (409, "already_on_plan")


def test_an_open_invoice_comes_first(shop: World, workspace: Workspace, owner: User) -> None:
    subscribe(shop, owner)
    mine = Subscription.objects.get().customer_id
    shop.do("customer", customer=mine, action="next_payment", outcome="declined")
    shop.advance(to="period_end", customer=mine)
    shop.advance(seconds=7200)

    assert refusal(post(owner, "create-checkout", {"plan": "ultra"})) == (409, "payment_due")
    told = read(owner)
    assert (told["plan"], told["status"], told["payment_due"]) == ("premium", "past_due", True)


FAULTS = [
    ({"kind": "server_error"}, (503, "stripe_unreachable")),
    ({"kind": "rate_limited"}, (503, "stripe_unreachable")),
    (
        {
            "kind": "error",
            "status": 400,
            "type": "invalid_request_error",
            "code": "parameter_invalid",
        },
        (502, "stripe_refused"),
    ),
]


@pytest.mark.parametrize(("fault", "code"), FAULTS)
def test_a_stripe_that_does_not_answer_changes_nothing(
    shop: World, owner: User, settings: Settings, fault: dict[str, Any], code: tuple[int, str]
) -> None:
    subscribe(shop, owner)
    before = read(owner)
    faults = f"{shop.url.removesuffix('/stripe')}/faults"
    requests.post(faults, json={"service": "stripe", "times": None, **fault}, timeout=10)
    for deed in ("cancel", "create-portal"):
        assert refusal(post(owner, deed)) == code
    assert refusal(post(owner, "create-checkout", {"plan": "ultra"})) == code
    assert read(owner) == before

    requests.delete(faults, timeout=10)
    assert post(owner, "cancel").json()["ends_at"]
