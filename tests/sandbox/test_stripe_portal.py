"""The customer portal: what the API asks before it opens, and what its pages do."""

import re
from functools import partial
from typing import Any

import pytest
import requests

from sandbox import demo
from tests.sandbox.conftest import Sandbox
from tests.sandbox.stripe_world import DAY, Shop, open_shop, refused
from tests.sandbox.test_stripe_checkout import Visitor

BACK = "https://flowia.example/billing"


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    return open_shop(sandbox)


def opened(shop: Shop, customer: str, flow: dict[str, Any] | None = None, **more: Any) -> Any:
    asked: dict[str, Any] = {"customer": customer, "return_url": BACK, **more}
    if "configuration" not in more:
        asked["configuration"] = shop.configuration().id
    return shop.api.billing_portal.sessions.create(
        {**asked, **({"flow_data": flow} if flow else {})}
    )


def test_without_a_configuration_there_is_no_portal(shop: Shop) -> None:
    create = shop.api.billing_portal.sessions.create
    asked = {"customer": shop.customer(), "return_url": BACK}
    assert "configuration" in str(refused(lambda: create(asked)))
    made = shop.configuration()
    assert made.is_default is False
    assert "configuration" in str(refused(lambda: create(asked)))
    assert create({**asked, "configuration": made.id}).configuration == made.id


def test_a_configuration_is_listed_changed_and_closed(shop: Shop) -> None:
    made = shop.configuration()
    configurations = shop.api.billing_portal.configurations
    assert made.features.subscription_cancel.mode == "at_period_end"
    assert [one.id for one in configurations.list({"active": True}).data] == [made.id]
    changed = configurations.update(
        made.id, {"features": {"invoice_history": {"enabled": False}}, "metadata": {"v": "2"}}
    )
    assert changed.features.invoice_history.enabled is False
    assert changed.features.subscription_cancel.enabled is True
    configurations.update(made.id, {"active": False})
    assert configurations.list({"active": True}).data == []
    error = refused(lambda: opened(shop, shop.customer(), configuration=made.id))
    assert error.param == "configuration"


def test_plans_can_be_changed_only_with_products_and_allowed_updates(shop: Shop) -> None:
    for update in (
        {"enabled": True, "default_allowed_updates": ["price"]},
        {
            "enabled": True,
            "products": [{"product": shop.product, "prices": [shop.premium]}],
        },
    ):
        error = refused(partial(shop.configuration, subscription_update=update))
        assert error.code == "parameter_missing"


@pytest.mark.parametrize(
    "kind",
    [
        "payment_method_update",
        "subscription_cancel",
        "subscription_update",
        "subscription_update_confirm",
    ],
)
def test_a_flow_leads_to_one_thing(shop: Shop, kind: str) -> None:
    sub = shop.subscribe()
    details: dict[str, Any] = {"subscription": sub.id}
    if kind == "subscription_update_confirm":
        details["items"] = [{"id": sub["items"].data[0].id, "price": shop.ultra}]
    flow: dict[str, Any] = {"type": kind}
    if kind != "payment_method_update":
        flow[kind] = details
    session = opened(shop, sub.customer, flow)
    assert session.flow.type == kind
    page = Visitor(session.url).see()
    shown = re.findall(r'name="do" value="(\w+)"', page)
    known = {"payment_method_update": "card", "subscription_cancel": "cancel"}
    assert set(shown) == {known.get(kind, "change")}


def test_a_flow_for_what_cannot_be_is_refused(shop: Shop) -> None:
    sub, stranger = shop.subscribe(), shop.customer()
    cancel = {"type": "subscription_cancel", "subscription_cancel": {"subscription": sub.id}}
    assert refused(lambda: opened(shop, stranger, cancel)).code == "resource_missing"
    closed = shop.configuration(subscription_cancel={"enabled": False}).id
    disabled = refused(lambda: opened(shop, sub.customer, cancel, configuration=closed))
    assert disabled.param == "flow_data[type]"
    lacking = refused(lambda: opened(shop, sub.customer, {"type": "subscription_update"}))
    assert lacking.code == "parameter_missing"
    shop.do("portal", customer=sub.customer, action="cancel")
    assert "already" in str(refused(lambda: opened(shop, sub.customer, cancel)))
    shop.api.subscriptions.cancel(sub.id)
    assert "canceled" in str(refused(lambda: opened(shop, sub.customer, cancel)))


def test_the_page_ends_a_subscription_and_takes_it_back(shop: Shop) -> None:
    sub = shop.subscribe()
    page = Visitor(opened(shop, sub.customer).url)
    assert BACK in page.see()
    assert "Il se termine" in page.do(do="cancel", subscription=sub.id).text
    leaving = shop.retrieve(sub)
    assert (leaving.cancel_at is None, leaving.cancel_at_period_end) == (False, False)
    assert "Il se renouvelle" in page.do(do="renew", subscription=sub.id).text
    assert shop.retrieve(sub).cancel_at is None


def test_a_configuration_may_end_at_once(shop: Shop) -> None:
    sub = shop.subscribe()
    made = shop.configuration(subscription_cancel={"enabled": True, "mode": "immediately"})
    page = Visitor(opened(shop, sub.customer, configuration=made.id).url)
    page.do(do="cancel", subscription=sub.id)
    assert shop.retrieve(sub).status == "canceled"


