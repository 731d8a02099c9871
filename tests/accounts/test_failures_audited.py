"""Wrong passwords and lock-outs are in the audit log, and cannot flood it."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry, SignInAttempt, User
from flowia.lib import clock
from tests.accounts.test_guessing import EMAIL, HERE, strangers_use_up_the_window, wrong
from tests.callers import caller
from tests.factories import make_member, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return make_member(make_workspace(), email=EMAIL)


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_wrong_passwords_are_told_once_in_the_hour_and_so_is_the_lock_out(user: User) -> None:
    wrong(5)
    [entry] = AuditEntry.objects.all()
    assert (entry.action, entry.actor_kind, entry.actor_uid) == ("sign_in.failed", "nobody", None)
    assert (entry.target_uid, entry.address) == (user.uid, HERE)
    assert entry.chain == str(user.workspaces.get().uid)

    strangers_use_up_the_window()
    wrong(30)
    assert actions() == ["sign_in.failed", "sign_in.locked"]


def test_the_next_hour_is_told_again(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(2)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    SignInAttempt.objects.all().delete()
    wrong(2)
    assert actions() == ["sign_in.failed"] * 2


def test_each_person_is_told_of(user: User) -> None:
    other = make_member(make_workspace("Ailleurs"), email="autre@exemple.fr")
    wrong(3)
    wrong(3, email=other.email)
    assert set(AuditEntry.objects.values_list("target_uid", flat=True)) == {user.uid, other.uid}


def test_nobody_is_nobody(db: None) -> None:
    wrong(12, email="personne@exemple.fr")
    assert actions() == []


def test_a_wrong_password_inside_a_sign_in_is_told_too(user: User) -> None:
    body = {"current": "faux", "new": "un-autre-mot-de-passe"}
    client: Any = caller(user)
    for _ in range(11):
        client.post("/auth/password", body, content_type="application/json")
    assert actions() == ["sign_in.failed", "sign_in.locked"]
