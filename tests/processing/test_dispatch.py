"""What is due is woken once, woken again when forgotten, and never buried under copies."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations import actions
from integrations.models import Integration
from processing import dispatch
from processing.models import Message
from processing.wakes import Wake
from social import pauses
from social.models import Stop, WebhookEvent
from tests.factories import make_conversation, make_message, make_workspace
from tests.integrations.tool import queued as queue_leads
from tests.processing.conftest import Scene, connect_notion
from tests.processing.queueing import queue as queue_answers


class Notes:
    """The few words of Redis that the dispatcher speaks."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.depth = 0

    def get(self, name: str) -> Any:
        return self.kept.get(name)

    def set(self, name: str, value: Any, ex: int | None = None) -> None:
        self.kept[name] = value

    def llen(self, _name: str) -> int:
        return self.depth


@pytest.fixture
def notes() -> Notes:
    return Notes()


def due(notes: Notes) -> list[Wake]:
    return dispatch.due(notes)  # type: ignore[arg-type] # three commands are enough


def test_a_due_message_is_woken_once(scene: Scene, notes: Notes) -> None:
    message = scene.say()

    assert due(notes) == [Wake("respond", message.pk)]
    assert due(notes) == []


def forget(notes: Notes) -> None:
    for name in notes.kept:
        notes.kept[name] = float(notes.kept[name]) - dispatch.QUIET_SECONDS - 1


def test_a_forgotten_message_is_woken_again(scene: Scene, notes: Notes) -> None:
    message = scene.say()
    due(notes)
    forget(notes)

    assert due(notes) == [Wake("respond", message.pk)]


def test_a_note_of_a_clock_that_was_ahead_does_not_keep_a_message_asleep(
    scene: Scene, notes: Notes
) -> None:
    message = scene.say()
    due(notes)
    for name in notes.kept:
        notes.kept[name] = float(notes.kept[name]) + 86_400

    assert due(notes) == [Wake("respond", message.pk)]


def test_a_tick_of_a_clock_that_was_ahead_is_no_sign_of_life(notes: Notes) -> None:
    notes.set(dispatch.TICK, time.time() + 86_400)
    age = dispatch.seconds_since_tick(notes)  # type: ignore[arg-type] # one command is enough
    assert age is not None
    assert age > 3_600


def test_in_a_storm_only_what_was_never_woken_is(scene: Scene, notes: Notes) -> None:
    scene.say("un")
    due(notes)
    forget(notes)
    notes.depth = dispatch.LONG_QUEUE
    newer = scene.say("deux")

    assert due(notes) == [Wake("respond", newer.pk)]


def test_a_new_moment_is_a_new_wake_up(scene: Scene, notes: Notes) -> None:
    message = scene.say()
    due(notes)
    Message.objects.update(next_at=timezone.now() - timedelta(milliseconds=1))

    assert due(notes) == [Wake("respond", message.pk)]


def test_what_the_web_has_just_woken_is_left_to_it(scene: Scene, notes: Notes) -> None:
    scene.post(scene.envelope(scene.item(message={"mid": "m1", "text": "Bonjour"})))

    assert due(notes) == []
    later = timezone.now() - dispatch.GRACE
    WebhookEvent.objects.update(next_at=later)
    assert [wake.step for wake in due(notes)] == ["receive"]


def test_a_tool_that_is_down_stands_in_no_answers_way() -> None:
    answers = {dispatch.KEYS[step] for step in ("receive", "respond", "send")}
    assert not answers & {dispatch.KEYS[step] for step in ("sync", "order", "remove")}


def test_a_tool_with_many_due_pushes_is_woken_once(scene: Scene, notes: Notes) -> None:
    tool = connect_notion(scene)
    queue_leads(tool, 3)
    assert due(notes) == [Wake("sync", tool.pk)]
    assert due(notes) == []


STOPPED: list[dict[str, Any]] = [
    {"status": "paused"},
    {"status": "needs_login"},
    {"held_until": timezone.now() + timedelta(hours=1)},
    {"busy_until": timezone.now() + timedelta(hours=1)},
]


@pytest.mark.parametrize("columns", STOPPED)
def test_a_tool_that_may_not_be_written_into_is_not_woken(
    scene: Scene, notes: Notes, columns: dict[str, Any]
) -> None:
    tool = connect_notion(scene)
    queue_leads(tool, 1)
    Integration.objects.update(**columns)
    assert due(notes) == []


def test_a_tool_is_woken_anew_when_its_rest_is_over(scene: Scene, notes: Notes) -> None:
    tool = connect_notion(scene)
    queue_leads(tool, 1)
    assert due(notes) == [Wake("sync", tool.pk)]
    Integration.objects.update(held_until=timezone.now() - timedelta(milliseconds=1))
    assert due(notes) == [Wake("sync", tool.pk)]


def test_an_order_that_is_due_is_woken(scene: Scene, notes: Notes) -> None:
    order = actions.place(connect_notion(scene), "full", now=timezone.now())
    assert due(notes) == [Wake("order", order.pk)]


def rest(**told: Any) -> None:
    given = {"until": None, "by_uid": None, "now": timezone.now(), **told}
    assert pauses.stop("everything", "storm", **given) is not None


def test_while_everything_rests_what_is_ready_is_not_woken_and_afterwards_it_is(
    scene: Scene, notes: Notes
) -> None:
    tool = connect_notion(scene)
    queue_leads(tool, 1)
    (ready,) = queue_answers(scene.account, now=timezone.now() - dispatch.GRACE)
    rest()
    assert due(notes) == []
    Stop.objects.all().delete()
    assert set(due(notes)) == {Wake("sync", tool.pk), Wake("send", ready.pk)}


def test_while_everything_rests_a_message_is_judged_once(scene: Scene, notes: Notes) -> None:
    message = scene.say()
    rest()
    assert due(notes) == [Wake("respond", message.pk)]
    scene.run()
    Message.objects.update(next_at=timezone.now())
    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("", "everything_paused")
    assert due(notes) == []
    Stop.objects.all().delete()
    assert due(notes) == [Wake("respond", message.pk)]


def test_a_crowd_at_one_workspace_lets_all_others_through(
    scene: Scene, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = [scene.say(f"moi {number}") for number in range(8)]
    other = make_message(make_conversation(make_workspace("Calme")), next_at=timezone.now())
    monkeypatch.setattr(dispatch, "BATCH", 3)

    woken = [wake.row_id for wake in due(notes) if wake.step == "respond"]
    assert woken == [crowd[0].pk, other.pk, crowd[1].pk]
