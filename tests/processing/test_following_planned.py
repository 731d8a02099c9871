"""Follow-ups: when they are planned, and what calls them off."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import audit
from billing.models import Quota
from processing import handoffs, pipeline, publishing
from processing.actions import step_in
from processing.models import (
    Contact,
    Conversation,
    Delivery,
    FollowUp,
    InteractionEvent,
    Message,
    Scenario,
)
from processing.privacy import erasing
from tests.factories import make_account, make_member, make_workspace
from tests.processing.conftest import Scene
from tests.processing.following import (
    answered,
    at_noon,
    let_it_come,
    make_sequence,
    message_of,
    move_to,
    outcome,
    planned,
    quota,
    send_all,
    write,
)

__all__ = ["at_noon"]


def test_an_answer_that_left_plans_the_first_step(at_noon: Scene) -> None:
    make_sequence(at_noon, (120, 300))
    answered(at_noon)

    found = planned()
    assert (found.position, found.reason) == (1, "planned")
    assert found.next_at is not None
    wait = found.next_at - timezone.now()
    assert timedelta(minutes=118) < wait <= timedelta(minutes=120)
    assert at_noon.reasons("follow_up") == ["planned"]


def test_an_answer_that_may_not_have_left_plans_nothing_before_its_echo(at_noon: Scene) -> None:
    make_sequence(at_noon)
    at_noon.graph.answers.clear()
    at_noon.graph.answer(500, {"error": {"message": "x", "code": 2}})
    answered(at_noon)
    assert not FollowUp.objects.exists()

    uid = Delivery.objects.get().uid
    at_noon.echo(mid="m_out_9", app_id=998877665544332, metadata=f"delivery:{uid}")
    assert planned().position == 1


NOT_FOR_IT: list[tuple[str, dict[str, Any]]] = [
    ("an inactive sequence", {"active": False}),
    ("a scenario that is off", {"autonomy": "off"}),
    ("another kind of scenario", {"kind": "reply", "trigger": "keywords", "keywords": ["zzz"]}),
    ("one put away", {"archived_at": timezone.now()}),
    ("one for comments", {"channel": "comment"}),
]


@pytest.mark.parametrize(("_name", "fields"), NOT_FOR_IT, ids=[row[0] for row in NOT_FOR_IT])
def test_no_follow_up_without_a_scenario_that_fits(
    at_noon: Scene, _name: str, fields: dict[str, Any]
) -> None:
    make_sequence(at_noon, **fields)
    answered(at_noon)

    assert not FollowUp.objects.exists()


def test_a_scenario_of_another_account_does_not_fit_and_one_of_this_does(at_noon: Scene) -> None:
    make_sequence(at_noon, accounts=[make_account(at_noon.workspace)], priority=9)
    mine = make_sequence(at_noon, accounts=[at_noon.account])
    answered(at_noon)

    assert planned().sequence == mine


def test_a_workspace_never_plans_with_anothers_sequence(at_noon: Scene) -> None:
    sequence = make_sequence(at_noon)
    other = make_workspace("Ailleurs")
    Scenario.objects.filter(pk=sequence.scenario_id).update(workspace=other)
    type(sequence).objects.update(workspace=other)
    answered(at_noon)

    assert not FollowUp.objects.exists()


def test_what_would_come_too_late_is_a_task_until_the_window_closes(at_noon: Scene) -> None:
    make_sequence(at_noon, (120,))
    at_noon.say()
    pipeline.respond(Message.objects.get().pk)
    closes = timezone.now() + timedelta(minutes=20)
    Conversation.objects.update(window_closes_at=closes)
    send_all(at_noon)

    task = FollowUp.objects.get()
    assert (task.status, task.reason, task.task_until) == ("task", "no_moment_left", closes)
    assert task.next_at == closes


def test_a_long_wait_is_brought_forward_before_the_window_closes(at_noon: Scene) -> None:
    make_sequence(at_noon, (3000,))
    answered(at_noon)

    found, closes = planned(), at_noon.conversation().window_closes_at
    assert found.reason == "moved_before_window_closes"
    assert found.next_at is not None
    assert closes is not None
    assert found.next_at < closes


def test_at_night_it_waits_for_the_morning(scene: Scene) -> None:
    move_to(scene, 23)
    make_sequence(scene)
    answered(scene)

    assert planned().reason == "moved_to_morning"


# --- called off


def contact_writes(scene: Scene) -> None:
    scene.say("Merci, je réfléchis")


def contact_wants_silence(scene: Scene) -> None:
    scene.say("STOP")


def human_answers_on_the_network(scene: Scene) -> None:
    scene.echo(text="39 €", app_id=1)


def member_takes_over(scene: Scene) -> None:
    step_in(scene.conversation(), by="membre")


def scenario_goes_off(scene: Scene) -> None:
    scenario = Scenario.objects.get(kind="follow_up")
    publishing.publish(scenario, {"autonomy": "off"}, by=by_owner(scene))


def sequence_goes_off(scene: Scene) -> None:
    scenario = Scenario.objects.get(kind="follow_up")
    publishing.publish(scenario, {}, by=by_owner(scene), active=False)


def scenario_is_put_away(scene: Scene) -> None:
    scenario = Scenario.objects.get(kind="follow_up")
    publishing.put_away(scenario, by=by_owner(scene), now=timezone.now())


def handed_over(scene: Scene) -> None:
    handoffs.hand_over(scene.conversation(), "asked_for_human", now=timezone.now())


def by_owner(scene: Scene) -> audit.By:
    return audit.by(make_member(scene.workspace))


CALLS_OFF = [
    (contact_writes, "contact_wrote"),
    (contact_wants_silence, "opted_out"),
    (human_answers_on_the_network, "human_replied"),
    (member_takes_over, "taken_over"),
    (scenario_goes_off, "scenario_off"),
    (sequence_goes_off, "scenario_off"),
    (scenario_is_put_away, "scenario_put_away"),
    (handed_over, "handed_over"),
]


@pytest.mark.parametrize(("deed", "reason"), CALLS_OFF, ids=[row[0].__name__ for row in CALLS_OFF])
def test_a_planned_follow_up_is_called_off_at_once(at_noon: Scene, deed: Any, reason: str) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = planned()
    deed(at_noon)

    assert outcome(found) == ("cancelled", reason)
    assert FollowUp.objects.get().next_at is None
    row = InteractionEvent.objects.filter(kind="follow_up").latest("pk")
    assert (row.outcome, row.reason) == ("cancelled", reason)


@pytest.mark.parametrize(("deed", "reason"), CALLS_OFF, ids=[row[0].__name__ for row in CALLS_OFF])
def test_one_that_is_written_and_has_not_left_is_called_off_too(
    at_noon: Scene, deed: Any, reason: str
) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = write(at_noon)
    sent = len(at_noon.graph.asked)
    deed(at_noon)
    message = message_of(found)
    pipeline.send(Delivery.objects.get(message=message).pk)

    message.refresh_from_db()
    assert outcome(found) == ("cancelled", reason)
    assert (message.status, message.reason, message.quota_day) == ("refused", reason, None)
    assert len(at_noon.graph.asked) == sent


@pytest.mark.parametrize("deed", [contact_writes, contact_wants_silence, scenario_goes_off])
def test_a_draft_that_waits_for_approval_is_called_off_too(at_noon: Scene, deed: Any) -> None:
    make_sequence(at_noon, autonomy="draft")
    answered(at_noon)
    found = write(at_noon)
    assert message_of(found).status == "held"
    assert at_noon.conversation().handoff_reason == "needs_approval"
    deed(at_noon)

    assert message_of(found).status == "refused"
    assert outcome(found)[0] == "cancelled"
    assert at_noon.conversation().handoff_reason == ""


def test_a_newer_answer_begins_the_sequence_anew(at_noon: Scene) -> None:
    make_sequence(at_noon, (120, 300))
    answered(at_noon)
    first = planned()
    second = at_noon.say("Et la livraison ?")
    Conversation.objects.update(next_automatic_at=None)
    pipeline.respond(second.pk)
    send_all(at_noon)

    assert outcome(first) == ("cancelled", "contact_wrote")
    assert planned().position == 1
    assert planned() != first


def test_an_erased_contact_gets_no_follow_up_and_gives_the_quota_back(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = let_it_come()
    FollowUp.objects.update(quota_day=Quota.objects.get().day)
    Quota.objects.update(reserved=1)
    erasing.ask(at_noon.workspace, Contact.objects.get().uid, by=audit.SYSTEM)
    pipeline.follow(found.pk)

    assert not FollowUp.objects.exists()
    assert quota() == (1, 0)
    assert len(at_noon.graph.asked) == 1


# --- written and sent
