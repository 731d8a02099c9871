"""An account's page where a browser acts: the day, the hours, the switch, consents with proof."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import AuditEntry, User, Workspace
from flowia.lib import clock
from social import consents
from social.models import BrowserSession, Consent, Drift, SentDay, SocialAccount
from social.polling import ensure_polls
from tests.callers import browser
from tests.factories import make_member, make_workspace
from tests.social.browsed import TUESDAY, make_browsed, version_of
from tests.social.sessions.members import agree
from tests.social.test_session_truth import change_text

pytestmark = pytest.mark.django_db
AUTOMATION = {"do": "agree", "agreed": "1", "language": "fr"}


@pytest.fixture(autouse=True)
def ground(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(clock, "now", lambda: TUESDAY)
    settings.LINKEDIN_BROWSER_EXECUTABLE = "/bin/sh"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace, name="Camille")


@pytest.fixture
def account(workspace: Workspace, owner: User) -> SocialAccount:
    return make_browsed(workspace, owner)


def page(user: User, account: SocialAccount) -> str:
    return str(browser(user, "en").get(f"/accounts/{account.uid}").content.decode())


def do(user: User, account: SocialAccount, **fields: object) -> str:
    address = f"/accounts/{account.uid}"
    return str(browser(user, "en").post(address, fields, follow=True).content.decode())


def test_the_page_tells_the_day_and_how_it_grows(
    owner: User, account: SocialAccount, workspace: Workspace
) -> None:
    whose = {"workspace": workspace, "social_account": account}
    SentDay.objects.create(**whose, day=TUESDAY.date(), sent=2, most=5)
    shown = page(owner, account)
    assert "Sent today: 2 of 5" in shown
    assert "begins at 5 and grows by 2" in shown
    assert "up to 20" in shown


def test_an_owner_stops_at_once_and_allows_again(owner: User, account: SocialAccount) -> None:
    assert "One that was at work stops within seconds" in do(owner, account, do="stop")
    session = BrowserSession.objects.get()
    assert (session.stopped_at, session.stopped_by) == (TUESDAY, owner.uid)
    shown = page(owner, account)
    assert "You stopped it" in shown
    assert shown.count('value="go_on"') == 1
    do(owner, account, do="go_on")
    assert BrowserSession.objects.get().stopped_at is None
    deeds = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(deeds)[-2:] == ["account.stopped", "account.goes_on"]


def test_hours_are_set_by_owners(owner: User, account: SocialAccount) -> None:
    hours = {"do": "hours", "from": "8", "until": "24", "days": ["0", "6"]}
    assert "Working hours saved." in do(owner, account, **hours)
    session = BrowserSession.objects.get()
    assert (session.works_from, session.works_until, session.works_days) == (8, 24, [0, 6])


BAD_HOURS: list[tuple[dict[str, object], str, str]] = [
    ({"from": "19", "until": "9", "days": ["0"]}, "e-hours", "after the beginning"),
    ({"from": "x", "until": "9", "days": ["0"]}, "e-hours", "after the beginning"),
    ({"from": "9", "until": "19"}, "e-days", "at least one day"),
    ({"from": "9", "until": "19", "days": ["7"]}, "e-days", "at least one day"),
]


@pytest.mark.parametrize("case", BAD_HOURS)
def test_wrong_hours_stay_as_they_were_typed(
    owner: User, account: SocialAccount, case: tuple[dict[str, object], str, str]
) -> None:
    typed, field, words = case
    shown = do(owner, account, do="hours", **typed)
    assert f'id="{field}"' in shown
    assert words in shown
    if typed["from"] == "19":
        assert '<option value="19" selected>19:00</option>' in shown
    assert BrowserSession.objects.get().works_from == 9


def test_a_teammate_sees_and_changes_nothing(workspace: Workspace, account: SocialAccount) -> None:
    teammate = make_member(workspace, "member")
    shown = page(teammate, account)
    assert "9:00 – 19:00" in shown
    assert 'name="do"' not in shown.partition("</main>")[0]
    for deed in ("stop", "go_on", "hours"):
        answer = browser(teammate).post(f"/accounts/{account.uid}", {"do": deed})
        assert answer.status_code == 403


def test_automatic_answers_are_a_second_agreement_with_its_own_proof(
    owner: User, account: SocialAccount
) -> None:
    version = version_of(consents.AUTOMATION)
    shown = page(owner, account)
    assert "answers from your LinkedIn account that nobody has read" in shown
    assert "Tick the sentence" in do(owner, account, do="agree", version=version)
    assert "The text has changed" in do(owner, account, **AUTOMATION, version="2020-01-01")
    assert not Consent.objects.filter(kind="automation").exists()

    assert "Noted" in do(owner, account, **AUTOMATION, version=version)
    consent = Consent.objects.get(kind="automation")
    assert (consent.version, consent.language) == (version, "fr")
    shown = page(owner, account)
    assert f"Version {version}, on" in shown
    assert "by Camille" in shown
    do(owner, account, do="withdraw")
    assert "Ended on" in page(owner, account)


def test_a_look_is_queued_and_said_so(owner: User, account: SocialAccount) -> None:
    assert "A browser looks as soon as one is free" in do(owner, account, do="check")
    account.refresh_from_db()
    assert account.check_next_at == TUESDAY
    BrowserSession.objects.update(stopped_at=TUESDAY)
    shown = do(owner, account, do="check")
    assert "A browser cannot look right now. You stopped it" in shown


def test_disconnecting_says_that_the_cookies_go_and_does_it(
    owner: User, account: SocialAccount
) -> None:
    address = f"/accounts/{account.uid}/disconnect"
    shown = browser(owner, "en").get(address).content.decode()
    assert "all its cookies is deleted at once" in shown
    assert "until you sign out there" in shown
    browser(owner, "en").post(address)
    assert BrowserSession.objects.get().sealed == ""
    assert not Consent.objects.filter(withdrawn_at=None).exists()
    shown = page(owner, account)
    assert f"/accounts/session/linkedin?account={account.uid}" in shown


def test_an_open_page_waits_for_the_look(owner: User, account: SocialAccount) -> None:
    client, address = browser(owner, "en"), f"/accounts/{account.uid}"
    SocialAccount.objects.update(status="connecting", external_id="pending:1")
    shown = client.get(address, headers={"X-Fragment": "1"}).content.decode()
    assert "data-awaits" in shown
    assert "pending:1" not in client.get(address).content.decode()
    SocialAccount.objects.update(status="active")
    shown = client.get(address, headers={"X-Fragment": "1"}).content.decode()
    assert "data-awaits" not in shown


def test_the_second_text_is_offered_again_when_it_changed(
    owner: User, account: SocialAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(owner, account, **AUTOMATION, version=version_of(consents.AUTOMATION))
    assert 'value="agree"' not in page(owner, account)
    change_text(monkeypatch)
    agree(account, owner)
    shown = page(owner, account)
    assert "This text has changed since you agreed to it" in shown
    assert "every answer waits for your approval until you agree" in shown.casefold()
    do(owner, account, **AUTOMATION, version="2027-01-01")
    shown = page(owner, account)
    assert "This text has changed" not in shown
    assert 'value="withdraw"' in shown
    deeds = AuditEntry.objects.filter(action="account.automation_agreed")
    assert deeds.count() == 2


IDLE: list[dict[str, Any]] = [
    {"status": "connecting", "external_id": "pending:1"},
    {"status": "needs_login", "status_reason": "checkpoint"},
    {"session": {"stopped_at": TUESDAY}},
    {"session": {"state": "cooldown", "until": timedelta(hours=2)}},
]


@pytest.mark.parametrize("fields", IDLE, ids=["connecting", "checkpoint", "stopped", "resting"])
def test_nothing_is_said_to_be_possible_while_nothing_happens(
    workspace: Workspace, owner: User, fields: dict[str, Any]
) -> None:
    account = make_browsed(workspace, owner, **fields)
    shown = page(owner, account)
    assert "What is possible here" not in shown
    assert "What is possible once it works" in shown
    listed = browser(owner, "en").get("/accounts").content.decode()
    assert "Answer direct messages" not in listed
    assert 'value="agree"' not in shown, "no second agreement to what does not work"


@pytest.mark.parametrize(("what", "moments"), [("send", 1), ("read", 1), ("both", 0)])
def test_of_changed_pages_only_what_they_stop_has_no_next_time(
    owner: User, account: SocialAccount, what: str, moments: int
) -> None:
    ensure_polls(account, now=TUESDAY)
    for one in ("read", "send") if what == "both" else (what,):
        Drift.objects.create(provider="linkedin", capability=one, found_at=TUESDAY)
    shown = page(owner, account)
    assert shown.count("not as it stands") == 2 - moments
