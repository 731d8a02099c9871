"""Silence asked for: at once, on every account, confirmed once, and taken back the same way."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry
from billing.models import Quota
from processing import consent, pipeline
from processing.ai import engine
from processing.models import (
    Contact,
    Conversation,
    Delivery,
    FollowUp,
    InteractionEvent,
    Lead,
    Message,
)
from processing.privacy import erasing
from social import forgotten
from tests.factories import (
    make_account,
    make_contact,
    make_conversation,
    make_lead,
    make_member,
    make_message,
    make_reply,
    make_workspace,
)
from tests.processing.conftest import NOTICE, PERSON, Scene
from tests.processing.following import answered, make_sequence, move_to, planned, send_all


def person() -> Contact:
    return Contact.objects.get(external_id=PERSON)


def elsewhere(scene: Scene, **fields: Any) -> Conversation:
    """The same person's thread on another account, with a draft and an answer that wait."""
    account = make_account(scene.workspace, kind="instagram")
    contact = make_contact(account, **{"external_id": PERSON, **fields})
    thread = make_conversation(scene.workspace, account=account, contact=contact)
    question = make_message(thread, "Bonjour", outcome="hold")
    make_reply(question, status="held", drafted="Bonjour", external_id="")
    other = make_message(thread, "Et là ?", outcome="reply")
    queued = make_reply(other, status="queued", external_id="")
    Delivery.objects.create(workspace=scene.workspace, message=queued, next_at=timezone.now())
    return thread


def statuses(thread: Conversation) -> list[str]:
    rows = thread.messages.filter(author="assistant").order_by("pk")
    return list(rows.values_list("status", flat=True))


def confirmations() -> list[Message]:
    return list(Message.objects.filter(purpose="opt_out").order_by("pk"))


def consents() -> list[str]:
    rows = InteractionEvent.objects.filter(kind="consent").order_by("pk")
    return [row.reason for row in rows]


def test_a_wish_for_silence_is_confirmed_once_and_nothing_else_is_written(scene: Scene) -> None:
    for text in ("Arrêtez de m'écrire !", "STOP", "Allô ?"):
        scene.say(text)
        scene.run()

    [told] = confirmations()
    assert (told.text, told.status) == (f"{NOTICE}\n\n{consent.confirmation('fr')}", "sent")
    assert consents() == ["opted_out_by_contact"]
    assert len(scene.graph.asked) == 1
    assert scene.model.asked == []
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (1, 0)


def test_the_ledger_keeps_the_language_and_not_the_words(scene: Scene) -> None:
    scene.say("Please stop messaging me")

    row = InteractionEvent.objects.get(kind="consent")
    assert row.data == {"language": "en"}
    assert confirmations()[0].text == f"{NOTICE}\n\n{consent.confirmation('en')}"


def test_a_bare_stop_is_answered_in_the_language_spoken_before(scene: Scene) -> None:
    scene.say("Hello, how much is the lamp please?")
    scene.say("STOP")

    assert InteractionEvent.objects.get(kind="consent").data == {"language": "en"}


def test_it_holds_on_every_account_of_the_workspace(scene: Scene) -> None:
    scene.say("Bonjour")
    thread = elsewhere(scene)
    Conversation.objects.filter(pk=thread.pk).update(handoff_reason="needs_approval")
    scene.say("STOP")

    thread.contact.refresh_from_db()
    assert thread.contact.opted_out_at is not None
    assert statuses(thread) == ["refused", "refused"]
    assert Delivery.objects.get(message__conversation=thread).status == "refused"
    thread.refresh_from_db()
    assert thread.handoff_reason == ""
    assert consents() == ["opted_out_by_contact", "opted_out_by_contact"]


def test_it_does_not_hold_for_others(scene: Scene) -> None:
    other = elsewhere(scene, external_id="quelqu-un")
    foreign = make_contact(make_account(make_workspace("Ailleurs")), external_id=PERSON)
    scene.say("STOP")

    other.contact.refresh_from_db()
    foreign.refresh_from_db()
    assert other.contact.opted_out_at is None
    assert foreign.opted_out_at is None
    assert statuses(other) == ["held", "queued"]


def test_it_holds_on_an_account_where_the_person_writes_for_the_first_time(scene: Scene) -> None:
    scene.say("STOP")
    send_all(scene)
    scene.account = make_account(scene.workspace, external_id="page-2")
    message = scene.say("Bonjour, c'est combien ?")
    pipeline.respond(message.pk)
    scene.say("STOP")

    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("silent", "opted_out")
    assert message.conversation.contact.opted_out_at == Contact.objects.earliest("pk").opted_out_at
    assert len(confirmations()) == 1


def test_who_writes_to_another_business_is_answered_there(scene: Scene) -> None:
    scene.say("STOP")
    scene.workspace = make_workspace("Ailleurs")
    scene.account = make_account(scene.workspace, external_id="page-2")
    message = scene.say("Bonjour, c'est combien ?")

    assert message.conversation.contact.opted_out_at is None


@pytest.mark.parametrize("phone", ["+33612345678", ""])
def test_somebody_who_writes_anothers_number_does_not_silence_them(
    scene: Scene, phone: str
) -> None:
    other = elsewhere(scene, external_id="quelqu-un")
    make_lead(other.contact, phone=phone)
    scene.say("Mon numéro : 06 12 34 56 78")
    scene.run()
    Lead.objects.filter(contact=person()).update(phone=phone)
    scene.say("STOP")

    other.contact.refresh_from_db()
    assert other.contact.opted_out_at is None
    assert statuses(other) == ["held", "queued"]


