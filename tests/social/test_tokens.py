"""Renewing tokens: ahead, once at a time, never lost, never for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.models import Letter, User, Workspace
from flowia.lib import clock
from social import tokens
from social.contracts import Credentials
from social.errors import ProviderError
from social.logins import Tokens
from social.models import SocialAccount
from tests.factories import make_member, make_workspace
from tests.social.connected import make_glow
from tests.social.glow import Glow, install

pytestmark = pytest.mark.django_db
NEW = {"access": "a2", "refresh": "r2", "ends_in": 3600}


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


def due(workspace: Workspace, **fields: Any) -> SocialAccount:
    values = {"refresh_next_at": clock.now() - timedelta(seconds=1)}
    return make_glow(workspace, **{**values, **fields})


def turn(account: SocialAccount) -> SocialAccount:
    """Let the account's moment come, and its refresh with it."""
    SocialAccount.objects.filter(refresh_next_at__isnull=False).update(refresh_next_at=clock.now())
    tokens.refresh(account.pk)
    account.refresh_from_db()
    return account


def test_a_token_is_renewed_ahead_and_its_pair_stored(glow: Glow, workspace: Workspace) -> None:
    glow.service.answer(200, NEW)
    account = turn(due(workspace))

    assert account.credentials == {"access_token": "a2", "refresh_token": "r2"}
    assert glow.asked("refresh") == [{"with": "r1"}]
    assert account.refresh_attempts == 0
    assert account.token_expires_at is not None
    assert account.refresh_next_at is not None
    ahead = account.token_expires_at - account.refresh_next_at
    assert timedelta(minutes=9) < ahead < timedelta(minutes=11)


def test_a_network_that_gives_no_refresh_token_again_keeps_the_old_one(
    glow: Glow, workspace: Workspace
) -> None:
    glow.service.answer(200, {**NEW, "refresh": ""})
    account = turn(due(workspace))
    assert account.credentials == {"access_token": "a2", "refresh_token": "r1"}


def test_what_is_not_due_is_left_alone(glow: Glow, workspace: Workspace) -> None:
    account = make_glow(workspace, refresh_next_at=clock.now() + timedelta(minutes=5))
    for _twice in range(2):
        tokens.refresh(account.pk)
    assert glow.service.asked == []


@pytest.mark.parametrize("status", ["needs_login", "disconnected"])
def test_what_cannot_be_used_is_not_renewed(glow: Glow, workspace: Workspace, status: str) -> None:
    account = turn(due(workspace, status=status))
    assert (glow.service.asked, account.refresh_next_at) == ([], None)


def test_a_short_lived_token_is_not_renewed_all_the_time(glow: Glow, workspace: Workspace) -> None:
    glow.service.answer(200, {**NEW, "ends_in": 300})
    account = turn(due(workspace))
    assert account.refresh_next_at is not None
    assert account.refresh_next_at > clock.now() + timedelta(seconds=120)


def test_a_refusal_for_good_asks_the_owner_once(
    glow: Glow, workspace: Workspace, owner: User
) -> None:
    glow.service.answer(400, {"code": "invalid_grant", "needs_login": True})
    account = turn(due(workspace))
    turn(account)

    assert (account.status, account.status_reason) == ("needs_login", "invalid_grant")
    assert account.refresh_next_at is None
    [letter] = Letter.objects.all()
    assert (letter.user, letter.kind, letter.subject_uid) == (owner, "account_state", account.uid)
    assert len(glow.service.asked) == 1


def test_lost_answers_are_asked_for_again_and_then_given_up(
    glow: Glow, workspace: Workspace
) -> None:
    glow.service.lose()
    account = due(workspace, token_expires_at=clock.now() - timedelta(minutes=1))
    pauses = []
    for _attempt in range(20):
        turn(account)
        if account.refresh_next_at is not None:
            pauses.append((account.refresh_next_at - clock.now()).total_seconds())

    assert (account.status, account.status_reason) == ("needs_login", "refresh_lost")
    assert len(glow.service.asked) == tokens.MOST_ATTEMPTS
    assert pauses == sorted(pauses)
    assert account.credentials["refresh_token"] == "r1"


def test_one_lost_answer_is_survived(glow: Glow, workspace: Workspace) -> None:
    glow.service.lose()
    glow.service.answer(200, NEW)
    account = turn(due(workspace))
    assert (account.status, account.refresh_attempts) == ("active", 1)
    turn(account)
    assert account.credentials["access_token"] == "a2"
    assert account.refresh_attempts == 0


def test_while_the_old_token_lives_nobody_has_to_connect_again(
    glow: Glow, workspace: Workspace
) -> None:
    glow.service.lose()
    ends = clock.now() + timedelta(hours=20)
    account = due(workspace, token_expires_at=ends)
    for _attempt in range(tokens.MOST_ATTEMPTS):
        turn(account)
    assert account.status == "active"
    assert account.refresh_next_at == ends
    assert account.credentials["access_token"] == "a1"


def test_a_network_that_is_away_is_asked_for_as_long_as_it_takes(
    glow: Glow, workspace: Workspace
) -> None:
    glow.service.answer(503, {"retryable": True})
    account = due(workspace, token_expires_at=clock.now() - timedelta(days=1))
    for _attempt in range(15):
        turn(account)
    assert account.status == "active"
    glow.service.answers.clear()
    glow.service.answer(200, NEW)
    assert turn(account).credentials["access_token"] == "a2"


