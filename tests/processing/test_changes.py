"""What happens to messages after they arrived: edited, taken back, reacted to, held elsewhere."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from processing import pipeline
from processing.models import Conversation, Delivery, Lead, Message
from social import holds
from social.models import SocialAccount, WebhookEvent
from tests.factories import make_lead
from tests.processing.conftest import PERSON, Scene, model_says


def later(seconds: int) -> int:
    return round((timezone.now() + timedelta(seconds=seconds)).timestamp() * 1000)


def tell(scene: Scene, **event: Any) -> WebhookEvent:
    scene.post(scene.envelope(scene.item(**event)))
    scene.take_in()
    return WebhookEvent.objects.latest("pk")


def edit(scene: Scene, mid: str, text: str, number: int = 1) -> WebhookEvent:
    moment = later(number)
    return tell(
        scene,
        timestamp=moment,
        message_edit={"mid": mid, "text": text, "num_edit": number},
    )


def test_an_edited_message_is_answered_by_its_new_words(scene: Scene) -> None:
    message = scene.say("C'est combien, la lampe ?")
    edit(scene, message.external_id, "C'est combien, la tasse ?")
    scene.run()

    message.refresh_from_db()
    assert (message.text, message.outcome) == ("C'est combien, la tasse ?", "reply")
    assert message.edited_at is not None
    assert "la tasse ?" in str(scene.model.asked[0].body)
    assert "la lampe ?" not in str(scene.model.asked[0].body)


def test_an_older_edit_that_comes_late_changes_nothing(scene: Scene) -> None:
    message = scene.say("Une")
    edit(scene, message.external_id, "Trois", number=30)
    event = edit(scene, message.external_id, "Deux", number=20)

    message.refresh_from_db()
    assert message.text == "Trois"
    assert event.reasons == ["overtaken"]


def test_of_two_edits_within_one_second_the_last_one_counts(scene: Scene) -> None:
    """Meta dates the edits of comments in whole seconds."""
    message, at = scene.say("Une"), later(5)
    for text in ("Deux", "Trois"):
        tell(scene, timestamp=at, message_edit={"mid": message.external_id, "text": text})

    message.refresh_from_db()
    assert message.text == "Trois"


def test_an_answer_that_waits_to_leave_is_taken_back_and_written_anew(scene: Scene) -> None:
    message = scene.say()
    pipeline.respond(message.pk)
    edit(scene, message.external_id, "Et c'est combien à deux ?")
    scene.run()

    first, second = Message.objects.filter(author="assistant").order_by("pk")
    assert (first.status, first.reason) == ("refused", "edited_since")
    assert second.status == "sent"
    assert len(scene.graph.asked) == 1


def test_a_draft_of_the_old_words_is_replaced(scene: Scene) -> None:
    scene.workspace.scenarios.update(autonomy="draft")
    message = scene.say()
    scene.run()
    edit(scene, message.external_id, "Et c'est combien à deux ?")
    scene.run()

    drafts = Message.objects.filter(author="assistant").order_by("pk")
    assert [draft.status for draft in drafts] == ["refused", "held"]


def test_an_edit_after_the_answer_left_is_told_and_costs_nothing(scene: Scene) -> None:
    message = scene.say()
    scene.run()
    edit(scene, message.external_id, "Ah non, c'est bon !")
    scene.run()

    message.refresh_from_db()
    assert message.text == "Ah non, c'est bon !"
    assert len(scene.model.asked) == 1
    assert "edited_after_answer" in scene.reasons("received")


def unsend(scene: Scene, mid: str) -> WebhookEvent:
    return tell(scene, timestamp=later(5), message={"mid": mid, "is_deleted": True})


def test_words_taken_back_are_erased_everywhere_and_get_no_answer(scene: Scene) -> None:
    message = scene.say("Mon mot de passe est tulipe-noire")
    make_lead(
        message.conversation.contact,
        evidence=[{"quote": "tulipe-noire", "message": str(message.uid)}],
        phone_message=message.uid,
    )
    unsend(scene, message.external_id)
    scene.run()

    message.refresh_from_db()
    assert (message.text, message.outcome, message.reason) == ("", "silent", "taken_back")
    assert scene.model.asked == scene.graph.asked == []
    assert not any(b"tulipe" in bytes(event.body) for event in WebhookEvent.objects.all())
    lead = Lead.objects.get()
    assert (lead.evidence, lead.phone) == ([], "")


def test_an_answer_to_words_taken_back_does_not_leave(scene: Scene) -> None:
    message = scene.say()
    pipeline.respond(message.pk)
    unsend(scene, message.external_id)
    scene.run()

    assert scene.graph.asked == []
    assert (scene.reply().status, scene.reply().reason) == ("refused", "taken_back")


def test_a_message_taken_back_twice_is_taken_back_once(scene: Scene) -> None:
    message = scene.say()
    unsend(scene, message.external_id)
    again = tell(
        scene, timestamp=later(9), message={"mid": message.external_id, "is_deleted": True}
    )

    assert again.reasons == ["duplicate"]
    assert scene.reasons("status") == ["removed"]


def test_reactions_come_and_go(scene: Scene) -> None:
    message = scene.say()
    mid = message.external_id
    tell(scene, reaction={"mid": mid, "action": "react", "reaction": "love", "emoji": "❤️"})
    message.refresh_from_db()
    assert message.emojis == ["❤️"]

    tell(scene, timestamp=later(3), reaction={"mid": mid, "action": "unreact"})
    message.refresh_from_db()
    assert message.emojis == []


def test_a_reaction_to_what_is_not_here_is_ignored(scene: Scene) -> None:
    event = tell(scene, reaction={"mid": "m_inconnu", "action": "react", "emoji": "❤️"})

    assert (event.status, event.reasons) == ("ignored", ["unknown_message"])


def test_where_somebody_came_from_is_kept(scene: Scene) -> None:
    scene.say()
    tell(scene, referral={"ref": "bio", "source": "SHORTLINK", "type": "OPEN_THREAD"})

    assert "bio" in scene.conversation().origin


def standby(scene: Scene, text: str = "Allô ?") -> Message:
    entry = {
        "id": scene.account.external_id,
        "time": later(0),
        "standby": [scene.item(message={"mid": f"m_{later(0)}", "text": text})],
    }
    scene.post({"object": "page", "entry": [entry]})
    scene.take_in()
    return Message.objects.latest("pk")


def test_another_apps_thread_is_read_along_and_not_answered(scene: Scene) -> None:
    message = standby(scene)
    scene.run()

    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("silent", "another_app_in_control")
    assert scene.model.asked == []


def test_a_thread_given_back_gets_the_answer_it_waited_for(scene: Scene) -> None:
    standby(scene, "C'est combien ?")
    scene.run()
    tell(
        scene,
        timestamp=later(5),
        pass_thread_control={"previous_owner_app_id": "1", "new_owner_app_id": "998877665544332"},
    )
    scene.run()

    assert Conversation.objects.get().other_app_since is None
    assert scene.reply().status == "sent"


def test_a_thread_taken_by_another_app_stops_what_was_about_to_leave(scene: Scene) -> None:
    message = scene.say()
    pipeline.respond(message.pk)
    tell(
        scene,
        timestamp=later(5),
        take_thread_control={"previous_owner_app_id": "998877665544332", "new_owner_app_id": "1"},
    )
    scene.run()

    assert scene.graph.asked == []
    assert Delivery.objects.get().error_code == "another_app_in_control"


def test_a_webhook_is_noted_on_its_account(scene: Scene) -> None:
    scene.say()

    assert SocialAccount.objects.get().last_webhook_at is not None


@pytest.mark.parametrize("name", ["Zoé Martin", ""])
def test_a_contact_gets_the_name_they_have_on_the_network(scene: Scene, name: str) -> None:
    scene.graph.answers.clear()
    first, _, last = name.partition(" ")
    person = {"id": PERSON, "first_name": first, "last_name": last}
    scene.graph.answer(200, person)
    contact = scene.say().conversation.contact
    pipeline.profile(contact.pk)
    pipeline.profile(contact.pk)

    contact.refresh_from_db()
    assert (contact.name, contact.profile_next_at) == (name, None)
    assert len(scene.graph.asked) == 1


def test_the_conversation_goes_on_where_the_network_will_not_say_a_name(scene: Scene) -> None:
    scene.graph.answers.clear()
    scene.graph.answer(400, {"error": {"code": 100, "error_subcode": 33, "message": "x"}})
    contact = scene.say().conversation.contact
    pipeline.profile(contact.pk)

    contact.refresh_from_db()
    assert (contact.name, contact.profile_next_at) == ("", None)


@pytest.mark.parametrize("held", ["account", "network"])
def test_no_name_is_asked_for_while_the_network_wants_quiet(scene: Scene, held: str) -> None:
    contact = scene.say().conversation.contact
    now = timezone.now()
    until = now + timedelta(hours=1)
    if held == "account":
        holds.hold_account(scene.account, until, "usage", now=now)
    else:
        holds.hold_provider("meta", until, "storm", now=now)
    pipeline.profile(contact.pk)

    contact.refresh_from_db()
    assert scene.graph.asked == []
    assert (contact.profile_next_at, contact.profile_asked_at) == (until, None)


def test_a_button_is_answered_as_what_it_says(scene: Scene) -> None:
    scene.model.answers.clear()
    scene.model.answer(200, model_says(text="Nous ouvrons à 10 h.", intent="hours"))
    tell(scene, postback={"mid": "m_p", "title": "Quels horaires ?", "payload": "HORAIRES"})

    message = Message.objects.get()
    assert (message.text, message.payload) == ("Quels horaires ?", "HORAIRES")
