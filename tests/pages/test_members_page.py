"""Members, invitations and sign-ins by page."""

import pytest

from accounts import audit, signins
from accounts.models import Invitation, Letter, Membership, SignIn, User, Workspace
from tests.callers import browser, queries_of
from tests.factories import make_member, make_workspace

pytestmark = pytest.mark.django_db
ADDRESS = "/settings/members"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace, name="Camille")


def test_an_owner_invites_sends_again_and_withdraws(owner: User) -> None:
    client = browser(owner, "en")
    client.post(f"{ADDRESS}/invite", {"email": "hugo@exemple.fr", "role": "member"})
    first = Invitation.objects.get()
    client.post(f"/settings/invitations/{first.uid}", {"do": "again"})
    second = Invitation.objects.get(withdrawn_at=None)
    assert Letter.objects.filter(kind="invitation").count() == 2
    assert "hugo@exemple.fr" in client.get(ADDRESS).content.decode()

    client.post(f"/settings/invitations/{second.uid}", {"do": "withdraw"})
    assert "Nobody has an open invitation" in client.get(ADDRESS).content.decode()


def test_a_member_is_not_invited_again_and_the_form_says_so(owner: User) -> None:
    form = {"email": owner.email, "role": "owner"}
    page = browser(owner, "en").post(f"{ADDRESS}/invite", form).content.decode()

    assert "This person is a member already." in page
    assert f'value="{owner.email}"' in page


def test_a_member_sees_the_others_but_no_invitation(owner: User, workspace: Workspace) -> None:
    browser(owner).post(f"{ADDRESS}/invite", {"email": "hugo@exemple.fr", "role": "member"})
    page = browser(make_member(workspace, "member"), "en").get(ADDRESS).content.decode()

    assert "Camille" in page
    assert "hugo@exemple.fr" not in page
    assert "Change the role" not in page


def test_a_role_is_changed(owner: User, workspace: Workspace) -> None:
    hugo = make_member(workspace, "member").memberships.get()
    browser(owner).post(f"{ADDRESS}/{hugo.uid}/role", {"role": "owner"})
    hugo.refresh_from_db()

    assert hugo.role == "owner"


@pytest.mark.parametrize("deed", ["role", "remove"])
def test_the_last_owner_is_told_why_not(deed: str, owner: User) -> None:
    mine = owner.memberships.get()
    client = browser(owner, "en")
    page = client.post(f"{ADDRESS}/{mine.uid}/{deed}", {"role": "member"}, follow=True)
    mine.refresh_from_db()

    assert "A workspace needs an owner." in page.content.decode()
    assert mine.role == "owner"


def test_removing_asks_first(owner: User, workspace: Workspace) -> None:
    hugo = make_member(workspace, "member", name="Hugo").memberships.get()
    client = browser(owner, "en")
    page = client.get(f"{ADDRESS}/{hugo.uid}/remove").content.decode()
    assert "Remove Hugo?" in page
    assert Membership.objects.filter(pk=hugo.pk).exists()

    client.post(f"{ADDRESS}/{hugo.uid}/remove")
    assert not Membership.objects.filter(pk=hugo.pk).exists()


def test_a_member_leaves_by_themselves(owner: User, workspace: Workspace) -> None:
    hugo = make_member(workspace, "member")
    client = browser(hugo, "en")
    uid = hugo.memberships.get().uid

    assert "Leave Atelier?" in client.get(f"{ADDRESS}/{uid}/remove").content.decode()
    assert client.post(f"{ADDRESS}/{uid}/remove")["Location"] == "/"
    assert client.get("/inbox").status_code == 404


def place(user: User) -> SignIn:
    kind = SignIn.Kind.BROWSER
    return signins.begin(user, kind, address="203.0.113.77", device=IPHONE)


def test_the_places_are_told_in_words_and_this_one_is_marked(owner: User) -> None:
    place(owner)
    page = browser(owner, "en").get("/settings/sessions").content.decode()

    assert "Safari, iPhone" in page
    assert "203.0.113.x" in page
    assert "203.0.113.77" not in page
    main = page[page.index("<main") : page.index("</main>")]
    assert main.count(">this device<") == 1


def test_one_place_is_signed_out(owner: User) -> None:
    other = place(owner)
    client = browser(owner)
    client.post(f"/settings/sessions/{other.uid}")
    other.refresh_from_db()

    assert other.end_reason == "signed_out_elsewhere"
    assert client.get("/settings/sessions").status_code == 200


def test_signing_out_everywhere_else_asks_first_and_keeps_this_one(owner: User) -> None:
    other, client = browser(owner), browser(owner)
    client.get("/settings/sessions/others")
    assert other.get("/inbox").status_code == 200

    client.post("/settings/sessions/others")
    assert other.get("/inbox").status_code == 302
    assert client.get("/inbox").status_code == 200


def test_the_address_in_letters_leads_to_the_places(owner: User) -> None:
    assert browser(owner).get("/sessions")["Location"] == "/settings/sessions"


def test_the_header_leads_to_every_workspace(owner: User) -> None:
    other = make_workspace("Deuxième")
    Membership.objects.create(workspace=other, user=owner)
    page = browser(owner).get("/settings").content.decode()

    assert f'href="/inbox?workspace={other.uid}"' in page
    assert 'href="/workspaces/new"' in page


@pytest.mark.parametrize("address", [ADDRESS, "/settings/activity", "/settings/sessions"])
def test_a_page_asks_as_much_for_many_as_for_few(
    address: str, owner: User, workspace: Workspace
) -> None:
    client = browser(owner)
    audit.record("workspace.opened", by=audit.by(owner), workspace=workspace)
    before = queries_of(client, address)
    for _ in range(5):
        place(owner)
        audit.record("password.changed", by=audit.by(make_member(workspace)), workspace=workspace)

    assert queries_of(client, address) == before