def test_somebody_who_writes_anothers_number_does_not_lift_their_silence(scene: Scene) -> None:
    now = timezone.now()
    other = elsewhere(scene, external_id="quelqu-un", opted_out_at=now, opt_out_confirmed_at=now)
    make_lead(other.contact, phone="+33612345678")
    scene.say("Mon numéro : 06 12 34 56 78")
    scene.run()
    assert Lead.objects.get(contact=person()).phone == "+33612345678"
    scene.say("STOP")
    scene.say("START")

    other.contact.refresh_from_db()
    assert (other.contact.opted_out_at, other.contact.opt_out_confirmed_at) == (now, now)


def test_an_answer_that_waits_to_be_sent_does_not_leave(scene: Scene) -> None:
    pipeline.respond(scene.say().pk)
    scene.say("STOP")
    send_all(scene)

    assert [message.purpose for message in Message.objects.filter(status="sent")] == ["opt_out"]
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (1, 0)


def test_a_wish_that_arrives_while_an_answer_is_written_stops_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = scene.say()
    generate = engine.generate_reply

    def meanwhile(brief: Any) -> Any:
        scene.say("STOP")
        return generate(brief)

    monkeypatch.setattr(engine, "generate_reply", meanwhile)
    pipeline.respond(message.pk)

    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("silent", "opted_out")
    assert not Message.objects.filter(purpose="reply", author="assistant").exists()


def test_a_planned_follow_up_is_called_off_and_none_is_planned_again(scene: Scene) -> None:
    move_to(scene, 12)
    make_sequence(scene)
    answered(scene)
    assert planned()
    scene.say("STOP")
    Conversation.objects.update(next_automatic_at=None)
    send_all(scene)

    assert list(FollowUp.objects.values_list("status", flat=True)) == ["cancelled"]
    assert confirmations()[0].status == "sent"


def test_without_quota_the_wish_holds_and_is_not_confirmed(scene: Scene) -> None:
    scene.say("Bonjour")
    scene.run()
    Quota.objects.update(used=10)
    scene.say("STOP")

    assert person().opted_out_at is not None
    assert person().opt_out_confirmed_at is None
    assert confirmations() == []


# --- again


@pytest.mark.parametrize("words", ["START", "Vous pouvez m'écrire à nouveau"])
def test_who_asks_to_be_written_to_again_is_answered_from_there_on(
    scene: Scene, words: str
) -> None:
    scene.say("STOP")
    send_all(scene)
    Conversation.objects.update(next_automatic_at=None)
    message = scene.say(words)
    pipeline.respond(message.pk)

    message.refresh_from_db()
    assert message.outcome in {"reply", "hold"}  # the model was asked
    assert person().opted_out_at is None
    assert consents() == ["opted_out_by_contact", "opted_in_by_contact"]


def test_silence_that_is_asked_for_again_is_confirmed_again(scene: Scene) -> None:
    for words in ("STOP", "START", "STOP"):
        scene.say(words)

    assert len(confirmations()) == 2
    assert person().opted_out_at is not None


@pytest.mark.parametrize("words", ["Oui", "Combien coûte la lampe ?"])
def test_other_words_bring_nobody_back(scene: Scene, words: str) -> None:
    scene.say("STOP")
    scene.say(words)

    assert person().opted_out_at is not None


def test_the_words_of_return_mean_nothing_without_a_wish_for_silence(scene: Scene) -> None:
    scene.say("START")

    assert consents() == []


def test_an_erased_person_who_came_back_and_opted_in_is_not_remembered(scene: Scene) -> None:
    scene.say("STOP")
    contact = person()
    erasing.ask(scene.workspace, contact.uid, by=audit.SYSTEM)
    scene.say("START")

    assert person().opted_out_at is None
    assert forgotten.opted_out_at(scene.account, PERSON) is None


# --- by hand


def test_a_member_notes_a_wish_that_was_told_elsewhere(scene: Scene) -> None:
    pipeline.respond(scene.say().pk)
    by = audit.by(make_member(scene.workspace))
    consent.opt_out(person(), by=by)
    consent.opt_out(person(), by=by)
    send_all(scene)

    assert person().opted_out_at is not None
    assert consents() == ["opted_out_by_member"]
    assert scene.graph.asked == []
    assert [row.action for row in AuditEntry.objects.filter(action__startswith="contact.")] == [
        "contact.opted_out"
    ]


def test_a_member_notes_that_messages_are_welcome_again(scene: Scene) -> None:
    scene.say("STOP")
    by = audit.by(make_member(scene.workspace))
    consent.opt_in(person(), by=by)
    consent.opt_in(person(), by=by)

    assert person().opted_out_at is None
    assert person().opt_out_confirmed_at is None
    assert consents() == ["opted_out_by_contact", "opted_in_by_member"]
    assert AuditEntry.objects.filter(action="contact.opted_in").count() == 1


def test_the_confirmation_waits_for_the_five_minutes(scene: Scene) -> None:
    answered(scene)
    scene.say("STOP")
    sent = len(scene.graph.asked)
    send_all(scene)

    delivery = Delivery.objects.get(message=confirmations()[0])
    assert delivery.status == "queued"
    assert delivery.next_at is not None
    assert delivery.next_at > timezone.now() + timedelta(minutes=4)
    assert len(scene.graph.asked) == sent