def test_a_worker_that_vanished_is_replaced_and_counted(glow: Glow, workspace: Workspace) -> None:
    glow.service.answer(200, NEW)
    account = due(workspace, refresh_attempts=tokens.MOST_ATTEMPTS + 1)
    SocialAccount.objects.update(token_expires_at=clock.now())
    assert turn(account).status == "needs_login"
    assert glow.service.asked == []


def test_whose_token_was_refused_gets_a_fresh_one(glow: Glow, workspace: Workspace) -> None:
    glow.service.answer(200, NEW)
    account = make_glow(workspace)
    assert tokens.fresh_credentials(account, refused="a1").token == "a2"
    # Somebody who still holds the old one gets what there is by now.
    assert tokens.fresh_credentials(account, refused="a1").token == "a2"
    assert len(glow.service.asked) == 1


@pytest.mark.parametrize(
    ("answer", "needs_login"),
    [
        ({"needs_login": True}, True),
        ({"retryable": True}, False),
        ({"outcome_unknown": True}, False),
    ],
)
def test_whose_token_cannot_be_renewed_is_told_what_to_do(
    glow: Glow, workspace: Workspace, answer: dict[str, Any], needs_login: bool
) -> None:
    glow.service.answer(400, answer)
    account = make_glow(workspace)
    with pytest.raises(ProviderError) as told:
        tokens.fresh_credentials(account, refused="a1")
    assert told.value.needs_login == needs_login
    assert told.value.retryable == (not needs_login)
    # While it rests, nobody asks again.
    with pytest.raises(ProviderError):
        tokens.fresh_credentials(account, refused="a1")
    assert len(glow.service.asked) == 1


@pytest.mark.parametrize("changes", [{"refresh": None}, {"refresh_not_before": timedelta(days=1)}])
def test_a_token_that_cannot_be_renewed_and_is_refused_needs_a_login(
    glow: Glow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    install(monkeypatch, glow.with_login(**changes))
    account = make_glow(workspace)
    with pytest.raises(ProviderError) as told:
        tokens.fresh_credentials(account, refused="a1")
    assert told.value.needs_login
    account.refresh_from_db()
    assert account.status == "needs_login"


def test_a_network_that_gives_the_refused_token_again_is_asked_once(
    glow: Glow, workspace: Workspace
) -> None:
    glow.service.answer(200, {**NEW, "access": "a1"})
    account = make_glow(workspace)
    with pytest.raises(ProviderError) as told:
        tokens.fresh_credentials(account, refused="a1")
    assert told.value.needs_login
    assert len(glow.service.asked) == 1


def test_an_answer_that_comes_after_a_new_consent_is_dropped(
    glow: Glow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = due(workspace)

    def overtaken(_credentials: Credentials, now: datetime) -> Tokens:
        row = SocialAccount.objects.get(pk=account.pk)
        row.seal({"access_token": "granted", "refresh_token": "anew"})
        row.save()
        return Tokens("late", "late", now + timedelta(hours=1))

    install(monkeypatch, glow.with_login(refresh=overtaken))
    assert turn(account).credentials == {"access_token": "granted", "refresh_token": "anew"}


def test_a_refusal_of_what_was_replaced_meanwhile_counts_for_nothing(
    glow: Glow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = due(workspace)

    def overtaken(_credentials: Credentials, _now: datetime) -> Tokens:
        row = SocialAccount.objects.get(pk=account.pk)
        row.seal({"access_token": "granted", "refresh_token": "anew"})
        row.save()
        raise ProviderError("invalid_grant", needs_login=True)

    install(monkeypatch, glow.with_login(refresh=overtaken))
    assert turn(account).status == "active"
    assert tokens.fresh_credentials(account, refused="a1").token == "granted"


@pytest.fixture
def slow(glow: Glow, monkeypatch: pytest.MonkeyPatch) -> Glow:
    """Let a refresh take long enough for the others to come."""
    held = threading.Event()

    def refresh(credentials: Credentials, now: datetime) -> Tokens:
        held.wait(0.5)
        return glow.refresh(credentials, now)

    install(monkeypatch, glow.with_login(refresh=refresh))
    glow.service.answer(200, NEW)
    return glow


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_asks_and_all_go_on(slow: Glow) -> None:
    account = make_glow(make_workspace())
    together = threading.Barrier(5)

    def need(_number: int) -> str:
        try:
            together.wait(10)
            return tokens.fresh_credentials(account, refused="a1").token
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        found = list(pool.map(need, range(5)))

    assert found == ["a2"] * 5
    assert slow.asked("refresh") == [{"with": "r1"}]


@pytest.mark.django_db(transaction=True)
def test_beat_and_a_caller_at_once_are_one_call(slow: Glow) -> None:
    account = due(make_workspace())
    together = threading.Barrier(2)

    def beat() -> None:
        try:
            together.wait(10)
            tokens.refresh(account.pk)
        finally:
            connection.close()

    def caller() -> str:
        try:
            together.wait(10)
            return tokens.fresh_credentials(account, refused="a1").token
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(beat), pool.submit(caller)
        first.result()
        assert second.result() == "a2"
    assert len(slow.asked("refresh")) == 1
