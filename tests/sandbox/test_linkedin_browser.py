"""LinkedIn's stand-in in a real browser: what its scripts do, which HTTP alone cannot show."""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import _executable
from tests.sandbox.conftest import Sandbox
from tests.sandbox.linkedin import control, english, order, thread_of

COMPOSER = 'main form.msg-form div[role="textbox"]'
SEND = "main button.msg-form__send-button"
ROWS = "li.msg-conversation-listitem"
EVENTS = "main .msg-s-event-listitem__body"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = _executable(playwright)
        if path is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium")
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, sandbox: Sandbox) -> Iterator[Page]:
    order(sandbox, "reset")
    yield from signed_in(chromium, sandbox)


def signed_in(chromium: Browser, sandbox: Sandbox, **query: str) -> Iterator[Page]:
    state = control(sandbox, "export", **query)["storage_state"]
    for cookie in state["cookies"]:
        cookie |= {"domain": "127.0.0.1", "secure": False, "sameSite": "Lax"}
    with chromium.new_context(storage_state=state) as context:
        context.set_default_timeout(10_000)
        found = context.new_page()
        problems: list[str] = []
        found.on("pageerror", lambda error: problems.append(str(error)))
        yield found
        assert problems == []


def visit(page: Page, sandbox: Sandbox, name: str = "", **trap: Any) -> str:
    """Open the thread with somebody, or list them all; return the thread's id."""
    if trap:
        order(sandbox, "options", **trap)
    thread = thread_of(sandbox, name)["thread"] if name else "new"
    page.goto(f"{sandbox.url}/linkedin/messaging/thread/{quote(thread, safe='')}/")
    expect(page.locator(ROWS).filter(has=page.locator("h3")).first).to_be_attached()
    return str(thread)


def write(page: Page, *lines: str, where: str = COMPOSER) -> None:
    page.locator(where).click()
    for number, line in enumerate(lines):
        if number:
            page.keyboard.press("Shift+Enter")
        if line:
            page.keyboard.insert_text(line)


def opened(page: Page) -> str:
    return unquote(urlsplit(page.url).path.rstrip("/").rpartition("/")[2])


def attempts(sandbox: Sandbox) -> list[tuple[str, str]]:
    rows = control(sandbox, "sent")["attempts"]
    return [(one["thread_id"], one["text"]) for one in rows]


def test_a_message_typed_line_by_line_arrives_as_it_was_written(
    page: Page, sandbox: Sandbox
) -> None:
    visit(page, sandbox)
    assert control(sandbox, "opened")["opened"] == []
    row = page.locator(ROWS).filter(has_text="Kevin Stone")
    row.locator("div.msg-conversation-listitem__link").click()
    expect(page.locator(".msg-entity-lockup__entity-title")).to_have_text("Kevin Stone")
    thread = thread_of(sandbox, "Kevin Stone")["thread"]
    assert opened(page) == thread
    expect(page.locator(SEND)).to_be_disabled()
    write(page, "Bonjour Kevin,", "", "non merci.")
    assert page.locator(COMPOSER).inner_text() == "Bonjour Kevin,\n\nnon merci."
    with page.expect_response(lambda one: "createMessage" in one.url) as answer:
        page.locator(SEND).click()
    assert answer.value.json()["value"]["entityUrn"].startswith("urn:li:msg_message:(")
    assert attempts(sandbox) == [(thread, "Bonjour Kevin,\n\nnon merci.")]
    expect(page.locator(EVENTS).last).to_have_text("Bonjour Kevin,\n\nnon merci.")
    expect(page.locator(COMPOSER)).to_have_text("")
    [opening] = control(sandbox, "opened")["opened"]
    assert (opening["thread_id"], opening["how"]) == (thread, "click")


def test_a_bare_enter_sends_what_is_there_already(page: Page, sandbox: Sandbox) -> None:
    thread = visit(page, sandbox, "Zoé Martin")
    page.locator(COMPOSER).press_sequentially("Bonjour,\nvoici")
    expect(page.locator(EVENTS).last).to_have_text("Bonjour,")
    expect(page.locator(COMPOSER)).to_contain_text("voici")
    assert attempts(sandbox) == [(thread, "Bonjour,")]


def test_few_rows_are_there_at_a_time_and_scrolling_brings_all(
    page: Page, sandbox: Sandbox
) -> None:
    visit(page, sandbox)
    seen: set[str] = set()
    names = page.locator(f"{ROWS} h3")
    for _ in range(40):
        seen |= set(names.all_inner_texts())
        assert names.count() <= 8
        page.locator('ul[aria-label="Liste des conversations"]').evaluate(
            "list => { list.scrollTop += 300 }"
        )
        page.wait_for_timeout(20)
    assert len(seen) == 33
    assert page.locator(f"{ROWS} a").count() == 0


