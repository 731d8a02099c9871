"""The scripts of a session that ended: words come back once, polls come to an end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, expect

SITE = "http://flow.test"
ENDED = '<p role="alert" data-ended>You are signed out. <a href="/login">Sign in</a></p>'
DOOR = "<main><p data-ended>Ended. <span hidden>Kept in this tab.</span></p></main>"
FORMS = """
<body data-workspace="w1">
  <form method="post" action="/talk"><button id="other">Take over</button></form>
  <details><summary>Answer</summary><form method="post" action="/talk" id="answer">
    <input type="hidden" name="csrfmiddlewaretoken" value="{token}">
    <input type="hidden" name="do" value="reply">
    <textarea name="text"></textarea><input type="checkbox" name="done">
    <select name="way"><option>one</option><option>two</option></select>
    <button>Send</button></form></details>
  <form method="post" action="/talk" autocomplete="off"><textarea name="key"></textarea>
    <button id="seal">Keep the key</button></form>
</body>"""
LIVE = """<body data-workspace="w1"><p id="news" data-words="Changed"></p>
<div id="live"><div data-version="1" data-running><h2 id="run">It runs</h2></div></div></body>"""


def script(name: str) -> str:
    return Path(settings.BASE_DIR, "static", "flowia", name).read_text()


class Site:
    """What the pages of a small site answer; `signed_in` is whether there is a session."""

    def __init__(self) -> None:
        self.signed_in = True
        self.forms, self.script, self.polls = FORMS, "words.js", 0

    def answer(self, route: Route) -> None:
        if "x-fragment" in route.request.headers:
            self.polls += 1
            route.fulfill(body=ENDED, content_type="text/html")
            return
        page = self.forms if self.signed_in else DOOR
        if route.request.url.endswith("/login"):
            page = "<main>Who are you?</main>"
        if route.request.url.endswith("/elsewhere"):
            page = '<body data-workspace="w1"></body>'
        page = page.replace("{token}", str(id(route)))
        words = f'<script type="module">{script(self.script)}</script>'
        route.fulfill(body=f"<!doctype html>{page}{words}", content_type="text/html")


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    page = chromium.new_page()
    page.clock.install()
    page.route(f"{SITE}/**", site.answer)
    page.goto(f"{SITE}/talk")
    yield page
    page.close()


def write_and_send(page: Page) -> None:
    page.locator("summary").click()
    page.locator("[name=text]").fill("Bonjour Léa")
    page.locator("[name=done]").check()
    page.locator("[name=way]").select_option("two")
    page.get_by_role("button", name="Send").click()


def test_words_that_were_turned_away_come_back_once(page: Page, site: Site) -> None:
    site.signed_in = False
    write_and_send(page)
    expect(page.get_by_text("Kept in this tab.")).to_be_visible()
    page.reload()
    site.signed_in = True
    page.goto(f"{SITE}/elsewhere")
    page.goto(f"{SITE}/talk")
    expect(page.locator("[name=text]")).to_have_value("Bonjour Léa")
    expect(page.locator("[name=text]")).to_be_focused()
    expect(page.locator("[name=done]")).to_be_checked()
    expect(page.locator("[name=way]")).to_have_value("two")
    page.reload()
    expect(page.locator("[name=text]")).to_have_value("")


def test_words_that_were_not_sent_yet_survive_the_link_to_the_door(page: Page, site: Site) -> None:
    page.locator("summary").click()
    page.locator("[name=text]").fill("Bonjour Léa")
    page.evaluate(f"document.body.insertAdjacentHTML('afterbegin', `{ENDED}`)")
    page.get_by_role("link", name="Sign in").click()
    page.wait_for_url("**/login")
    page.goto(f"{SITE}/talk")
    expect(page.locator("[name=text]")).to_have_value("Bonjour Léa")


def test_words_that_arrived_are_kept_no_longer(page: Page, site: Site) -> None:
    write_and_send(page)
    page.wait_for_load_state()
    assert page.evaluate("sessionStorage.length") == 0
    site.signed_in = False
    page.reload()
    expect(page.get_by_text("Kept in this tab.")).to_be_hidden()


@pytest.mark.parametrize("later", ["another workspace", "two hours"])
def test_words_are_given_back_to_their_workspace_and_within_an_hour(
    page: Page, site: Site, later: str
) -> None:
    site.signed_in = False
    write_and_send(page)
    expect(page.get_by_text("Kept in this tab.")).to_be_visible()
    site.signed_in = True
    if later == "another workspace":
        site.forms = FORMS.replace("w1", "w2")
    else:
        page.clock.set_system_time(page.evaluate("Date.now()") + 7_200_000)
    page.goto(f"{SITE}/talk")
    expect(page.locator("[name=text]")).to_have_value("")
    assert page.evaluate("sessionStorage.length") == 0


def test_keys_and_sessions_are_kept_nowhere(page: Page, site: Site) -> None:
    site.signed_in = False
    page.locator("[name=key]").fill("a secret")
    page.locator("#seal").click()
    expect(page.locator("main")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


@pytest.mark.parametrize("name", ["inbox.js", "thread.js", "progress.js"])
def test_a_page_whose_session_ended_says_so_and_asks_no_more(
    page: Page, site: Site, name: str
) -> None:
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    site.forms, site.script = LIVE, name
    page.reload()
    page.clock.run_for(7_000)
    expect(page.get_by_role("alert")).to_have_text("You are signed out. Sign in")
    expect(page.get_by_role("heading", name="It runs")).to_be_visible()
    page.clock.run_for(600_000)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.clock.run_for(60_000)
    assert (site.polls, heard) == (1, [])
    expect(page.get_by_role("alert")).to_have_count(1)
