"""People's rights by page: copies, the end of an account, of a workspace, of a contact."""

from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, User, Workspace
from processing.models import Contact, Conversation
from processing.privacy import tasks
from processing.privacy.models import Export
from tests.callers import browser, queries_of
from tests.factories import (
    PASSWORD,
    make_member,
    make_user,
    make_workspace,
)
from tests.pages.rights.deeds import actions, push_to_notion, put_on_the_wire, text
from tests.privacy.canaries import archive_of

pytestmark = pytest.mark.django_db
DATA, LEAVE, EXPORTS = "/settings/data", "/settings/data/leave", "/settings/data/exports"
END = "/settings/data/workspace"

# --- one's own --------------------------------------------------------------------------------


def test_a_person_downloads_a_copy_of_what_is_theirs(owner: User, client: Client) -> None:
    data, page = archive_of(client.get(f"{DATA}/copy"))

    assert data["user"]["rows"][0]["email"] == owner.email
    assert "Camille" in page
    assert "person.exported" in actions()


def test_a_person_goes_and_is_told_so_at_the_door(owner: User, client: Client) -> None:
    make_member(owner.workspaces.get())
    answer = client.post(LEAVE, {"password": PASSWORD}, follow=True)

    assert answer.redirect_chain == [("/login", 302)]
    assert "Your account is deleted." in text(answer)
    assert not User.objects.filter(pk=owner.pk).exists()
    assert client.get("/inbox").status_code == 302


def test_the_browser_is_signed_out_at_once(client: Client) -> None:
    client.post(LEAVE, {"password": PASSWORD})

    assert SESSION_KEY not in client.session


def test_a_wrong_password_erases_nobody(owner: User, client: Client) -> None:
    answer = client.post(LEAVE, {"password": "faux"})

    assert "This is not your password." in text(answer)
    assert "faux" not in text(answer)
    assert User.objects.filter(pk=owner.pk).exists()


