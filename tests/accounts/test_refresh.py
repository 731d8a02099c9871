"""Refreshing: one successor, a family that ends when an old token comes back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, SignIn, User
from tests.callers import tokens_of
from tests.factories import make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db


def refresh(token: str, method: str = "get") -> Any:
    client = Client(headers={"accept": "application/json"})
    if method == "post":
        return client.post("/auth/refresh", {"refresh": token}, content_type="application/json")
    return client.get("/auth/refresh", headers={"authorization": f"Bearer {token}"})


def me(access: str) -> int:
    return Client(headers={"authorization": f"Bearer {access}"}).get("/auth/me").status_code


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_refresh_token_gives_a_pair_that_works(method: str) -> None:
    answer = refresh(tokens_of(make_user()).refresh, method)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert me(answer.json()["access"]) == 200
    assert refresh(answer.json()["refresh"]).status_code == 200


def test_a_client_whose_answer_got_lost_gets_the_very_same_successor() -> None:
    first = tokens_of(make_user()).refresh

    assert refresh(first).json()["refresh"] == refresh(first).json()["refresh"]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_one_successor_and_stay_signed_in() -> None:
    for _ in range(5):
        first = tokens_of(make_user()).refresh
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _, token=first: refresh(token), range(16)))

        assert {answer.status_code for answer in answers} == {200}
        (successor,) = {answer.json()["refresh"] for answer in answers}
        assert refresh(successor).status_code == 200


def test_an_old_token_after_the_grace_ends_the_family_and_leaves_an_entry() -> None:
    user = make_member(make_workspace())
    first = tokens_of(user).refresh
    pair = refresh(first).json()
    later(seconds=11)
    assert refresh(first).status_code == 401
    assert refresh(pair["refresh"]).status_code == 401
    assert me(pair["access"]) == 401

    entry = AuditEntry.objects.get(action="sign_in.token_reused")
    assert entry.data == {"generation": 0, "current": 1}
    assert SignIn.objects.get().end_reason == "reused"


def test_a_token_two_generations_old_ends_the_family_at_once() -> None:
    first = tokens_of(make_user()).refresh
    second = refresh(first).json()["refresh"]
    third = refresh(second).json()["refresh"]

    assert refresh(first).status_code == 401
    assert refresh(third).status_code == 401


def test_another_family_of_the_same_person_lives_on() -> None:
    user = make_user()
    first, other = tokens_of(user).refresh, tokens_of(user)
    refresh(refresh(first).json()["refresh"])
    refresh(first)

    assert refresh(other.refresh).status_code == 200


def switch_off(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("happens", [switch_off, User.delete])
def test_whoever_is_gone_or_switched_off_gets_401(happens: Any) -> None:
    user = make_user()
    pair = tokens_of(user)
    happens(user)

    assert refresh(pair.refresh).status_code == 401
    assert me(pair.access) == 401


def later(**delta: float) -> None:
    """Move every sign-in into the past: the database's clock decides, and nobody moves that."""
    passed = timedelta(**delta)
    SignIn.objects.update(rotated_at=F("rotated_at") - passed, expires_at=F("expires_at") - passed)


def test_a_family_ends_after_ninety_days_however_busy() -> None:
    token = tokens_of(make_user()).refresh
    for _ in range(8):
        token = refresh(token).json()["refresh"]
        later(days=10)
    assert refresh(token).status_code == 200
    later(days=10)
    assert refresh(token).status_code == 401


def test_two_weeks_without_a_refresh_end_it() -> None:
    token = tokens_of(make_user()).refresh
    with time_machine.travel(timezone.now() + timedelta(days=14, minutes=1), tick=False):
        assert refresh(token).status_code == 401


def test_the_table_holds_nothing_that_is_a_token() -> None:
    pair = tokens_of(make_user())
    row = str(SignIn.objects.values().get())

    assert pair.refresh not in row
    assert jwt.decode(pair.refresh, options={"verify_signature": False})["jti"] not in row


def forged(kind: str, **changes: Any) -> str:
    """An own token with something changed, signed with our key unless `key` says otherwise."""
    pair = tokens_of(make_user())
    claims = jwt.decode(getattr(pair, kind), options={"verify_signature": False})
    key = changes.pop("key", settings.JWT_SIGNING_KEY)
    headers = changes.pop("headers", None)
    algorithm = changes.pop("algorithm", "HS256")
    return jwt.encode({**claims, **changes}, key, algorithm=algorithm, headers=headers)


FORGERIES: list[dict[str, Any]] = [
    {"algorithm": "none", "key": None},
    {"key": "another-key-of-at-least-thirty-two-bytes"},
    {"key": settings.SECRET_KEY},
    {"algorithm": "HS512"},
    {"key": "k" * 32, "headers": {"kid": "../../dev/null"}},
    {"key": "k" * 32, "headers": {"jku": "http://127.0.0.1:1/keys"}},
    {"aud": "somebody-else"},
    {"iss": "somebody-else"},
    {"exp": 1_700_000_000},
    {"nbf": 4_000_000_000},
]


@pytest.mark.parametrize("changes", FORGERIES)
def test_a_forged_access_token_is_401(changes: dict[str, Any]) -> None:
    assert me(forged("access", **changes)) == 401


@pytest.mark.parametrize("changes", FORGERIES)
def test_a_forged_refresh_token_is_401(changes: dict[str, Any]) -> None:
    assert refresh(forged("refresh", **changes)).status_code == 401


def test_an_unchanged_copy_passes_so_that_the_forgeries_fail_for_their_reason() -> None:
    assert me(forged("access")) == 200
    assert refresh(forged("refresh")).status_code == 200


def test_neither_kind_serves_as_the_other() -> None:
    pair = tokens_of(make_user())

    assert me(pair.refresh) == 401
    assert refresh(pair.access).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "x.y.z", "é", "a" * 3000])
def test_garbage_is_401_or_400(token: str) -> None:
    assert refresh(token, "post").status_code in {400, 401}


def test_the_audit_chain_holds_after_a_reuse() -> None:
    workspace = make_workspace()
    first = tokens_of(make_member(workspace)).refresh
    refresh(refresh(first).json()["refresh"])
    refresh(first)

    assert audit.broken_at(str(workspace.uid)) is None
