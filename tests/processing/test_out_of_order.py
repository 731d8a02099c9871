"""What the networks tell the wrong way round ends as it was: by their time, not by arrival."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from processing import changes, pipeline
from processing.models import Conversation, Message
from social.contracts import ControlChange
from social.models import Forgotten, SocialAccount, WebhookEvent
from tests.processing.conftest import PERSON, Scene
from tests.processing.polled import row, stored_page
from tests.processing.test_changes import edit, later, tell
from tests.processing.test_comments import change, comment

pytestmark = pytest.mark.django_db


def age(event: WebhookEvent, **by: int) -> None:
    """Let time go by for a call that waits."""
    now = timezone.now()
    WebhookEvent.objects.filter(pk=event.pk).update(created_at=now - timedelta(**by), next_at=now)


def arrive(scene: Scene, text: str, **event: Any) -> None:
    scene.post(scene.envelope(scene.item(message={"mid": "m_1", "text": text}, **event)))
    scene.take_in()


@pytest.fixture
def instagram(scene: Scene) -> Scene:
    SocialAccount.objects.update(kind="instagram")
    scene.account.refresh_from_db()
    return scene


def test_a_message_taken_back_before_it_arrived_is_not_stored_nor_answered(
    instagram: Scene,
) -> None:
    removal = tell(instagram, message={"mid": "m_1", "is_deleted": True}, timestamp=later(2))
    assert removal.status == "received"
    arrive(instagram, "Un secret")
    age(removal, seconds=61)
    instagram.run()

    removal.refresh_from_db()
    assert (removal.status, removal.reasons) == ("ignored", ["unknown_message"])
    assert not Message.objects.exists()
    assert instagram.model.asked == []


def test_a_removal_that_crossed_its_message_takes_it_back_a_moment_later(
    instagram: Scene,
) -> None:
    removal = tell(instagram, message={"mid": "m_1", "is_deleted": True}, timestamp=later(2))
    Forgotten.objects.all().delete()  # as who took the message in at that very moment saw it
    arrive(instagram, "Un secret")
    age(removal, seconds=4)
    instagram.take_in()

    message = Message.objects.get()
    assert (message.text, message.reason) == ("", "taken_back")


def test_an_edit_that_arrives_before_its_message_is_not_lost(scene: Scene) -> None:
    event = edit(scene, "m_1", "La tasse ?")
    assert (event.status, event.attempts) == ("received", 0)
    arrive(scene, "La lampe ?")
    age(event, seconds=4)
    scene.take_in()

    assert Message.objects.get().text == "La tasse ?"


def test_an_edit_waits_less_and_less_often_and_not_for_ever(scene: Scene) -> None:
    event, waits = edit(scene, "m_1", "La tasse ?"), []
    for seconds in (4, 20, 61):
        age(event, seconds=seconds)
        scene.take_in()
        event.refresh_from_db()
        left = event.next_at - timezone.now() if event.next_at else timedelta()
        waits.append(round(left.total_seconds()))

    assert waits == [4, 20, 0]
    assert (event.status, event.reasons) == ("ignored", ["unknown_message"])


def test_a_comment_hidden_before_it_arrived_is_hidden(scene: Scene) -> None:
    change(scene, verb="hide", comment_id="555_1")
    found = comment(scene)
    age(WebhookEvent.objects.earliest("pk"), seconds=4)
    scene.take_in()

    found.refresh_from_db()
    assert found.hidden_at is not None


@pytest.mark.parametrize(("seconds", "theirs"), [(-5, True), (5, False)])
def test_a_message_gives_the_thread_back_when_it_was_written_after_it_was_taken(
    scene: Scene, seconds: int, *, theirs: bool
) -> None:
    scene.say()
    Conversation.objects.update(other_app_since=timezone.now())
    arrive(scene, "Allô ?", timestamp=later(seconds))

    assert (Conversation.objects.get().other_app_since is not None) is theirs


def test_a_polled_message_does_not_take_the_thread_from_the_app_that_holds_it(
    scene: Scene,
) -> None:
    scene.say()
    Conversation.objects.update(other_app_since=timezone.now() - timedelta(minutes=5))
    pipeline.receive(stored_page(scene.account, row(scene.account, "m_polled")).pk)

    assert Message.objects.filter(external_id="m_polled").exists()
    assert Conversation.objects.get().other_app_since is not None


def test_what_a_webhook_told_a_moment_after_it_was_read_was_announced(scene: Scene) -> None:
    """The page was read while the call waited in the queue, or was on its way."""
    scene.post(scene.envelope(scene.item(message={"mid": "m_1", "text": "Bonjour"})))
    pages = [row(scene.account, "m_1"), row(scene.account, "m_2")]
    pipeline.receive(stored_page(scene.account, *pages).pk)
    scene.account.refresh_from_db()
    assert scene.account.unannounced == 2
    scene.take_in()

    scene.account.refresh_from_db()
    assert scene.account.unannounced == 1
    unannounced = Message.objects.filter(unannounced=True)
    assert list(unannounced.values_list("external_id", flat=True)) == ["m_2"]


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ([("unreact", 20), ("react", 10)], []),
        ([("react", 20), ("unreact", 10)], ["❤"]),
        ([("react", 10), ("unreact", 20)], []),
        ([("react", 10), ("unreact", 20), ("react", 30)], ["❤"]),
    ],
)
def test_the_last_word_of_a_reaction_counts_whenever_it_comes(
    scene: Scene, told: list[tuple[str, int]], left: list[str]
) -> None:
    message = scene.say()
    for action, at in told:
        said = {"mid": message.external_id, "action": action, "reaction": "love", "emoji": "❤"}
        tell(scene, reaction=said, timestamp=later(at))

    message.refresh_from_db()
    assert message.emojis == left


@pytest.mark.parametrize(
    ("told", "ours"),
    [
        ([(True, 20), (False, 10)], True),
        ([(False, 20), (True, 10)], False),
        ([(False, 10), (True, 20)], True),
        ([(False, 10), (True, 20), (False, 30)], False),
    ],
)
def test_who_has_the_thread_is_who_got_it_last_whenever_it_is_told(
    scene: Scene, told: list[tuple[bool, int]], *, ours: bool
) -> None:
    scene.say()
    now = timezone.now()
    for given, seconds in told:
        whose = (scene.account.kind, scene.account.external_id, PERSON)
        at = now + timedelta(seconds=seconds)
        changes.control_changed(scene.account, ControlChange(*whose, given, at), now=now)

    assert (Conversation.objects.get().other_app_since is None) is ours


@pytest.mark.parametrize(("seconds", "theirs"), [(-5, False), (5, True)])
def test_a_message_read_along_that_comes_late_does_not_take_a_thread_given_back(
    scene: Scene, seconds: int, *, theirs: bool
) -> None:
    scene.say()
    Conversation.objects.update(control_told_at=timezone.now())
    said = scene.item(message={"mid": "m_1", "text": "Allô ?"}, timestamp=later(seconds))
    entry = {"id": scene.account.external_id, "time": later(0), "standby": [said]}
    scene.post({"object": "page", "entry": [entry]})
    scene.take_in()

    assert (Conversation.objects.get().other_app_since is not None) is theirs
