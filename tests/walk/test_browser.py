"""Every page in a real browser: light and dark, on a phone and at a desk.

A page is loaded once; then the colours and the size of the screen change under it.
"""

import re
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Request, Response
from playwright.sync_api import Page as Tab

from tests.browser.conftest import SIZES
from tests.walk.pages import Page, pages
from tests.walk.serving import Place

pytestmark = pytest.mark.slow
WHO = ("nobody", "owner", "teammate", "newcomer", "operator", "unproved")
AXE = Axe().axe_script
RULES: dict[Literal["light", "dark"], list[str]] = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "dark": ["color-contrast", "link-in-text-block"],
}
"""WCAG 2.0 to 2.2, levels A and AA (axe-core's tags); then its rules that look at colours."""

TOO_WIDE = """() => {
  const found = [];
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > room) {
    found.push(`the page: ${document.documentElement.scrollWidth} of ${room}`);
    for (const one of document.querySelectorAll("body *")) {
      if (one.getBoundingClientRect().right > room + 1) {
        found.push(one.outerHTML.slice(0, 120));
      }
    }
  }
  return found.slice(0, 6);
}"""
INLINE = re.compile(
    r"""<style\b|<[^>]*\sstyle\s*=|<[^>]*\son[a-z]+\s*=|<script(?![^>]*\bsrc=)(?![^>]*json)[^>]*>""",
    re.IGNORECASE,
)
"""A style, a handler or a script in the page itself; data for scripts may stand there."""

VIOLATIONS = """(rules) => {
  // While something fades in, its colours are not yet its own.
  for (const one of document.getAnimations()) {
    if (one.playState === "running") { one.finish(); }
  }
  return axe.run({runOnly: rules, resultTypes: ["violations"], preload: false})
  .then((found) => found.violations.flatMap((one) => one.nodes.map((node) =>
    `${one.id}: ${node.html.slice(0, 160)}`)));
}"""
HEADINGS = "() => [...document.querySelectorAll('h1')].map((one) => one.textContent.trim())"


class Eyes:
    """One person's tab, and what went wrong in it since it was last asked."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.tab: Tab = context.new_page()
        self.host = host
        self.problems: list[str] = []
        self.status = 200
        self.tab.on("console", self._console)
        self.tab.on("pageerror", lambda error: self.problems.append(str(error)))
        self.tab.on("request", self._request)
        self.tab.on("requestfailed", lambda one: self.problems.append(f"failed: {one.url}"))
        self.tab.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A page that says no is told of in the console by its status.
        if message.type in {"error", "warning"} and f"status of {self.status}" not in message.text:
            self.problems.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).netloc not in {self.host, ""}:
            self.problems.append(f"another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status != self.status:
            self.problems.append(f"{response.status}: {response.url}")


@pytest.fixture(scope="module")
def eyes(chromium: Browser, place: Place) -> Iterator[dict[str, Eyes]]:
    """Return a tab for each person, signed in."""
    found = {}
    for who in WHO:
        width, height = SIZES["phone"]
        context = chromium.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        if who in place.cookies:
            context.add_cookies(
                [{"name": "flowia_session", "value": place.cookies[who], "url": place.url}]
            )
        found[who] = Eyes(context, urlsplit(place.url).netloc)
    yield found
    for one in found.values():
        one.tab.context.close()


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_page_is_sound(place: Place, eyes: dict[str, Eyes], page: Page) -> None:
    """A failure names the page and everything that is wrong with it."""
    one = eyes[page.who]
    tab, one.problems, one.status = one.tab, [], page.status
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.emulate_media(color_scheme="light")
    answer = tab.goto(place.url + page.address(place.ids))
    assert answer is not None
    assert answer.status == page.status

    found = _of_its_html(tab, answer.text())
    tab.evaluate(AXE)
    for colours, rules in RULES.items():
        tab.emulate_media(color_scheme=colours)
        found += [f"{colours}: {line}" for line in _violations(tab, rules)]
    for width, height in SIZES.values():
        tab.set_viewport_size({"width": width, "height": height})
        found += [f"{width} px: {line}" for line in tab.evaluate(TOO_WIDE)]
    wrong = [*one.problems, *found]
    assert not wrong, "\n".join(wrong)


def _of_its_html(tab: Tab, html: str) -> list[str]:
    headings = tab.evaluate(HEADINGS)
    found = [f"inline: {one.group()[:160]}" for one in INLINE.finditer(html)]
    if len(headings) != 1 or not headings[0]:
        found.append(f"h1: {headings}")
    if not tab.title().split("·")[0].split("|")[0].strip():
        found.append("no title")
    if tab.locator("html").get_attribute("lang") != "fr":
        found.append("lang")
    return found


def _violations(tab: Tab, rules: list[str]) -> list[str]:
    return list(tab.evaluate(VIOLATIONS, rules))
