"""What proves that a send left: words written after it was begun, whatever their spaces."""

from processing import pipeline
from processing.models import Conversation, Message
from social.models import WebhookEvent
from social.providers.linkedin.browser import Job
from social.providers.linkedin.browser.composing import wanted_of
from social.wording import flat
from tests.social.linkedin.fake import LOST, SWALLOWED
from tests.social.linkedin.play import ANSWER, Play

FRENCH = "Bonjour\u00a0! La journée est à 900\u202f€."
SAID = "Assistant IA.\n\n" + ANSWER


def test_an_old_message_of_the_same_words_does_not_prove_that_ours_left(play: Play) -> None:
    """The run reads the thread: the member wrote the same three weeks ago. Ours never left."""
    play.time.move(days=-21)
    play.writes("Bonjour")
    play.time.move(minutes=10)
    play.writes(SAID, own=True)
    play.time.move(days=21)
    delivery = play.approve(play.draft(play.heard()))
    play.linkedin.sends = SWALLOWED
    play.time.move(minutes=5)

    play.send(delivery)

    delivery.refresh_from_db()
    message = Message.objects.get(pk=delivery.message_id)
    assert (delivery.status, message.status) == ("unconfirmed", "unconfirmed")


def test_of_two_messages_of_the_same_words_the_one_written_since_is_ours(play: Play) -> None:
    play.time.move(days=-21)
    play.writes("Bonjour")
    old = play.writes(SAID, own=True).messages[-1]["id"]
    play.time.move(days=21)
    delivery = play.approve(play.draft(play.heard()))
    play.linkedin.sends = LOST
    play.time.move(minutes=5)
    play.send(delivery)
    play.time.move(minutes=20)
    play.poll()

    message = Message.objects.get(pk=delivery.message_id)
    assert message.status == "sent"
    assert message.external_id == play.linkedin.threads["2-ACoLEA=="].messages[-1]["id"] != old


def test_words_that_the_browser_types_with_other_spaces_are_still_ours(play: Play) -> None:
    """French has no-break spaces before "!" and in "900 €"; what is typed has plain ones."""
    delivery = play.approve(play.draft(play.heard(), FRENCH))
    play.linkedin.sends = LOST

    def as_typed(job: Job) -> None:
        if job.what == "send":
            job.params["text"] = wanted_of(dict(job.params)).text  # type: ignore[index]

    play.linkedin.meanwhile = as_typed
    play.time.move(minutes=5)
    assert play.send(delivery).status == "unconfirmed"
    play.time.move(minutes=20)
    play.poll()

    delivery.refresh_from_db()
    assert delivery.status == "sent"
    assert not Message.objects.filter(author="human").exists()
    assert Conversation.objects.get().handled_by == "assistant"


def test_the_same_words_that_the_member_wrote_just_before_prove_nothing_in_any_spelling(
    play: Play,
) -> None:
    draft = play.draft(play.heard(), FRENCH)
    play.time.move(minutes=20)
    play.writes("Assistant IA.\n\n" + flat(FRENCH), own=True)
    play.poll()
    Message.objects.filter(pk=draft.pk).update(status="held", reason="")
    delivery = play.approve(draft)
    play.linkedin.sends = SWALLOWED
    play.time.move(minutes=1)

    delivery = play.send(delivery)
    assert delivery.status == "unconfirmed"
    assert not WebhookEvent.objects.filter(status="failed").exists()
    for _ in range(2):
        assert delivery.next_at is not None
        play.time.now = delivery.next_at
        pipeline.settle(delivery.pk)
        delivery.refresh_from_db()

    assert (delivery.status, delivery.error_code) == ("failed", "not_at_network")
