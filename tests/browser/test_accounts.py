"""Accounts in a browser: connected with the networks' own pages, answered, revoked, mended."""

import re
import secrets

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox import demo
from tests.browser.conftest import Reader, Visit
from tests.journeys.driver import Driver

pytestmark = pytest.mark.slow
PASSWORD = "six-tasses-en-grès"
QUESTION = "Bonjour, c'est combien la lampe Aube ?"
MINUTE = 60_000
PAGES = (demo.SECOND_PAGE_ID, demo.THIRD_PAGE_ID)
OURS = re.compile(r"/accounts(/[0-9a-f-]{36})?(\?|$)")


def follow(reader: Reader, english: str) -> None:
    """Follow a link of the menu, which a phone opens first."""
    menu = reader.page.locator("#menu > summary")
    if menu.is_visible():
        menu.click()
    reader.page.get_by_role("link", name=reader.words(english), exact=True).click()


def begin(page: Page, login: str) -> None:
    """Press the button of a way to connect, which leads to the network's own page."""
    page.locator(f'button[name="login"][value="{login}"]').first.click()
    page.wait_for_url(re.compile(r"oauth|/auth/authorize"))


def row_of(page: Page, name: str, network: str) -> Locator:
    """Return the line of an account on the page of all accounts."""
    return page.locator("#live .account").filter(has_text=name).filter(has_text=network)


def back_to_all(visit: Visit) -> None:
    visit.page.goto(f"{visit.driver.stack.web_url}/accounts")


def connect_pages(visit: Visit) -> None:
    """Refuse, then untick a permission, then choose two Pages of three."""
    page = visit.page
    begin(page, "facebook")
    visit.check()
    page.locator('[name="cancel"]').click()
    expect(page.locator(".notes .error")).to_be_visible()
    expect(page.locator("#live")).to_have_count(0)

    begin(page, "facebook")
    page.locator('[name="scope"][value="pages_messaging"]').uncheck()
    page.locator('[name="continue"]').click()
    missing = page.locator("section.alert")
    expect(missing).to_contain_text("pages_messaging")
    visit.check()

    missing.locator('button[name="login"]').click()
    page.wait_for_url(re.compile("oauth"))
    page.locator('[name="scope"][value="pages_manage_engagement"]').uncheck()
    page.locator('[name="continue"]').click()
    page.wait_for_url(re.compile("/accounts/connect/"))
    taken = page.locator(f'[name="account"][value="messenger:{demo.PAGE_ID}"]')
    expect(taken).to_be_disabled()
    page.locator(f'[name="account"][value="instagram:{demo.SECOND_INSTAGRAM_ID}"]').uncheck()
    visit.check()
    page.locator("form.settings button").click()
    expect(page.locator("#live .account")).to_have_count(len(PAGES))
    # What was not allowed is said, with what to do about it.
    expect(page.locator("#live .account .can.not")).to_have_count(len(PAGES))
    visit.check()


def connect_tiktok(visit: Visit) -> None:
    page = visit.page
    begin(page, "tiktok")
    page.get_by_role("link", name="@lumiere.montreal").click()
    page.locator("a.scope").filter(has_text="message.list.send").click()
    visit.check()
    page.locator("a.yes").click()
    expect(page.locator(".truth button[name=login]")).to_be_visible()
    visit.check()
    page.locator(".truth button[name=login]").click()
    page.get_by_role("link", name="@lumiere.montreal").click()
    page.locator("a.yes").click()
    expect(page.locator("#live .gates .stop")).to_have_count(0)


def connect_youtube(visit: Visit) -> None:
    page = visit.page
    back_to_all(visit)
    begin(page, "google")
    page.get_by_role("link", name=demo.MEMBER_NAME).click()
    page.locator("a.go").click()
    expect(page.locator(".notes .error")).to_be_visible()
    begin(page, "google")
    page.get_by_role("link", name=demo.OWNER_NAME).click()
    page.locator("a.person").first.click()
    visit.check()
    page.locator("a.go").click()
    page.locator('[name="agreed"]').check()
    visit.check()
    page.locator('button[value="agree"]').click()
    expect(page.locator('button[value="withdraw"]')).to_be_visible()


def disconnect_all(visit: Visit) -> None:
    """Leave the accounts to the next test."""
    page = visit.page
    back_to_all(visit)
    paths = page.locator("#live .who a").evaluate_all("all => all.map((one) => one.pathname)")
    for path in paths:
        page.goto(f"{visit.driver.stack.web_url}{path}/disconnect")
        page.locator("button.grave").click()
        page.wait_for_url(OURS)


def test_an_owner_connects_three_networks_and_sees_when_one_ends(reader: Reader) -> None:
    reader.driver.forget_knocks()
    reader.register(f"{secrets.token_hex(6)}@exemple.fr", PASSWORD)
    follow(reader, "Accounts")
    reader.check()
    try:
        connect_pages(reader)
        connect_tiktok(reader)
        connect_youtube(reader)
        back_to_all(reader)
        reader.check_sizes()
        it_ends_and_begins_again(reader, reader.driver)
    finally:
        disconnect_all(reader)
        reader.driver.forget("/meta/revoke")


def it_ends_and_begins_again(reader: Reader, driver: Driver) -> None:
    """The open page tells it by itself; what arrives meanwhile is there afterwards."""
    page = reader.page
    tiktok = row_of(page, "Lumière Montréal", "TikTok")
    expect(tiktok.locator(".tag.call")).to_have_count(0)
    driver.sandbox("/tiktok/revoke", {"account": "lumiere.montreal"})
    expect(tiktok.locator(".tag.call")).to_be_visible(timeout=MINUTE)
    first = row_of(page, demo.SECOND_PAGE_NAME, "Messenger")
    driver.sandbox("/meta/revoke", {"account": demo.SECOND_PAGE_ID})
    contact = driver.say(QUESTION, account=demo.SECOND_PAGE_ID)["contact"]
    driver.look_soon(demo.SECOND_PAGE_ID)
    expect(first.locator(".tag.call")).to_be_visible(timeout=MINUTE)
    reader.check()

    first.locator(".deeds a").click()
    page.locator(".truth button[name=login]").click()
    page.locator('[name="continue"]').click()
    page.wait_for_url(re.compile("/accounts/connect/"))
    page.locator(f'[name="account"][value="instagram:{demo.SECOND_INSTAGRAM_ID}"]').uncheck()
    page.locator("form.settings button").click()
    expect(page.locator("#live section.alert")).to_have_count(0)
    reader.check()
    found = "SELECT COUNT(*) FROM processing_message m JOIN processing_conversation c"
    found += " ON c.id = m.conversation_id JOIN processing_contact p ON p.id = c.contact_id"
    arrived = driver.rows(f"{found} WHERE p.external_id = %s", contact)
    assert arrived == [(1,)]
    follow(reader, "Inbox")
    expect(page.locator(".rows .row").first).to_be_visible()
    reader.check()
