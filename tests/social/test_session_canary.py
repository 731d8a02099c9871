"""Where a member's cookies must never stand: rows in clear, logs, answers, letters, schema."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts.models import Letter, User
from accounts.wording import wording_of
from social.accounts import mark_needs_login
from social.models import BrowserSession, SocialAccount
from tests.callers import browser, caller
from tests.factories import make_member, make_workspace
from tests.social.browsed import CONNECT, CONSENT, SECRETS, SESSION, form, given
from tests.social.linkedin.exports import exported, extension, netscape, storage

pytestmark = pytest.mark.django_db
SENT = json.dumps(exported())
BROKEN = json.dumps([*exported(), extension("x", f"{SECRETS[0]};\x00")])
LONG = json.dumps(exported() * 100)


@pytest.fixture(autouse=True)
def ground(settings: Settings) -> None:
    settings.LINKEDIN_BROWSER_EXECUTABLE = "/bin/sh"


def everything() -> str:
    """Every row of every table, as the database holds it."""
    found = []
    with connection.cursor() as cursor:
        # By what is there: a module of the suite may load the stand-in's models as well.
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found.append(repr(cursor.fetchall()))
    return "\n".join(found)


def through_the_page(user: User) -> list[Any]:
    client = browser(user, "en")
    file = SimpleUploadedFile("c.txt", netscape().encode())
    forms = [
        form(),
        form(cookies=None, file=file),
        form(accepted=None),
        form(version="2020-01-01"),
        form(cookies=BROKEN),
        form(cookies=LONG),
        form(cookies=SENT, file=SimpleUploadedFile("c.txt", SENT.encode())),
        form(cookies=None, file=SimpleUploadedFile("c.txt", LONG.encode())),
    ]
    answers = [client.post(SESSION, one, follow=True) for one in forms]
    return [*answers, client.get(SESSION), *_pages(client)]


def through_the_api(user: User) -> list[Any]:
    client = caller(user)
    no_consent = {"version": "x", "accepted": False}
    bodies = [
        given(),
        given(cookies=SENT),
        given(cookies=storage()),
        given(cookies=netscape()),
        given(cookies=exported() * 100),
        given(cookies=[*exported(), [SECRETS[0]]]),
        given(cookies={"cookies": {SECRETS[0]: 1}}),
        given(consent=no_consent),
        given(consent={"version": SECRETS[0], "accepted": True}),
        given(account=SECRETS[0]),
    ]
    json_type: Any = {"content_type": "application/json"}
    answers = [
        client.post(CONNECT, one, headers={"Idempotency-Key": f"k{number}"}, **json_type)
        for number, one in enumerate(bodies)
    ]
    half = client.post(CONNECT, json.dumps(given())[:-20], **json_type)
    return [*answers, half, client.get(CONSENT), client.get("/social-accounts"), *_pages(client)]


def _pages(client: Client) -> list[Any]:
    account = SocialAccount.objects.order_by("pk")[0]
    return [client.get(f"/accounts/{account.uid}"), client.get(f"/social-accounts/{account.uid}")]


@pytest.mark.parametrize("way", [through_the_page, through_the_api])
def test_no_cookie_is_seen_again_anywhere(
    way: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    answers = way(make_member(make_workspace()))
    account = SocialAccount.objects.order_by("pk")[0]
    assert SECRETS[0] in BrowserSession.objects.order_by("pk")[0].opened(), "it did arrive"
    mark_needs_login(account, "checkpoint")
    letter = Letter.objects.get()
    wording = wording_of(letter)
    assert wording is not None

    written = capfd.readouterr()
    places = {
        "rows": everything(),
        "log": caplog.text + written.out + written.err,
        "letter": f"{wording.subject}{wording.text}{wording.html}",
        "answers": "\n".join(one.content.decode() for one in answers),
        "headers": "\n".join(repr(dict(one.items())) for one in answers),
        "document": Client().get("/schema?lang=en").content.decode(),
    }
    assert [
        (place, secret) for place, text in places.items() for secret in SECRETS if secret in text
    ] == []
    assert len(places["rows"]) > 1000
    assert not [one for one in answers if one.status_code >= 500]
