"""A first visit is light: the page and all it links to, as they come over the wire."""

from functools import cache
from html.parser import HTMLParser

import pytest

from tests.walk.fetching import fetch, get
from tests.walk.pages import Page, pages
from tests.walk.serving import Place

MOST = 150 * 1024
"""Bytes of bodies; headers are some hundreds more for each of a handful of answers."""

FETCHED = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}


class Links(HTMLParser):
    """Gathers what a browser fetches by itself for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a style, a script or a picture."""
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and FETCHED & set(given.get("rel", "").split()):
            self.found.add(given["href"])
        if tag in {"script", "img", "source", "iframe"} and given.get("src"):
            self.found.add(given["src"])


@cache
def weight_of(place: str, address: str, cookie: str) -> int:
    """Return the bytes of a file; it is the same on every page."""
    answer = get(place, address, cookie=cookie)
    assert answer.status == 200, address
    return answer.wire


@pytest.mark.parametrize("page", pages(), ids=str)
def test_a_first_visit_is_light(place: Place, page: Page) -> None:
    answer = fetch(place, page)
    cookie = place.cookies.get(page.who, "")
    links = Links()
    links.feed(answer.text)
    parts = {one: weight_of(place.url, one, cookie) for one in links.found if one.startswith("/")}
    parts["the page itself"] = answer.wire

    assert sum(parts.values()) < MOST, dict(sorted(parts.items(), key=lambda part: -part[1]))
