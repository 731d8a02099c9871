"""The time machine: old messages put to a draft, as if they came then; nothing is ever sent."""

import itertools
import time
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from billing.models import Quota, Subscription
from processing import modelstate, pipeline, replaying, replays, then
from processing.ai import engine
from processing.ai.contracts import Brief, Draft
from processing.models import (
    Delivery,
    InteractionEvent,
    Lead,
    Message,
    Replay,
    ReplayAnswer,
)
from tests.processing.conftest import Scene, model_document, model_says
from tests.processing.replay_scenes import (
    DOLLAR,
    begin,
    found,
    old_message,
    run,
    said,
    scenario_of,
    thread,
)

REPLIED = ("reply", "replied")


@pytest.fixture(autouse=True)
def plenty(settings: Settings) -> None:
    settings.AI_REQUESTS_PER_MINUTE = 100_000


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_many_messages_are_replayed_without_a_trace_outside(scene: Scene, long: bool) -> None:
    """A thousand, in short two hundred; the second run asks the model nothing."""
    Subscription.objects.create(workspace=scene.workspace, plan="ultra")
    threads = [thread(scene, f"Personne {n}") for n in range(250 if long else 50)]
    number = 4 * len(threads)
    rows = [old_message(one, 60 * n) for n in range(4) for one in threads]
    Message.objects.bulk_create(rows)
    before = untouched()

    first = run(begin(scene))
    calls = len(scene.model.asked)
    second = run(begin(scene))

    assert (first.status, first.total, first.done, first.calls) == ("done", *[number] * 3)
    assert (second.status, second.done, second.calls, second.cost) == ("done", number, 0, 0)
    assert calls == len(scene.model.asked) == number
    assert scene.graph.asked == []
    assert untouched() == before
    assert set(found(second)) == {REPLIED}
    assert second.results.filter(cached=True).count() == number


def untouched() -> list[Any]:
    counts = [one.objects.count() for one in (Message, Delivery, InteractionEvent, Quota, Lead)]
    return [*counts, list(Message.objects.values_list("outcome", flat=True).distinct())]


def test_new_words_are_asked_about_and_old_answers_stay_known(scene: Scene) -> None:
    said(thread(scene), 0)
    run(begin(scene))
    changed = run(begin(scene, instruction="Répondez en une phrase."))
    again = run(begin(scene))

    assert (changed.calls, again.calls) == (1, 0)
    assert scenario_of(scene).instruction == "Répondez."


def test_what_costs_nothing_is_told_apart_from_what_was_paid(scene: Scene) -> None:
    said(thread(scene), 0)
    paid, known = run(begin(scene)), run(begin(scene))

    price = paid.cost
    rows = [(one.cost, one.cached) for one in (paid.results.get(), known.results.get())]
    assert price >= 0
    assert rows == [(price, False), (0, True)]


