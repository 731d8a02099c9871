"""Accounts that a browser acts for: one state, one sentence, one action each; letters once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation
from pytest_django import Settings

from accounts import audit
from accounts.models import Letter, User, Workspace
from accounts.wording import wording_of
from flowia.lib import clock
from processing import tasks
from social import consents, pacing, sessions, switching
from social.accounts import mark_needs_login
from social.models import BrowserSession, Drift, Poll, ProviderPause, SentDay, SocialAccount
from social.providers import registry
from social.providers.linkedin.provider import pace
from social.running import READ
from social.sessioning import Statement
from social.truth import Truth, truth_of, truths_of
from tests.callers import Queries
from tests.factories import make_member, make_workspace
from tests.social.browsed import TUESDAY, make_browsed

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Around = Callable[[SocialAccount], Any]


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


def truth(account: SocialAccount, language: str = "en") -> Truth:
    with translation.override(language):
        return truth_of(account, now=TUESDAY)


def lost(code: str) -> dict[str, Any]:
    return {"status": "needs_login", "status_reason": code}


def session(**fields: Any) -> dict[str, Any]:
    return {"session": fields}


def drifted(*capabilities: str) -> Around:
    values = {"provider": "linkedin", "found_at": TUESDAY}
    return lambda _account: [Drift.objects.create(capability=one, **values) for one in capabilities]


def failed(attempts: int) -> Around:
    values = {"stream": "inbox", "error_code": "failed", "attempts": attempts}
    return lambda account: Poll.objects.create(
        workspace=account.workspace, social_account=account, **values
    )


def pause(**fields: Any) -> Around:
    return lambda _account: ProviderPause.objects.create(provider="linkedin", **fields)


def nothing(_account: SocialAccount) -> None:
    pass


CONNECTING = {"status": "connecting", "external_id": "pending:1"}
WEEKEND = {"works_days": [5, 6]}
STATES: list[tuple[dict[str, Any], Around, str, str, str]] = [
    ({}, nothing, "working", "", "It works"),
    (lost("needs_login"), nothing, "needs_login", "reconnect", "has signed this session out"),
    (lost("some_code"), nothing, "needs_login", "reconnect", "has signed this session out"),
    (lost("checkpoint"), nothing, "checkpoint", "reconnect", "prove that it is you"),
    (lost("restricted"), nothing, "restricted", "reconnect", "nobody but LinkedIn can lift that"),
    (lost("session_expired"), nothing, "needs_login", "reconnect", "has expired"),
    (lost("other_person"), nothing, "needs_login", "reconnect", "another person's"),
    (lost("taken_elsewhere"), nothing, "needs_login", "reconnect", "in another workspace"),
    (lost("cannot_decrypt"), nothing, "needs_login", "reconnect", "can no longer be read"),
    ({"status": "disconnected"}, nothing, "disconnected", "reconnect", "It is disconnected"),
    (session(stopped_at=-HOUR), nothing, "stopped", "go_on", "You stopped it"),
    ({"agreed": False}, nothing, "consent", "agree_again", "has changed since you agreed"),
    ({"status": "paused"}, nothing, "paused", "resume", "You paused it"),
    ({}, pause(), "provider_paused", "", "LinkedIn is paused for everybody"),
    ({}, pause(until=TUESDAY + HOUR), "provider_paused", "", "until Nov. 24, 2026, noon"),
    (session(state="cooldown", until=2 * HOUR), nothing, "cooldown", "", "asked for calm"),
    (session(state="cooldown", until=-HOUR), nothing, "working", "", "It works"),
    (
        session(state="cooldown", detail="status_999", until=2 * HOUR),
        nothing,
        "cooldown",
        "",
        "refused the browser as a robot's",
    ),
    ({"held_until": TUESDAY + HOUR}, nothing, "cooldown", "", "asked for calm"),
    (session(state="unknown", until=2 * HOUR), nothing, "unknown", "", "that we do not know"),
    ({}, drifted("read"), "drift", "", "reading is paused for everybody"),
    ({}, drifted("send"), "drift", "", "sending is paused for everybody"),
    ({}, drifted("send", "read"), "drift", "", "nothing is read or sent for anybody"),
    ({}, drifted("visit"), "working", "", "It works"),
    (CONNECTING, nothing, "connecting", "", "a browser looks whether the session works"),
    (CONNECTING, drifted("visit"), "drift", "", "nothing is read or sent"),
    (
        {**CONNECTING, "check_error": "failed", "check_next_at": TUESDAY + HOUR},
        nothing,
        "connecting",
        "",
        "could not look yet",
    ),
    (session(expires_at=3 * DAY), nothing, "ending", "reconnect", "The session ends on Nov. 27"),
    (session(expires_at=30 * DAY), nothing, "working", "", "It works"),
    (session(**WEEKEND), nothing, "hours", "", "the next reading is on Nov. 28, 2026, 9 a.m."),
    (session(works_days=[]), nothing, "hours", "", "no working hours"),
    ({}, failed(5), "silent", "check", "several times in a row"),
    ({}, failed(1), "working", "", "It works"),
]
NAMES = [f"{number}-{case[2]}" for number, case in enumerate(STATES)]


@pytest.mark.parametrize("case", STATES, ids=NAMES)
def test_each_state_has_its_sentence_and_its_action(
    workspace: Workspace, owner: User, case: tuple[dict[str, Any], Around, str, str, str]
) -> None:
    fields, around, state, action, words = case
    account = make_browsed(workspace, owner, **fields)
    around(account)
    found = truth(account)

    assert (found.state, found.action.code if found.action else "") == (state, action)
    assert words in found.sentence
    assert found.label
    assert "%" not in found.sentence


def test_a_server_without_a_browser_says_so(
    workspace: Workspace, owner: User, settings: Settings
) -> None:
    settings.LINKEDIN_BROWSER_EXECUTABLE = "/nowhere/chromium"
    found = truth(make_browsed(workspace, owner))
    assert (found.state, found.action) == ("no_browser", None)
    assert "no browser" in found.sentence


def test_what_operators_stopped_is_theirs_to_allow(workspace: Workspace, owner: User) -> None:
    operator = make_member(make_workspace("Flow IA"), is_staff=True)
    stopped = {"stopped_at": TUESDAY, "stopped_by": operator.uid, "stopped_kind": "operator"}
    found = truth(make_browsed(workspace, owner, session=stopped))
    assert (found.state, found.action) == ("stopped", None)
    assert "Flow IA's team stopped it" in found.sentence


def test_connecting_again_is_not_offered_while_operators_stopped_it(
    workspace: Workspace, owner: User
) -> None:
    operator = make_member(make_workspace("Flow IA"), is_staff=True)
    stopped = {"stopped_at": TUESDAY, "stopped_by": operator.uid, "stopped_kind": "operator"}
    found = truth(make_browsed(workspace, owner, **lost("checkpoint"), session=stopped))
    assert (found.state, found.action) == ("stopped", None)
    assert "Flow IA's team stopped it" in found.sentence


RESTING: list[tuple[dict[str, Any], Around, str]] = [
    ({"state": "cooldown", "until": HOUR}, nothing, "asked for calm: nothing is read"),
    ({}, pause(), "paused for everybody by our operators: nothing is read"),
    ({}, drifted("read"), "reading is paused for everybody"),
]


@pytest.mark.parametrize(("fields", "around", "words"), RESTING)
def test_a_paused_account_that_nobody_reads_does_not_say_that_what_arrives_is_kept(
    workspace: Workspace, owner: User, fields: dict[str, Any], around: Around, words: str
) -> None:
    account = make_browsed(workspace, owner, status="paused", session=fields)
    around(account)
    found = truth(account)
    assert (found.state, found.action and found.action.code) == ("paused", "resume")
    assert "What arrives is kept" not in found.sentence
    assert words in found.sentence


def test_failed_readings_are_called_so_where_nothing_is_ever_announced(
    workspace: Workspace, owner: User
) -> None:
    account = make_browsed(workspace, owner)
    failed(5)(account)
    found = truth(account)
    assert (found.state, found.label) == ("silent", "Not read")


def test_the_next_message_is_not_promised_for_the_last_minutes_of_the_hours(
    workspace: Workspace, owner: User
) -> None:
    """Two minutes to seven in the evening: a browser is not begun any more."""
    account = make_browsed(workspace, owner)
    now = TUESDAY.replace(hour=17, minute=58)
    row = BrowserSession.objects.select_related("workspace", "social_account").get()
    later = pacing.wait(row, pace(), now=now)
    standing = truth_of(account, now=now).standing
    assert later is not None
    assert standing is not None
    assert standing.may_send == later.until


@pytest.mark.parametrize("graver", ["checkpoint", "restricted"])
def test_the_gravest_is_told_first(workspace: Workspace, owner: User, graver: str) -> None:
    account = make_browsed(
        workspace, owner, **lost(graver), session={"stopped_at": TUESDAY}, agreed=False
    )
    pause()(account)
    assert truth(account).state == graver


def test_a_text_that_changed_stops_until_it_is_read_again(
    workspace: Workspace, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make_browsed(workspace, owner)
    change_text(monkeypatch)
    assert truth(account).state == "consent"


def change_text(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = registry.PROVIDERS["linkedin"]
    assert provider.session is not None
    changed = replace(
        provider.session, statement=lambda kind: Statement(kind, "2027-01-01", ("Another text",))
    )
    monkeypatch.setitem(registry.PROVIDERS, "linkedin", replace(provider, session=changed))


def test_owners_hear_once_that_the_text_changed(
    workspace: Workspace, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make_browsed(workspace, owner)
    change_text(monkeypatch)
    for _poll in range(2):
        later = sessions.resting(account, READ, now=TUESDAY)
        assert later is not None
        assert later.why == "consent"
    [letter] = Letter.objects.all()
    wording = wording_of(letter)
    assert wording is not None
    assert f"/accounts/{account.uid}" in wording.text
    read = consents.Agreed(version="2027-01-01", language="en")
    switching.agree_again(account, read, user=owner, by=audit.by(owner))
    account.refresh_from_db()
    assert account.told_state == ""


@pytest.mark.parametrize("code", ["needs_login", "checkpoint", "restricted"])
def test_owners_get_one_letter_with_the_sentence_and_the_way(
    workspace: Workspace, owner: User, code: str
) -> None:
    account = make_browsed(workspace, owner)
    for _time in range(2):
        mark_needs_login(account, code)
    [letter] = Letter.objects.all()
    wording = wording_of(letter)
    assert (letter.user, letter.data) == (owner, {"state": code})
    assert wording is not None
    account.refresh_from_db()
    assert truth(account, letter.language).sentence in wording.text
    assert f"/accounts/{account.uid}" in wording.text


def test_the_day_is_told_as_pacing_counts_it(workspace: Workspace, owner: User) -> None:
    account = make_browsed(workspace, owner)
    whose = {"workspace": workspace, "social_account": account}
    for back in (1, 2):
        past = TUESDAY - back * DAY
        SentDay.objects.create(**whose, day=past.date(), sent=1, most=5, last_at=past)
    standing = truth(account).standing
    assert standing is not None
    assert (standing.today.sent, standing.today.most, standing.may_send) == (0, 9, TUESDAY)

    row = SentDay.objects.create(
        **whose, day=TUESDAY.date(), sent=2, most=9, next_at=TUESDAY + HOUR
    )
    standing = truth(account).standing
    assert standing is not None
    assert (standing.today.sent, standing.may_send) == (2, TUESDAY + HOUR)
    SentDay.objects.filter(pk=row.pk).update(sent=9)
    standing = truth(account).standing
    assert standing is not None
    assert standing.may_send == TUESDAY - 2 * HOUR + DAY  # nine o'clock in Paris


def test_many_sessions_cost_as_many_questions_as_one(
    workspace: Workspace, owner: User, django_assert_num_queries: Queries
) -> None:
    stopped = {"stopped_at": TUESDAY, "stopped_by": owner.uid}
    accounts = [make_browsed(workspace, owner, session=stopped)]
    whole = SocialAccount.objects.select_related("workspace")
    for count in (1, 4):
        rows = list(whole.filter(pk__in=[one.pk for one in accounts]))
        with django_assert_num_queries(4):
            assert len(truths_of(rows, now=TUESDAY)) == count
        accounts += [make_browsed(workspace, owner, session=stopped) for _more in range(3)]


def test_owners_get_one_letter_before_each_end_of_a_session(
    workspace: Workspace, owner: User
) -> None:
    """At an account that works nobody looks; its cookies may be renewed while it does."""
    account = make_browsed(workspace, owner, session={"expires_at": 3 * DAY})
    rows = BrowserSession.objects.filter(social_account=account)
    for _sweep in range(2):
        tasks.ensure_polls()
    [letter] = Letter.objects.filter(data__state="ending")
    wording = wording_of(letter)
    assert wording is not None
    assert "The session ends on Nov" in wording.text or "La session" in wording.text
    rows.update(expires_at=TUESDAY + 300 * DAY)
    tasks.ensure_polls()
    rows.update(expires_at=TUESDAY + 2 * DAY)
    Letter.objects.update(created_at=TUESDAY - 290 * DAY)
    tasks.ensure_polls()
    assert Letter.objects.filter(data__state="ending").count() == 2
