"""What an invitation's link opens, for each who may hold it."""

from typing import Any

import pytest

from accounts import audit, links, members
from accounts.models import Invitation, Letter, User, Workspace
from tests.callers import browser
from tests.factories import PASSWORD, make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db
HUGO = "hugo@exemple.fr"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace("Atelier Lumière")


@pytest.fixture
def invitation(workspace: Workspace) -> Invitation:
    owner = make_member(workspace, name="Camille")
    return members.invite(workspace, HUGO, "member", user=owner, by=audit.by(owner))


def address(invitation: Invitation) -> str:
    return f"/invitation/{links.invitation_token(invitation)}"


def role_of(workspace: Workspace, email: str = HUGO) -> Any:
    return workspace.memberships.filter(user__email=email).values_list("role", flat=True).first()


def test_the_page_says_who_invites_where_as_what(invitation: Invitation) -> None:
    page = browser().get(address(invitation)).content.decode()

    for words in ("Camille", "Atelier Lumière", "membre", HUGO):
        assert words in page


def test_a_newcomer_registers_with_that_address_and_joins_at_once(
    invitation: Invitation, workspace: Workspace
) -> None:
    client = browser()
    form = {"name": "Hugo", "password": PASSWORD, "language": "fr", "email": "x@exemple.fr"}
    answer = client.post(address(invitation), form)
    user = User.objects.get(email=HUGO)

    assert answer["Location"] == "/inbox"
    assert (role_of(workspace), user.name) == ("member", "Hugo")
    assert user.email_verified_at is not None
    assert list(user.workspaces.all()) == [workspace]
    assert client.get("/inbox").status_code == 200


def test_a_newcomers_weak_password_is_refused_and_nothing_is_made(invitation: Invitation) -> None:
    form = {"password": "123", "language": "fr"}
    page = browser().post(address(invitation), form).content.decode()

    assert 'id="id_password_error"' in page
    assert not User.objects.filter(email=HUGO).exists()


def test_who_has_an_account_signs_in_on_the_page_and_joins(
    invitation: Invitation, workspace: Workspace
) -> None:
    make_user(HUGO)
    client = browser()
    assert client.post(address(invitation), {"password": "faux"}).status_code == 200
    assert role_of(workspace) is None

    assert client.post(address(invitation), {"password": PASSWORD})["Location"] == "/inbox"
    assert role_of(workspace) == "member"


def test_the_invited_person_accepts_with_one_button(
    invitation: Invitation, workspace: Workspace
) -> None:
    client = browser(make_member(make_workspace("Ailleurs"), email=HUGO), "en")
    assert "Accept the invitation" in client.get(address(invitation)).content.decode()
    assert role_of(workspace) is None

    assert client.post(address(invitation))["Location"] == "/inbox"
    assert role_of(workspace) == "member"
    assert "Atelier Lumière" in client.get("/inbox").content.decode()


def test_somebody_else_is_told_and_may_sign_out_to_go_on(
    invitation: Invitation, workspace: Workspace
) -> None:
    other = make_user()
    client = browser(other, "en")
    page = client.get(address(invitation)).content.decode()

    assert "Sign out and go on" in page
    assert client.post(address(invitation)).status_code == 409
    assert role_of(workspace, other.email) is None
    left = client.post("/logout", {"next": address(invitation)})
    assert left["Location"] == address(invitation)


def test_a_withdrawn_invitation_is_a_dead_link(invitation: Invitation) -> None:
    members.withdraw(invitation, by=audit.SYSTEM)
    answer = browser(language="en").get(address(invitation))

    assert answer.status_code == 400
    assert "Ask the person who invited you" in answer.content.decode()
    assert browser().post(address(invitation), {"password": PASSWORD}).status_code == 400


def test_inviting_writes_the_letter_in_the_workspaces_language(invitation: Invitation) -> None:
    letter = Letter.objects.get()

    assert (letter.kind, letter.email, letter.language) == ("invitation", HUGO, "fr")
