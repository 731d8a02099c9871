"""A page as it comes over the wire, without a browser."""

import gzip
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.walk.pages import Page
from tests.walk.serving import Place


@dataclass(frozen=True)
class Answer:
    """What was answered: `wire` counts the body's bytes as they came."""

    status: int
    kind: str
    wire: int
    text: str


def fetch(place: Place, page: Page, language: str = "fr") -> Answer:
    """Return the page as the person who looks at it gets it."""
    cookie = place.cookies.get(page.who, "")
    return get(place.url, page.address(place.ids), cookie=cookie, language=language)


def get(url: str, address: str, *, cookie: str = "", language: str = "fr") -> Answer:
    """Return what stands at an address of the place at `url`."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
    headers = {
        "Accept": "text/html",
        "Accept-Encoding": "gzip",
        "Accept-Language": language,
        "Cookie": f"flowia_session={cookie}",
    }
    connection.request("GET", address, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    packed = response.headers.get("Content-Encoding") == "gzip"
    text = (gzip.decompress(body) if packed else body).decode(errors="replace")
    return Answer(response.status, response.headers.get_content_type(), len(body), text)
