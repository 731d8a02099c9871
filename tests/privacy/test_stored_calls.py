"""Who is erased is gone from every stored call, also where it does not name them as such."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from processing import changes, pipeline
from processing.models import Contact, Conversation, Message
from social.contracts import Removal
from social.models import SocialAccount, WebhookEvent
from tests.callers import caller
from tests.factories import make_member
from tests.polling.scene import connect
from tests.privacy.canaries import archive_of
from tests.privacy.test_contact_erasure import erase
from tests.processing.conftest import PERSON, Scene
from tests.processing.polled import row, stored_page
from tests.processing.test_comments import change, comment

pytestmark = pytest.mark.django_db
HIDDEN = {"from": None}


def stored() -> bytes:
    return b"".join(bytes(one.body) for one in WebhookEvent.objects.all())


# --- comments whose writer the network hides


def test_the_words_of_a_hidden_writer_are_gone_with_them(scene: Scene, owner: Client) -> None:
    found = comment(scene, "Mon code est 4711", **HIDDEN)
    change(scene, verb="edited", comment_id=found.external_id, message="Ma clef 4712", **HIDDEN)
    erase(owner, found.conversation.contact)

    assert not Message.objects.exists()
    assert b"4711" not in stored()
    assert b"4712" not in stored()


def test_what_answers_a_hidden_writer_is_heard_all_the_same(scene: Scene, owner: Client) -> None:
    found = comment(scene, "Mon code est 4711", **HIDDEN)
    other = comment(scene, "Le mien aussi", comment_id="555_2", parent_id=found.external_id)
    call = WebhookEvent.objects.latest("pk")
    erase(owner, found.conversation.contact)

    call.refresh_from_db()
    assert b"Le mien aussi" in bytes(call.body)
    assert list(Message.objects.all()) == [other]


def test_the_copy_of_a_hidden_writer_holds_their_comment(scene: Scene, owner: Client) -> None:
    found = comment(scene, "Mon code est 4711", **HIDDEN)
    comment(scene, "Le mien aussi", comment_id="555_2", parent_id=found.external_id)
    data, _page = archive_of(owner.get(f"/contacts/{found.conversation.contact.uid}/export"))

    entries = json.dumps(data["webhook_entries"])
    assert "4711" in entries
    assert "Le mien" not in entries


# --- pages of polling


def said(person: str, number: int, text: str) -> dict[str, Any]:
    """A comment as TikTok lists it: its account is named nowhere in it."""
    return {
        "comment_id": f"730000000000000000{number}",
        "video_id": "7290000000000000001",
        "unique_identifier": person,
        "create_time": 1763290000,
        "text": text,
        "username": person,
        "display_name": "Zoé",
    }


@pytest.fixture
def tiktok() -> SocialAccount:
    return connect(provider="tiktok", kind="tiktok")


def test_a_polled_page_forgets_who_is_erased_and_nobody_else(tiktok: SocialAccount) -> None:
    items = said("person-zoe", 1, "Je suis Zoé"), said("person-leo", 2, "Moi, Léo")
    page = stored_page(tiktok, *items, stream="comments")
    pipeline.receive(page.pk)
    owner = caller(make_member(tiktok.workspace))
    erase(owner, Contact.objects.get(external_id="person-zoe"))

    page.refresh_from_db()
    assert json.loads(bytes(page.body))["items"] == [items[1]]


def test_a_page_of_another_workspaces_time_is_neither_copied_nor_changed(
    tiktok: SocialAccount,
) -> None:
    """The same account, connected by another workspace after this one left."""
    pipeline.receive(stored_page(tiktok, said("person-zoe", 1, "Ici"), stream="comments").pk)
    SocialAccount.objects.update(status="disconnected")
    other = connect(provider="tiktok", kind="tiktok", external_id=tiktok.external_id)
    theirs = stored_page(other, said("person-zoe", 2, "Ailleurs"), stream="comments")
    owner, contact = caller(make_member(tiktok.workspace)), Contact.objects.get()
    data, _page = archive_of(owner.get(f"/contacts/{contact.uid}/export"))
    entries = json.dumps(data["webhook_entries"])
    assert ("Ici" in entries, "Ailleurs" in entries) == (True, False)
    erase(owner, contact)

    theirs.refresh_from_db()
    assert b"Ailleurs" in bytes(theirs.body)


def test_a_comment_that_is_deleted_is_gone_from_the_polled_page(tiktok: SocialAccount) -> None:
    item = said("person-zoe", 1, "Mon code est 4711")
    pipeline.receive(stored_page(tiktok, item, stream="comments").pk)
    now = timezone.now()
    gone = Removal("tiktok", tiktok.external_id, item["comment_id"], now)

    assert changes.removed(tiktok, gone, now=now) == "removed"
    assert b"4711" not in stored()


def test_our_own_words_to_who_is_erased_are_gone_from_a_polled_page(
    scene: Scene, owner: Client
) -> None:
    """Meta lists whom a message is for in a list of its own."""
    us = {"id": scene.account.external_id}
    ours = {"from": us, "to": {"data": [{"id": PERSON}]}}
    answer = {**row(scene.account, "m_2", "Bonjour Zoé Martin"), **ours}
    pipeline.receive(stored_page(scene.account, row(scene.account, "m_1"), answer).pk)
    erase(owner, Conversation.objects.get().contact)

    assert b"Martin" not in stored()
    assert PERSON.encode() not in stored()
