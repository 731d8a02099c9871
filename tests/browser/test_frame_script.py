"""The frame's script by itself: messages that stay, and browsers that keep nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

SCRIPT = Path(settings.BASE_DIR, "static", "flowia", "frame.js")
PAGE = """
<dialog id="help"><input type="checkbox" id="keys-on" checked></dialog>
<button id="help-open" hidden>Help</button>
<a data-go="a" href="#accounts">Accounts</a>
<div id="toasts" data-close="Close">
  <div class="note success" role="status" id="plain"><p>Kept.</p></div>
  <div class="note success" role="status" id="undo"><p>Yours.</p>
    <form><button>Undo</button></form></div>
  <div class="note warning" role="status" id="warning"><p>Not used: prices.</p></div>
  <div class="note error" role="alert" id="error"><p>Too long.</p></div>
</div>
"""
LISTEN = """() => {
  window.spoken = [];
  const heard = (list) => list.flatMap((one) => [...one.addedNodes])
    .filter((node) => node.nodeName === "P").map((node) => node.textContent);
  new MutationObserver((list) => window.spoken.push(...heard(list)))
    .observe(document.getElementById("toasts"), { childList: true, subtree: true });
}"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Return a page of the frame's parts on about:blank, where a browser keeps nothing."""
    page = chromium.new_page()
    page.clock.install()
    page.set_content(PAGE)
    page.evaluate(LISTEN)
    page.add_script_tag(content=SCRIPT.read_text(), type="module")
    expect(page.locator("#plain .close")).to_be_visible()
    yield page
    page.close()


def test_only_a_message_that_asks_nothing_goes_by_itself(page: Page) -> None:
    page.clock.run_for(200)
    expect(page.locator("#plain > p")).to_have_text("Kept.")
    page.clock.run_for(60_000)
    expect(page.locator("#plain")).to_have_count(0)
    for stays in ("undo", "warning", "error"):
        expect(page.locator(f"#{stays} > p")).to_be_visible()


def test_a_status_is_spoken_for_it_comes_after_the_page(page: Page) -> None:
    page.clock.run_for(200)
    expect(page.locator("#warning > :first-child")).to_have_text("Not used: prices.")
    assert page.evaluate("spoken") == ["Kept.", "Yours.", "Not used: prices."]


def test_the_second_of_two_keys_that_comes_late_does_nothing(page: Page) -> None:
    page.evaluate("addEventListener('keydown', (event) => { document.title += event.key; })")
    page.keyboard.press("g")
    page.clock.run_for(2000)
    page.keyboard.press("a")
    assert page.title() == ""
    assert not page.url.endswith("#accounts")
    page.keyboard.press("a")
    assert page.title() == "a"
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url("**#accounts")
    assert page.title() == "a"


def test_the_frame_works_where_a_browser_keeps_nothing(page: Page) -> None:
    assert page.locator("#help-open").is_visible()
    page.locator("#keys-on").evaluate("one => one.click()")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
