"""LinkedIn's whole journey with a browser's work done in memory: connect, read, approve, send."""

import pytest

from accounts.models import User
from processing import pipeline
from processing.models import Contact, Conversation, Delivery, Message
from processing.situations import UNSEEN_FOR
from social.models import SentDay, SocialAccount
from social.providers.linkedin.browser import Outcome
from tests.social.linkedin.fake import FakeLinkedIn
from tests.social.linkedin.journey import (
    ANSWER,
    account,
    approve,
    drafted,
    leave,
    marie,
    respond,
    told,
    workspace,
)
from tests.social.sessions.conftest import linkedin, time
from tests.social.sessions.members import Hand, agree, kept, session_of
from tests.social.sessions.steps import read, receive

__all__ = ["account", "linkedin", "marie", "time", "workspace"]

pytestmark = pytest.mark.django_db


def test_from_the_cookies_to_an_answer_that_arrives_once(
    linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    draft = drafted(account, linkedin, time)
    assert draft.status == "held"
    assert Contact.objects.get().name == "Léa Martin"
    assert Conversation.objects.get().category == "lead"
    thread = linkedin.threads["2-ACoLEA=="]
    assert (thread.opened, thread.unread) == (0, 1), "reading the list opens nothing"

    delivery = leave(approve(draft, marie))
    draft.refresh_from_db()
    assert (delivery.status, draft.status) == ("sent", "sent")
    assert linkedin.sent(thread.id) == [ANSWER]
    assert draft.external_id == thread.messages[-1]["id"]
    assert SentDay.objects.get().sent == 1
    assert session_of(account).busy_until is None

    time.move(minutes=20)
    read(account)
    pipeline.send_by_browser(delivery.pk)
    assert Message.objects.filter(direction="outbound").count() == 1
    assert linkedin.whats() == ["visit", "inbox", "send", "inbox"]
    cookies = {one["name"]: one["value"] for one in kept(account)["cookies"]}
    assert cookies["JSESSIONID"] == '"ajax:4"'


def test_nothing_leaves_of_itself_until_the_member_agreed_to_that_as_well(
    linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    draft = drafted(account, linkedin, time)
    assert (draft.status, linkedin.whats()) == ("held", ["visit", "inbox"])

    agree(account, marie, "automation")
    SocialAccount.objects.update(automation_agreed_at=time.now)
    time.move(minutes=20)
    linkedin.writes("Un tarif pour un accompagnement ?", contact="ACoNOE", name="Noé Blanc")
    read(account)
    respond(time)
    delivery = Delivery.objects.get()
    assert delivery.status == "queued"
    assert leave(delivery).status == "sent"
    assert linkedin.sent("2-ACoNOE==") == [ANSWER]


def test_a_newer_message_in_the_thread_comes_before_the_answer(
    linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    draft = drafted(account, linkedin, time)
    delivery = approve(draft, marie)
    time.move(minutes=1)
    linkedin.writes("En fait, laissez tomber.")
    pipeline.send_by_browser(delivery.pk)
    receive()
    assert linkedin.sent("2-ACoLEA==") == []
    assert SentDay.objects.get().sent == 0
    # What the browser saw of the thread is known at once, and the member is asked once more.
    assert Message.objects.filter(direction="inbound").count() == 2
    draft.refresh_from_db()
    assert (draft.status, draft.approved_by) == ("held", None)
    assert told("draft")[-1] == "newer_message"
    assert linkedin.whats() == ["visit", "inbox", "send"]

    # They approve it as it stands: they have seen what was written since.
    time.move(minutes=10)
    assert leave(approve(draft, marie)).status == "sent"
    assert linkedin.sent("2-ACoLEA==") == [ANSWER]


def test_what_was_said_earlier_and_read_late_keeps_no_approved_answer_back(
    linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    thread = linkedin.writes("Bonjour !")
    time.move(minutes=1)
    linkedin.writes("Bonjour, quel est le tarif de votre accompagnement ?")
    read(account)
    time.move(seconds=UNSEEN_FOR.total_seconds())
    respond(time)
    delivery = approve(Message.objects.get(author="assistant"), marie)
    linkedin.strange = [Outcome("failed", result="not_sent", messages=tuple(thread.messages))]
    delivery = leave(delivery)
    assert Message.objects.filter(direction="inbound").count() == 2
    assert delivery.next_at is not None
    time.now = delivery.next_at
    assert leave(delivery).status == "sent"


def test_what_the_member_wrote_before_the_question_takes_nothing_over_once_it_was_answered(
    linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    linkedin.writes("Merci pour votre visite !", own=True)
    time.move(minutes=7)
    draft = drafted(account, linkedin, time)
    assert leave(approve(draft, marie)).status == "sent"
    assert Message.objects.filter(author="human").count() == 1
    assert Conversation.objects.get().handled_by == "assistant"

    time.move(minutes=30)
    linkedin.writes("Et pour deux journées, quel tarif ?")
    read(account)
    respond(time)
    assert Message.objects.filter(status="held").count() == 1
