"""Drafts and what members do with them, by API, with the network played over HTTP."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing.models import Quota
from processing import outbox, pipeline
from processing.models import Contact, Conversation, Delivery, InteractionEvent, Message, Scenario
from tests.callers import caller
from tests.factories import make_member
from tests.processing.conftest import NOTICE, Scene

TEXT = "Oui, elle coûte 49 €."


@pytest.fixture
def held(scene: Scene) -> Scene:
    """A draft waits, and the customer knows already that an AI writes."""
    Scenario.objects.update(autonomy="draft")
    scene.say()
    scene.run()
    Conversation.objects.update(notice_sent_at=timezone.now())
    return scene


@pytest.fixture
def owner(scene: Scene) -> User:
    return make_member(scene.workspace)


@pytest.fixture
def client(owner: User) -> Client:
    return caller(owner)


def draft() -> Message:
    return Message.objects.get(status="held")


def do(client: Client, deed: str, one: Message | None = None, **body: Any) -> Any:
    address = f"/drafts/{(one or draft()).uid}/{deed}"
    return client.post(address, body, content_type="application/json")


def told(kind: str = "draft") -> list[tuple[str, dict[str, Any]]]:
    rows = InteractionEvent.objects.filter(kind=kind).order_by("pk")
    return list(rows.values_list("reason", "data"))


def test_a_held_draft_stands_in_the_list_with_its_question_and_why(
    held: Scene, client: Client
) -> None:
    [row] = client.get("/drafts").json()["results"]

    assert (row["text"], row["question"]["text"]) == (TEXT, "C'est combien ?")
    assert (row["reason"], row["intent"]) == ("needs_approval", "price")
    assert row["sentence"]
    assert row["conversation"] == str(held.conversation().uid)


def test_an_approved_draft_leaves_as_it_stands(held: Scene, client: Client, owner: User) -> None:
    one = draft()
    answer = do(client, "approve")

    assert answer.status_code == 202
    assert answer.json() == {"message": {"id": str(one.uid), "status": "queued"}}
    held.run()
    one.refresh_from_db()
    assert (one.status, one.text, one.approved_by) == ("sent", TEXT, owner.uid)
    assert held.graph.asked[0].body["message"]["text"] == TEXT
    assert told() == [("approved", {"by": str(owner.uid)})]


def test_the_notice_stands_before_an_approved_draft_where_it_is_due(
    held: Scene, client: Client
) -> None:
    Conversation.objects.update(notice_sent_at=None)
    do(client, "approve")
    held.run()

    sent = held.graph.asked[0].body["message"]["text"]
    assert sent.endswith(f"\n\n{TEXT}")
    assert sent != f"\n\n{TEXT}"
    assert Message.objects.get(author="assistant").notice


def test_an_edited_draft_leaves_with_the_members_words_and_no_text_in_the_ledger(
    held: Scene, client: Client
) -> None:
    answer = do(client, "edit", text="Oui, elle coûte 99 euros, nue.")
    held.run()

    assert answer.status_code == 202
    assert held.graph.asked[0].body["message"]["text"] == "Oui, elle coûte 99 euros, nue."
    [(reason, data)] = told()
    assert reason == "approved_edited"
    assert set(data) == {"by", "edit"}
    assert 0 < data["edit"] < 1
    assert Message.objects.get(author="assistant").drafted == TEXT


@pytest.mark.parametrize(
    ("kind", "text"),
    [("messenger", "a" * 2001), ("instagram", "é" * 501), ("messenger", " \n "), ("messenger", "")],
)
def test_words_that_do_not_fit_are_refused_with_their_field(
    held: Scene, client: Client, kind: str, text: str
) -> None:
    held.account.kind = kind
    held.account.save()
    answer = do(client, "edit", text=text)

    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"text"}
    assert draft().text == TEXT


def test_the_length_counts_the_notice_too_and_says_so(held: Scene, client: Client) -> None:
    Conversation.objects.update(notice_sent_at=None)
    answer = do(client, "edit", text="a" * 1990)
    assert answer.status_code == 400
    [sentence] = answer.json()["errors"]["text"]
    assert "mention de l’IA" in sentence
    assert str(len(NOTICE) + 2) in sentence


def test_a_lone_surrogate_is_no_text(held: Scene, client: Client) -> None:
    address = f"/drafts/{draft().uid}/edit"
    answer = client.post(address, '{"text": "\\ud800"}', content_type="application/json")
    assert answer.status_code == 400


def test_a_rejected_draft_is_never_sent(held: Scene, client: Client, owner: User) -> None:
    one = draft()
    answer = do(client, "reject", reason="wrong_facts")
    held.run()

    assert (answer.status_code, answer.json()["message"]["status"]) == (200, "refused")
    one.refresh_from_db()
    assert (one.status, one.reason) == ("refused", "rejected")
    assert held.graph.asked == []
    assert told() == [("rejected", {"by": str(owner.uid), "why": "wrong_facts"})]


@pytest.mark.parametrize(("why", "flag"), [("other", "draft_rejected"), ("not_needed", "")])
def test_who_waits_for_an_answer_that_was_rejected_needs_a_human(
    held: Scene, client: Client, why: str, flag: str
) -> None:
    do(client, "reject", reason=why)
    assert held.conversation().handoff_reason == flag
    waiting = client.get("/conversations?needs_human=true").json()["results"]
    assert len(waiting) == bool(flag)

    address = f"/conversations/{held.conversation().uid}"
    client.post(f"{address}/release")
    assert held.conversation().handoff_reason == ""


def test_a_rejected_draft_leaves_a_flag_that_says_more(held: Scene, client: Client) -> None:
    Conversation.objects.update(handoff_reason="send_failed")
    do(client, "reject", reason="other")
    assert held.conversation().handoff_reason == "send_failed"


def test_a_rejection_needs_one_of_the_reasons(held: Scene, client: Client) -> None:
    assert do(client, "reject", reason="because").status_code == 400


def test_a_draft_that_is_set_aside_leaves_the_list_until_then(held: Scene, client: Client) -> None:
    until = timezone.now() + timedelta(hours=1)
    assert do(client, "snooze", until=until.isoformat()).status_code == 200

    assert client.get("/drafts?snoozed=false").json()["results"] == []
    assert len(client.get("/drafts?snoozed=true").json()["results"]) == 1
    assert len(client.get("/drafts?snoozed=1").json()["results"]) == 1
    assert client.get("/drafts").json()["results"] == []
    Message.objects.filter(status="held").update(snoozed_until=timezone.now())
    assert len(client.get("/drafts?snoozed=false").json()["results"]) == 1
    assert do(client, "approve").status_code == 202


@pytest.mark.parametrize("days", [-1, 31])
def test_it_is_set_aside_within_the_next_30_days(held: Scene, client: Client, days: int) -> None:
    until = timezone.now() + timedelta(days=days)
    answer = do(client, "snooze", until=until.isoformat())
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"until"})


def test_an_approval_can_be_taken_back_while_it_waits(held: Scene, client: Client) -> None:
    Conversation.objects.update(notice_sent_at=None)
    one = draft()
    do(client, "approve", undo_seconds=5)
    held.run()
    assert held.graph.asked == []
    assert held.conversation().handoff_reason == ""

    assert do(client, "undo", one).status_code == 200
    again = draft()
    assert (again.text, again.notice, again.approved_by) == (TEXT, "", None)
    assert not Delivery.objects.exists()
    assert held.conversation().handoff_reason == "needs_approval"
    assert [reason for reason, _ in told()] == ["approved", "approval_undone"]


def test_a_message_that_left_cannot_be_taken_back(held: Scene, client: Client) -> None:
    one = draft()
    do(client, "approve")
    held.run()
    answer = do(client, "undo", one)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_sent")


def test_an_answer_that_nobody_approved_cannot_be_held(scene: Scene, client: Client) -> None:
    scene.say()
    pipeline.respond(Message.objects.get().pk)
    assert do(client, "undo", scene.reply()).status_code == 409


def test_a_message_on_the_wire_cannot_be_taken_back(held: Scene, client: Client) -> None:
    one = draft()
    do(client, "approve")
    Delivery.objects.update(status="sending")
    assert do(client, "undo", one).status_code == 409
    assert Message.objects.get(pk=one.pk).status == "queued"


def test_a_worker_that_has_claimed_it_sends_nothing_that_was_taken_back(
    held: Scene, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The member is quicker to the conversation's lock than the worker who has the delivery."""
    one, claim = draft(), outbox.claim
    do(client, "approve")

    def then_undone(delivery_id: int, *, now: datetime) -> Any:
        mine = claim(delivery_id, now=now)
        assert do(client, "undo", one).status_code == 200
        return mine

    monkeypatch.setattr(outbox, "claim", then_undone)
    pipeline.send(Delivery.objects.get().pk)

    assert held.graph.asked == []
    assert draft() == one
    assert not Quota.objects.filter(reserved__gt=0).exists()
    assert held.conversation().next_automatic_at is None


