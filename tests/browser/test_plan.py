"""A plan in a browser: the quota is reached, it is bought, fails, is paid, cancelled, and ends."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from sandbox import demo
from tests.browser.conftest import PAIRS, READERS, Reader
from tests.browser.test_accounts import PASSWORD, begin, disconnect_all
from tests.journeys.driver import Driver, eventually
from tests.journeys.envelopes import Row
from tests.stack import fetch

pytestmark = pytest.mark.slow
QUESTION = "Bonjour, vous faites des lampes ?"
DAILY = 10
EVENING = 20
LIFE = ["plan_started", "payment_failed", "payment_repaired", "cancel_planned", "plan_ended"]


@dataclass
class Owner:
    """Somebody with a workspace of their own, which nobody else uses."""

    reader: Reader
    email: str
    token: str = ""

    @property
    def driver(self) -> Driver:
        return self.reader.driver

    def ask(self, path: str, body: Any = None) -> Row:
        """Ask the product's API as this owner."""
        url = f"{self.driver.stack.web_url}{path}"
        status, answer = fetch(url, body, Authorization=f"Bearer {self.token}")
        assert 200 <= status < 300, answer
        found: Row = answer
        return found

    def is_on(self, **wanted: Any) -> bool:
        told = self.ask("/billing")
        return {name: told[name] for name in wanted} == wanted

    def used(self) -> int:
        return int(self.ask("/billing")["limits"][0]["used"])

    def customer(self) -> str:
        """Their name at Stripe: the newest, as is their workspace."""
        sql = "SELECT customer_id FROM billing_subscription ORDER BY id DESC LIMIT 1"
        return str(self.driver.rows(sql)[0][0])

    def letters(self) -> list[Row]:
        """The letters about the plan, the newest first."""
        found: list[Row] = self.driver.sandbox(f"/mail.json?to={self.email}")["letters"]
        return [one for one in found if "/plan?workspace=" in one["text"]]

    def time_passes(self, **how: Any) -> None:
        """Move Stripe's clock; the product's own stays."""
        self.driver.sandbox("/stripe/clock", {"customer": self.customer(), "wait": 10, **how})

    def look(self, path: str) -> None:
        """Open a page; it is fit for a phone and for a desk."""
        self.reader.open(path)
        self.check()

    def check(self) -> None:
        self.reader.check_sizes()

    def press(self, deed: str, leads_to: str) -> None:
        """Press a button of the plan's page, which leads to a page of Stripe's."""
        self.reader.page.locator(f'main button[name="do"][value="{deed}"]').first.click()
        self.reader.page.wait_for_url(re.compile(leads_to))
        self.check()


