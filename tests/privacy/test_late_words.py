"""Words that were taken back or erased: no stored call keeps them, whenever it came."""

import pytest
from django.test import Client

from processing import pipeline
from processing.models import Contact, Message
from social.models import SocialAccount, WebhookEvent
from tests.privacy.test_contact_erasure import erase
from tests.processing.conftest import Scene
from tests.processing.polled import row, stored_page
from tests.processing.test_changes import edit, unsend


@pytest.fixture
def instagram(scene: Scene) -> Scene:
    SocialAccount.objects.update(kind="instagram")
    scene.account.refresh_from_db()
    return scene


def stored() -> bytes:
    return b"".join(bytes(one.body) for one in WebhookEvent.objects.all())


def test_no_stored_call_holds_the_words_that_were_taken_back(instagram: Scene) -> None:
    message = instagram.say("Mon code est 4711")
    edit(instagram, message.external_id, "Mon code est 4712")
    page = row(instagram.account, message.external_id, "Mon code est 4711")
    pipeline.receive(stored_page(instagram.account, page).pk)
    instagram.say("Autre chose", reply_to={"mid": message.external_id})
    assert b"Mon code" in stored()
    unsend(instagram, message.external_id)

    assert b"Mon code" not in stored()
    assert b"Autre chose" in stored()


def test_what_waits_in_the_same_call_as_the_answer_is_heard_all_the_same(
    instagram: Scene,
) -> None:
    message = instagram.say("Mon code est 4711")
    said = {"mid": message.external_id, "text": "Mon code est 4711"}
    answer = {"mid": "m_b", "text": "Autre", "reply_to": {"mid": message.external_id}}
    items = [instagram.item(message=said), instagram.item(message=answer)]
    instagram.post(instagram.envelope(*items))
    late = WebhookEvent.objects.latest("pk")
    WebhookEvent.objects.filter(pk=late.pk).update(status="failed", next_at=None)
    unsend(instagram, message.external_id)
    WebhookEvent.objects.filter(pk=late.pk).update(status="received", next_at=late.next_at)
    instagram.take_in()

    assert Message.objects.filter(external_id="m_b").exists()
    assert b"Mon code" not in stored()


def test_words_that_come_again_after_they_were_taken_back_are_not_kept(instagram: Scene) -> None:
    message = instagram.say("Mon code est 4711")
    unsend(instagram, message.external_id)
    edit(instagram, message.external_id, "Mon code est 4712")
    page = row(instagram.account, message.external_id, "Mon code est 4711")
    pipeline.receive(stored_page(instagram.account, page).pk)

    assert b"Mon code" not in stored()


def test_words_taken_back_before_they_came_are_not_kept(instagram: Scene) -> None:
    unsend(instagram, "m_1")
    said = {"mid": "m_1", "text": "Mon code est 4711"}
    instagram.post(instagram.envelope(instagram.item(message=said)))
    instagram.take_in()

    assert not Message.objects.exists()
    assert b"Mon code" not in stored()


def test_a_polled_page_does_not_keep_the_words_of_somebody_who_was_erased(
    scene: Scene, owner: Client
) -> None:
    message = scene.say("Je suis Zoé, 06 12 34 56 78")
    erase(owner, message.conversation.contact)
    page = row(scene.account, message.external_id, message.text)
    pipeline.receive(stored_page(scene.account, page).pk)

    assert not Contact.objects.exists()
    assert b"06 12 34" not in stored()
