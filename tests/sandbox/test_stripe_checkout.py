"""Checkout: a session is open until it is paid, expired or given up."""

import html
import re

import pytest
import requests
import stripe

from tests.sandbox.conftest import Sandbox
from tests.sandbox.stripe_world import DAY, Shop, open_shop, refused


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    return open_shop(sandbox)


class Visitor:
    """Somebody with a browser that takes cookies and runs no script."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.browser = requests.Session()

    def see(self) -> str:
        return html.unescape(self.browser.get(self.url, timeout=5).text)

    def do(self, **form: str) -> requests.Response:
        [secret, *_] = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.see())
        told = {"csrfmiddlewaretoken": secret, **form}
        return self.browser.post(self.url, data=told, timeout=10)


def test_an_open_session_has_a_page_and_no_subscription_yet(shop: Shop) -> None:
    session = shop.checkout(
        shop.customer(),
        client_reference_id="workspace-7",
        metadata={"workspace": "7"},
        subscription_data={"metadata": {"workspace": "8"}},
        allow_promotion_codes=True,
        locale="fr",
    )
    assert (session.status, session.payment_status, session.mode) == (
        "open",
        "unpaid",
        "subscription",
    )
    assert (session.subscription, session.invoice) == (None, None)
    assert session.url == f"{shop.sandbox.url}/stripe/checkout/{session.id}"
    assert session.expires_at == session.created + DAY
    assert (session.client_reference_id, session.locale) == ("workspace-7", "fr")
    assert "line_items" not in session
    seen = shop.api.checkout.sessions.retrieve(session.id, {"expand": ["line_items"]})
    assert seen.line_items.data[0].price.id == shop.premium
    assert shop.types().count("customer.subscription.created") == 0


def test_a_paid_session_begins_the_subscription_and_is_used_up(shop: Shop) -> None:
    customer = shop.customer()
    session = shop.checkout(customer, metadata={"a": "1"}, subscription_data={"metadata": {}})
    came = shop.do("pay", session=session.id)
    assert came["location"] == f"https://flowia.example/ok?session={session.id}"
    paid = shop.api.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "invoice"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert (paid.customer, paid.customer_details.email) == (customer, "zoe@exemple.example")
    assert (paid.subscription.status, paid.subscription.metadata.to_dict()) == ("active", {})
    assert (paid.invoice.status, paid.amount_total) == ("paid", 1499)
    answer = requests.post(
        f"{shop.sandbox.url}/stripe/pay", json={"session": session.id}, timeout=5
    )
    assert (answer.status_code, "complete" in answer.json()["error"]) == (400, True)
    found = shop.api.checkout.sessions.list({"subscription": paid.subscription.id}).data
    assert [one.id for one in found] == [session.id]


def test_the_events_of_a_first_payment(shop: Shop) -> None:
    sub = shop.subscribe()
    types = shop.types()
    assert types[-9:] == [
        "payment_method.attached",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
        "checkout.session.completed",
    ]
    [created] = shop.events("customer.subscription.created")
    assert created["data"]["object"]["status"] == "incomplete"
    [updated] = shop.events("customer.subscription.updated")
    assert updated["data"]["previous_attributes"] == {"status": "incomplete"}
    assert updated["data"]["object"]["id"] == sub.id


def test_without_a_customer_one_is_made_each_time(shop: Shop) -> None:
    session = shop.checkout(customer_email="lea@exemple.example")
    assert session.customer is None
    paid = shop.do("pay", session=session.id)["session"]
    assert shop.api.customers.retrieve(paid["customer"]).email == "lea@exemple.example"


@pytest.mark.parametrize("outcome", ["declined", "action", "back"])
def test_what_is_not_paid_stays_open(shop: Shop, outcome: str) -> None:
    session = shop.checkout(shop.customer())
    came = shop.do("pay", session=session.id, outcome=outcome)
    assert came["session"]["status"] == "open"
    assert came["location"] == ("https://flowia.example/no" if outcome == "back" else None)
    assert shop.api.subscriptions.list({"status": "all"}).data == []


def test_two_sessions_of_one_customer_can_both_be_paid(shop: Shop) -> None:
    customer = shop.customer()
    sessions = [shop.checkout(customer), shop.checkout(customer)]
    for session in sessions:
        shop.do("pay", session=session.id)
    assert len(shop.api.subscriptions.list({"customer": customer}).data) == 2


def test_a_session_expires_on_request_and_by_the_clock(shop: Shop) -> None:
    one, two = shop.checkout(shop.customer()), shop.checkout(shop.customer())
    ended = shop.api.checkout.sessions.expire(one.id)
    assert (ended.status, ended.url) == ("expired", None)
    assert "expired" in str(refused(lambda: shop.api.checkout.sessions.expire(one.id)))
    shop.advance(seconds=DAY + 1)
    assert shop.api.checkout.sessions.retrieve(two.id).status == "expired"
    assert len(shop.events("checkout.session.expired")) == 2
    [listed] = shop.api.checkout.sessions.list({"status": "expired", "limit": 1}).data
    assert listed.id == two.id


def test_a_delayed_payment_is_complete_before_it_is_paid(shop: Shop) -> None:
    session = shop.checkout(shop.customer())
    came = shop.do("pay", session=session.id, outcome="delayed")["session"]
    assert (came["status"], came["payment_status"]) == ("complete", "unpaid")
    paid = shop.do("pay", session=session.id, outcome="async_succeeded")["session"]
    assert paid["payment_status"] == "paid"
    assert "checkout.session.async_payment_succeeded" in shop.types()
    assert shop.api.invoices.retrieve(paid["invoice"]).status == "paid"


def test_a_delayed_payment_may_fail(shop: Shop) -> None:
    session = shop.checkout(shop.customer())
    shop.do("pay", session=session.id, outcome="delayed")
    failed = shop.do("pay", session=session.id, outcome="async_failed")["session"]
    assert shop.api.subscriptions.retrieve(failed["subscription"]).status == "past_due"
    assert "checkout.session.async_payment_failed" in shop.types()


def test_a_trial_needs_no_payment_and_then_does(shop: Shop) -> None:
    session = shop.checkout(shop.customer(), subscription_data={"trial_period_days": 14})
    paid = shop.do("pay", session=session.id)["session"]
    assert paid["payment_status"] == "no_payment_required"
    sub = shop.api.subscriptions.retrieve(paid["subscription"], {"expand": ["latest_invoice"]})
    assert (sub.status, sub.latest_invoice.status, sub.latest_invoice.total) == (
        "trialing",
        "paid",
        0,
    )
    assert sub.trial_end == sub.start_date + 14 * DAY
    shop.advance(days=12)
    assert shop.types().count("customer.subscription.trial_will_end") == 1
    shop.advance(days=3)
    later = shop.api.subscriptions.retrieve(sub.id, {"expand": ["latest_invoice"]})
    assert (later.status, later.latest_invoice.amount_paid) == ("active", 1499)
    assert later["items"].data[0].current_period_start == sub.trial_end


def test_the_page_is_paid_declined_asked_and_left(shop: Shop) -> None:
    session = shop.checkout(shop.customer())
    page = Visitor(session.url)
    assert "14,99" in page.see()
    assert page.do(do="paid", card="declines").status_code == 402
    asked = page.do(do="paid", card="asks")
    assert "Votre banque" in asked.text
    assert page.do(do="refuse", card="asks").status_code == 402
    left = page.do(do="back")
    assert "https://flowia.example/no" in left.text
    assert shop.api.checkout.sessions.retrieve(session.id).status == "open"
    done = page.do(do="approve", card="asks")
    assert f"https://flowia.example/ok?session={session.id}" in done.text
    assert 'http-equiv="refresh"' in done.text
    assert shop.api.checkout.sessions.retrieve(session.id).status == "complete"
    assert "déjà payé" in page.see()


def test_the_page_of_an_expired_session_says_so(shop: Shop) -> None:
    session = shop.checkout(shop.customer())
    shop.advance(seconds=DAY + 1)
    assert "expiré" in Visitor(session.url).see()
    unknown = requests.get(f"{shop.sandbox.url}/stripe/checkout/cs_none", timeout=5)
    assert unknown.status_code == 404


def test_pages_obey_the_policy_and_speak_english(shop: Shop) -> None:
    session = shop.checkout(shop.customer())
    answer = requests.get(session.url, headers={"Accept-Language": "en"}, timeout=5)
    assert "To be paid today" in answer.text
    assert "€14.99" in answer.text
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    assert "style=" not in answer.text


def test_the_library_reads_a_session_into_its_own_class(shop: Shop) -> None:
    assert isinstance(shop.checkout(shop.customer()), stripe.checkout.Session)
