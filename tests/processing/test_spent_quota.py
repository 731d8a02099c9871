"""What the day's quota keeps from leaving is seen by somebody, and costs nobody their turn."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing import quotas
from billing.models import Quota
from processing import approving, pipeline
from processing.actions import reply_by_hand
from processing.attention import needing_a_human
from processing.models import Conversation, Delivery, InteractionEvent, Message, Scenario, Trust
from tests.callers import caller
from tests.factories import make_member
from tests.processing.conftest import Scene

BY = "00000000-0000-0000-0000-000000000001"
LONG_AGO = date(2026, 1, 1)


def spend(scene: Scene) -> None:
    """All of today's messages have left, and what waits holds one of another day."""
    now = quotas.usage(scene.workspace)
    Quota.objects.update_or_create(
        workspace=scene.workspace, day=now.day, defaults={"used": now.limit or 0, "reserved": 0}
    )
    Message.objects.filter(quota_day__isnull=False).update(quota_day=LONG_AGO)


def hold(scene: Scene) -> Message:
    """A draft waits for approval; the customer knows that an AI writes."""
    Scenario.objects.update(autonomy="draft")
    scene.say()
    scene.run()
    Conversation.objects.update(notice_sent_at=timezone.now())
    return Message.objects.get(status="held")


def seen(scene: Scene) -> bool:
    return Conversation.objects.filter(needing_a_human()).exists()


def test_an_approval_holds_one_of_the_days_messages_at_once(scene: Scene) -> None:
    draft = hold(scene)
    wake = approving.approve(draft, by=BY)
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (0, 1)
    pipeline.send(wake.row_id)

    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (1, 0)


def test_a_draft_is_not_approved_once_the_days_messages_are_used_up(scene: Scene) -> None:
    draft = hold(scene)
    spend(scene)
    client = caller(make_member(scene.workspace))
    answer = client.post(f"/drafts/{draft.uid}/approve", {}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (402, "quota_exceeded")
    draft.refresh_from_db()
    assert (draft.status, draft.approved_by) == ("held", None)
    assert not Delivery.objects.exists()
    assert quotas.usage(scene.workspace).reserved == 0


def test_an_approved_draft_whose_quota_is_gone_when_it_would_leave_waits_again(
    scene: Scene,
) -> None:
    draft = hold(scene)
    words = draft.text
    Conversation.objects.update(notice_sent_at=None)
    wake = approving.approve(draft, by=BY)
    spend(scene)
    pipeline.send(wake.row_id)

    draft.refresh_from_db()
    assert (draft.status, draft.text, draft.notice, draft.approved_by) == ("held", words, "", None)
    assert scene.conversation().handoff_reason == "needs_approval"
    told = InteractionEvent.objects.filter(kind="draft").latest("pk")
    assert (told.reason, told.data) == ("quota_gone", {"limit": 10, "was": "approved"})
    assert not Delivery.objects.exists()
    assert list(Trust.objects.values_list("approved", flat=True)) == [0]
    Quota.objects.update(used=0)
    scene.graph.answers.clear()
    scene.graph.answer(200, {"message_id": "m_out_2"})
    pipeline.send(approving.approve(draft, by=BY).row_id)
    draft.refresh_from_db()
    assert draft.status == "sent"


def test_an_automatic_answer_whose_quota_is_gone_when_it_would_leave_is_seen(
    scene: Scene,
) -> None:
    pipeline.respond(scene.say().pk)
    spend(scene)
    pipeline.send(Delivery.objects.get().pk)

    assert (scene.reply().status, scene.reply().reason) == ("refused", "quota_spent")
    assert scene.conversation().handoff_reason == "quota_spent"
    assert seen(scene)
    assert scene.conversation().next_automatic_at is None


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param((400, {"error": {"code": 100, "message": "no"}}), id="refused for good"),
        pytest.param((429, {"error": {"code": 4, "message": "slow"}}), id="to be tried again"),
        pytest.param(None, id="no quota"),
    ],
)
def test_what_does_not_leave_gives_back_its_own_turn_and_no_others(
    scene: Scene, trouble: tuple[int, Any] | None
) -> None:
    draft = hold(scene)
    earned = timezone.now() + timedelta(seconds=250)
    Conversation.objects.update(next_automatic_at=earned)
    wake = approving.approve(draft, by=BY)
    scene.graph.answers.clear()
    if trouble is None:
        spend(scene)
    else:
        scene.graph.answer(*trouble)
    pipeline.send(wake.row_id)

    assert scene.conversation().next_automatic_at == earned


def test_a_members_own_words_that_do_not_leave_give_no_turn_back(scene: Scene) -> None:
    scene.say()
    scene.run()
    earned = scene.conversation().next_automatic_at
    assert earned is not None
    scene.graph.answers.clear()
    scene.graph.answer(400, {"error": {"code": 100, "message": "no"}})
    _, wake = reply_by_hand(scene.conversation(), "Bonjour !", by=BY)
    pipeline.send(wake.row_id)

    assert Message.objects.get(author="human").status == "refused"
    assert scene.conversation().next_automatic_at == earned
