"""What a member decided is for the thread as they saw it, not for whatever the thread became."""

import pytest

from processing import deadletters
from processing.actions import reply_by_hand
from processing.models import Conversation, DeadLetter, Delivery, InteractionEvent, Message
from processing.reading import why_held
from social.models import SentDay
from tests.social.linkedin.play import Play

CHANGED = "Laissez tomber, j'ai trouvé quelqu'un d'autre."
BY_HAND = "Bonjour, 850 € pour vous."


def must_be_draft_again(delivery: Delivery) -> None:
    draft = Message.objects.get(pk=delivery.message_id)
    assert not Delivery.objects.filter(pk=delivery.pk).exists()
    assert (draft.status, draft.approved_by, draft.quota_day) == ("held", None, None)
    assert why_held(draft) == "newer_message"
    assert Conversation.objects.get().handoff_reason == "needs_approval"
    told = InteractionEvent.objects.filter(kind="draft").latest("pk")
    assert (told.reason, told.data["was"]) == ("newer_message", "approved")


def test_an_approved_draft_waits_again_after_a_newer_message_that_a_poll_brought(
    play: Play,
) -> None:
    """Approved after hours, so it waits for the morning; the contact writes once more meanwhile."""
    delivery = play.approve(play.draft(play.heard()))
    play.time.move(minutes=5)
    thread = play.writes(CHANGED)
    play.time.move(minutes=20)
    play.poll()
    assert Message.objects.filter(text=CHANGED).exists()

    play.send(delivery)

    assert play.linkedin.sent(thread.id) == []
    assert "send" not in play.linkedin.whats(), "no browser is started for what would be refused"
    must_be_draft_again(delivery)


def test_what_the_browser_refused_for_a_newer_message_is_a_draft_again_at_once(
    play: Play,
) -> None:
    """The run itself brings the newer message in: a second one would pass its own check."""
    delivery = play.approve(play.draft(play.heard()))
    play.time.move(minutes=5)
    thread = play.writes(CHANGED)
    play.time.move(seconds=20)

    play.send(delivery)

    assert play.linkedin.whats().count("send") == 1
    assert Message.objects.filter(text=CHANGED).exists()
    must_be_draft_again(delivery)
    assert SentDay.objects.get().sent == 0
    assert Conversation.objects.get().next_automatic_at is None
    for _ in range(3):
        play.send(delivery)
    assert play.linkedin.sent(thread.id) == []


def test_an_approved_draft_waits_again_after_the_member_answered_on_the_network(
    play: Play,
) -> None:
    delivery = play.approve(play.draft(play.heard()))
    play.time.move(minutes=5)
    thread = play.writes(BY_HAND, own=True)
    play.time.move(minutes=20)
    play.poll()
    assert Message.objects.filter(author="human").exists()

    play.send(delivery)

    assert play.linkedin.sent(thread.id) == [BY_HAND]
    must_be_draft_again(delivery)


def test_an_approved_draft_waits_again_after_a_colleague_answered_on_our_page(play: Play) -> None:
    question = play.heard()
    approved = play.approve(play.draft(question))
    message, wake = reply_by_hand(question.conversation, BY_HAND, by=str(play.member.uid))
    play.time.move(minutes=5)
    play.send(Delivery.objects.get(pk=wake.row_id))
    thread = question.conversation.external_id
    assert play.linkedin.sent(thread) == [message.text]

    play.time.move(minutes=5)
    play.send(approved)

    assert play.linkedin.sent(thread) == [message.text]
    must_be_draft_again(approved)


def test_a_failed_send_that_is_replayed_a_week_later_does_not_answer_what_is_over(
    play: Play,
) -> None:
    """An operator replays the dead letter; the contact and the member have moved on."""
    delivery = play.approve(play.draft(play.heard()))
    Delivery.objects.filter(pk=delivery.pk).update(status="failed", next_at=None)
    Message.objects.filter(pk=delivery.message_id).update(status="failed", reason="send_failed")
    deadletters.bury("send", delivery.pk, workspace=play.workspace, reason="failed", attempts=3)
    play.time.move(days=7)
    play.writes(BY_HAND, own=True)
    play.time.move(minutes=5)
    thread = play.writes("Parfait, à mardi alors !")
    play.time.move(minutes=5)
    play.poll("inbox")

    deadletters.exhume(DeadLetter.objects.get().pk, now=play.time.now)
    play.send(delivery)

    assert play.linkedin.sent(thread.id) == [BY_HAND]
    must_be_draft_again(delivery)


