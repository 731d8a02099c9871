"""Connecting an account that was here before: it lives on in its row."""

from typing import Any

import pytest

from accounts.models import AuditEntry, User, Workspace
from processing.models import Delivery, Message
from social import connected
from social.logins import Choice
from social.models import Poll, SocialAccount
from tests.factories import make_conversation, make_member, make_message, make_reply, make_workspace
from tests.social.connected import connect, make_glow
from tests.social.glow import Glow

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


def actions(workspace: Workspace) -> list[str]:
    rows = AuditEntry.objects.filter(chain=str(workspace.uid)).order_by("number")
    return list(rows.values_list("action", flat=True))


def test_reconnecting_keeps_the_row_and_the_refresh_token(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    account = make_glow(
        workspace,
        external_id="g1",
        status="needs_login",
        status_reason="190",
        lacks={"comments": "scope"},
        held_until="2030-01-01T00:00:00Z",
        refresh_attempts=4,
        told_state="needs_login",
    )
    Poll.objects.create(workspace=workspace, social_account=account, stream="x")
    glow.grants("g1", access="a2", refresh="")
    connect(owner)

    account.refresh_from_db()
    assert account.credentials == {"access_token": "a2", "refresh_token": "r1"}
    assert (account.status, account.status_reason, account.lacks) == ("active", "", {})
    assert (account.held_until, account.refresh_attempts, account.told_state) == (None, 0, "")
    assert actions(workspace)[-1] == "account.reconnected"
    assert Poll.objects.get().next_at is not None


def test_another_login_s_refresh_token_is_not_kept(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    account = make_glow(workspace, external_id="g1", login="older")
    glow.grants("g1", access="a2", refresh="")
    connect(owner)
    account.refresh_from_db()
    assert account.credentials["refresh_token"] == ""


def test_a_row_that_cannot_be_read_is_connected_anew(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    account = make_glow(workspace, external_id="g1")
    SocialAccount.objects.update(sealed_credentials="broken")
    glow.grants("g1")
    connect(owner)
    account.refresh_from_db()
    assert account.credentials["access_token"] == "a1"


def test_what_waited_is_looked_at_the_moment_it_works_again(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    account = make_glow(workspace, external_id="g1", status="needs_login")
    talk = make_conversation(workspace, account=account)
    far = {"next_at": "2030-01-01T00:00:00Z"}
    waits = make_message(talk, reason="account_needs_login", **far)
    other = make_message(talk, reason="five_minutes", **far)
    glow.grants("g1")
    connect(owner)

    due = Message.objects.filter(next_at__lt="2029-01-01T00:00:00Z")
    assert [one.pk for one in due] == [waits.pk]
    assert other.pk != waits.pk


def test_what_the_network_refused_leaves_the_moment_it_works_again(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    account = make_glow(workspace, external_id="g1", status="needs_login")
    talk = make_conversation(workspace, account=account)
    for reason in ("account_needs_login", ""):
        reply = make_reply(make_message(talk), reason=reason)
        Delivery.objects.create(
            workspace=workspace, message=reply, attempts=1, next_at="2030-01-01T00:00:00Z"
        )
    glow.grants("g1")
    connect(owner)

    due = Delivery.objects.filter(next_at__lt="2029-01-01T00:00:00Z")
    assert [one.message.reason for one in due] == ["account_needs_login"]


def test_a_disconnected_account_lives_on_in_its_row(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    account = make_glow(workspace, external_id="g1", status="disconnected", secrets={})
    glow.grants("g1")
    connect(owner)
    account.refresh_from_db()
    assert account.status == "active"
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize(
    "before", [{"status": "paused"}, {"status": "needs_login", "was_paused": True}]
)
def test_a_pause_survives_connecting_again(
    glow: Glow, owner: User, workspace: Workspace, before: dict[str, Any]
) -> None:
    account = make_glow(workspace, external_id="g1", **before)
    glow.grants("g1")
    assert "You paused it" in connect(owner).content.decode()
    account.refresh_from_db()
    assert account.status == "paused"


def test_of_two_clicks_at_once_the_second_connects_again(
    glow: Glow, owner: User, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_glow(workspace, external_id="g1")
    look, looks = connected._rows, []

    def too_early(choice: Choice, whose: Workspace) -> SocialAccount | None:
        looks.append(choice)
        return look(choice, whose) if len(looks) > 1 else None

    monkeypatch.setattr(connected, "_rows", too_early)
    glow.grants("g1", access="a2")
    assert "is connected." in connect(owner).content.decode()
    made.refresh_from_db()
    assert made.credentials["access_token"] == "a2"
    assert actions(workspace).count("account.connected") == 0
