"""A complaint in hand: an operator finds out why a contact was not answered."""

import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.totp import SECONDS, code_at
from flowia.lib import clock
from sandbox import demo
from sandbox.standins.graph import username_of
from tests.browser.conftest import Reader, opened
from tests.journeys.driver import Driver, eventually
from tests.stack import fetch, free_port

pytestmark = pytest.mark.slow
QUESTION = "Bonjour, c'est combien la lampe Aube ?"
SECOND = "Et la livraison ?"
CLICKS = 5
"""An operator needs fewer to know why."""

COUNTING = "addEventListener('click', () => clicked(), true)"
"""A form that is sent by the Enter key clicks on its button: that counts, too."""


@pytest.fixture
def guarded(driver: Driver) -> Iterator[str]:
    """Return where the product is served as in production: operators prove who they are twice."""
    stack, port = driver.stack, free_port()
    told = {**stack.environment, "OPERATOR_SECOND_FACTOR": "1"}
    bind = ("--bind", f"127.0.0.1:{port}", "--workers", "1", "--log-level", "warning")
    command = (sys.executable, "-m", "gunicorn", "flowia.wsgi", "-c", "python:flowia.server", *bind)
    with subprocess.Popen(command, cwd=stack.root, env=told) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            eventually(lambda: is_up(url), what="the second web server")
            yield url
        finally:
            process.terminate()


def is_up(url: str) -> bool:
    try:
        return fetch(f"{url}/health")[0] == 200
    except OSError:
        return False


@dataclass
class Telephone:
    """What shows an operator's codes; each opens the door once."""

    secret: str = ""
    last: int = 0

    def code(self) -> str:
        """Return a code that was not used; waits for the next half minute if need be."""
        counter = eventually(self._next, what="a code that was not used")
        self.last = counter
        return code_at(self.secret, counter)

    def _next(self) -> int:
        now = int(clock.now().timestamp()) // SECONDS
        return next((one for one in (now - 1, now, now + 1) if one > self.last), 0)


@pytest.fixture
def telephone(
    driver: Driver, guarded: str, chromium: Browser, reader: Reader
) -> Iterator[Telephone]:
    """Return the telephone of the demo's operator, who set it up some day in another browser."""
    driver.forget_knocks()
    driver.rows("DELETE FROM accounts_operatorfactor")
    found = Telephone()
    with opened(chromium, "desk", reader.language, guarded) as context:
        page = context.new_page()
        knock(reader, page, guarded)
        found.secret = page.locator("code.key").inner_text()
        page.locator("#code").fill(found.code())
        page.locator("#code").press("Enter")
        page.wait_for_url(re.compile("/codes/"))
        Reader(page, driver, language=reader.language).check_sizes()
    yield found
    driver.rows("DELETE FROM accounts_operatorfactor")


def knock(reader: Reader, page: Page, url: str) -> None:
    """Ask for the admin and say who one is; the second factor is asked for then."""
    page.goto(f"{url}/admin/")
    page.get_by_label(reader.words("E-mail address")).fill(demo.OPERATOR_EMAIL)
    page.get_by_label(reader.words("Password"), exact=True).fill(demo.OPERATOR_PASSWORD)
    page.get_by_role("button", name=reader.words("Sign in"), exact=True).click()
    page.wait_for_url(re.compile("/second-factor/"))


def unanswered(driver: Driver, name: str) -> str:
    """Let somebody write twice, the second time to a human's conversation; returns the handle."""
    said = {"name": name, "account": "instagram"}
    contact = str(driver.sandbox("/say", {**said, "text": QUESTION})["contact"])
    driver.answer_to(contact)
    driver.act(f"/conversations/{driver.conversation(contact)['id']}/takeover")
    driver.sandbox("/say", {**said, "text": SECOND, "contact": contact})
    eventually(lambda: len(driver.decided(contact)) == 2, what="a decision on the second message")
    handle = "SELECT handle FROM processing_contact WHERE external_id = %s"
    return str(eventually(lambda: driver.rows(handle, contact)[0][0], what="the contact's handle"))


def test_an_operator_knows_in_four_clicks_why_a_contact_was_not_answered(
    reader: Reader, guarded: str, telephone: Telephone
) -> None:
    page, clicks = reader.page, []
    name = f"Zoe-{secrets.token_hex(3)} Perrin"
    handle = unanswered(reader.driver, name)
    assert handle == username_of(name)
    page.expose_function("clicked", lambda: clicks.append(page.url))
    page.add_init_script(COUNTING)

    knock(reader, page, guarded)
    page.locator("#code").fill(telephone.code())
    reader.button("Go on", "to the next page").click()
    page.wait_for_url(f"{guarded}/admin/")
    page.get_by_role("searchbox").fill(f"@{handle}")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name=reader.words("Why? The trace")).first.click()

    why = reader.words("A human is in charge of this conversation; the assistant stays silent.")
    expect(page.locator("#verdict strong")).to_have_text(
        reader.words("Not answered, because: %(why)s", why=why)
    )
    assert 0 < len(clicks) < CLICKS, clicks
    assert SECOND not in page.content(), "what people wrote is hidden until it is asked for"
    reader.hosts.discard(guarded.removeprefix("http://"))
    reader.check()
