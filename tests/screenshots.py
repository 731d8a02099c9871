"""Photograph every page: `python -m tests.screenshots [WORD …]`, or those with a word in them.

They go to `var/screenshots/<language>/<light|dark>/<width>/`, from the world of the walk.
"""

import os
import re
import sys
import time
from typing import TYPE_CHECKING, Literal

import django
from playwright.sync_api import Browser

from flowia.embedded import BASE_DIR
from tests.browser.conftest import NO_BROWSER, SIZES, launched
from tests.walk.serving import Place, served

if TYPE_CHECKING:
    from tests.walk.pages import Page

FOLDER = BASE_DIR / "var" / "screenshots"
LANGUAGES = ("fr", "en")
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main(words: list[str]) -> int:
    """Photograph; returns 1 where there is no browser or no such page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.walk.pages import pages  # noqa: PLC0415 - after the settings are named

    chosen = [one for one in pages() if not words or any(word in str(one) for word in words)]
    started = time.monotonic()
    with served() as place, launched() as browser:
        if browser is None or not chosen:
            sys.stderr.write(f"{'no such page' if browser else NO_BROWSER}\n")
            return 1
        for language in LANGUAGES:
            for who in dict.fromkeys(one.who for one in chosen):
                photograph(browser, place, language, [one for one in chosen if one.who == who])
    seconds = time.monotonic() - started
    sys.stdout.write(f"{len(chosen)} pages in {FOLDER}, {seconds:.0f} s\n")
    return 0


def photograph(browser: Browser, place: Place, language: str, chosen: "list[Page]") -> None:
    """Photograph pages of one person in one language, in both themes and sizes."""
    cookies = {"django_language": language, "flowia_session": place.cookies.get(chosen[0].who, "")}
    with browser.new_context(locale=language, reduced_motion="reduce") as context:
        context.add_cookies(
            [{"name": name, "value": value, "url": place.url} for name, value in cookies.items()]
        )
        tab = context.new_page()
        tab.set_default_timeout(120_000)  # a picture is work, and others work here too
        for page in chosen:
            tab.goto(place.url + page.address(place.ids))
            for theme in THEMES:
                tab.emulate_media(color_scheme=theme)
                for width, height in SIZES.values():
                    tab.set_viewport_size({"width": width, "height": height})
                    path = FOLDER / language / theme / str(width) / f"{name_of(page)}.png"
                    tab.screenshot(path=path, full_page=True)


def name_of(page: "Page") -> str:
    """Return a name for a file."""
    return re.sub(r"[^a-z0-9]+", "-", str(page).lower()).strip("-")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