def test_an_edited_text_stays_edited_when_it_comes_back(held: Scene, client: Client) -> None:
    one = draft()
    do(client, "edit", text="Elle coûte 49 €, livrée.", undo_seconds=5)
    do(client, "undo", one)
    assert (draft().text, draft().drafted) == ("Elle coûte 49 €, livrée.", TEXT)
    do(client, "approve")
    assert told()[-1][0] == "approved_edited"


CLOSED = [
    ((Conversation, {"window_closes_at": timezone.now() - timedelta(days=1)}), "window_closed"),
    ((Contact, {"opted_out_at": timezone.now()}), "opted_out"),
    ((Message, {"status": "refused"}), "already_decided"),
]


@pytest.mark.parametrize(("closed", "code"), CLOSED)
@pytest.mark.parametrize("deed", ["approve", "edit"])
def test_what_may_no_longer_leave_is_refused_with_its_code(
    held: Scene, client: Client, closed: Any, code: str, deed: str
) -> None:
    one = draft()
    model, change = closed
    model.objects.update(**change)
    answer = do(client, deed, one, text="Bonjour")

    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert not Delivery.objects.exists()


def test_a_draft_whose_words_have_faded_is_not_sent(held: Scene, client: Client) -> None:
    Message.objects.filter(status="held").update(text="")
    assert do(client, "approve").status_code == 400
    assert not Delivery.objects.exists()