def evening() -> str:
    """A time zone where it is eight in the evening: nothing is kept back, midnight is far."""
    ahead = (EVENING - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"


def move_in(reader: Reader) -> Owner:
    """Open a workspace, connect a Page, and let everything be answered."""
    page, web = reader.page, reader.driver.stack.web_url
    owner = Owner(reader, f"{secrets.token_hex(6)}@exemple.fr")
    reader.register(owner.email, PASSWORD)
    expect(page.locator("header nav")).to_be_attached()
    _status, pair = fetch(f"{web}/auth/login", {"email": owner.email, "password": PASSWORD})
    owner.token = pair["access"]
    page.goto(f"{web}/accounts")
    begin(page, "facebook")
    page.locator('[name="continue"]').click()
    page.wait_for_url(re.compile("/accounts/connect/"))
    ticked = page.locator('[name="account"]:checked')
    for value in ticked.evaluate_all("all => all.map((one) => one.value)"):
        if value != f"messenger:{demo.SECOND_PAGE_ID}":
            page.locator(f'[name="account"][value="{value}"]').uncheck()
    page.locator("form.settings button").click()
    expect(page.locator("#live .account")).to_have_count(1)
    scenario = {"name": "Tout", "instruction": "Répondez poliment.", "autonomy": "auto"}
    owner.ask("/scenarios", scenario)
    reader.driver.rows(
        "UPDATE accounts_workspace SET timezone = %s WHERE id = (SELECT MAX(id) FROM"
        " accounts_workspace)",
        evening(),
    )
    return owner


def writes(owner: Owner) -> str:
    """Let somebody new write to the Page; returns who."""
    return str(owner.driver.say(QUESTION, account=demo.SECOND_PAGE_ID)["contact"])


def the_quota_is_reached(owner: Owner) -> list[str]:
    """Ten are answered, two wait; returns those two."""
    for _ in range(DAILY):
        writes(owner)
    eventually(lambda: owner.used() == DAILY, what="the day's messages")
    waiting = [writes(owner) for _ in range(2)]
    eventually(lambda: len(owner.ask("/billing")["waiting"]) == len(waiting), what="who waits")
    owner.look("/inbox")
    expect(owner.reader.page.locator(".meter.spent")).to_contain_text(str(DAILY))
    assert [owner.driver.sends(contact) for contact in waiting] == [[], []]
    return waiting


def it_is_bought(owner: Owner, waiting: list[str]) -> None:
    """From the meter to the payment page; the plan applies when one is back."""
    page = owner.reader.page
    page.locator(".meter a").click()
    expect(page.locator("h1")).to_contain_text("Freemium")
    owner.check()
    premium = page.locator('form:has([name="plan"][value="premium"]) button')
    premium.click()
    page.wait_for_url(re.compile(r"/stripe/"))
    owner.check()
    page.locator('button[value="paid"]').click()
    page.wait_for_url(re.compile(r"/plan\?"))
    expect(page.locator("h1")).to_contain_text("Premium")
    expect(page.locator(".notes .success")).to_be_visible()
    owner.check()
    for contact in waiting:
        owner.driver.answer_to(contact)
    assert owner.ask("/billing")["waiting"] == []


def its_renewal_fails_and_is_paid(owner: Owner) -> None:
    page = owner.reader.page
    failing = {"action": "next_payment", "outcome": "declined", "customer": owner.customer()}
    owner.driver.sandbox("/stripe/customer", failing)
    owner.time_passes(to="period_end")
    owner.time_passes(seconds=7200)
    eventually(lambda: owner.is_on(plan="premium", status="past_due", payment_due=True))
    owner.look("/inbox")
    banner = page.locator("aside.unproven.error")
    expect(banner.locator("form button")).to_be_visible()
    eventually(lambda: len(owner.letters()) == 2, what=owner.letters)
    banner.get_by_role("link").click()
    expect(page.locator("section.alert")).to_be_visible()
    owner.check()
    owner.press("pay", r"/stripe/invoice/")
    page.locator('button[value="pay"]').click()
    expect(page.locator(".decide")).to_have_count(0)
    eventually(lambda: owner.is_on(plan="premium", status="active", payment_due=False))
    owner.look("/inbox")
    expect(page.locator("aside.unproven.error")).to_have_count(0)
    owner.look("/plan")
    expect(page.locator("section.alert")).to_have_count(0)


def it_is_cancelled_and_ends(owner: Owner) -> None:
    page = owner.reader.page
    owner.press("portal", r"/stripe/portal/")
    page.locator('button[value="cancel"]').click()
    expect(page.locator('button[value="renew"]')).to_be_visible()
    page.locator("a.go").click()
    expect(page.locator('button[value="resume"]')).to_be_visible()
    expect(page.locator("h1")).to_contain_text("Premium")
    owner.check()
    owner.time_passes(to="period_end")
    owner.time_passes(seconds=60)
    eventually(lambda: owner.is_on(plan="freemium", status="canceled"))
    owner.look("/plan")
    expect(page.locator("h1")).to_contain_text("Freemium")


def every_step_is_told(owner: Owner) -> None:
    """By the ledger, by letters, and on the page."""
    asked = "/interactions?kind=plan&ordering=created_at"
    told = eventually(
        lambda: rows if len(rows := owner.ask(asked)["results"]) == len(LIFE) else [],
        what=lambda: owner.ask(asked),
    )
    assert [row["reason"] for row in told] == LIFE
    assert [row["outcome"] for row in told] == [*["premium"] * 4, "freemium"]
    sentences = [row["sentence"] for row in told]
    assert all("Premium" in one and "%" not in one for one in sentences)
    eventually(lambda: len(owner.letters()) == len(LIFE), what=owner.letters)
    page = owner.reader.page
    expect(page.locator("main .rows .entry")).to_have_count(len(LIFE))
    news = page.locator('aside.unproven button[name="change"]')
    news.click()
    expect(news).to_have_count(0)
    owner.check()


# It takes longer than all others together, and looks at each page in both sizes.
@pytest.mark.parametrize(
    "reader", READERS if len(READERS) > 2 else PAIRS[:1], indirect=True, ids="-".join
)
def test_a_plan_is_bought_fails_is_paid_and_ends(reader: Reader) -> None:
    reader.driver.forget_knocks()
    owner = move_in(reader)
    try:
        waiting = the_quota_is_reached(owner)
        it_is_bought(owner, waiting)
        its_renewal_fails_and_is_paid(owner)
        it_is_cancelled_and_ends(owner)
        every_step_is_told(owner)
    finally:
        disconnect_all(reader)
