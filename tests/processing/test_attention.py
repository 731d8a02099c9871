"""Whoever may need a member is marked at once; the mark goes when nothing can need anybody."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Workspace
from processing import actions, approving, attention, handling, inbox
from processing.attention import REST, needing_a_human
from processing.models import Conversation, Message, Scenario
from tests.factories import (
    NOON,
    make_conversation,
    make_event,
    make_message,
    make_reply,
    make_scenario,
    make_workspace,
)
from tests.processing.conftest import Scene

BY = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


def marked(scene: Scene) -> bool:
    return Conversation.objects.get(workspace=scene.workspace).attention_at is not None


def forget_marks() -> None:
    Conversation.objects.update(attention_at=None)


def later() -> int:
    """Sweep when every mark has stood long enough."""
    return attention.sweep(now=timezone.now() + REST)


def nobody_answers(scene: Scene) -> None:
    Workspace.objects.update(assistant_on=False)
    scene.say()
    scene.run()


def no_scenario(scene: Scene) -> None:
    Scenario.objects.update(autonomy="off")
    scene.say()
    scene.run()


def a_draft(scene: Scene) -> None:
    Scenario.objects.update(autonomy="draft")
    scene.say()
    scene.run()


def handed_over(scene: Scene) -> None:
    scene.say()
    inbox.hand_off(Conversation.objects.get(), "asked_for_human", now=timezone.now())


def taken_back_takeover(scene: Scene) -> None:
    handed_over(scene)
    actions.step_in(Conversation.objects.get(), by=BY)
    forget_marks()
    handling.undo(Conversation.objects.get(), "takeover", by=BY)


def taken_back_approval(scene: Scene) -> None:
    a_draft(scene)
    draft = Message.objects.get(status="held")
    approving.approve(draft, by=BY)
    forget_marks()
    approving.undo(draft, by=BY)


@pytest.mark.parametrize(
    "happens",
    [nobody_answers, no_scenario, a_draft, handed_over, taken_back_takeover, taken_back_approval],
)
def test_whatever_needs_a_member_is_marked_as_it_happens(
    happens: Callable[[Scene], None], scene: Scene
) -> None:
    happens(scene)
    assert marked(scene)
    assert Conversation.objects.filter(needing_a_human()).exists()
    later()
    assert marked(scene)


def test_a_thread_that_was_answered_loses_its_mark_once_it_has_rested(scene: Scene) -> None:
    a_draft(scene)
    Message.objects.filter(status="held").update(status="sent")
    inbox.release(Conversation.objects.get())
    attention.sweep(now=timezone.now())
    assert marked(scene)
    assert later() == 1
    assert not marked(scene)


@pytest.mark.parametrize("status", ["queued", "unconfirmed", "refused", "failed"])
@pytest.mark.django_db
def test_the_mark_stays_while_the_answer_may_still_not_arrive(
    status: str, workspace: Workspace
) -> None:
    thread = make_conversation(workspace)
    question = make_message(thread, outcome="silent", reason="assistant_off")
    make_reply(question, status=status)
    later()
    thread.refresh_from_db()
    assert thread.attention_at is not None


@pytest.mark.django_db
def test_a_mark_that_is_set_while_it_is_swept_stays(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = make_conversation(workspace)
    make_message(thread, outcome="reply", reason="replied")
    looked = attention._may_need

    def and_somebody_marks() -> object:
        attention.mark(thread.pk)
        return looked()

    monkeypatch.setattr(attention, "_may_need", and_somebody_marks)
    assert later() == 0
    thread.refresh_from_db()
    assert thread.attention_at is not None


@pytest.mark.django_db
def test_what_an_older_version_wrote_is_marked_by_the_next_sweep(workspace: Workspace) -> None:
    thread = make_conversation(workspace, attention_at=None, handoff_reason="asked_for_human")
    quiet = make_conversation(workspace, name="Bob", attention_at=None)
    for one in (thread, quiet):
        make_event(one)
    attention.sweep(now=timezone.now())
    found = Conversation.objects.filter(needing_a_human())
    assert list(found) == [thread]
    assert list(Conversation.objects.filter(attention_at=None)) == [quiet]


@pytest.mark.django_db
@pytest.mark.parametrize("why", ["no_scenario", "assistant_off"])
def test_what_an_older_version_wrote_and_begins_to_matter_later_is_marked_meanwhile(
    workspace: Workspace, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scenario answers, or a human is in charge: nobody is needed, until that ends."""
    monkeypatch.setattr(attention, "LATEST", 5)
    make_scenario(workspace)
    by = "human" if why == "assistant_off" else "assistant"
    thread = make_conversation(workspace, attention_at=None, handled_by=by)
    message = make_message(thread, outcome="silent", reason=why)
    make_event(thread, message=message, kind="decided", reason=why)
    attention.sweep(now=timezone.now())
    other = make_conversation(workspace, name="Bob")
    for _number in range(6):
        make_event(other)

    Scenario.objects.update(autonomy="off")
    Conversation.objects.filter(pk=thread.pk).update(handled_by="assistant")
    attention.sweep(now=timezone.now() + REST)
    assert thread in Conversation.objects.filter(needing_a_human())


@pytest.mark.django_db
def test_whom_a_busy_upgrade_left_without_a_mark_is_found_at_night(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention, "LATEST", 5)
    monkeypatch.setattr(attention, "MANY", 2)
    thread = make_conversation(workspace, attention_at=None, handoff_reason="asked_for_human")
    make_event(thread)
    quiet = [make_conversation(workspace, name=f"B{at}", attention_at=None) for at in range(5)]
    for one in quiet * 2:
        make_event(one)
    attention.sweep(now=timezone.now())
    assert not Conversation.objects.filter(needing_a_human()).exists()

    assert attention.mend_all() == 1
    assert list(Conversation.objects.filter(needing_a_human())) == [thread]


@pytest.mark.django_db
def test_one_that_still_needs_somebody_is_looked_at_again_after_those_behind_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention, "BATCH", 1)
    make_conversation(workspace, handoff_reason="asked_for_human")
    make_conversation(workspace, name="Bob", attention_at=NOON + timedelta(seconds=1))
    assert [later(), later()] == [0, 1]


@pytest.mark.django_db
def test_the_migration_marks_whoever_may_need_somebody(workspace: Workspace) -> None:
    threads = {name: make_conversation(workspace, name=name) for name in "abcd"}
    make_message(threads["a"], outcome="silent", reason="no_scenario")
    make_reply(make_message(threads["b"]), status="held")
    make_message(threads["c"], outcome="reply", reason="replied")
    Conversation.objects.filter(pk=threads["d"].pk).update(handoff_reason="gave_up")
    forget_marks()
    module = import_module("processing.migrations.0010_marks")
    module.mark(apps, SimpleNamespace())
    found = set(Conversation.objects.exclude(attention_at=None))
    assert found == {threads["a"], threads["b"], threads["d"]}


@pytest.mark.django_db
def test_many_marks_are_taken_away_with_as_few_questions_as_one(workspace: Workspace) -> None:
    def asked(number: int) -> int:
        for at in range(number):
            reason = "asked_for_human" if at % 2 else ""
            make_conversation(workspace, name=f"C{at}", handoff_reason=reason)
        with CaptureQueriesContext(connection) as queries:
            later()
        return len(queries)

    assert asked(2) == asked(20)
    assert Conversation.objects.filter(attention_at=None).count() == 11