def test_the_inbox_opens_the_newest_thread_by_itself(page: Page, sandbox: Sandbox) -> None:
    page.goto(f"{sandbox.url}/linkedin/messaging/")
    expect(page.locator(EVENTS).first).to_contain_text("24 lampes")
    newest = thread_of(sandbox, "Zoé Martin")["thread"]
    assert opened(page) == newest
    expect(
        page.locator(ROWS).filter(has_text="Zoé Martin").locator(".notification-badge")
    ).to_have_count(0)
    assert [(one["thread_id"], one["how"]) for one in control(sandbox, "opened")["opened"]] == [
        (newest, "auto")
    ]


def test_what_is_said_meanwhile_appears(page: Page, sandbox: Sandbox) -> None:
    thread = visit(page, sandbox, "Zoé Martin", json_form="normalized")
    expect(page.locator(EVENTS)).to_have_count(1)
    order(sandbox, "say", thread=thread, text="Alors ?")
    expect(page.locator(EVENTS).last).to_have_text("Alors ?")
    order(sandbox, "say", name="Marc Delmas", text="Toujours libre ?")
    expect(page.locator(ROWS).filter(has=page.locator("h3")).first).to_contain_text("Marc Delmas")


def test_an_english_account_has_an_english_page(chromium: Browser, sandbox: Sandbox) -> None:
    order(sandbox, "reset")
    for page in signed_in(chromium, sandbox, member=english(sandbox)):
        visit(page, sandbox)
        expect(page.get_by_role("list", name="Conversation List")).to_be_visible()
        row = page.locator(ROWS).filter(has=page.locator("h3", has_text="Alice Lambert")).first
        page.locator(".at-list").evaluate("list => { list.scrollTop = 10 }")
        row.locator(".msg-conversation-listitem__link").click()
        expect(page.get_by_role("textbox", name="Write a message…")).to_be_visible()
        expect(row).to_contain_text("You: Avec plaisir")


def test_an_overlay_and_a_thread_that_stayed_write_to_somebody_else(
    page: Page, sandbox: Sandbox
) -> None:
    other = thread_of(sandbox, "Marc Delmas")["thread"]
    visit(page, sandbox, "Zoé Martin", overlay=other, stale="hidden")
    boxes = page.locator('div[role="textbox"]')
    expect(boxes).to_have_count(3)
    # The overlay's is the first in the document, then the hidden one, then the right one.
    assert [one.is_visible() for one in boxes.all()] == [True, False, True]
    write(page, "Raté", where=".msg-overlay-container div[role='textbox']")
    page.locator("button.msg-form__send-button").first.click()
    expect(page.locator(".msg-overlay-container li").last).to_contain_text("Raté")
    assert attempts(sandbox) == [(other, "Raté")]


@pytest.mark.parametrize(
    ("trap", "found"),
    [
        ({"composer": "doubles"}, "a\n\n\nb"),
        ({"composer": "changes"}, "a\n\nb\n\n🙂"),
        ({"composer": "loses"}, "b"),
        ({"missing": ["send"]}, ""),
        ({"renamed": {"send": "unknown"}}, ""),
    ],
)
def test_a_composer_that_cannot_be_trusted(
    page: Page, sandbox: Sandbox, trap: dict[str, Any], found: str
) -> None:
    visit(page, sandbox, "Zoé Martin", **trap)
    write(page, "a", "", "b")
    if not found:
        assert page.locator(SEND).count() == 0
        return
    page.locator(SEND).click()
    expect(page.locator(EVENTS)).to_have_count(2)
    assert [text for _, text in attempts(sandbox)] == [found]


def test_a_thread_that_never_leaves_hides_the_one_that_was_asked_for(
    page: Page, sandbox: Sandbox
) -> None:
    thread = visit(page, sandbox, "Zoé Martin", stale="never")
    expect(page.locator(".msg-entity-lockup__entity-title")).to_have_text("Marc Delmas")
    assert opened(page) == thread


def test_a_script_leads_to_the_login_after_a_while(page: Page, sandbox: Sandbox) -> None:
    visit(page, sandbox, gate="login_script", gate_ms=700)
    page.wait_for_url("**/linkedin/login?**")


def test_an_unknown_end_of_a_message_is_one_message(page: Page, sandbox: Sandbox) -> None:
    visit(page, sandbox, "Zoé Martin", send="cut", times=1)
    write(page, "Oui")
    page.locator(SEND).click()
    expect(page.locator(".msg-form__error")).to_have_text("Votre message n’a pas pu être envoyé.")
    assert len(control(sandbox, "sent")["messages"]) == 1


def test_whom_the_member_cannot_write_to(page: Page, sandbox: Sandbox) -> None:
    visit(page, sandbox, "Paul Rémy")
    expect(page.locator(".msg-inmail-upsell")).to_contain_text("Premium")
    assert page.locator(COMPOSER).count() == 0
