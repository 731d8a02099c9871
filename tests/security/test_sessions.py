"""What a copy of the database tells of sessions opens none of them."""

import importlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.doors import SIGN_IN
from processing.privacy import retention
from tests.callers import browser
from tests.factories import make_user

pytestmark = pytest.mark.django_db
COOKIE = "flowia_session"


def is_in(client: Client) -> bool:
    return client.get("/settings").status_code == 200


def test_no_key_stands_in_the_table_and_what_stands_there_is_no_key() -> None:
    client = browser(make_user())
    assert is_in(client)
    cookie, stored = client.cookies[COOKIE].value, Session.objects.get().session_key
    assert cookie != stored
    thief = browser()
    thief.cookies[COOKIE] = stored
    assert not is_in(thief)
    thief.cookies[COOKIE] = cookie
    assert is_in(thief), "the cookie itself is the key"


def test_signing_out_deletes_the_row() -> None:
    client = browser(make_user())
    client.post("/logout")
    assert not Session.objects.filter(session_data__isnull=False).exists()


def test_a_session_gets_a_new_key_and_keeps_what_is_in_it() -> None:
    client = browser(make_user())
    session = client.session
    before, sign_in = session.session_key, session[SIGN_IN]
    session.cycle_key()
    assert (session.session_key != before, session[SIGN_IN]) == (True, sign_in)
    assert not session.exists(str(before))
    assert Session.objects.count() == 1


def test_old_sessions_are_still_cleared() -> None:
    browser(make_user())
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert retention.purge()["sessions"] == 1


def test_sessions_from_before_go_on() -> None:
    client = browser(make_user())
    Session.objects.update(session_key=client.cookies[COOKIE].value)
    importlib.import_module("accounts.migrations.0005_session_keys").hash_keys(apps, None)
    assert is_in(client)
