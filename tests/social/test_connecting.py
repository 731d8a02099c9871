"""Connecting in a browser: to the network and back, several accounts, refusals, reconnecting."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, OAuthState, User, Workspace
from accounts.oauth import challenge_of
from social.models import Connecting, SocialAccount
from tests.callers import browser
from tests.factories import make_account, make_member
from tests.factories import make_workspace as workspace_named
from tests.social.connected import BACK, begin, connect, make_glow
from tests.social.glow import Glow

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return workspace_named()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


def words(answer: Any) -> str:
    return str(answer.content.decode())


def actions(workspace: Workspace) -> list[str]:
    rows = AuditEntry.objects.filter(chain=str(workspace.uid)).order_by("number")
    return list(rows.values_list("action", flat=True))


def test_one_account_is_connected_at_once_with_its_webhooks(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    glow.grants("g1")
    page = connect(owner)

    account = SocialAccount.objects.get()
    assert "Glow g1 is connected." in words(page)
    assert page.redirect_chain[-1][0].startswith(f"/accounts/{account.uid}")
    assert (account.workspace, account.provider, account.login) == (workspace, "glow", "front")
    assert account.credentials == {"access_token": "a1", "refresh_token": "r1"}
    assert account.webhook_fields == ["comments", "messages"]
    assert (account.scopes, account.lacks, account.granted_by) == (["read", "write"], {}, "u1")
    assert account.token_expires_at is not None
    assert account.refresh_next_at is not None
    assert account.refresh_next_at < account.token_expires_at
    assert actions(workspace)[-1] == "account.connected"
    assert glow.asked("token")[0]["to"].endswith(BACK)


def test_the_code_is_exchanged_with_the_verifier_of_its_challenge(glow: Glow, owner: User) -> None:
    glow.grants("g1")
    client = browser(owner)
    asked = begin(client)
    client.get(BACK, {"code": "c1", "state": asked["state"]})

    [sent] = glow.asked("token")
    assert challenge_of(sent["verifier"]) == asked["code_challenge"]


def test_two_accounts_of_three_are_chosen(glow: Glow, owner: User, workspace: Workspace) -> None:
    glow.grants("g1", "g2", "g3")
    client = browser(owner, "en")
    state = begin(client)["state"]
    page = client.get(BACK, {"code": "c1", "state": state}, follow=True)
    assert SocialAccount.objects.count() == 0
    assert words(page).partition("</main>")[0].count('type="checkbox"') == 3

    row = Connecting.objects.get()
    form = {"account": ["glow:g1", "glow:g3"]}
    page = client.post(f"/accounts/connect/{row.uid}", form, follow=True)

    assert set(SocialAccount.objects.values_list("external_id", flat=True)) == {"g1", "g3"}
    assert not Connecting.objects.exists()
    assert "Glow g1 is connected." in words(page)
    # Whoever presses Back is told, and nobody else.
    back = client.get(f"/accounts/connect/{row.uid}", follow=True)
    assert back.redirect_chain == [("/accounts", 302)]
    assert "That choice was made already" in words(back)
    assert browser(owner).get(f"/accounts/connect/{row.uid}").status_code == 404


def test_a_list_belongs_to_who_got_it_and_for_half_an_hour(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    glow.grants("g1", "g2")
    connect(owner)
    row = Connecting.objects.get()
    other = make_member(workspace)
    assert browser(other).get(f"/accounts/connect/{row.uid}").status_code == 404
    assert "Glow g1" not in row.sealed

    Connecting.objects.update(expires_at=row.created_at)
    form = {"account": "glow:g1"}
    assert browser(owner).post(f"/accounts/connect/{row.uid}", form).status_code == 404
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("account", [[], ["glow:elsewhere"], ["glow:g2"]])
def test_nothing_is_connected_that_is_not_open(glow: Glow, owner: User, account: list[str]) -> None:
    accounts = [{"id": "g1"}, {"id": "g2", "problem": "personal_account"}]
    glow.grants(accounts=accounts)
    page = connect(owner)
    assert "This is a personal account" in words(page)
    row = Connecting.objects.get()
    client = browser(owner, "en")
    page = client.post(f"/accounts/connect/{row.uid}", {"account": account})

    assert "Choose at least one account of the list." in words(page)
    assert not SocialAccount.objects.exists()


def test_a_refused_consent_stores_nothing_and_is_told_kindly(glow: Glow, owner: User) -> None:
    client = browser(owner, "en")
    state = begin(client)["state"]
    page = client.get(BACK, {"error": "access_denied", "state": state}, follow=True)

    assert "You did not allow it there, so nothing was connected." in words(page)
    assert not SocialAccount.objects.exists()
    assert glow.service.asked == []


def test_who_refused_goes_back_to_where_they_came_from(glow: Glow, owner: User) -> None:
    client = browser(owner, "en")
    state = begin(client, next="/start")["state"]
    back = client.get(BACK, {"error": "access_denied", "state": state})
    assert back["Location"] == "/start"


def test_asked_again_for_a_permission_they_still_get_there(glow: Glow, owner: User) -> None:
    glow.grants("g1", scopes=("write",))
    client = browser(owner, "en")
    state = begin(client, next="/start")["state"]
    page = client.get(BACK, {"code": "c1", "state": state}, follow=True)
    assert 'name="next" value="/start"' in words(page)


def test_a_needed_permission_is_missing_and_asked_for_again(glow: Glow, owner: User) -> None:
    glow.grants("g1", scopes=("write",))
    page = connect(owner)

    assert not SocialAccount.objects.exists()
    assert "Glow did not give us everything" in words(page)
    assert "to read what people write" in words(page)
    assert "to answer comments" not in words(page)
    assert 'name="again" value="1"' in words(page)
    assert begin(browser(owner), again="1")["again"] == "1"


def test_an_unticked_permission_is_told_and_the_rest_works(glow: Glow, owner: User) -> None:
    glow.grants("g1", scopes=("read",))
    page = connect(owner)

    account = SocialAccount.objects.get()
    assert account.lacks == {"comments": "scope"}
    assert "the permission was not given: Answer comments" in words(page)
    assert "Ask for the permissions again" in words(page)


def test_no_account_behind_the_sign_in_is_said(glow: Glow, owner: User) -> None:
    glow.grants()
    assert "There is no account behind this sign-in" in words(connect(owner))
    glow.grants(accounts=[{"id": "g1", "problem": "personal_account"}])
    assert "This is a personal account" in words(connect(owner))
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"retryable": True}, "cannot be reached right now"),
        ({"outcome_unknown": True}, "cannot be reached right now"),
        ({}, "did not accept this attempt"),
        ({"code": "no_channel"}, "This sign-in has no channel"),
    ],
)
def test_what_the_network_refuses_is_told(
    glow: Glow, owner: User, body: dict[str, Any], said: str
) -> None:
    glow.service.answer(400, body)
    assert said in words(connect(owner))
    assert not SocialAccount.objects.exists()


def test_an_account_of_another_workspace_is_refused_and_nothing_changes(
    glow: Glow, owner: User
) -> None:
    held = make_glow(workspace_named("Ailleurs"), external_id="g1")
    before = SocialAccount.objects.values().get()
    glow.grants("g1")

    assert "This account is connected in another workspace." in words(connect(owner))
    assert SocialAccount.objects.values().get(pk=held.pk) == before


def test_of_several_chosen_none_is_connected_when_one_is_taken(glow: Glow, owner: User) -> None:
    glow.grants("g1", "g2")
    connect(owner)
    row = Connecting.objects.get()
    make_glow(workspace_named("Ailleurs"), external_id="g2")
    form = {"account": ["glow:g1", "glow:g2"]}
    page = browser(owner, "en").post(f"/accounts/connect/{row.uid}", form)

    assert "This account is connected in another workspace." in words(page)
    assert SocialAccount.objects.count() == 1
    assert Connecting.objects.filter(pk=row.pk).exists()


def test_what_another_workspace_disconnected_can_be_connected(glow: Glow, owner: User) -> None:
    make_glow(workspace_named("Ailleurs"), external_id="g1", status="disconnected", secrets={})
    glow.grants("g1")
    connect(owner)
    assert SocialAccount.objects.filter(external_id="g1").count() == 2


def test_webhooks_that_the_network_does_not_give_now_are_asked_for_later(
    glow: Glow, owner: User
) -> None:
    glow.grants("g1")
    glow.service.answers[1] = (503, {"retryable": True}, {})
    page = connect(owner)
    account = SocialAccount.objects.get()
    assert (account.status, account.webhook_fields) == ("active", [])
    assert account.check_error == "503"
    assert "does not announce everything" in words(page)


def test_a_state_of_another_network_person_or_browser_is_dead(glow: Glow, owner: User) -> None:
    glow.grants("g1")
    state = begin(browser(owner))["state"]
    stranger = browser(make_member(workspace_named("Ailleurs")))
    for client in (browser(owner), stranger, Client(headers={"accept": "text/html"})):
        assert client.get(BACK, {"code": "c1", "state": state}).status_code == 400
    assert glow.service.asked == []
    assert OAuthState.objects.count() == 1


def test_who_is_no_owner_any_more_connects_nothing(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    client = browser(owner)
    state = begin(client)["state"]
    owner.memberships.update(role="member")
    assert client.get(BACK, {"code": "c1", "state": state}).status_code == 403
    assert glow.service.asked == []


def test_a_network_without_logins_is_not_found(owner: User) -> None:
    client = browser(owner)
    for provider in ("nowhere", ""):
        form = {"provider": provider}
        assert client.post("/accounts/connect", form).status_code == 404
    assert client.get("/social-accounts/nowhere/callback/").status_code == 404


def test_the_return_address_is_one_of_ours(glow: Glow, owner: User) -> None:
    glow.grants("g1")
    page = connect(owner, next="/inbox/leads")
    assert page.redirect_chain[-1][0] == "/inbox/leads"
    glow.grants("g1")
    page = connect(owner, next="https://evil.example/")
    assert page.redirect_chain[-1][0].startswith("/accounts/")


def test_disconnecting_forgets_and_tells_the_network(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    account = make_glow(workspace, automation_agreed_at="2026-11-01T00:00:00Z")
    glow.service.answer(200, {})
    client = browser(owner, "en")
    assert "Disconnect Page Atelier?" in words(client.get(f"/accounts/{account.uid}/disconnect"))
    for _twice in range(2):
        page = client.post(f"/accounts/{account.uid}/disconnect", follow=True)
        assert "Page Atelier is disconnected." in words(page)

    account.refresh_from_db()
    assert (account.status, account.sealed_credentials) == ("disconnected", "")
    assert (account.check_next_at, account.refresh_next_at) == (None, None)
    assert account.automation_agreed_at is None
    assert [one.path for one in glow.service.asked] == ["/unsubscribe", "/revoke"]
    assert glow.asked("revoke") == [{"token": "a1"}]
    assert actions(workspace).count("account.disconnected") == 1


def test_a_network_that_is_away_keeps_nobody_from_disconnecting(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    account = make_glow(workspace)
    glow.service.answer(503, {})
    browser(owner).post(f"/accounts/{account.uid}/disconnect")
    account.refresh_from_db()
    assert account.status == "disconnected"


def test_what_another_account_needs_is_not_taken_from_it(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    page = make_glow(workspace, external_id="page")
    make_glow(workspace, external_id="photo", linked_external_id="page")
    browser(owner).post(f"/accounts/{page.uid}/disconnect")
    assert glow.service.asked == []


def test_looking_whether_the_way_back_is_there_leaves_the_state(glow: Glow, owner: User) -> None:
    client = browser(owner, "en")
    query = {"code": "c1", "state": begin(client)["state"]}
    glow.grants("g1")
    for accept in ("text/html", "application/json"):
        assert client.head(BACK, query, headers={"accept": accept}).status_code == 200
    assert glow.service.asked == []
    assert "Glow g1 is connected." in words(client.get(BACK, query, follow=True))


def test_a_teammate_looks_and_changes_nothing(glow: Glow, workspace: Workspace) -> None:
    account = make_account(workspace)
    client = browser(make_member(workspace, "member"))
    assert client.post("/accounts/connect", {"provider": "glow"}).status_code == 403
    assert client.get(f"/accounts/{account.uid}").status_code == 200
    assert client.post(f"/accounts/{account.uid}", {"do": "pause"}).status_code == 403
