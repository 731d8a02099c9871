"""A browser for people's pages: it notes what went wrong and whom the page talked to.

A journey is gone by a `reader`: a phone reads French and a desk English, and the other way round
as well with FLOWIA_EVERY_JOURNEY=1.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import translation
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    sync_playwright,
)

from sandbox import demo
from tests.journeys.driver import Driver, driving
from tests.stack import Stack

SIZES = {"phone": (390, 844), "desk": (1280, 800)}
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
PAIRS = (("phone", "fr"), ("desk", "en"))
OTHERS = (("phone", "en"), ("desk", "fr"))
READERS = PAIRS + OTHERS if os.environ.get("FLOWIA_EVERY_JOURNEY") else PAIRS
MOVING = "document.getAnimations().some((one) => one.playState === 'running')"
NO_BROWSER = "no Chromium: playwright install chromium, or set CHROMIUM_PATH"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@pytest.fixture
def driver(sqlite_stack: Stack) -> Iterator[Driver]:
    """Return a driver of the product on SQLite."""
    yield from driving(sqlite_stack, Driver)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return a browser; skips where there is none, and fails in CI.

    It lives for one file only: while Playwright's loop runs, Django refuses the database.
    """
    with launched() as browser:
        if browser is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_BROWSER)
        yield browser


@contextmanager
def launched() -> Iterator[Browser | None]:
    """Give a browser while it lives, or None where there is none."""
    with sync_playwright() as playwright:
        path = _executable(playwright)
        if path is None:
            yield None
            return
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


def _executable(playwright: Playwright) -> str | None:
    own = playwright.chromium.executable_path
    named = os.environ.get("CHROMIUM_PATH")
    found = [named, own if Path(own).is_file() else None, *map(shutil.which, NAMES)]
    return next((path for path in found if path), None)


@dataclass
class Visit:
    """One person's tab; `check` tells what nobody should have met."""

    page: Page
    driver: Driver
    problems: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def listen(self) -> None:
        """Note errors in the console and in scripts, and every address asked for."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(f"{message.type}: {message.text}")

    @contextmanager
    def another(self) -> Iterator["Visit"]:
        """Give somebody else's tab in a browser of the same kind, with no cookie in common."""
        browser, size = self.page.context.browser, self.page.viewport_size
        assert browser is not None
        with browser.new_context(locale="fr-FR", viewport=size) as context:
            context.set_default_timeout(45_000)
            found = Visit(context.new_page(), self.driver)
            found.listen()
            yield found

    def check(self) -> None:
        """Fail if the page erred, asked another host, is hard to read or wider than its screen."""
        stack = self.driver.stack
        ours = {f"127.0.0.1:{stack.port}", f"127.0.0.1:{stack.sandbox_port}", ""}
        # Between two pages there is no document to measure.
        self.page.wait_for_load_state("load")
        assert self.problems == []
        assert self.hosts <= ours
        too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(too_wide) <= 0
        # While something fades in, its colours are not yet its own.
        while self.page.evaluate(MOVING):
            self.page.wait_for_timeout(50)
        violations = Axe().run(self.page).response["violations"]
        assert [
            (one["id"], [node["html"][:200] for node in one["nodes"]]) for one in violations
        ] == []


@dataclass
class Reader(Visit):
    """A visitor who reads one of the two languages; words are found by their English."""

    language: str = "fr"

    def words(self, english: str, context: str = "", **values: Any) -> str:
        """Return the product's own words in the reader's language."""
        with translation.override(self.language):
            found = translation.pgettext(context, english) if context else ""
            return (found or translation.gettext(english)) % values

    def button(self, english: str, context: str = "") -> Locator:
        """Return the button of that name."""
        return self.page.get_by_role("button", name=self.words(english, context), exact=True)

    def heading(self, english: str) -> Locator:
        """Return the heading of that name."""
        return self.page.get_by_role("heading", name=self.words(english), exact=True)

    def open(self, path: str) -> None:
        """Go to one of the product's addresses."""
        self.page.goto(f"{self.driver.stack.web_url}{path}")

    def sign_in(self, email: str = demo.OWNER_EMAIL, password: str = demo.MEMBERS_PASSWORD) -> None:
        """Come in by the product's one door."""
        self.open("/login")
        self.page.get_by_label(self.words("E-mail address")).fill(email)
        self.page.get_by_label(self.words("Password"), exact=True).fill(password)
        self.button("Sign in").click()
        self.page.wait_for_url(lambda url: "/login" not in url)

    def register(self, email: str, password: str) -> None:
        """Open a workspace that nobody else uses; its owner comes to the first steps."""
        self.open("/register")
        self.page.get_by_label(self.words("E-mail address")).fill(email)
        self.page.get_by_label(self.words("Password"), exact=True).fill(password)
        self.button("Create my account").click()
        self.page.wait_for_url(lambda url: "/register" not in url)

    def check_sizes(self) -> None:
        """Check the page on a phone and at a desk, and leave it as the reader looks at it."""
        own = self.page.viewport_size
        assert own is not None
        for width, height in SIZES.values():
            self.page.set_viewport_size({"width": width, "height": height})
            self.check()
        self.page.set_viewport_size(own)


def opened(browser: Browser, size: str, language: str, web_url: str) -> BrowserContext:
    """Return a browser of one size that asks for one language."""
    width, height = SIZES[size]
    context = browser.new_context(
        locale=LOCALES[language],
        timezone_id="Europe/Paris",
        viewport={"width": width, "height": height},
        has_touch=size == "phone",
    )
    context.set_default_timeout(45_000)
    context.add_cookies([{"name": "django_language", "value": language, "url": web_url}])
    return context


@pytest.fixture(params=READERS, ids="-".join)
def reader(request: pytest.FixtureRequest, chromium: Browser, driver: Driver) -> Iterator[Reader]:
    """Return somebody's tab, whose browser asks for their language."""
    size, language = request.param
    with opened(chromium, size, language, driver.stack.web_url) as context:
        found = Reader(context.new_page(), driver, language=language)
        found.listen()
        yield found


@pytest.fixture(params=list(SIZES))
def visit(request: pytest.FixtureRequest, chromium: Browser, driver: Driver) -> Iterator[Visit]:
    """Return a French visitor's tab, on a phone and at a desk."""
    width, height = SIZES[request.param]
    context = chromium.new_context(
        locale="fr-FR",
        timezone_id="Europe/Paris",
        viewport={"width": width, "height": height},
        has_touch=request.param == "phone",
    )
    context.set_default_timeout(45_000)
    found = Visit(context.new_page(), driver)
    found.listen()
    yield found
    context.close()
