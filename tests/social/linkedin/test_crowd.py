"""Four workers take many answers of one account at once: one browser, one message, nobody fails."""

from uuid import uuid4

import pytest

from processing import pipeline
from processing.models import Delivery, Message
from social import switching
from social.models import SentDay
from tests.factories import make_member
from tests.processing.crowding import crowd
from tests.processing.queueing import queue
from tests.social.linkedin.fake import FakeLinkedIn
from tests.social.sessions.conftest import linkedin, time
from tests.social.sessions.members import Hand, by, connected, session_of

__all__ = ["linkedin", "time"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_of_many_answers_at_once_one_leaves_and_the_others_wait_their_turn(
    linkedin: FakeLinkedIn, time: Hand
) -> None:
    account = connected()
    deliveries: list[Delivery] = []
    for number in range(8):
        thread = linkedin.writes("Bonjour", contact=f"ACoP{number}", name="Zoé")
        (one,) = queue(account, now=time.now, external_id=thread.id, category="lead")
        question = one.message.in_reply_to
        assert question is not None
        Message.objects.filter(pk=question.pk).update(external_id=thread.messages[0]["id"])
        contact = one.message.conversation.contact
        contact.external_id = thread.contact
        contact.save()
        deliveries.append(one)
    Message.objects.filter(delivery__in=deliveries).update(approved_by=uuid4())
    time.move(minutes=1)

    crowd(pipeline.send_by_browser, [one.pk for one in deliveries])

    assert linkedin.whats() == ["send"]
    assert sum(len(linkedin.sent(thread)) for thread in linkedin.threads) == 1
    statuses = sorted(Delivery.objects.values_list("status", flat=True))
    assert statuses == ["queued"] * 7 + ["sent"]
    waiting = Delivery.objects.filter(status="queued").select_related("message")
    # A row whose worker met a full database keeps its attempt; the others never had one.
    assert {one.message.reason for one in waiting} <= {"paced_gap", "paced_busy", ""}
    assert SentDay.objects.get().sent == 1
    assert session_of(account).busy_until is None


def test_the_members_switch_and_sends_never_wait_for_each_other(
    linkedin: FakeLinkedIn, time: Hand
) -> None:
    account = connected()
    user = make_member(account.workspace)
    deliveries = queue(account, 6, now=time.now, category="lead")
    Message.objects.filter(delivery__in=deliveries).update(approved_by=uuid4())
    time.move(minutes=2)
    keys = [one.pk for one in deliveries]
    errors: list[Exception] = []

    def step(key: int) -> None:
        try:
            if key % 2:
                switching.set_hours(account, start=9, end=19, days=range(5), by=by(user))
            else:
                pipeline.send_by_browser(key)
        except Exception as error:
            errors.append(error)
            raise

    crowd(step, keys)
    assert [str(one) for one in errors if "deadlock" in str(one)] == []
