"""A human is needed: the assistant stops, the contact hears of it once, the members by letter."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts import audit
from accounts.models import Letter, Membership, User
from accounts.tasks import post_letter
from billing import quotas
from billing.models import Quota
from processing import handoffs, pipeline
from processing.actions import give_back, step_in
from processing.decision import DAILY_CAP
from processing.models import Contact, Conversation, Delivery, InteractionEvent, Message
from processing.privacy import erasing
from tests.factories import UNPROVED, make_contact, make_member, make_message
from tests.processing.conftest import NOTICE, Scene, model_says
from tests.processing.following import answered, make_sequence, move_to, send_all

WORDS = "Un membre de l'équipe vous répond bientôt."


@pytest.fixture
def needing(scene: Scene) -> Scene:
    """The model asks for a human; the owner has words for it."""
    scene.workspace.handoff_text = WORDS
    scene.workspace.save()
    scene.model.answers.clear()
    scene.model.answer(200, model_says(action="handoff", text=""))
    return scene


@pytest.fixture
def owner(scene: Scene) -> User:
    return make_member(scene.workspace, name="Camille")


def notices() -> list[Message]:
    return list(Message.objects.filter(purpose="handoff").order_by("pk"))


def letters() -> list[Letter]:
    return list(Letter.objects.filter(kind="human_needed").order_by("pk"))


def test_the_contact_is_told_in_the_owners_words(needing: Scene) -> None:
    needing.say("Je veux parler à quelqu'un")
    needing.run()

    [notice] = notices()
    assert (notice.text, notice.status) == (f"{NOTICE}\n\n{WORDS}", "sent")
    assert notice.in_reply_to is None
    assert needing.conversation().handoff_reason == "asked_for_human"
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (1, 0)
    assert "handoff_told" in needing.reasons("notice")


def test_they_are_told_once_for_each_handoff(needing: Scene) -> None:
    needing.say("Je veux parler à quelqu'un")
    needing.run()
    handoffs.hand_over(needing.conversation(), "no_text", now=timezone.now())
    assert len(notices()) == 1

    give_back(needing.conversation(), by="membre")
    handoffs.hand_over(needing.conversation(), "no_text", now=timezone.now())
    assert len(notices()) == 2


def blank(scene: Scene) -> None:
    scene.workspace.handoff_text = "  "
    scene.workspace.save()


def window_closed(_scene: Scene) -> None:
    Conversation.objects.update(window_closes_at=timezone.now() - timedelta(minutes=1))


def opted_out(_scene: Scene) -> None:
    Contact.objects.update(opted_out_at=timezone.now())


def quota_spent(scene: Scene) -> None:
    day = quotas.local_day(scene.workspace, timezone.now())
    Quota.objects.create(workspace=scene.workspace, day=day, used=10)


def too_long(scene: Scene) -> None:
    scene.account.kind = "instagram"
    scene.account.save()
    scene.workspace.handoff_text = "😀" * 300
    scene.workspace.save()


@pytest.mark.parametrize("why", [blank, window_closed, opted_out, quota_spent, too_long])
def test_they_are_not_told_where_that_is_not_wanted_or_not_possible(
    needing: Scene, why: Any
) -> None:
    needing.say()
    why(needing)
    handoffs.hand_over(needing.conversation(), "no_text", now=timezone.now())

    assert notices() == []
    assert needing.conversation().handled_by == "human"
    assert needing.conversation().handoff_told_at is None


def test_the_notice_waits_for_the_five_minutes(needing: Scene) -> None:
    needing.say()
    Conversation.objects.update(next_automatic_at=timezone.now() + timedelta(minutes=3))
    handoffs.hand_over(needing.conversation(), "no_text", now=timezone.now())
    send_all(needing)

    assert Delivery.objects.get().status == "queued"
    assert needing.graph.asked == []


@pytest.mark.parametrize(
    "deed",
    [
        lambda scene: scene.echo(text="Bonjour, c'est Camille", app_id=1),
        lambda scene: give_back(scene.conversation(), by="membre"),
    ],
    ids=["a human wrote", "given back"],
)
def test_a_notice_that_is_no_longer_true_does_not_leave(needing: Scene, deed: Any) -> None:
    needing.say()
    handoffs.hand_over(needing.conversation(), "no_text", now=timezone.now())
    deed(needing)
    send_all(needing)

    assert needing.graph.asked == []
    assert notices()[0].status == "refused"
    assert Quota.objects.get().reserved == 0


def test_a_member_who_steps_in_still_has_the_contact_told(needing: Scene) -> None:
    needing.say()
    handoffs.hand_over(needing.conversation(), "no_text", now=timezone.now())
    step_in(needing.conversation(), by="membre")
    send_all(needing)

    assert notices()[0].status == "sent"


def test_a_notice_plans_no_follow_up(needing: Scene) -> None:
    move_to(needing, 12)
    make_sequence(needing)
    needing.say()
    needing.run()

    assert notices()[0].status == "sent"
    assert needing.reasons("follow_up") == []


def test_an_answer_that_comes_too_late_is_handed_over_without_a_word(needing: Scene) -> None:
    needing.model.answers.clear()
    needing.model.answer(200, model_says())
    pipeline.respond(needing.say().pk)
    window_closed(needing)
    send_all(needing)

    conversation = needing.conversation()
    assert (conversation.handled_by, conversation.handoff_reason) == ("human", "window_closed")
    assert notices() == []


def make_twenty(scene: Scene) -> None:
    """The assistant wrote twenty times today already: it looks like a loop."""
    for _ in range(DAILY_CAP):
        make_message(
            scene.conversation(), "bip", direction="outbound", author="assistant", status="sent"
        )


def test_a_loop_ends_without_another_word(needing: Scene) -> None:
    """The other machine goes on, also whenever the human's time is over."""
    needing.say("bip")
    make_twenty(needing)
    for _ in range(3):
        needing.run()
        past = timezone.now() - timedelta(seconds=1)
        Conversation.objects.update(human_until=past, next_automatic_at=None)
        needing.say("bip")

    assert set(needing.reasons("decided")) == {"daily_cap"}
    assert needing.graph.asked == []
    assert notices() == []


