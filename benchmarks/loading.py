"""How soon a page is there for somebody who never came before: `python -m benchmarks.loading`.

See README.md. The world of the walk is served as in production, but for the server's threads.
"""

import argparse
import os
import statistics
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import django
from playwright.sync_api import Browser

from tests.browser.conftest import NO_BROWSER, SIZES, launched
from tests.walk.serving import Place, served

if TYPE_CHECKING:
    from tests.walk.pages import Page

TIMES = 3
MOST_MILLISECONDS = 1000
MOST_BYTES = 150 * 1024
HEAD = """\
| page | answered ms | interactive ms | ready ms | loaded ms | kB | requests |
|---|--:|--:|--:|--:|--:|--:|
"""
READ = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const parts = performance.getEntriesByType("resource");
  const bytes = parts.reduce((sum, one) => sum + one.transferSize, page.transferSize);
  return {
    answered: page.responseEnd, interactive: page.domInteractive,
    ready: page.domContentLoadedEventEnd, loaded: page.loadEventEnd,
    bytes: bytes, asked: parts.length + 1,
  };
}"""
"""Navigation Timing 2 and Resource Timing: milliseconds since the address was asked for, bytes with
headers as they came."""


@dataclass(frozen=True)
class Visit:
    """The middle of a page's first visits; `ready` is when its modules have run, too."""

    page: str
    answered: float
    interactive: float
    ready: float
    loaded: float
    bytes: int
    asked: int

    @property
    def is_slow(self) -> bool:
        """Whether it is above an aim."""
        return self.ready >= MOST_MILLISECONDS or self.bytes >= MOST_BYTES


def main() -> int:
    """Visit, print; 1 when a page is above an aim or there is no browser."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only pages with one of these in their names")
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--size", choices=list(SIZES), default="phone")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.walk.pages import pages  # noqa: PLC0415 - after the settings are named

    words = asked.words
    chosen = [one for one in pages() if not words or any(word in str(one) for word in words)]
    sys.stdout.write(HEAD)
    with served() as place, launched() as browser:
        if browser is None:
            sys.stderr.write(f"{NO_BROWSER}\n")
            return 1
        found = [told(visits(browser, place, one, asked.size, asked.times)) for one in chosen]
    sum_up(found)
    return int(any(one.is_slow for one in found))


def visits(browser: Browser, place: Place, page: "Page", size: str, times: int) -> Visit:
    """Return the middle of so many first visits; one before them lets the server read its files."""
    all_of_them = [_visit(browser, place, page, size) for _ in range(times + 1)][1:]
    middle = {name: statistics.median(one[name] for one in all_of_them) for name in all_of_them[0]}
    whole = {name: round(middle.pop(name)) for name in ("bytes", "asked")}
    return Visit(str(page), **middle, **whole)


def _visit(browser: Browser, place: Place, page: "Page", size: str) -> dict[str, Any]:
    width, height = SIZES[size]
    viewport: Any = {"width": width, "height": height}
    # A context of its own has nothing in its cache.
    with browser.new_context(locale="fr-FR", viewport=viewport) as context:
        if page.who in place.cookies:
            cookie = place.cookies[page.who]
            context.add_cookies([{"name": "flowia_session", "value": cookie, "url": place.url}])
        tab = context.new_page()
        tab.goto(place.url + page.address(place.ids), wait_until="load")
        tab.wait_for_function("() => performance.getEntriesByType('navigation')[0].loadEventEnd")
        found: dict[str, Any] = tab.evaluate(READ)
        return found


def told(one: Visit) -> Visit:
    """Print one line of the table, as soon as it is known, and return what it is of."""
    times = (one.answered, one.interactive, one.ready, one.loaded)
    numbers = " | ".join(f"{each:.0f}" for each in times)
    mark = " **above**" if one.is_slow else ""
    sys.stdout.write(f"| {one.page}{mark} | {numbers} | {one.bytes / 1024:.0f} | {one.asked} |\n")
    sys.stdout.flush()
    return one


def sum_up(found: list[Visit]) -> None:
    """Print how many pages are above an aim, and which are the slowest and the heaviest."""
    slowest = max(found, key=lambda one: one.ready)
    heaviest = max(found, key=lambda one: one.bytes)
    middle = statistics.median(one.ready for one in found)
    sys.stdout.write(
        f"{len(found)} pages, {sum(one.is_slow for one in found)} above an aim; ready after"
        f" {middle:.0f} ms in the middle, {slowest.ready:.0f} ms at most ({slowest.page});"
        f" {heaviest.bytes / 1024:.0f} kB at most ({heaviest.page})\n"
    )


if __name__ == "__main__":
    sys.exit(main())
