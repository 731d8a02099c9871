"""The frame in a browser: keys, the menu of a phone, messages that go, a list that keeps fresh."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SIZES, Visit
from tests.browser.test_owner_pages import open_conversation, sign_in

pytestmark = pytest.mark.slow
LONG = 30_000


def test_the_frame_s_keys_menu_messages_and_fresh_list(visit: Visit) -> None:
    page, driver = visit.page, visit.driver
    contact = driver.write("Bonjour, c'est combien la lampe Aube ?")
    driver.answer_to(contact)
    sign_in(visit)
    phone = page.viewport_size == dict(zip(("width", "height"), SIZES["phone"], strict=True))

    # A list that keeps itself fresh, and says so once.
    page.goto(f"{driver.stack.web_url}/inbox")
    rows = page.locator("a.row")
    newcomer = driver.write("Une autre question, merci")
    driver.outcome(newcomer)
    expect(page.locator(f'a.row[href$="{driver.conversation(newcomer)["id"]}"]')).to_be_visible(
        timeout=LONG
    )
    expect(page.locator("#news")).not_to_be_empty()
    expect(rows.first).to_be_visible()

    # Keys: never while somebody types.
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("gl?")
    expect(page.get_by_role("searchbox")).to_have_value("gl?")
    page.get_by_role("searchbox").evaluate("one => one.blur()")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    visit.check()
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.evaluate("localStorage.clear()")
    page.reload()
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/leads")

    # The menu of a phone closes with Escape and gives the focus back.
    if phone:
        menu = page.locator("#menu > summary")
        expect(page.locator("#places [data-go=i]")).to_be_hidden()
        menu.click()
        expect(page.locator("#places [data-go=i]")).to_be_visible()
        visit.check()
        page.keyboard.press("Escape")
        expect(page.locator("#places [data-go=i]")).to_be_hidden()
        expect(menu).to_be_focused()

    # A message that can be undone, closed, and that goes by itself.
    page.goto(f"{driver.stack.web_url}/inbox")
    open_conversation(visit, contact)
    page.locator("aside.handling button[value=takeover]").click()
    toast = page.locator(".toasts .note")
    expect(toast).to_be_visible()
    toast.locator("button[value=release]").click()
    expect(page.locator("aside.handling button[value=takeover]")).to_be_visible()
    expect(toast.locator("button[value=takeover]")).to_have_count(0)
    toast.locator("button.close").click()
    expect(toast).to_have_count(0)
    visit.check()
