"""The script of a page that follows a run: what begins another one waits, and no longer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, expect

SITE = "http://flow.test/replay"
SCRIPT = Path(settings.BASE_DIR, "static", "flowia", "progress.js")
RUNS = '<div data-version="1" data-running><h2 id="run">It runs</h2></div>'
DONE = '<div data-version="2"><h2 id="run">It is done</h2></div>'
PAGE = """<!doctype html><body data-workspace="w1">
<label>First day <input id="day"></label><button data-idle disabled>Start</button>
<button>Estimate</button><p data-busy>One at a time.</p><p id="news"></p><div id="live">{run}</div>
<script type="module">{script}</script></body>"""


class Run:
    """What the page's own part answers."""

    now = RUNS

    def answer(self, route: Route) -> None:
        whole = PAGE.replace("{run}", RUNS).replace("{script}", SCRIPT.read_text())
        fragment = "x-fragment" in route.request.headers
        route.fulfill(body=self.now if fragment else whole, content_type="text/html")


@pytest.fixture
def run() -> Run:
    return Run()


@pytest.fixture
def page(chromium: Browser, run: Run) -> Iterator[Page]:
    page = chromium.new_page()
    page.clock.install()
    page.route(f"{SITE}**", run.answer)
    page.goto(SITE)
    yield page
    page.close()


def test_another_run_may_begin_as_soon_as_this_one_is_done(page: Page, run: Run) -> None:
    start, reason = page.get_by_role("button", name="Start"), page.get_by_text("One at a time.")
    page.get_by_label("First day").fill("2026-11-01")
    page.clock.run_for(2_500)
    expect(start).to_be_disabled()
    expect(reason).to_be_visible()
    run.now = DONE
    page.clock.run_for(2_500)
    expect(page.locator("#news")).to_have_text("It is done")
    expect(start).to_be_enabled()
    expect(reason).to_be_hidden()
    expect(page.get_by_label("First day")).to_have_value("2026-11-01")
