"""Make the README's pictures: `python -m tests.pictures [NAME …]`, into `docs/pictures`.

The demo is started in a folder of its own, people write to it, two invented months are added to its
figures, and its pages are photographed in both themes. Words and numbers are the same each time;
moments are those of the day.
"""

import base64
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from flowia.embedded import BASE_DIR
from sandbox import demo
from tests.browser.conftest import NO_BROWSER, launched
from tests.journeys.driver import Driver, eventually
from tests.stack import Stack

FOLDER = BASE_DIR / "docs" / "pictures"
LARGEST = 150_000
QUICK = {
    "SETTLE_SECONDS": "1",
    "MIN_SECONDS_BETWEEN_MESSAGES": "2",
    "API_REQUESTS_PER_MINUTE": "100000",
}
QUALITY = 82
DESK = (1360, 850)
HELD = (
    ("Inès Bernard", "Bonsoir, livrez-vous à Lyon ?", "instagram"),
    ("Paul Garnier", "Bonjour, vous avez des tasses en grès ?", "messenger"),
)
"""Who writes while the scenario asks for approval."""
ANSWERED = (
    ("Nadia Haddad", "Bonjour, vous êtes ouverts samedi ?", "messenger"),
    ("Louis Petit", "Ma tasse est arrivée cassée, c'est inadmissible.", "instagram"),
    ("Chloé Roussel", "C'est combien, un atelier céramique ?", "instagram"),
    ("Hugo Lambert", "Ne m'écrivez plus, merci.", "messenger"),
    ("Sofia Marchetti", "Bonjour, où est votre boutique ?", "messenger"),
    ("Léa Martin", "Bonjour, c'est combien la lampe Aube ?", "messenger"),
)
MORE = ("Léa Martin", "Je la prends ! Vous pouvez me rappeler au 06 12 34 56 78 ?")


@dataclass(frozen=True)
class Picture:
    """One picture: which page in which size, and what is done there first."""

    name: str
    size: tuple[int, int]


PICTURES = (
    Picture("inbox", DESK),
    Picture("why", DESK),
    Picture("drafts", DESK),
    Picture("figures", (1360, 1050)),
    Picture("phone", (1360, 700)),
)


def main(words: list[str]) -> int:
    """Photograph; returns 1 where there is no browser, no such picture, or one is too large."""
    chosen = [one for one in PICTURES if not words or one.name in words]
    with started() as driver:
        past(driver.stack)
        contacts = tell(driver)
        with launched() as browser:
            if browser is None or not chosen:
                sys.stderr.write(f"{'no such picture' if browser else NO_BROWSER}\n")
                return 1
            sizes = [photograph(browser, driver, one, contacts) for one in chosen]
    sys.stdout.write(f"{2 * len(chosen)} pictures in {FOLDER}, {max(sizes) // 1000} kB at most\n")
    return int(max(sizes) > LARGEST)


@contextmanager
def started() -> Iterator[Driver]:
    """Give a driver of the demo while it runs."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "var", QUICK)
        stack.start()
        try:
            yield Driver(stack)
        finally:
            stack.stop()


def tell(driver: Driver) -> dict[str, str]:
    """Let people write; returns each one's id on the network."""
    contacts: dict[str, str] = {}
    for autonomy, said in (("draft", HELD), ("auto", ANSWERED)):
        driver.rows("UPDATE processing_scenario SET autonomy = %s", autonomy)
        for name, text, account in said:
            contacts[name] = write(driver, name, text, account=account)
    name, text = MORE
    write(driver, name, text, account="messenger", contact=contacts[name])
    return contacts


def write(driver: Driver, name: str, text: str, *, account: str, contact: str = "") -> str:
    """Let one person write and wait until that is over; returns their id on the network."""
    said = {"name": name, "text": text, "account": account}
    row = driver.sandbox("/say", {**said, **({"contact": contact} if contact else {})})
    found = str(row["contact"])
    eventually(lambda: _is_over(driver, found), 90, what=lambda: driver.story(found))
    return found


def _is_over(driver: Driver, contact: str) -> bool:
    said = driver.messages(contact)
    incoming = [one for one in said if one["direction"] == "inbound"]
    leaving = any(one["status"] in {"queued", "sending"} for one in said)
    return bool(incoming) and all(one["outcome"] for one in incoming) and not leaving


def past(stack: Stack) -> None:
    """Add two months of figures, in a process with the product's own settings."""
    environment = {**stack.environment, "DJANGO_SETTINGS_MODULE": "flowia.settings"}
    program = [sys.executable, "-m", "tests.picture_past"]
    subprocess.run(program, cwd=BASE_DIR, env=environment, check=True)


def photograph(browser: Browser, driver: Driver, one: Picture, contacts: dict[str, str]) -> int:
    """Write both pictures of a page; returns the size of the larger file in bytes."""
    width, height = one.size
    largest = 0
    for theme in ("light", "dark"):
        with browser.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport={"width": width, "height": height},
            device_scale_factor=1.5,
            color_scheme=theme,
            reduced_motion="reduce",
        ) as context:
            tab = context.new_page()
            tab.set_default_timeout(120_000)
            show(tab, driver, one.name, contacts)
            picture = taken(tab)
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{one.name}-{theme}.webp").write_bytes(picture)
        largest = max(largest, len(picture))
    return largest


def show(tab: Page, driver: Driver, name: str, contacts: dict[str, str]) -> None:
    """Open what a picture shows."""
    contact = contacts[MORE[0]]
    if name == "phone":
        tab.goto(f"{driver.stack.sandbox_url}/?account=messenger&contact={contact}")
        tab.locator(".stage").evaluate("one => one.scrollIntoView()")
        tab.locator("[data-steps] li").first.wait_for()
        return
    sign_in(tab, driver.stack.web_url)
    paths = {"inbox": "/inbox", "why": f"/inbox/{driver.conversation(contact)['id']}"}
    tab.goto(f"{driver.stack.web_url}{paths.get(name, f'/inbox/{name}')}")
    if name == "why":
        tab.get_by_text("Pourquoi").first.click()
    tab.wait_for_load_state("load")


def sign_in(tab: Page, url: str) -> None:
    """Come in as the demo's owner."""
    tab.goto(f"{url}/login")
    tab.locator("input[name=email], input[name=username]").first.fill(demo.OWNER_EMAIL)
    tab.locator("input[name=password]").fill(demo.MEMBERS_PASSWORD)
    tab.locator("form:has(input[name=password]) button").first.click()
    tab.wait_for_url(lambda found: "/login" not in found)


def taken(tab: Page) -> bytes:
    """Return the page as it stands, as WebP, which Playwright's own call does not know."""
    session = tab.context.new_cdp_session(tab)
    found = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    return base64.b64decode(found["data"])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    sys.exit(main(sys.argv[1:]))