def test_the_days_cap_counts_for_what_is_told_too(needing: Scene) -> None:
    needing.say()
    make_twenty(needing)
    handoffs.hand_over(needing.conversation(), "no_text", now=timezone.now())

    assert notices() == []
    assert needing.conversation().handoff_told_at is None


# --- members


def test_members_get_a_letter_with_the_reason_and_no_word_of_the_contact(
    needing: Scene, owner: User
) -> None:
    needing.say("Mon secret est azalée")
    Contact.objects.update(name="Léa Martin")
    needing.run()
    [letter] = letters()
    post_letter(letter.pk)

    [sent] = mail.outbox
    assert sent.to == [owner.email]
    assert "Léa Martin" in sent.subject
    conversation = needing.conversation()
    assert f"/inbox/{conversation.uid}?workspace={needing.workspace.uid}" in str(sent.body)
    assert "azalée" not in str(sent.message())
    assert "azalée" not in str(letter.data)


NOT_TOLD: list[tuple[str, dict[str, Any]]] = [
    ("who does not want to", {"told_by_mail": False}),
    ("whose address is not proved", UNPROVED),
    ("who is no longer active", {"is_active": False}),
]


@pytest.mark.parametrize(("_name", "fields"), NOT_TOLD, ids=[row[0] for row in NOT_TOLD])
def test_a_member_is_not_told(needing: Scene, owner: User, _name: str, fields: Any) -> None:
    if "told_by_mail" in fields:
        Membership.objects.filter(user=owner).update(**fields)
    else:
        User.objects.filter(pk=owner.pk).update(**fields)
    needing.say()
    needing.run()

    assert letters() == []


def test_a_member_hears_of_one_conversation_once_an_hour(needing: Scene, owner: User) -> None:
    needing.say()
    needing.run()
    handoffs.hand_over(needing.conversation(), "no_text", now=timezone.now())
    assert len(letters()) == 1

    Letter.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    handoffs.hand_over(needing.conversation(), "no_text", now=timezone.now())
    assert [letter.user for letter in letters()] == [owner, owner]


