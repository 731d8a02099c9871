"""One state, one sentence, one next action; letters once per change; what a look finds."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from accounts.models import Letter, User, Workspace
from accounts.wording import wording_of
from flowia.lib import clock
from social import checking
from social.accounts import mark_needs_login, mark_ready
from social.models import Poll, SocialAccount, UnitDay, UnitTotal
from social.streams import Meter
from social.truth import truth_of
from tests.factories import make_account, make_member, make_workspace
from tests.social.connected import make_glow
from tests.social.glow import FIELDS, Glow, install

pytestmark = pytest.mark.django_db
SOON, LONG_AGO = timedelta(hours=1), timedelta(days=3)


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


def at(**fields: Any) -> dict[str, Any]:
    now = clock.now()
    return {name: now + one if isinstance(one, timedelta) else one for name, one in fields.items()}


STATES: list[tuple[dict[str, Any], str, str, str]] = [
    ({}, "working", "", "Everything works"),
    ({"status": "disconnected"}, "disconnected", "reconnect", "Its conversations stay"),
    ({"status": "needs_login"}, "needs_login", "reconnect", "no longer accepts our access"),
    (
        {"status": "needs_login", "status_reason": "withdrawn"},
        "needs_login",
        "reconnect",
        "was taken back at the network",
    ),
    ({"status": "paused"}, "paused", "resume", "You paused it"),
    ({"held_until": SOON}, "held", "", "asked us to slow down"),
    ({"held_until": -SOON}, "working", "", "Everything works"),
    (
        {"token_expires_at": -SOON, "refresh_attempts": 3, "refresh_next_at": SOON},
        "held",
        "",
        "does not renew our access",
    ),
    ({"refresh_expires_at": 5 * 24 * SOON}, "ending", "reconnect", "ends our access on"),
    ({"refresh_expires_at": 50 * 24 * SOON}, "working", "", "Everything works"),
    ({"lacks": {"comments": "scope"}}, "limited", "ask_again", "Answer comments"),
    ({"lacks": {"comments": "missing_scope:x"}}, "limited", "ask_again", "Answer comments"),
    ({"lacks": {"direct": "region"}}, "working", "", "for comments only"),
    ({"lacks": {"comments": "refused"}}, "working", "", "Answer comments"),
    ({"automation_agreed_at": None}, "working", "", "waits for your approval"),
    ({"webhook_fields": []}, "limited", "check", "does not announce everything"),
    ({"facts": {"lost_fields": "feed"}}, "limited", "check", "does not announce everything"),
    ({"unannounced": 3}, "silent", "check", "We found 3 messages"),
    ({"unannounced": 3, "last_webhook_at": -SOON}, "working", "", "Everything works"),
    (
        {"unannounced": 1, "unannounced_at": -SOON, "last_webhook_at": -LONG_AGO},
        "silent",
        "check",
        "We found 1 message ",
    ),
    (
        {"unannounced": 1, "unannounced_at": -2 * LONG_AGO, "last_webhook_at": -LONG_AGO},
        "working",
        "",
        "Everything works",
    ),
]


@pytest.mark.parametrize("case", STATES)
def test_each_state_has_its_sentence_and_its_next_action(
    glow: Glow, workspace: Workspace, case: tuple[dict[str, Any], str, str, str]
) -> None:
    fields, state, action, words = case
    values = {"automation_agreed_at": clock.now(), **fields}
    account = make_glow(workspace, **at(**values))
    with translation.override("en"):
        truth = truth_of(account, now=clock.now())

    assert (truth.state, truth.action.code if truth.action else "") == (state, action)
    assert words in truth.sentence


def test_nothing_is_promised_of_an_account_that_cannot_be_looked_at(workspace: Workspace) -> None:
    account = make_account(workspace)
    with translation.override("en"):
        truth = truth_of(account, now=clock.now())
    assert (truth.state, truth.action and truth.action.code) == ("limited", "reconnect")
    assert "We cannot look" in truth.sentence


def test_a_stream_that_could_not_be_read_for_hours_is_told(
    glow: Glow, workspace: Workspace
) -> None:
    account = make_glow(workspace)
    values = at(last_at=-timedelta(hours=7), error_code="503")
    Poll.objects.create(workspace=workspace, social_account=account, stream="x", **values)
    assert truth_of(account, now=clock.now()).state == "silent"
    Poll.objects.update(error_code="")
    assert truth_of(account, now=clock.now()).state != "silent"


def test_what_is_possible_says_why_not(glow: Glow, workspace: Workspace) -> None:
    account = make_glow(workspace, lacks={"direct": "region"})
    found = {one.name: one for one in truth_of(account, now=clock.now()).abilities}
    assert (found["direct"].possible, found["comments"].possible) == (False, True)
    assert found["direct"].why
    assert not found["automation"].possible
    assert "private_replies" not in found


def test_todays_use_of_shared_units_is_shown(
    glow: Glow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = glow.with_login()
    object.__setattr__(provider, "meter", Meter("YOUTUBE_DAILY_UNITS", "UTC"))
    install(monkeypatch, provider)
    account = make_glow(workspace)
    day = clock.now().date()
    UnitTotal.objects.create(provider="glow", day=day, most=100, used=40)
    whose = {"workspace": workspace, "social_account": account}
    UnitDay.objects.create(provider="glow", day=day, polled=3, replied=4, **whose)
    quota = truth_of(account, now=clock.now()).quota
    assert quota is not None
    assert (quota.own, quota.used, quota.most) == (7, 40, 100)


def looked(account: SocialAccount) -> SocialAccount:
    SocialAccount.objects.update(check_next_at=clock.now())
    checking.check(account.pk)
    account.refresh_from_db()
    return account


def seen(glow: Glow, **said: Any) -> None:
    glow.service.answers.clear()
    glow.service.answer(200, {"scopes": ["read", "write"], "fields": FIELDS, **said})


def test_a_look_that_finds_all_well_changes_nothing_but_the_moment(
    glow: Glow, workspace: Workspace, owner: User
) -> None:
    seen(glow, name="Another name")
    account = looked(make_glow(workspace))

    assert account.name == "Another name"
    assert account.checked_at is not None
    assert account.check_next_at is not None
    assert account.check_next_at > clock.now() + 4 * SOON
    assert not Letter.objects.exists()
    checking.check(account.pk)
    assert len(glow.service.asked) == 1


def test_a_lost_permission_is_told_once_and_comes_back_silently(
    glow: Glow, workspace: Workspace, owner: User
) -> None:
    account = make_glow(workspace)
    for _look in range(3):
        seen(glow, scopes=["read"])
        looked(account)
    assert account.lacks == {"comments": "scope"}
    [letter] = Letter.objects.all()
    assert letter.user == owner
    seen(glow)
    looked(account)
    assert (account.lacks, account.told_state) == ({}, "")
    assert Letter.objects.count() == 1


def test_lost_webhooks_are_asked_for_once_more(glow: Glow, workspace: Workspace) -> None:
    glow.service.answer(200, {"scopes": ["read", "write"], "fields": ["comments"]})
    glow.service.answer(200, {"fields": FIELDS})
    account = looked(make_glow(workspace))
    assert [one.path for one in glow.service.asked] == ["/inspect", "/subscribe"]
    assert account.webhook_fields == FIELDS
    assert truth_of(account, now=clock.now()).state == "working"


def test_webhooks_that_stay_lost_are_told(glow: Glow, workspace: Workspace, owner: User) -> None:
    seen(glow, fields=["comments"])
    account = looked(make_glow(workspace))
    truth = truth_of(account, now=clock.now())
    assert (truth.state, truth.lost, truth.fields) == ("limited", ("messages",), ("comments",))
    assert Letter.objects.count() == 1
    seen(glow)
    looked(account)
    assert truth_of(account, now=clock.now()).lost == ()


def test_a_dead_token_is_found_by_a_look_and_told(
    glow: Glow, workspace: Workspace, owner: User
) -> None:
    glow.service.answer(400, {"code": "190", "needs_login": True})
    account = looked(make_glow(workspace))
    looked(account)
    assert (account.status, account.status_reason) == ("needs_login", "190")
    assert Letter.objects.count() == 1


def test_a_token_that_works_again_brings_the_account_back(glow: Glow, workspace: Workspace) -> None:
    seen(glow)
    account = looked(make_glow(workspace, status="needs_login", status_reason="190"))
    assert (account.status, account.status_reason) == ("active", "")


RENEWALS: list[tuple[int, dict[str, Any], str, str]] = [
    (200, {"access": "a2", "refresh": "r2", "ends_in": 3600}, "active", "a2"),
    (400, {"code": "dead", "needs_login": True}, "needs_login", "a1"),
    (503, {"retryable": True}, "needs_login", "a1"),
    (500, {"outcome_unknown": True}, "needs_login", "a1"),
]


@pytest.mark.parametrize("case", RENEWALS)
def test_an_account_that_was_marked_wrongly_comes_back_once_its_token_is_renewed(
    glow: Glow, workspace: Workspace, case: tuple[int, dict[str, Any], str, str]
) -> None:
    answer, body, state, token = case
    account = make_glow(workspace, **at(token_expires_at=-SOON), refresh_attempts=9)
    mark_needs_login(account, "401")
    glow.service.answer(401, {"needs_refresh": True})
    glow.service.answer(answer, body)
    glow.service.answer(200, {"scopes": ["read", "write"], "fields": FIELDS})
    account = looked(account)

    assert (account.status, account.credentials["access_token"]) == (state, token)
    assert (account.refresh_next_at is None) == (state == "needs_login")
    assert glow.asked("refresh") == [{"with": "r1"}]


def test_a_refused_token_is_renewed_and_looked_at_again(glow: Glow, workspace: Workspace) -> None:
    glow.service.answer(401, {"needs_refresh": True})
    glow.service.answer(200, {"access": "a2", "refresh": "r2", "ends_in": 3600})
    glow.service.answer(200, {"scopes": ["read", "write"], "fields": FIELDS})
    account = looked(make_glow(workspace))
    assert [one.path for one in glow.service.asked] == ["/inspect", "/refresh", "/inspect"]
    assert account.credentials["access_token"] == "a2"
    assert account.checked_at is not None


def test_a_fresh_token_that_is_refused_needs_a_login(glow: Glow, workspace: Workspace) -> None:
    glow.service.answer(401, {"needs_refresh": True})
    glow.service.answer(200, {"access": "a2", "refresh": "r2", "ends_in": 3600})
    glow.service.answer(401, {"needs_refresh": True})
    assert looked(make_glow(workspace)).status == "needs_login"


def test_a_network_that_is_away_changes_no_state(glow: Glow, workspace: Workspace) -> None:
    glow.service.answer(503, {"retryable": True})
    account = looked(make_glow(workspace))
    assert (account.status, account.check_error) == ("active", "503")
    assert account.check_next_at is not None
    assert account.check_next_at < clock.now() + SOON


def test_a_row_that_cannot_be_read_is_marked_and_the_others_work(
    glow: Glow, workspace: Workspace, owner: User
) -> None:
    seen(glow)
    broken, whole = make_glow(workspace), make_glow(workspace)
    SocialAccount.objects.filter(pk=broken.pk).update(sealed_credentials="v2:00:xx")
    SocialAccount.objects.update(check_next_at=clock.now())
    for one in (broken, whole):
        checking.check(one.pk)
        one.refresh_from_db()
    assert (broken.status, broken.status_reason) == ("needs_login", "cannot_decrypt")
    assert whole.status == "active"


def test_a_pause_survives_a_token_that_was_refused_for_a_while(
    glow: Glow, workspace: Workspace
) -> None:
    account = make_glow(workspace, status="paused")
    for code in ("expired", "190"):
        assert mark_needs_login(account, code)
    assert mark_ready(account, now=clock.now())
    assert account.status == "paused"
    account.refresh_from_db()
    assert (account.status, account.was_paused) == ("paused", False)


def test_letters_are_quiet_for_what_flaps_and_loud_after_a_new_consent(
    glow: Glow, workspace: Workspace, owner: User
) -> None:
    account = make_glow(workspace)
    for _time in range(3):
        mark_needs_login(account, "190")
        seen(glow)
        looked(account)
    assert Letter.objects.count() == 1
    SocialAccount.objects.update(connected_at=clock.now(), told_state="")
    account.refresh_from_db()
    mark_needs_login(account, "190")
    assert Letter.objects.count() == 2


def test_letters_go_to_owners_with_a_proved_address(glow: Glow, workspace: Workspace) -> None:
    proved = make_member(workspace)
    make_member(workspace, email_verified_at=None)
    make_member(workspace, "member")
    make_member(make_workspace("Ailleurs"))
    mark_needs_login(make_glow(workspace), "190")
    assert [one.user for one in Letter.objects.all()] == [proved]


def test_what_is_known_of_an_account_that_was_connected_anew_is_not_marked(
    glow: Glow, workspace: Workspace
) -> None:
    account = make_glow(workspace)
    seen_before = SocialAccount.objects.get(pk=account.pk)
    account.seal({"access_token": "anew"})
    account.save()
    assert not mark_needs_login(seen_before, "190")
    account.refresh_from_db()
    assert account.status == "active"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_letter_says_what_is_the_matter_and_where_to_click(
    glow: Glow, workspace: Workspace, language: str
) -> None:
    make_member(workspace, language=language)
    account = make_glow(workspace, name="Page Atelier")
    mark_needs_login(account, "190")
    wording = wording_of(Letter.objects.get())
    assert wording is not None
    assert "Page Atelier" in wording.subject
    for body in (wording.text, wording.html):
        assert f"/accounts/{account.uid}?workspace={workspace.uid}" in body
    assert truth_of(account, now=clock.now()).action is not None


def test_a_letter_about_what_is_over_is_not_posted(
    glow: Glow, workspace: Workspace, owner: User
) -> None:
    account = make_glow(workspace)
    mark_needs_login(account, "190")
    SocialAccount.objects.update(status="active")
    assert wording_of(Letter.objects.get()) is None
    SocialAccount.objects.update(status="needs_login")
    owner.memberships.update(role="member")
    assert wording_of(Letter.objects.get()) is None
