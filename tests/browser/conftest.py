"""A browser for people's pages: it notes what went wrong and whom the page talked to."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, sync_playwright

from tests.journeys.driver import Driver, driving
from tests.stack import Stack

SIZES = {"phone": (390, 844), "desk": (1280, 800)}
MOVING = "document.getAnimations().some((one) => one.playState === 'running')"
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
    with sync_playwright() as playwright:
        path = _executable(playwright)
        if path is None:
            reason = "no Chromium: playwright install chromium, or set CHROMIUM_PATH"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
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
