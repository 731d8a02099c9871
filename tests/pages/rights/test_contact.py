"""A contact's rights by page: a copy, and being erased."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Workspace
from processing.models import Contact, Conversation, Delivery
from processing.privacy import tasks
from processing.privacy.models import Erasure
from tests.callers import browser
from tests.factories import (
    make_member,
    make_workspace,
)
from tests.pages.rights.deeds import actions, person, put_on_the_wire, text
from tests.privacy.canaries import archive_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "erases"), [("owner", True), ("member", False)])
def test_the_conversation_leads_to_what_a_role_may(
    role: str, erases: bool, conversation: Conversation, workspace: Workspace
) -> None:
    client = browser(make_member(workspace, role), "en")
    page = text(client.get(f"/inbox/{conversation.uid}"))

    assert person(conversation, "copy") in page
    assert (person(conversation, "erase") in page) is erases


def test_a_member_hands_out_a_copy(conversation: Conversation, workspace: Workspace) -> None:
    client = browser(make_member(workspace, "member"))
    data, page = archive_of(client.get(person(conversation, "copy")))

    assert data["contact"]["rows"][0]["name"] == "Léa Martin"
    assert "Zqtext" in page
    assert "contact.exported" in actions()


def test_erasing_asks_first(conversation: Conversation, client: Client) -> None:
    page = text(client.get(person(conversation, "erase")))

    assert "Erase Léa Martin?" in page
    assert "This cannot be undone." in page
    assert f'href="/inbox/{conversation.uid}"' in page
    assert Contact.objects.exists()


def test_an_owner_erases_a_person(conversation: Conversation, client: Client) -> None:
    answer = client.post(person(conversation, "erase"), follow=True)

    assert answer.redirect_chain == [("/inbox", 302)]
    assert "The person is erased." in text(answer)
    assert not Contact.objects.exists()
    assert "contact.erased" in actions()


def test_a_person_whose_message_is_leaving_goes_after_it(
    conversation: Conversation, client: Client
) -> None:
    put_on_the_wire(conversation)
    answer = client.post(person(conversation, "erase"), follow=True)

    assert "a few seconds after it" in text(answer)
    assert "being erased already" in text(client.get(person(conversation, "erase")))
    Delivery.objects.update(status="sent")
    Erasure.objects.update(next_at=timezone.now())
    tasks.erase(Erasure.objects.get().pk)
    assert not Contact.objects.exists()


def test_erasing_twice_is_erasing_once(conversation: Conversation, client: Client) -> None:
    for _ in range(2):
        assert client.post(person(conversation, "erase")).status_code == 302

    assert Erasure.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("who", "copy", "erase"), [("teammate", 200, 403), ("stranger", 404, 404), ("nobody", 302, 302)]
)
def test_a_contact_is_for_its_workspace(
    method: str, who: str, copy: int, erase: int, conversation: Conversation
) -> None:
    people = {
        "teammate": make_member(conversation.workspace, "member"),
        "stranger": make_member(make_workspace("Ailleurs")),
    }
    client = browser(people.get(who))

    assert client.get(person(conversation, "copy")).status_code == copy
    assert getattr(client, method)(person(conversation, "erase")).status_code == erase
    assert Contact.objects.exists()