def test_guessing_the_password_is_slowed_down(client: Client) -> None:
    answers = [client.post(LEAVE, {"password": "faux"}) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [*[200] * 10, 429]
    assert answers[-1]["Retry-After"]


def test_the_page_says_what_goes_and_what_stays(owner: User, client: Client) -> None:
    shared = make_workspace("Partagé")
    Membership.objects.create(workspace=shared, user=owner, role="member")
    make_member(shared)
    page = text(client.get(LEAVE))

    assert "The workspace Atelier with everything in it" in page
    assert "The workspace Partagé, with its conversations" in page
    assert "In the audit log, for 365 days" in page


def test_the_only_owner_is_told_what_to_do(workspace: Workspace, client: Client) -> None:
    make_member(workspace, "member")
    page = text(client.get(LEAVE))

    assert "You are the only owner of Atelier" in page
    assert f"/settings/members?workspace={workspace.uid}" in page
    assert f"{END}?workspace={workspace.uid}" in page
    assert 'type="password"' not in page


def test_the_only_owner_stays_whatever_they_send(owner: User, client: Client) -> None:
    make_member(owner.workspaces.get(), "member")
    answer = client.post(LEAVE, {"password": PASSWORD})

    assert "You are the only owner of Atelier" in text(answer)
    assert User.objects.filter(pk=owner.pk).exists()


def test_who_has_no_password_is_told_to_choose_one_first(owner: User, client: Client) -> None:
    owner.set_unusable_password()
    owner.save()
    client = browser(owner, "en")
    client.post(LEAVE, {"password": PASSWORD})
    page = text(client.get(LEAVE))

    assert "Choose one by e-mail first" in page
    assert 'href="/password/forgotten"' in page
    assert 'type="password"' not in page
    assert User.objects.filter(pk=owner.pk).exists()


def test_a_person_waits_while_their_workspace_s_messages_leave(
    conversation: Conversation, client: Client
) -> None:
    put_on_the_wire(conversation)
    answer = client.post(LEAVE, {"password": PASSWORD})

    assert "Messages are leaving at this very moment." in text(answer)
    assert User.objects.exists()


def test_who_has_no_workspace_has_data_too() -> None:
    client = browser(make_user(), "en")
    page = text(client.get(DATA))

    assert "Download my data" in page
    assert "Copies of the workspace" not in page
    assert client.post(LEAVE, {"password": PASSWORD})["Location"] == "/login"


# --- copies of the workspace ------------------------------------------------------------------


def test_a_member_sees_their_own_part_only(workspace: Workspace, owner: User) -> None:
    page = text(browser(make_member(workspace, "member"), "en").get(DATA))

    assert "Download my data" in page
    assert "Copies of the workspace" not in page
    assert "Delete the workspace" not in page


def test_a_member_gets_no_copies_by_asking_for_the_changing_part(workspace: Workspace) -> None:
    export = Export.objects.create(workspace=workspace, status="ready", expires_at=timezone.now())
    client = browser(make_member(workspace, "member"))

    assert str(export.uid) not in text(client.get(DATA, headers={"x-fragment": "1"}))


def test_a_copy_is_asked_for_written_and_downloaded(
    conversation: Conversation, client: Client
) -> None:
    assert "There is no copy yet." in text(client.get(DATA))
    assert "Waits for its turn." in text(client.post(EXPORTS, follow=True))
    export = Export.objects.get()
    tasks.export(export.pk)
    page = text(client.get(DATA))

    assert "kept until" in page
    data, _page = archive_of(client.get(f"{EXPORTS}/{export.uid}"))
    assert data["contact"]["rows"][0]["name"] == "Léa Martin"
    assert {"export.asked", "export.downloaded"} <= actions()


def test_while_one_is_under_way_nothing_more_is_asked(client: Client) -> None:
    client.post(EXPORTS)
    page = text(client.post(EXPORTS, follow=True))

    assert Export.objects.count() == 1
    assert "Ask for a copy" not in page
    assert "flowia/thread.js" in page


def test_the_page_shows_how_far_it_is(workspace: Workspace, client: Client) -> None:
    Export.objects.create(workspace=workspace, status="running", done=400, total=900)
    page = text(client.get(DATA))

    assert "400 of 900 rows written" in page
    assert '<progress max="900" value="400"' in page


def test_the_changing_part_comes_alone_when_asked(workspace: Workspace, client: Client) -> None:
    export = Export.objects.create(workspace=workspace, status="running", done=400, total=900)
    before = text(client.get(DATA, headers={"x-fragment": "1"}))
    Export.objects.filter(pk=export.pk).update(done=600)
    after = text(client.get(DATA, headers={"x-fragment": "1"}))

    assert "<html" not in before
    assert f'data-version="{export.pk}.running.400"' in before
    assert f'data-version="{export.pk}.running.600"' in after


@pytest.mark.parametrize(
    ("status", "words"), [("failed", "could not be written"), ("gone", "its week is over")]
)
def test_a_copy_that_is_not_there_says_why(
    status: str, words: str, workspace: Workspace, client: Client
) -> None:
    export = Export.objects.create(workspace=workspace, status=status)
    page = text(client.get(DATA))

    assert words in page
    assert f"{EXPORTS}/{export.uid}" not in page
    assert "Ask for a copy" in page


@pytest.mark.parametrize(("status", "answer"), [("running", 409), ("gone", 404)])
def test_a_file_that_is_not_there_is_not_given(
    status: str, answer: int, workspace: Workspace, client: Client
) -> None:
    export = Export.objects.create(workspace=workspace, status=status)

    assert client.get(f"{EXPORTS}/{export.uid}").status_code == answer


def test_the_page_asks_as_much_for_many_copies_as_for_few(
    workspace: Workspace, client: Client
) -> None:
    costs = []
    for _ in range(2):
        until = timezone.now() + timedelta(days=7)
        Export.objects.create(workspace=workspace, status="ready", expires_at=until)
        costs.append(queries_of(client, DATA))

    assert costs[0] == costs[1]


# --- the end of a workspace -------------------------------------------------------------------


def test_a_workspace_goes_and_what_stays_outside_is_listed(
    conversation: Conversation, client: Client
) -> None:
    push_to_notion(conversation)
    assert "1 row in Notion" in text(client.get(END))
    answer = client.post(END, {"confirm": "Atelier", "password": PASSWORD}, follow=True)

    assert "The workspace “Atelier” is deleted." in text(answer)
    assert "1 row stays in Notion" in text(answer)
    assert not Workspace.objects.exists()
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("password", "said"),
    [("", "This field is required."), ("faux", "This is not your password.")],
)
def test_a_workspace_goes_with_its_owners_password_alone(
    password: str, said: str, workspace: Workspace, client: Client
) -> None:
    assert "(optional)" not in text(client.get(END))

    page = text(client.post(END, {"confirm": "Atelier", "password": password}))

    assert said in page
    assert Workspace.objects.filter(pk=workspace.pk).exists()


def test_the_name_has_to_be_written_out(workspace: Workspace, client: Client) -> None:
    answer = client.post(END, {"confirm": "atelier", "password": PASSWORD})

    assert "This is not the name of the workspace." in text(answer)
    assert Workspace.objects.filter(pk=workspace.pk).exists()


def test_the_end_waits_for_messages_that_are_leaving(
    conversation: Conversation, client: Client
) -> None:
    put_on_the_wire(conversation)
    answer = client.post(END, {"confirm": "Atelier", "password": PASSWORD})

    assert "Messages are leaving at this very moment." in text(answer)
    assert Workspace.objects.exists()


def test_a_page_ends_the_workspace_it_names_and_no_other(owner: User, client: Client) -> None:
    other = make_workspace("Atelier")
    Membership.objects.create(workspace=other, user=owner, role="owner")
    page = text(client.get(f"{END}?workspace={other.uid}"))
    assert f'action="?workspace={other.uid}"' in page
    client.get(f"/inbox?workspace={owner.workspaces.exclude(pk=other.pk).get().uid}")
    client.post(f"{END}?workspace={other.uid}", {"confirm": "Atelier", "password": PASSWORD})

    assert not Workspace.objects.filter(pk=other.pk).exists()
    assert owner.workspaces.count() == 1


@pytest.mark.parametrize(("who", "answer"), [("teammate", 403), ("stranger", 404), ("nobody", 302)])
def test_a_copy_of_the_workspace_is_for_its_owners(
    who: str, answer: int, workspace: Workspace, client: Client
) -> None:
    client.post(EXPORTS)
    tasks.export(Export.objects.get().pk)
    people = {
        "teammate": make_member(workspace, "member"),
        "stranger": make_member(make_workspace("Ailleurs")),
    }
    got = browser(people.get(who)).get(f"{EXPORTS}/{Export.objects.get().uid}")

    assert got.status_code == answer