def test_the_page_changes_the_plan_and_the_card(shop: Shop) -> None:
    sub = shop.subscribe()
    page = Visitor(opened(shop, sub.customer).url)
    assert "29,99" in page.do(do="change", subscription=sub.id, price=shop.ultra).text
    changed = shop.retrieve(sub)
    assert changed["items"].data[0].price.id == shop.ultra
    assert shop.api.invoices.retrieve(changed.latest_invoice).amount_paid == 1500
    assert "0341" in page.do(do="card", card="declines").text
    shop.advance(to="period_end")
    assert shop.retrieve(sub).status == "past_due"
    assert page.do(do="change", subscription=sub.id, price=shop.yearly).status_code == 404


def test_the_page_does_nothing_that_is_not_offered(shop: Shop) -> None:
    sub, other = shop.subscribe(), shop.subscribe()
    made = shop.configuration(subscription_cancel={"enabled": False})
    page = Visitor(opened(shop, sub.customer, configuration=made.id).url)
    for form in (
        {"do": "cancel", "subscription": sub.id},
        {"do": "nonsense"},
        {"do": "change", "subscription": sub.id, "price": shop.yearly},
        {"do": "change", "subscription": other.id, "price": shop.ultra},
    ):
        assert page.do(**form).status_code == 400
    assert shop.retrieve(other)["items"].data[0].price.id == shop.premium


def test_after_its_flow_the_page_leads_back(shop: Shop) -> None:
    sub = shop.subscribe()
    flow = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": sub.id},
        "after_completion": {"type": "redirect", "redirect": {"return_url": f"{BACK}?ended"}},
    }
    page = Visitor(opened(shop, sub.customer, flow).url)
    assert f"{BACK}?ended" in page.do(do="cancel", subscription=sub.id).text


def test_a_link_is_over_after_an_hour_and_with_its_customer(shop: Shop) -> None:
    customer = shop.customer()
    one, two = opened(shop, customer), opened(shop, customer)
    assert requests.get(one.url, timeout=5).status_code == 200
    shop.advance(seconds=3601)
    assert requests.get(one.url, timeout=5).status_code == 404
    shop.api.customers.delete(customer)
    assert requests.get(two.url, timeout=5).status_code == 404


def late_invoice(shop: Shop) -> tuple[Any, Any]:
    sub = shop.subscribe()
    shop.do("customer", customer=sub.customer, action="next_payment")
    shop.advance(to="period_end")
    found = shop.api.invoices.list({"customer": sub.customer, "status": "open"}).data
    return sub, found[0]


def test_an_invoice_is_paid_on_its_page(shop: Shop) -> None:
    sub, invoice = late_invoice(shop)
    page = Visitor(invoice.hosted_invoice_url)
    assert "14,99" in page.see()
    assert page.do(do="pay", card="declines").status_code == 402
    assert shop.retrieve(sub).status == "past_due"
    assert "payé" in page.do(do="pay", card="good").text
    assert shop.retrieve(sub).status == "active"
    shop.advance(to="period_end")
    assert shop.retrieve(sub).status == "active"


def test_an_invoices_bank_asks_first(shop: Shop) -> None:
    sub, invoice = late_invoice(shop)
    page = Visitor(invoice.hosted_invoice_url)
    assert "Votre banque" in page.do(do="pay", card="asks").text
    assert shop.types().count("invoice.payment_action_required") == 1
    page.do(do="approve", card="asks")
    assert shop.retrieve(sub).status == "active"
    assert requests.get(invoice.invoice_pdf, timeout=5).status_code == 200


def test_the_dashboard_moves_the_clock_and_provokes(shop: Shop) -> None:
    sub = shop.subscribe()
    page = Visitor(f"{shop.sandbox.url}/stripe")
    assert "zoe@exemple.example" in page.see()
    page.do(do="next_payment", customer=sub.customer)
    assert "échouera" in page.see()
    before = shop.now()
    page.do(do="advance", step="day")
    assert shop.now() - before in range(DAY, DAY + 10)
    assert "paiement en retard" in page.do(do="advance", step="period_end").text
    page.do(do="advance", step="month")
    page.do(do="delete", customer=sub.customer)
    assert "supprimé" in page.see()
    assert shop.api.customers.retrieve(sub.customer).deleted is True


def test_the_dashboard_holds_webhooks_back_and_posts_them_again(shop: Shop) -> None:
    shop.sandbox.get("/stripe/deliveries", wait=5)
    page = Visitor(f"{shop.sandbox.url}/stripe")
    page.do(do="webhooks", webhooks="hold")
    shop.sandbox.product.posts.clear()
    shop.customer()
    assert "retenu" in page.see()
    page.do(do="release", order="kept")
    assert len(shop.sandbox.product.posts) == 1
    event = shop.events()[-1]["id"]
    page.do(do="resend", event=event, endpoint="default")
    assert len(shop.sandbox.product.posts) == 2
    assert page.do(do="resend", event="evt_none").status_code == 400
    assert page.do(do="advance", step="period_end").status_code == 400
    assert page.do(do="nonsense").status_code == 200


def test_the_phone_leads_to_stripe(sandbox: Sandbox) -> None:
    assert 'href="/stripe"' in requests.get(sandbox.url, timeout=5).text


def test_the_demo_points_the_product_at_the_stand_in() -> None:
    told = demo.environment(port="1", sandbox_port="2")
    assert told["STRIPE_API_URL"] == "http://127.0.0.1:2/stripe"
    assert told["STRIPE_SECRET_KEY"].startswith("sk_test_")
    assert told["STRIPE_WEBHOOK_SECRET"].startswith("whsec_")