@pytest.mark.parametrize(
    "deed",
    [
        lambda user: Membership.objects.filter(user=user).delete(),
        lambda user: Membership.objects.filter(user=user).update(told_by_mail=False),
        lambda _user: Conversation.objects.all().delete(),
        lambda _user: step_in(Conversation.objects.get(), by="membre"),
    ],
    ids=["left the workspace", "switched it off", "the contact was erased", "somebody took it"],
)
def test_a_letter_that_is_for_nobody_any_more_is_dropped(
    needing: Scene, owner: User, deed: Any
) -> None:
    needing.say()
    needing.run()
    deed(owner)
    [letter] = letters()
    post_letter(letter.pk)

    letter.refresh_from_db()
    assert letter.status == "dropped"
    assert mail.outbox == []


def test_the_letters_of_an_erased_contact_keep_no_name(needing: Scene, owner: User) -> None:
    needing.say()
    Contact.objects.update(name="Léa Martin")
    needing.run()
    erasing.ask(needing.workspace, Contact.objects.get().uid, by=audit.SYSTEM)

    assert letters()[0].user == owner
    assert letters()[0].data == {"reason": "asked_for_human"}


def test_the_letter_speaks_the_members_language(needing: Scene) -> None:
    make_member(needing.workspace, language="en")
    needing.say()
    needing.run()
    post_letter(letters()[0].pk)

    assert "The contact should talk to a human." in str(mail.outbox[0].body)


# --- released


def test_after_a_release_the_next_answer_says_again_that_an_ai_writes(scene: Scene) -> None:
    answered(scene)
    assert scene.reply().notice
    step_in(scene.conversation(), by="membre")
    give_back(scene.conversation(), by="membre")
    second = scene.say("Et la livraison ?")
    Conversation.objects.update(next_automatic_at=None)
    pipeline.respond(second.pk)
    send_all(scene)

    reply = Message.objects.get(in_reply_to=second)
    assert reply.notice
    assert reply.text.startswith(reply.notice)
    proofs = InteractionEvent.objects.filter(kind="notice", reason="ai_notice_sent")
    assert [row.data["message"] for row in proofs.order_by("pk")] == [
        str(scene.conversation().messages.get(in_reply_to__text="C'est combien ?").uid),
        str(reply.uid),
    ]


def test_within_a_conversation_it_is_said_once(scene: Scene) -> None:
    answered(scene)
    second = scene.say("Et la livraison ?")
    Conversation.objects.update(next_automatic_at=None)
    pipeline.respond(second.pk)

    assert Message.objects.get(in_reply_to=second).notice == ""


def test_after_a_long_silence_it_is_said_again(scene: Scene) -> None:
    answered(scene)
    old = timezone.now() - timedelta(days=8)
    Message.objects.update(sent_at=old)
    Conversation.objects.update(notice_sent_at=old, next_automatic_at=None)
    second = scene.say("Toujours là ?")
    pipeline.respond(second.pk)

    assert Message.objects.get(in_reply_to=second).notice


def test_the_owners_own_words_are_the_notice(scene: Scene) -> None:
    scene.workspace.ai_notice = "Ici l'assistant automatique."
    scene.workspace.save()
    answered(scene)

    assert scene.reply().text.startswith("Ici l'assistant automatique.\n\n")


# --- races


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_hand_over_at_once_tell_once(needing: Scene, owner: User) -> None:
    needing.say()
    start = threading.Barrier(2)

    def work() -> None:
        conversation = Conversation.objects.get()
        start.wait()
        handoffs.hand_over(conversation, "no_text", now=timezone.now())
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(notices()) == 1
    assert [letter.user for letter in letters()] == [owner]
    assert Quota.objects.get().reserved == 1


@pytest.mark.parametrize(
    ("name", "text", "outcome", "reason"),
    [
        ("France", "Oui, nous livrons partout en France.", "hold", "draft_doubtful"),
        ("Zoé Martin", "Oui, comme pour Zoé Martin.", "handoff", "draft_unsafe"),
        ("Livraison", "Oui, la livraison est possible.", "reply", "replied"),
    ],
)
def test_a_word_that_is_also_a_contacts_name_lets_a_human_look(
    name: str, text: str, outcome: str, reason: str, scene: Scene
) -> None:
    make_contact(scene.account, name)
    scene.model.answers.clear()
    scene.model.answer(200, model_says(text=text))
    message = scene.say("Vous livrez où ?")
    scene.run()

    message.refresh_from_db()
    assert (message.outcome, message.reason) == (outcome, reason)
