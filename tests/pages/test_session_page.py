"""The page of a member's own session: the risk read, the cookies given, nothing shown again."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from accounts.models import AuditEntry, User, Workspace
from flowia.lib import clock
from social import joining
from social.models import BrowserSession, Consent, ProviderPause, SocialAccount
from tests.callers import Queries, browser
from tests.factories import make_member, make_workspace
from tests.social.browsed import SECRETS, SESSION, TUESDAY, form, make_browsed, version_of
from tests.social.linkedin.exports import exported, extension, netscape, storage
from tests.social.test_session_truth import change_text

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


def page(user: User, address: str = SESSION, language: str = "en") -> str:
    answer = browser(user, language).get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def post(user: User, address: str = SESSION, **changes: Any) -> Any:
    answer = browser(user, "en").post(address, form(**changes), follow=True)
    assert not [one for one in SECRETS if one in answer.content.decode()]
    return answer


def file_of(text: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("cookies.txt", text.encode() if isinstance(text, str) else text)


def test_the_list_of_accounts_tells_of_the_way_and_what_forbids_it(owner: User) -> None:
    shown = page(owner, "/accounts")
    assert f'href="{SESSION}"' in shown
    assert "The terms of LinkedIn forbid automation" in shown


def test_the_whole_statement_is_read_before_anything_is_given(owner: User) -> None:
    shown = page(owner)
    for one in joining.rules_of("linkedin").statement("session").paragraphs:
        assert str(one).split(".")[0].replace("'", "&#x27;") in shown
    assert shown.index("8.2") < shown.index("Export your cookies") < shown.index('name="cookies"')
    assert version_of() in shown
    assert 'name="accepted" value="1" required>' in shown, "never ticked by itself"
    assert "novalidate" not in shown, "a browser asks for the tick before the paste is gone"
    assert "no-store" in browser(owner).get(SESSION)["Cache-Control"]


def test_a_teammate_reads_why_they_cannot(workspace: Workspace) -> None:
    teammate = make_member(workspace, "member")
    shown = page(teammate)
    assert "Only an owner of this workspace can connect an account" in shown
    assert 'name="cookies"' not in shown
    assert post(teammate).status_code == 403
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("network", ["meta", "nowhere"])
def test_networks_with_an_interface_have_no_such_page(owner: User, network: str) -> None:
    assert browser(owner).get(f"/accounts/session/{network}").status_code == 404


def test_another_workspace_s_account_is_not_found(owner: User) -> None:
    elsewhere = make_workspace("Ailleurs")
    account = make_browsed(elsewhere, make_member(elsewhere))
    address = f"{SESSION}?account={account.uid}"
    assert browser(owner).get(address).status_code == 404
    assert browser(owner).post(address, form()).status_code == 404
    assert browser(owner).get(f"{SESSION}?account=nonsense").status_code == 404


FORMS: list[dict[str, Any]] = [
    {"cookies": json.dumps(exported())},
    {"cookies": netscape()},
    {"cookies": json.dumps(storage())},
    {"cookies": None, "file": json.dumps(exported())},
    {"cookies": " ", "file": netscape()},
]


@pytest.mark.parametrize("changes", FORMS)
def test_each_form_of_cookies_leads_to_the_account_being_connected(
    owner: User, workspace: Workspace, changes: dict[str, Any]
) -> None:
    file = {"file": file_of(changes["file"])} if "file" in changes else {}
    answer = post(owner, **{**changes, **file})
    account = SocialAccount.objects.get()

    assert answer.redirect_chain == [(f"/accounts/{account.uid}", 302)]
    assert (account.status, account.workspace, account.check_next_at) == (
        "connecting",
        workspace,
        TUESDAY,
    )
    shown = answer.content.decode()
    assert "A browser looks now whether it works" in shown
    assert "Being connected: a browser looks" in shown
    assert '<noscript><meta http-equiv="refresh"' in shown
    [consent] = Consent.objects.all()
    assert (consent.version, consent.language, consent.user_uid) == (version_of(), "en", owner.uid)
    assert consent.address
    assert AuditEntry.objects.filter(action="account.session_given").exists()


def test_cookies_of_other_sites_are_thrown_away_and_counted(owner: User) -> None:
    assert "1 cookie of other sites was thrown away." in post(owner).content.decode()
    assert "evil" not in BrowserSession.objects.get().opened()


LI_AT = extension("li_at", SECRETS[0])
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"accepted": None}, "accepted", "Without your agreement"),
    ({"cookies": ""}, "cookies", "Paste the export here"),
    ({"cookies": "no cookies at all"}, "cookies", "no cookies in a form that we read"),
    ({"cookies": json.dumps([LI_AT])}, "cookies", "JSESSIONID is missing"),
    ({"cookies": json.dumps(exported()[1:])}, "cookies", "li_at is missing"),
    (
        {"cookies": json.dumps([{**one, "expirationDate": 1.0} for one in exported()])},
        "cookies",
        "expired on",
    ),
    ({"file": file_of(netscape())}, "cookies", "not both"),
    ({"cookies": "", "file": file_of(b"\xff" * 100)}, "cookies", "in a form that we read"),
    ({"cookies": "", "file": file_of("x" * 262_145)}, "file", "larger than 256 KB"),
]


@pytest.mark.parametrize("case", WRONG, ids=[one[2] for one in WRONG])
def test_what_is_wrong_stands_beside_its_field(
    owner: User, case: tuple[dict[str, Any], str, str]
) -> None:
    changes, field, words = case
    shown = post(owner, **changes).content.decode()
    assert f'id="e-{field}"' in shown
    assert shown.count(words) == 2, "in the list, and beside its field"
    assert f'aria-describedby="e-{field}"' in shown
    assert ('name="accepted" value="1" required checked' in shown) == ("accepted" not in changes)
    assert not SocialAccount.objects.exists()


def test_both_things_that_are_wrong_are_told_at_once(owner: User) -> None:
    shown = post(owner, accepted=None, cookies=json.dumps([LI_AT])).content.decode()
    assert 'id="e-accepted"' in shown
    assert 'id="e-cookies"' in shown


def test_a_text_that_changed_meanwhile_is_read_again(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = form()
    change_text(monkeypatch)
    answer = browser(owner, "en").post(SESSION, changes)
    shown = answer.content.decode()
    assert "The text has changed since you saw it" in shown
    assert "Another text" in shown
    assert 'value="1" required>' in shown, "the tick was for another text"
    assert not Consent.objects.exists()


@pytest.mark.parametrize("what", ["browser", "pause"])
def test_what_keeps_everybody_out_is_told_before_anything_is_pasted(
    owner: User, settings: Settings, what: str
) -> None:
    if what == "pause":
        ProviderPause.objects.create(provider="linkedin")
    else:
        settings.LINKEDIN_BROWSER_EXECUTABLE = "/nowhere"
    for shown in (page(owner), post(owner).content.decode()):
        assert 'name="cookies"' not in shown
        assert ("This server has no browser" if what == "browser" else "paused") in shown
    assert not SocialAccount.objects.exists()


def test_an_account_gets_a_fresh_session(owner: User, workspace: Workspace) -> None:
    lost = {"status": "needs_login", "status_reason": "checkpoint"}
    account = make_browsed(workspace, owner, **lost)
    address = f"{SESSION}?account={account.uid}"
    shown = page(owner, f"/accounts/{account.uid}")
    assert f'href="{address}"' in shown
    assert "Connect Camille Laurent again" in page(owner, address)
    assert post(owner, address).redirect_chain == [(f"/accounts/{account.uid}", 302)]
    account.refresh_from_db()
    assert account.status == "connecting"


def test_where_only_the_text_changed_it_is_agreed_to_without_cookies(
    owner: User, workspace: Workspace
) -> None:
    account = make_browsed(workspace, owner, agreed=False)
    address = f"{SESSION}?account={account.uid}"
    shown = page(owner, address)
    assert 'name="cookies"' not in shown
    assert 'id="e-accepted"' in post(owner, address, do="agree", accepted=None).content.decode()
    assert "Noted." in post(owner, address, do="agree").content.decode()
    [consent] = Consent.objects.all()
    assert (consent.social_account, consent.version) == (account, version_of())
    assert "It works" in page(owner, f"/accounts/{account.uid}")


def test_who_waited_for_an_account_that_was_here_before_is_led_to_it(owner: User) -> None:
    client = browser(owner, "en")
    client.post(SESSION, form())
    account = SocialAccount.objects.get()
    address = f"/accounts/{account.uid}"
    account.delete()
    assert client.get(address, headers={"X-Fragment": "1"}).status_code == 302
    assert client.get(address)["Location"] == "/accounts"
    assert browser(owner).get(address).status_code == 404


def test_the_list_costs_the_same_however_many_sessions(
    owner: User, workspace: Workspace, django_assert_num_queries: Queries
) -> None:
    client = browser(owner)
    make_browsed(workspace, owner)
    client.get("/accounts")
    for _more in range(2):
        with django_assert_num_queries(9):
            client.get("/accounts")
        make_browsed(workspace, owner)
