"""What is withdrawn while a message is being typed: the button is not pressed yet."""

from collections.abc import Callable

import pytest

from processing import outbox, pipeline
from processing.models import Contact, Conversation, Delivery, Message
from social import accounts
from social.models import Consent, SocialAccount
from tests.social.linkedin.play import ANSWER, Play
from tests.social.sessions.members import agree, by


def automatic(play: Play) -> None:
    agree(play.account, play.member, "automation")
    SocialAccount.objects.filter(pk=play.account.pk).update(
        automation_agreed_at=play.time.now, automation_agreed_by=play.member.uid
    )


def by_itself(play: Play, question: Message) -> Delivery:
    """An answer that nobody approved."""
    Message.objects.filter(pk=question.pk).update(outcome="reply", next_at=None)
    Conversation.objects.update(category="lead")
    question.refresh_from_db()
    words = outbox.Words(ANSWER)
    _reply, delivery = outbox.queue_reply(
        question, words, held=False, scenario=play.scenario, now=play.time.now
    )
    assert delivery is not None
    type(play.scenario).objects.update(autonomy="auto")
    return delivery


def agrees_no_more(play: Play) -> None:
    fresh = SocialAccount.objects.get(pk=play.account.pk)
    accounts.agree(fresh, user=play.member, agreed=False, by=by(play.member))


def assistant_off(play: Play) -> None:
    type(play.workspace).objects.update(assistant_on=False)


def opted_out(play: Play) -> None:
    Contact.objects.update(opted_out_at=play.time.now)


def taken_over(_play: Play) -> None:
    Conversation.objects.update(handled_by="human")


def erased(_play: Play) -> None:
    Delivery.objects.all().delete()


def consent_gone(play: Play) -> None:
    Consent.objects.filter(kind="session").update(withdrawn_at=play.time.now)


DEEDS = [agrees_no_more, assistant_off, opted_out, taken_over, erased, consent_gone]


@pytest.mark.parametrize("deed", DEEDS, ids=lambda one: one.__name__)
def test_what_is_withdrawn_stops_the_automatic_message_that_is_being_typed(
    play: Play, deed: Callable[[Play], None]
) -> None:
    """As a pause, a stop and a disconnection do."""
    automatic(play)
    delivery = by_itself(play, play.heard())
    play.linkedin.meanwhile = lambda job: deed(play) if job.what == "send" else None

    pipeline.send_by_browser(delivery.pk)

    assert play.linkedin.whats()[-1] == "send"
    assert play.linkedin.sent(next(iter(play.linkedin.threads))) == []


@pytest.mark.parametrize(
    ("deed", "leaves"), [(opted_out, False), (consent_gone, False), (agrees_no_more, True)]
)
def test_an_approved_message_is_stopped_by_what_is_asked_of_it(
    play: Play, deed: Callable[[Play], None], leaves: bool
) -> None:
    automatic(play)
    delivery = play.approve(play.draft(play.heard()))
    play.time.move(minutes=1)
    play.linkedin.meanwhile = lambda job: deed(play) if job.what == "send" else None

    pipeline.send_by_browser(delivery.pk)

    assert bool(play.linkedin.sent(next(iter(play.linkedin.threads)))) is leaves


def test_an_agreement_to_an_older_text_lets_nothing_leave_by_itself(play: Play) -> None:
    """The text of automatic sending changed since: what the owner agreed to is another risk."""
    automatic(play)
    Consent.objects.filter(kind="automation").update(version="2025-01-01")
    delivery = by_itself(play, play.heard())

    pipeline.send_by_browser(delivery.pk)

    assert "send" not in play.linkedin.whats()