def test_a_worker_that_vanishes_between_answer_and_result_pays_nothing_twice(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = thread(scene)
    for hour in range(3):
        said(talk, 60 * hour)
    replay = begin(scene)
    crashes = iter([False, True])

    def crash(kept: dict[str, Any]) -> Any:
        if next(crashes, False):
            raise KeyboardInterrupt
        return then.answer_in(kept)

    monkeypatch.setattr(replaying, "answer_in", crash)
    with pytest.raises(KeyboardInterrupt):
        pipeline.replay(replay.pk)
    replay.refresh_from_db()
    assert (replay.status, replay.done, replay.calls) == ("running", 1, 2)
    assert pipeline.replay(replay.pk) == []  # its lease still runs
    lease_over(replay)
    run(replay)

    assert (replay.status, replay.done, replay.calls) == ("done", 3, 3)
    assert replay.results.count() == len(scene.model.asked) == 3
    assert replays.spent_by(replay) == replay.cost
    assert not replay.results.filter(cached=True).exists()


def lease_over(replay: Replay) -> None:
    Replay.objects.filter(pk=replay.pk).update(next_at=timezone.now())
    replay.refresh_from_db()


def test_a_slice_ends_in_time_and_the_next_goes_on_where_it_stopped(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = thread(scene)
    for hour in range(5):
        said(talk, 60 * hour)
    monkeypatch.setattr(replaying, "SLICE_SECONDS", 0.0)
    clock = itertools.count()
    # The slice may begin one message; then its time is over.
    monkeypatch.setattr(time, "monotonic", lambda: next(clock) // 3)
    replay = begin(scene)
    slices = 0
    while pipeline.replay(replay.pk):
        slices += 1
        assert slices < 50
    replay.refresh_from_db()

    assert slices > 1
    assert (replay.status, replay.done, replay.results.count()) == ("done", 5, 5)


def test_a_replay_that_crashes_again_and_again_is_given_up(scene: Scene) -> None:
    said(thread(scene), 0)
    replay = begin(scene)
    Replay.objects.update(attempts=replaying.MAX_ATTEMPTS)
    run(replay)

    assert (replay.status, replay.error_code, replay.next_at) == ("failed", "gave_up", None)


def test_a_cancelled_replay_keeps_what_it_found_and_finds_no_more(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = thread(scene)
    for hour in range(3):
        said(talk, 60 * hour)
    replay = begin(scene)

    def cancel_then_answer(kept: dict[str, Any]) -> Any:
        if len(scene.model.asked) == 2:
            replays.cancel(replay)
        return then.answer_in(kept)

    monkeypatch.setattr(replaying, "answer_in", cancel_then_answer)
    run(replay)

    assert (replay.status, replay.done, replay.results.count()) == ("cancelled", 1, 1)
    assert len(scene.model.asked) == 2
    assert pipeline.replay(replay.pk) == []


def test_it_stops_before_its_cost_limit_and_goes_on_with_a_higher_one(
    scene: Scene, settings: Settings
) -> None:
    settings.AI_PRICE_IN, settings.AI_PRICE_OUT = 1.0, 1.0
    one = 455  # tokens of the stand-in's answer, at a dollar a million
    talk = thread(scene)
    for hour in range(4):
        said(talk, 60 * hour)
    # The first guess is dearer than a call, as an estimate should be.
    replay = run(begin(scene, cost_limit=3000))
    assert (replay.status, replay.done) == ("done", 4)
    assert replay.cost == 4 * one

    replay = run(begin(scene, cost_limit=0, instruction="Autrement."))
    assert (replay.status, replay.done, replay.cost) == ("paused", 0, 0)
    Replay.objects.update(cost_limit=3000)
    replays.carry_on(replay, cost_limit=2 * one + 2000)
    run(replay)
    assert replay.cost <= replay.cost_limit
    assert replay.results.count() == replay.done == 4


def test_the_limit_is_never_passed(scene: Scene, settings: Settings) -> None:
    settings.AI_PRICE_IN, settings.AI_PRICE_OUT = 10.0, 10.0
    talk = thread(scene)
    for hour in range(8):
        said(talk, 60 * hour)
    replay = run(begin(scene, cost_limit=23_000))

    assert replay.status == "paused"
    assert 0 < replay.cost <= 23_000
    assert replay.done == replay.calls == 5
    assert replay.next_at is None


@pytest.mark.parametrize(
    ("status", "code", "stays"),
    [(500, None, "running"), (429, "insufficient_quota", "failed"), (401, None, "failed")],
)
def test_a_model_in_trouble_stops_the_replay_and_no_message_gets_a_result(
    status: int, code: str | None, stays: str, scene: Scene
) -> None:
    said(thread(scene), 0)
    scene.model.answers.clear()
    scene.model.answer(status, {"error": {"message": "non", "type": "x", "code": code}})
    replay = run(begin(scene))

    assert (replay.status, replay.done, replay.results.count()) == (stays, 0, 0)
    modelstate.clear()
    scene.model.answers.clear()
    scene.model.answer(200, model_says())
    if stays == "failed":
        replays.carry_on(replay, cost_limit=DOLLAR)
    lease_over(replay)
    assert run(replay).status == "done"


def test_an_answer_nobody_can_read_is_that_messages_handoff_and_is_not_asked_for_again(
    scene: Scene,
) -> None:
    said(thread(scene), 0)
    scene.model.answers.clear()
    scene.model.answer(200, model_document("pas du JSON"))
    first, second = run(begin(scene)), run(begin(scene))

    assert found(first) == found(second) == [("handoff", "model_invalid")]
    assert len(scene.model.asked) == 1


def test_replays_leave_half_of_the_minute_to_those_who_wait(
    scene: Scene, settings: Settings
) -> None:
    settings.AI_REQUESTS_PER_MINUTE = 6
    talk = thread(scene)
    for hour in range(5):
        said(talk, 60 * hour)
    replay = run(begin(scene))

    assert len(scene.model.asked) == replay.done == 3
    assert (replay.status, replay.attempts) == ("running", 0)
    assert replay.next_at is not None
    assert replay.next_at > timezone.now()


# --- as if they came then --------------------------------------------------------------------


def test_an_answer_paid_while_the_replay_is_cancelled_is_kept_and_counted(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(thread(scene), 0)
    replay = begin(scene)
    real = engine.generate_reply

    def ask(brief: Brief) -> Draft:
        draft = real(brief)
        replays.cancel(Replay.objects.get(pk=replay.pk))
        return draft

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(engine, "generate_reply", ask)
        pipeline.replay(replay.pk)
    replay.refresh_from_db()
    assert (replay.status, replay.calls, replay.done) == ("cancelled", 1, 0)
    assert replay.cost == ReplayAnswer.objects.get().cost

    again = run(begin(scene))
    assert (again.status, again.calls, again.cost) == ("done", 0, 0)
