"""The first steps: from registering to the first answered message."""

import re
import secrets
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox import demo
from tests.browser.conftest import Reader
from tests.browser.test_accounts import begin, disconnect_all
from tests.journeys.driver import eventually

pytestmark = pytest.mark.slow
PASSWORD = "six-tasses-en-grès"
MINUTE = 60_000


@dataclass(frozen=True)
class Shop:
    """What its owner tells of it, what a customer asks, and what the answer must name."""

    profile: str
    facts: tuple[tuple[str, str], ...]
    question: str
    price: str


SHOPS = {
    "fr": Shop(
        "Une boutique de céramique. Nous vouvoyons, en phrases courtes.",
        (("Livraison", "6,90 € en France"), ("Adresse", "3 rue Haute, Nantes")),
        "Bonjour, c'est combien la livraison ?",
        "6,90 €",
    ),
    "en": Shop(
        "A ceramics shop. Friendly and plain, in short sentences.",
        (("Delivery", "£6.90 within the country"), ("Address", "3 High Street, Bristol")),
        "Hello, how much is delivery?",
        "£6.90",
    ),
}


def step(page: Page, code: str) -> Locator:
    return page.locator(f"#{code}")


def expect_done(page: Page, number: int, coming: str) -> None:
    """Expect so many steps done, and that `coming` is the next one."""
    expect(page.locator("#done")).to_have_attribute("value", str(number))
    expect(page.locator("[aria-current=step]")).to_have_attribute("id", coming)


def connect(reader: Reader) -> None:
    """Connect one Page, and come straight back to the list."""
    page = reader.page
    step(page, "account").locator("a.button").click()
    begin(page, "facebook")
    page.locator('[name="continue"]').click()
    page.wait_for_url(re.compile("/accounts/connect/"))
    for box in page.locator('[name="account"]:enabled').all():
        box.set_checked(box.get_attribute("value") == f"messenger:{demo.SECOND_PAGE_ID}")
    page.locator("form.settings button").click()
    page.wait_for_url(re.compile(r"/start$"))


def describe(reader: Reader, shop: Shop) -> None:
    """Complete two of the shop's lines; one with a blank stays out."""
    page = reader.page
    step(page, "facts").locator("a.button").click()
    page.locator('button[name="lines_of"][value="boutique"]').click()
    page.locator("textarea[name=profile]").fill(shop.profile)
    reader.check()
    for label, value in shop.facts:
        line = page.locator(".fact-line").filter(has=page.locator(f"[name=label][value='{label}']"))
        line.locator("[name=value]").fill(value)
    page.locator("form.card .button").last.click()
    page.wait_for_url(re.compile(r"/start$"))


def try_it(reader: Reader, shop: Shop) -> None:
    page = reader.page
    step(page, "try").locator("a.button").click()
    page.locator(".samples button").first.click()
    expect(page.locator("#tried .bubble")).to_contain_text(shop.price, timeout=MINUTE)
    reader.check()


def has_a_draft(page: Page, web_url: str) -> bool:
    page.goto(f"{web_url}/inbox/drafts")
    return page.locator(".draft").count() > 0


def test_an_owner_comes_from_registering_to_the_first_answered_message(reader: Reader) -> None:
    page, driver, shop = reader.page, reader.driver, SHOPS[reader.language]
    driver.forget_knocks()
    reader.register(f"{secrets.token_hex(6)}@exemple.fr", PASSWORD)
    expect(page.locator("h1")).to_have_text(reader.words("First steps"))
    expect_done(page, 0, "account")
    reader.check()
    try:
        connect(reader)
        expect_done(page, 1, "facts")
        describe(reader, shop)
        expect_done(page, 2, "scenario")
        step(page, "scenario").locator("button[value=boutique]").click()
        expect_done(page, 3, "try")
        try_it(reader, shop)
        page.locator("#main button[value=live]").click()
        expect_done(page, 5, "tool")
        reader.check()

        contact = driver.say(shop.question, account=demo.SECOND_PAGE_ID)["contact"]
        page.goto(driver.stack.web_url)
        expect(page).to_have_url(re.compile(r"/inbox$"))
        eventually(lambda: has_a_draft(page, driver.stack.web_url), what="a draft")
        page.locator(".draft button[value=approve]").first.click()
        assert shop.price in driver.answer_to(contact)
    finally:
        disconnect_all(reader)