def test_what_was_seen_with_the_approval_keeps_nothing_back(play: Play) -> None:
    """The contact wrote twice, the member by hand as well, and then she approved the draft."""
    draft = play.draft(play.heard())
    for words, own in (("Pour douze personnes.", False), (BY_HAND, True)):
        play.time.move(minutes=20)
        thread = play.writes(words, own=own)
        play.time.move(minutes=1)
        play.poll()
    Message.objects.filter(pk=draft.pk).update(status="held", reason="")

    delivery = play.send(play.approve(draft))

    assert delivery.status == "sent"
    assert len(play.linkedin.sent(thread.id)) == 2


def test_the_browser_is_told_what_stood_there_at_the_approval(play: Play) -> None:
    """linkedin.md 3: the last incoming message's id is the one that the answer was approved for."""
    question = play.heard()
    delivery = play.approve(play.draft(question))
    play.time.move(minutes=5)
    play.writes(CHANGED)
    play.time.move(minutes=5)

    play.send(delivery)

    (send,) = [job for job in play.linkedin.jobs if job.what == "send"]
    assert send.params["last"] == question.external_id
    assert send.params["known"] == [question.external_id]


@pytest.mark.parametrize("polled", [True, False])
def test_a_members_own_words_come_back_to_them_after_a_newer_message(
    play: Play, *, polled: bool
) -> None:
    """Written on our page as an answer to what stood there; paced until a day later."""
    question = play.heard()
    message, wake = reply_by_hand(
        question.conversation, "Oui, mardi à 10 h.", by=str(play.member.uid)
    )
    play.time.move(minutes=5)
    thread = play.writes("Finalement mardi je ne peux pas.")
    play.time.move(minutes=20)
    if polled:
        play.poll()

    delivery = play.send(Delivery.objects.get(pk=wake.row_id))

    assert play.linkedin.sent(thread.id) == []
    assert play.linkedin.whats().count("send") == (0 if polled else 1)
    message.refresh_from_db()
    assert (delivery.status, delivery.error_code) == ("refused", "newer_message")
    assert (message.status, message.reason) == ("refused", "newer_message")
    assert Conversation.objects.get().handoff_reason == "newer_message"

    again, wake = reply_by_hand(message.conversation, "Mercredi alors ?", by=str(play.member.uid))
    play.time.move(minutes=5)
    play.send(Delivery.objects.get(pk=wake.row_id))
    assert play.linkedin.sent(thread.id) == [again.text]
    assert Conversation.objects.get().handoff_reason == ""


def test_two_messages_that_a_member_wrote_in_a_row_leave_both(play: Play) -> None:
    question = play.heard()
    by = str(play.member.uid)
    wakes = [reply_by_hand(question.conversation, one, by=by)[1] for one in ("Oui.", "Mardi ?")]
    for wake in wakes:
        play.time.move(minutes=5)
        play.send(Delivery.objects.get(pk=wake.row_id))
    assert play.linkedin.sent(question.conversation.external_id) == ["Oui.", "Mardi ?"]


def test_a_members_own_words_come_back_after_they_wrote_on_the_network_itself(play: Play) -> None:
    question = play.heard()
    _message, wake = reply_by_hand(question.conversation, "Oui, mardi.", by=str(play.member.uid))
    play.time.move(minutes=5)
    thread = play.writes("Oui, mardi à 10 h !", own=True)
    play.time.move(minutes=20)
    play.poll()

    delivery = play.send(Delivery.objects.get(pk=wake.row_id))

    assert (delivery.status, delivery.error_code) == ("refused", "newer_message")
    assert play.linkedin.sent(thread.id) == ["Oui, mardi à 10 h !"]