def test_the_flag_goes_with_the_last_draft(held: Scene, client: Client) -> None:
    assert held.conversation().handoff_reason == "needs_approval"
    do(client, "approve")
    assert held.conversation().handoff_reason == ""


def test_another_flag_stays(held: Scene, client: Client) -> None:
    Conversation.objects.update(handoff_reason="send_failed")
    do(client, "approve")
    assert held.conversation().handoff_reason == "send_failed"


def test_a_newer_message_with_its_own_draft_closes_the_older_one(
    held: Scene, client: Client
) -> None:
    older = draft()
    held.say("Et en bleu ?")
    held.run()

    answer = do(client, "approve", older)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_decided")
    assert "plus récent" in answer.json()["detail"]
    older.refresh_from_db()
    assert (older.status, older.reason) == ("refused", "superseded")
    assert draft().in_reply_to != older.in_reply_to
    assert [reason for reason, _ in told()] == ["superseded"]
    assert held.conversation().handoff_reason == "needs_approval"


def test_a_human_who_answers_on_the_network_closes_the_draft(held: Scene) -> None:
    older = draft()
    held.echo(text="Bonjour, 49 € !")

    older.refresh_from_db()
    assert (older.status, older.reason) == ("refused", "human_replied")
    assert held.conversation().handoff_reason == ""


def test_a_late_echo_of_an_earlier_answer_closes_nothing(held: Scene) -> None:
    hour = timezone.now() - timedelta(hours=1)
    item = held.item(message={"mid": "m_late", "is_echo": True, "text": "Bonjour"})
    item["sender"], item["recipient"] = item["recipient"], item["sender"]
    held.post(held.envelope(item | {"timestamp": round(hour.timestamp() * 1000)}))
    held.take_in()
    assert draft().text == TEXT


def test_an_approval_taken_back_after_a_newer_draft_leaves_one_draft(
    held: Scene, client: Client
) -> None:
    old = draft()
    do(client, "approve", old, undo_seconds=60)
    held.say("Et en bleu ?")
    for message in Message.objects.filter(outcome="", next_at__isnull=False):
        pipeline.respond(message.pk)
    newest = draft()
    answer = do(client, "undo", old)

    assert (answer.status_code, answer.json()["message"]["status"]) == (200, "refused")
    assert draft() == newest
    old.refresh_from_db()
    assert (old.status, old.reason) == ("refused", "superseded")
    assert [reason for reason, _data in told()][-2:] == ["approval_undone", "superseded"]
