"""What a send may meet: lost answers, walls, rests, hours, caps; the browser's work is played."""

import json
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from processing import approving, dispatch, pipeline
from processing.models import Conversation, Delivery, InteractionEvent, Message
from processing.thread import lines_of
from processing.views.drafts import in_hand
from processing.wakes import Wake
from social import drifts
from social.models import Drift, Poll, SentDay, SocialAccount, WebhookEvent
from social.providers.linkedin.browser import Job, Outcome
from tests.social.linkedin.fake import LOST, SWALLOWED, FakeLinkedIn
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
from tests.social.sessions.members import Hand, connected, join, kept, session_of
from tests.social.sessions.steps import look, read

__all__ = ["account", "linkedin", "marie", "time", "workspace"]

pytestmark = pytest.mark.django_db


def test_a_send_whose_answer_was_lost_is_found_at_the_next_look_and_never_sent_again(
    linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    linkedin.sends = LOST
    delivery = leave(approve(drafted(account, linkedin, time), marie))
    assert delivery.status == "unconfirmed"
    assert SentDay.objects.get().sent == 1
    assert pipeline.send(delivery.pk) == [Wake("send_by_browser", delivery.pk)]
    pipeline.send_by_browser(delivery.pk)

    assert delivery.next_at is not None
    time.now = delivery.next_at
    pipeline.settle(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.status == "sent"
    assert linkedin.sent("2-ACoLEA==") == [ANSWER]
    assert "confirmed_by_reading" in told()


def test_a_send_that_never_arrived_is_failed_after_two_looks_and_not_sent_again(
    linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    linkedin.sends = SWALLOWED
    draft = drafted(account, linkedin, time)
    time.move(minutes=10)
    delivery = leave(approve(draft, marie))
    for _ in range(4):
        delivery.refresh_from_db()
        if delivery.status != "unconfirmed":
            break
        assert delivery.next_at is not None
        time.now = delivery.next_at
        pipeline.settle(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.status == "failed"
    assert linkedin.whats().count("send") == 1
    assert linkedin.sent("2-ACoLEA==") == []


def test_a_worker_that_vanishes_in_mid_send_leaves_it_to_be_looked_up(
    linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    class Killed(BaseException):
        """No handler sees a SIGKILL."""

    delivery = approve(drafted(account, linkedin, time), marie)

    def killed(_job: Job) -> None:
        raise Killed

    linkedin.meanwhile = killed
    with pytest.raises(Killed):
        pipeline.send_by_browser(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.status == "sending"
    time.move(minutes=6)
    pipeline.sweep()
    delivery.refresh_from_db()
    assert delivery.status == "unconfirmed"
    assert SentDay.objects.get().sent == 1


@pytest.mark.parametrize("trouble", ["wrong_thread", "wrong_recipient"])
def test_another_thread_or_person_than_meant_gets_nothing(
    trouble: str, linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    delivery = approve(drafted(account, linkedin, time), marie)
    thread = linkedin.threads["2-ACoLEA=="]
    if trouble == "wrong_thread":
        del linkedin.threads[thread.id]
    else:
        thread.contact = "ACoSOMEBODYELSE"
    delivery = leave(delivery)
    assert (delivery.status, delivery.error_code) == ("refused", trouble)
    assert not any(one["own"] for one in thread.messages)
    assert SentDay.objects.get().sent == 0
    assert Conversation.objects.get().handoff_reason == "send_refused"


WALLS = ["needs_login", "checkpoint", "restricted"]


@pytest.mark.parametrize("state", WALLS)
def test_a_wall_in_mid_send_stops_everything_and_connecting_again_sends_it_once(
    state: str, linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    delivery = approve(drafted(account, linkedin, time), marie)
    linkedin.strange = [Outcome(state, detail="path", result="not_sent")]
    delivery = leave(delivery)
    account.refresh_from_db()
    assert (account.status, account.status_reason) == ("needs_login", state)
    for _ in range(6):
        time.move(hours=4)
        pipeline.send_by_browser(delivery.pk)
        pipeline.poll(Poll.objects.get(stream="inbox").pk)
    assert linkedin.whats() == ["visit", "inbox", "send"]
    assert SentDay.objects.get().sent == 0

    time.now = time.now.replace(hour=10)
    join(marie, account.workspace, account=account, li_at="fresh")
    look(account)
    delivery.refresh_from_db()
    assert delivery.next_at is not None
    assert delivery.next_at <= time.now
    pipeline.send_by_browser(delivery.pk)
    assert linkedin.sent("2-ACoLEA==") == [ANSWER]


@pytest.mark.parametrize(
    ("outcome", "status", "reason"),
    [
        (Outcome("cooldown", detail="status_429", result="not_sent"), "queued", "paced_cooldown"),
        (Outcome("unknown", snapshot="<p></p>", result="not_sent"), "queued", "paced_unknown"),
        (Outcome("drift", missing="send_button", result="not_sent"), "queued", "paced_drift"),
    ],
    ids=["cooldown", "unknown", "drift"],
)
def test_a_send_that_meets_a_rest_waits_without_another_browser(
    linkedin: FakeLinkedIn,
    account: SocialAccount,
    marie: User,
    time: Hand,
    *,
    outcome: Outcome,
    status: str,
    reason: str,
) -> None:
    delivery = approve(drafted(account, linkedin, time), marie)
    linkedin.strange = [outcome]
    leave(delivery)
    time.move(minutes=70)
    Delivery.objects.update(next_at=time.now)
    SocialAccount.objects.update(held_until=None)
    pipeline.send_by_browser(delivery.pk)
    delivery.refresh_from_db()
    delivery.message.refresh_from_db()
    assert (delivery.status, delivery.message.reason) == (status, reason)
    assert linkedin.whats() == ["visit", "inbox", "send"]


def test_the_send_that_found_the_pages_changed_leaves_once_they_are_known_again(
    linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    draft = drafted(account, linkedin, time)
    delivery = approve(draft, marie)
    linkedin.strange = [Outcome("drift", missing="send_button", result="not_sent")]
    leave(delivery)
    draft.refresh_from_db()
    (line,) = lines_of([draft])
    assert (draft.reason, line.put_off, line.until_somebody) == ("paced_drift", True, True)

    time.move(minutes=10)
    drifts.lift(Drift.objects.get(), by="ops@flowia.example", now=time.now)

    delivery.refresh_from_db()
    assert delivery.next_at == time.now
    assert leave(delivery).status == "sent"


def test_outside_the_working_hours_an_approved_answer_waits_for_the_morning(
    linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    draft = drafted(account, linkedin, time)
    time.now = time.now.replace(hour=20)
    delivery = leave(approve(draft, marie))
    draft.refresh_from_db()
    assert (delivery.status, draft.reason) == ("queued", "paced_hours")
    assert delivery.next_at == time.now.replace(hour=8, minute=0, second=0) + timedelta(days=1)
    assert delivery.attempts == 0
    assert linkedin.whats() == ["visit", "inbox"]
    time.now = delivery.next_at
    assert leave(delivery).status == "sent"


def test_who_approves_outside_the_hours_is_told_when_it_leaves_and_why(
    linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    draft = drafted(account, linkedin, time)
    time.now = time.now.replace(hour=20)
    delivery = approve(draft, marie)
    morning = time.now.replace(hour=8, minute=0, second=0) + timedelta(days=1)
    told = in_hand(draft.workspace, str(draft.uid), now=time.now)["leaves_later"]
    assert told["until"] == morning
    assert str(told["sentence"]) == "Il part pendant les heures d’activité du compte."

    leave(delivery)
    draft.refresh_from_db()
    (line,) = lines_of([draft])
    assert (line.put_off, line.leaves_at) == (True, morning)
    assert line.sentence == "Il part pendant les heures d’activité du compte."

    approving.undo(draft, by=str(marie.uid))
    draft.refresh_from_db()
    assert (draft.status, lines_of([draft])[0].put_off) == ("held", False)
    assert in_hand(draft.workspace, str(draft.uid), now=time.now)["leaves_later"] is None


def test_ten_approved_answers_leave_one_by_one_with_the_cap_of_the_first_day(
    linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    for number in range(10):
        text = f"Le tarif de l'accompagnement numéro {number} ?"
        linkedin.writes(text, contact=f"ACoP{number}", name=f"Personne {number}")
    read(account)
    respond(time)
    drafts = list(Message.objects.filter(author="assistant", status="held"))
    assert len(drafts) == 10
    for draft in drafts:
        approve(draft, marie)
    end = time.now.replace(hour=18, minute=30)
    while time.now < end:
        for key in Delivery.objects.filter(status="queued", next_at__lte=time.now):
            pipeline.send_by_browser(key.pk)
        time.move(minutes=1)
    assert Delivery.objects.filter(status="sent").count() == 5
    waits = Delivery.objects.filter(status="queued").select_related("message")
    assert {one.message.reason for one in waits} == {"paced_cap"}
    assert {one.attempts for one in waits} == {0}
    # Each reason of waiting is told once, not at every try.
    assert len(told()) <= 10 * 4


def test_a_whole_thread_is_read_only_where_more_is_unread_than_the_list_shows(
    linkedin: FakeLinkedIn, account: SocialAccount, time: Hand
) -> None:
    linkedin.writes("Bonjour, je cherche un accompagnement.")
    time.move(seconds=5)
    linkedin.writes("Quel est votre tarif ?")
    read(account)
    # Rows are dated by the database, not by the hand of this test.
    Message.objects.update(created_at=time.now)
    respond(time)
    assert Message.objects.filter(direction="inbound").count() == 1
    poll = Poll.objects.get(stream="thread")
    assert poll.cursor["wanted"] == [["2-ACoLEA==", "ACoLEA"]]
    time.move(seconds=2)
    read(account, "thread")
    assert linkedin.threads["2-ACoLEA=="].opened == 1
    assert Message.objects.filter(direction="inbound").count() == 2
    Message.objects.filter(outcome="", next_at__isnull=False).update(next_at=time.now)
    respond(time)
    draft = Message.objects.get(author="assistant")
    assert draft.in_reply_to is not None
    assert draft.in_reply_to.text == "Quel est votre tarif ?"


class Memory:
    """As much of Redis as the dispatcher needs."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        return self.kept.get(name)

    def set(self, name: str, value: Any, ex: int = 0) -> None:
        self.kept[name] = value

    def llen(self, _name: str) -> int:
        return 0


def test_what_a_browser_does_is_woken_on_its_own_queue_only(
    linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    delivery = approve(drafted(account, linkedin, time), marie)
    other = connected()
    SocialAccount.objects.filter(pk=other.pk).update(check_next_at=time.now)
    unconfirmed = Delivery.objects.create(
        workspace=account.workspace,
        message=Message.objects.get(direction="inbound"),
        status="unconfirmed",
        next_at=time.now,
    )
    Poll.objects.filter(stream="inbox").update(next_at=time.now)
    time.move(seconds=30)
    woken = dispatch.due(Memory())  # type: ignore[arg-type]
    mine = [one for one in woken if one.row_id in {delivery.pk, unconfirmed.pk, other.pk}
            or one.step.startswith("poll")]  # fmt: skip
    steps = {one.step for one in mine}
    assert {"send_by_browser", "settle_by_browser", "poll_by_browser", "check_by_browser"} <= steps
    assert not steps & {"send", "settle", "poll", "check"}
    browsing = {step for step, queue in dispatch.KEYS.items() if queue == "browserLinkedIn"}
    assert browsing == {one for one in dispatch.KEYS if one.endswith("_by_browser")}


def test_nothing_of_a_session_stands_in_what_is_stored_in_the_open(
    linkedin: FakeLinkedIn, account: SocialAccount, marie: User, time: Hand
) -> None:
    leave(approve(drafted(account, linkedin, time), marie))
    secret = "AQEDinvented-session-value"
    assert secret in json.dumps(kept(account))
    for rows in (SocialAccount, WebhookEvent, InteractionEvent, Poll, Delivery):
        for row in rows.objects.values():
            assert secret not in repr({name: _plain(value) for name, value in row.items()})
    assert secret not in session_of(account).sealed


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
