"""Pages are compressed for whoever can read that, never to one length; nothing else is."""

import gzip
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.callers import browser, caller, enter
from tests.factories import make_conversation, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
ZIPPED = {"accept": "text/html", "accept-encoding": "gzip, deflate, br"}
PAGES = ("/nowhere", "/inbox", "/settings/activity", "/inbox/leads?q=dupont")


def owner() -> Client:
    workspace = make_workspace("Atelier")
    make_lead(make_conversation(workspace).contact)
    client = Client(headers=ZIPPED)
    enter(client, make_member(workspace, email="alma@exemple.fr"))
    return client


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_compressed_and_reads_the_same(address: str) -> None:
    answer = owner().get(address)
    text = gzip.decompress(answer.content).decode()

    assert answer["Content-Encoding"] == "gzip"
    assert int(answer["Content-Length"]) == len(answer.content) < len(text.encode()) * 2 / 3
    assert text.rstrip().endswith("</html>")


@pytest.mark.parametrize("address", PAGES)
def test_a_cache_is_told_that_a_page_differs_by_what_its_reader_understands(address: str) -> None:
    zipped = owner()
    for client in (zipped, browser()):
        assert "Accept-Encoding" in client.get(address, follow=True)["Vary"]


@pytest.mark.parametrize("encoding", ["", "identity", "br"])
def test_who_cannot_read_it_gets_it_plain(encoding: str) -> None:
    answer = Client(headers={"accept": "text/html", "accept-encoding": encoding}).get("/login")

    assert "Content-Encoding" not in answer
    assert answer.content.rstrip().endswith(b"</html>")


def test_nobody_learns_from_a_page_s_length_what_it_says() -> None:
    client = Client(headers=ZIPPED)
    lengths = {len(client.get("/nowhere").content) for _ in range(40)}

    assert len(lengths) > 5
    assert max(lengths) - min(lengths) > 10


def test_no_foreign_page_asks_with_our_session() -> None:
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
    assert settings.X_FRAME_OPTIONS == "DENY"


def test_a_form_of_a_compressed_page_is_taken() -> None:
    client = Client(headers=ZIPPED, enforce_csrf_checks=True)
    found = TOKEN.search(gzip.decompress(client.get("/login").content).decode())
    assert found is not None
    form = {"username": "nobody@exemple.fr", "password": "x"}
    taken, refused = (
        client.post("/login", {**form, "csrfmiddlewaretoken": token}) for token in (found[1], "x")
    )

    assert (taken.status_code, refused.status_code) == (200, 403)


@pytest.mark.parametrize("address", ["/inbox/leads.csv", "/settings/activity.csv"])
def test_a_sheet_leaves_row_by_row(address: str) -> None:
    answer: Any = owner().get(address)

    assert answer.streaming
    assert "Content-Encoding" not in answer
    assert next(iter(answer)).startswith("\ufeff".encode())


@pytest.mark.parametrize("address", ["/leads", "/schema", "/nowhere"])
def test_programs_are_answered_plainly(address: str) -> None:
    user = make_member(make_workspace("Atelier"), email="alma@exemple.fr")
    answer = caller(user, **{"accept-encoding": "gzip"}).get(address)

    assert "Content-Encoding" not in answer
