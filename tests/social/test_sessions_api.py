"""A member's own session by HTTP: what is agreed to, giving one, its switch, hours and state."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import IdempotentCall, User, Workspace
from flowia.lib import clock
from social import consents, turns
from social.models import BrowserSession, Consent, Poll, ProviderPause, SentDay, SocialAccount
from social.polling import ensure_polls
from tests.callers import caller
from tests.factories import make_account, make_member, make_workspace
from tests.social.browsed import CONNECT, CONSENT, TUESDAY, given, make_browsed, version_of
from tests.social.linkedin.exports import exported, netscape, storage
from tests.social.test_session_truth import change_text

JSON = "application/json"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(clock, "now", lambda: TUESDAY)
    settings.LINKEDIN_BROWSER_EXECUTABLE = "/bin/sh"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


def program(user: User) -> Client:
    return caller(user, **{"accept-language": "en"})


def post(user: User, body: Any, address: str = CONNECT, **headers: str) -> Any:
    client = program(user)
    return client.post(address, body, content_type="application/json", headers=headers)


def patch(user: User, account: SocialAccount, **body: Any) -> Any:
    address = f"/social-accounts/{account.uid}"
    return program(user).patch(address, body, content_type="application/json")


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("cookies", [exported(), netscape(), storage(), json.dumps(exported())])
def test_each_form_of_cookies_is_taken_in(owner: User, cookies: Any, slash: str) -> None:
    answer = post(owner, given(cookies=cookies), f"{CONNECT}{slash}")
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert (told["status"], told["health"]["state"]) == ("connecting", "connecting")
    assert told["session"]["state"] == "new"
    assert isinstance(told["notes"], list)
    consent = Consent.objects.get()
    assert (consent.user_uid, consent.language) == (owner.uid, "en")


REFUSED: list[tuple[Any, str]] = [
    ({"consent": None}, "consent"),
    ({"consent": {"version": "x"}}, "consent.accepted"),
    ({"consent": {"accepted": True}}, "consent.version"),
    ({"consent": {"version": "x", "accepted": False}}, "consent.accepted"),
    ({"consent": {"version": "x", "accepted": "yes"}}, "consent.accepted"),
    ({"cookies": 7}, "cookies"),
    ({"cookies": None}, "cookies"),
    ({"cookies": []}, "cookies"),
    ({"cookies": {"cookies": "x"}}, "cookies"),
    ({"cookies": exported()[1:]}, "cookies"),
    ({"cookies": "x" * 300_000}, "cookies"),
    ({"account": "nonsense"}, "account"),
]


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_missing_is_named(owner: User, case: tuple[Any, str]) -> None:
    changes, field = case
    answer = post(owner, given(**changes))
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == [field]
    assert not SocialAccount.objects.exists()


def test_a_body_is_never_larger_than_one_mebibyte(owner: User) -> None:
    assert post(owner, given(cookies="x" * 1_048_576)).status_code == 413


def test_networks_with_an_interface_are_not_connected_so(owner: User) -> None:
    for network in ("meta", "nowhere"):
        for part in ("connect", "consent"):
            client = program(owner)
            method = client.post if part == "connect" else client.get
            assert method(f"/social-accounts/{network}/{part}").status_code == 404


def test_what_is_in_the_way_of_everybody_has_its_code(
    owner: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = given()
    settings.LINKEDIN_BROWSER_EXECUTABLE = "/nowhere"
    assert told(post(owner, body)) == (503, "no_browser")
    ProviderPause.objects.create(provider="linkedin", until=TUESDAY + timedelta(hours=1))
    assert told(post(owner, body)) == (503, "provider_paused")
    change_text(monkeypatch)
    assert told(post(owner, body)) == (409, "statement_changed")
    assert not SocialAccount.objects.exists()


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_only_owners_connect(workspace: Workspace) -> None:
    assert post(make_member(workspace, "member"), given()).status_code == 403


def test_an_account_gets_a_fresh_session_and_nobody_else_s_does(
    owner: User, workspace: Workspace
) -> None:
    account = make_browsed(workspace, owner, status="needs_login")
    answer = post(owner, given(account=str(account.uid)))
    assert (answer.status_code, answer.json()["id"]) == (201, str(account.uid))
    for other in (make_browsed(make_workspace("Ailleurs")), make_account(workspace)):
        assert post(owner, given(account=str(other.uid))).status_code == 404


def test_one_that_was_disconnected_here_and_lives_elsewhere_is_a_conflict(
    owner: User, workspace: Workspace
) -> None:
    account = make_browsed(workspace, owner, status="disconnected", external_id="ACoAA1")
    make_browsed(make_workspace("Ailleurs"), external_id="ACoAA1")
    answer = post(owner, given(account=str(account.uid)))
    assert told(answer) == (409, "account_taken")


def test_the_same_key_connects_once_and_keeps_no_cookie(owner: User) -> None:
    first, again = (post(owner, given(), **{"Idempotency-Key": "k1"}) for _time in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replay"] == "true"
    assert first.json() == again.json()
    assert Consent.objects.count() == 1
    row = IdempotentCall.objects.get()
    assert "AQED" not in json.dumps([row.answer, row.fingerprint])
    changed = post(owner, given(cookies=netscape()), **{"Idempotency-Key": "k1"})
    assert told(changed) == (422, "idempotency_key_reused")


def test_both_texts_are_told_in_the_caller_s_language_with_what_was_agreed_to(
    owner: User, workspace: Workspace
) -> None:
    account = make_browsed(workspace, owner)
    found = program(owner).get(CONSENT).json()
    assert found["session"]["version"] == version_of()
    assert "8.2" in " ".join(found["session"]["paragraphs"])
    assert found["session"]["accepted_at"] == "2026-11-24T10:00:00Z"
    assert found["automation"]["accepted_at"] is None
    other = make_browsed(workspace)
    of_other = program(owner).get(CONSENT, {"account": str(other.uid)}).json()
    assert of_other["session"]["accepted_at"] is None
    of_mine = program(owner).get(CONSENT, {"account": str(account.uid)}).json()
    assert of_mine["session"]["accepted_at"]
    elsewhere = make_browsed(make_workspace("Ailleurs"))
    assert program(owner).get(CONSENT, {"account": str(elsewhere.uid)}).status_code == 404


def test_automatic_answers_need_the_version_of_their_own_text(
    owner: User, workspace: Workspace
) -> None:
    account = make_browsed(workspace, owner)
    answer = patch(owner, account, automation_agreed=True)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["consent_version"])
    old = patch(owner, account, automation_agreed=True, consent_version="2020-01-01")
    assert told(old) == (409, "statement_changed")
    version = version_of(consents.AUTOMATION)
    good = patch(owner, account, automation_agreed=True, consent_version=version)
    assert good.json()["automation"]["agreed_at"]
    assert patch(owner, account, automation_agreed=False).json()["automation"]["agreed_at"] is None
    assert not consents.holds(account, consents.AUTOMATION)


def test_the_switch_and_the_hours_are_changed_and_told(owner: User, workspace: Workspace) -> None:
    account = make_browsed(workspace, owner)
    hours = {"from": 8, "until": 12, "days": [4, 1]}
    session = patch(owner, account, stopped=True, hours=hours).json()["session"]
    assert (session["stopped"], session["hours"]) == (True, {**hours, "days": [1, 4]})
    again = patch(owner, account, stopped=False).json()
    assert (again["session"]["stopped"], again["health"]["state"]) == (False, "working")


WRONG_HOURS: list[tuple[dict[str, Any], str]] = [
    ({"from": 9, "until": 9, "days": [0]}, "hours"),
    ({"from": 9, "until": 25, "days": [0]}, "hours.until"),
    ({"from": "9", "until": 10, "days": [0]}, "hours.from"),
    ({"from": 9, "until": 10, "days": []}, "hours.days"),
    ({"from": 9, "until": 10, "days": [7]}, "hours.days.0"),
]


@pytest.mark.parametrize("case", WRONG_HOURS)
def test_hours_that_are_none_are_refused(
    owner: User, workspace: Workspace, case: tuple[dict[str, Any], str]
) -> None:
    answer = patch(owner, make_browsed(workspace, owner), hours=case[0])
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [case[1]])


@pytest.mark.parametrize("change", [{"stopped": True}, {"hours": {"from": 9, "until": 10}}])
def test_accounts_without_a_session_have_no_switch(
    owner: User, workspace: Workspace, change: dict[str, Any]
) -> None:
    if "hours" in change:
        change = {"hours": {**change["hours"], "days": [0]}}
    assert told(patch(owner, make_account(workspace), **change)) == (409, "no_session")
    gone = make_browsed(workspace, owner, status="disconnected")
    assert told(patch(owner, gone, **change)) == (409, "account_disconnected")


def test_how_a_session_stands_is_told(owner: User, workspace: Workspace) -> None:
    rest = {"state": "cooldown", "state_since": TUESDAY, "until": timedelta(hours=2)}
    account = make_browsed(workspace, owner, session=rest, last_poll_at=TUESDAY)
    SentDay.objects.create(
        workspace=workspace,
        social_account=account,
        day=TUESDAY.date(),
        sent=3,
        most=5,
        next_at=TUESDAY + timedelta(minutes=2),
    )
    found = program(owner).get(f"/social-accounts/{account.uid}").json()
    assert found["health"]["state"] == "cooldown"
    assert found["session"] == {
        "state": "cooldown",
        "since": "2026-11-24T10:00:00Z",
        "until": "2026-11-24T12:00:00Z",
        "ends_at": None,
        "stopped": False,
        "hours": {"from": 9, "until": 19, "days": [0, 1, 2, 3, 4]},
        "today": {"sent": 3, "most": 5, "next_at": "2026-11-24T10:02:00Z"},
        "last_read_at": "2026-11-24T10:00:00Z",
        "next_read_at": None,
    }
    assert BrowserSession.objects.get().sealed not in json.dumps(found)
    assert (
        program(owner).get(f"/social-accounts/{make_account(workspace).uid}").json()["session"]
        is None
    )


REFUSED_CHANGES: list[tuple[dict[str, Any], dict[str, Any], int]] = [
    ({"hours": {"from": 19, "until": 9, "days": [0]}}, {}, 400),
    ({"stopped": False}, {"stopped_at": TUESDAY, "stopped_kind": "operator"}, 409),
    ({"automation_agreed": True, "consent_version": "2020-01-01"}, {}, 409),
]


@pytest.mark.parametrize("case", REFUSED_CHANGES, ids=lambda one: next(iter(one[0])))
def test_a_change_that_is_refused_changes_nothing(
    owner: User, workspace: Workspace, case: tuple[dict[str, Any], dict[str, Any], int]
) -> None:
    change, stopped, status = case
    account = make_browsed(workspace, owner, session=stopped)
    answer = patch(owner, account, **{"paused": True, "stopped": True, **change})
    assert answer.status_code == status
    account.refresh_from_db()
    session = BrowserSession.objects.get()
    assert (account.status, session.stopped_at) == ("active", stopped.get("stopped_at"))


def test_the_proof_names_the_language_in_which_a_program_fetched_the_text(
    owner: User, workspace: Workspace
) -> None:
    """It reads in English, and agrees without a word of its own language."""
    told = caller(owner, **{"accept-language": "en"}).get(CONSENT).json()
    body = given()
    body["consent"]["language"] = told["session"]["language"]
    assert caller(owner).post(CONNECT, body, content_type=JSON).status_code == 201
    account = make_browsed(workspace, owner, external_id="ACoAA2")
    second = {
        "automation_agreed": True,
        "consent_version": told["automation"]["version"],
        "consent_language": told["automation"]["language"],
    }
    address = f"/social-accounts/{account.uid}"
    assert caller(owner).patch(address, second, content_type=JSON).status_code == 200
    for kind, row in (("session", "pending"), ("automation", "ACoAA2")):
        consent = Consent.objects.get(kind=kind, social_account__external_id__startswith=row)
        shown = "\n\n".join(told[kind]["paragraphs"])
        assert consent.digest == hashlib.sha256(shown.encode()).hexdigest()


def test_another_time_zone_moves_the_next_reading(
    owner: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """Evening in Paris, noon in New York: the hours are open there."""
    workspace = Workspace.objects.get()
    Workspace.objects.update(timezone="Europe/Paris")
    account = make_browsed(workspace, owner)
    evening = TUESDAY.replace(hour=19)
    monkeypatch.setattr(clock, "now", lambda: evening)
    ensure_polls(account, now=evening)
    poll = Poll.objects.get(stream="inbox")
    turns.turn(poll.pk, now=evening)
    poll.refresh_from_db()
    assert poll.next_at is not None
    assert poll.next_at.date() > evening.date()
    with django_capture_on_commit_callbacks(execute=True):
        body = {"timezone": "America/New_York"}
        answer = caller(owner).patch("/workspace", body, content_type=JSON)
    assert answer.status_code == 200
    poll.refresh_from_db()
    assert poll.next_at <= evening
