"""What operators pause waits, is stored, and leaves once when it goes on: real decisions."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from flowia.lib import clock
from processing import modelstate, pipeline
from processing.errors import AnswerUnavailable
from processing.models import Conversation, Delivery, Message
from social import breakers, holds, pauses
from social.models import ProviderPause, SocialAccount, Stop
from tests.processing.conftest import ANSWER, Scene
from tests.processing.queueing import Clock, Network, due, make_shop, queue, time

__all__ = ["time"]
pytestmark = pytest.mark.django_db


def stop(name: str, **told: Any) -> None:
    values = {"until": None, "by_uid": None, "now": clock.now(), **told}
    pauses.stop(name, "storm", **values)


def names() -> dict[str, str]:
    """What may be paused, by the reason for which a message then waits."""
    account = SocialAccount.objects.get()
    return {
        "everything_paused": "everything",
        "model_paused": "model",
        "account_paused_by_us": f"account:{account.uid}",
    }


def wait_is_over() -> None:
    Message.objects.filter(next_at__isnull=False).update(next_at=timezone.now())
    Delivery.objects.filter(next_at__isnull=False).update(next_at=timezone.now())


@pytest.mark.parametrize("reason", ["everything_paused", "model_paused", "account_paused_by_us"])
def test_a_message_waits_unanswered_and_is_answered_once_afterwards(
    scene: Scene, reason: str
) -> None:
    stop(names()[reason])
    message = scene.say("Bonjour, c'est combien ?")
    scene.run()
    wait_is_over()
    scene.run()

    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("", reason)
    assert message.next_at is not None
    assert message.next_at <= clock.now() + pauses.PAUSE_CHECK
    assert not scene.model.asked
    assert not scene.graph.asked
    assert Conversation.objects.get().handoff_reason == ""
    assert scene.reasons("decided") == [reason]

    Stop.objects.all().delete()
    wait_is_over()
    scene.run()
    scene.run()
    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("reply", "replied")
    assert scene.reply().text == ANSWER
    assert len(scene.model.asked) == len(scene.graph.asked) == 1


def test_what_a_human_answered_meanwhile_is_judged_again_and_not_answered(scene: Scene) -> None:
    stop("model")
    message = scene.say()
    scene.run()
    scene.echo(text="39 €", app_id=1)
    Conversation.objects.update(handled_by="assistant")
    Stop.objects.all().delete()
    wait_is_over()
    scene.run()

    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("silent", "already_answered")
    assert not scene.model.asked


@pytest.mark.parametrize("name", ["everything", "account"])
def test_an_answer_that_is_ready_waits_and_leaves_once(
    time: Clock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    shop, network = make_shop(), Network(monkeypatch)
    stop(f"account:{shop.uid}" if name == "account" else name)
    queue(shop, now=time.now)
    for _turn in range(3):
        for pk in list(due(time.now)):
            pipeline.send(pk)
        time.move(seconds=61)
    assert network.asked == []

    Stop.objects.all().delete()
    time.move(seconds=61)
    for _turn in range(2):
        for pk in list(due(time.now)):
            pipeline.send(pk)
    assert len(network.taken) == 1


def test_a_paused_model_keeps_no_ready_answer(time: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, network = make_shop(), Network(monkeypatch)
    stop("model")
    queue(shop, now=time.now)
    for pk in list(due(time.now)):
        pipeline.send(pk)
    assert len(network.taken) == 1


def test_what_waited_leaves_slowly_after_an_operators_pause(
    time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, network = make_shop(), Network(monkeypatch)
    queue(shop, 40, now=time.now)
    breakers.let_trickle("provider:meta", now=time.now)
    for pk in list(due(time.now)):
        pipeline.send(pk)
    assert len(network.taken) == 1
    for second in range(120):
        assert len(network.taken) <= 1 + 4 * second
        time.move(seconds=1)
        for pk in list(due(time.now)):
            pipeline.send(pk)
    assert len(network.taken) == len(set(network.taken)) == 40


@pytest.mark.parametrize("what", ["everything", "network", "account"])
def test_what_waited_leaves_slowly_when_a_pause_ends_by_itself(
    time: Clock, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    shop, network = make_shop(), Network(monkeypatch)
    told: dict[str, Any] = {
        "until": time.now + timedelta(hours=1),
        "by_uid": shop.uid,
        "now": time.now,
    }
    if what == "network":
        pauses.pause("meta", "storm", **told)
    else:
        stop(f"account:{shop.uid}" if what == "account" else what, **told)
    queue(shop, 12, now=time.now)
    for _turn in range(3):
        for pk in list(due(time.now)):
            pipeline.send(pk)
        assert network.taken == []
        time.move(minutes=19)
    time.move(minutes=5)
    for pk in list(due(time.now)):
        pipeline.send(pk)
    assert len(network.taken) == 1


def test_a_pause_with_an_end_ends_by_itself(time: Clock) -> None:
    account = make_shop()
    stop("everything", until=time.now + timedelta(hours=1), now=time.now)
    assert pauses.met_by(account, now=time.now).everything is not None
    time.move(hours=1, seconds=1)
    assert pauses.met_by(account, now=time.now) == pauses.Met()
    assert pauses.all_in_force(now=time.now) == []


LONG, SHORT = timedelta(hours=6), timedelta(minutes=15)


@pytest.mark.parametrize("what", ["everything", "network"])
@pytest.mark.parametrize(
    ("first", "second", "lasts"),
    [(LONG, SHORT, LONG), (None, SHORT, None), (SHORT, LONG, LONG), (SHORT, None, None)],
)
def test_of_two_pauses_the_one_that_ends_later_holds(
    time: Clock,
    what: str,
    first: timedelta | None,
    second: timedelta | None,
    lasts: timedelta | None,
) -> None:
    colleague, operator, began = make_shop().uid, make_shop().uid, []
    for by, length in ((colleague, first), (operator, second)):
        until = time.now + length if length else None
        told: dict[str, Any] = {"until": until, "by_uid": by, "now": time.now}
        pause = pauses.pause if what == "network" else pauses.stop
        began.append(pause("meta" if what == "network" else what, "storm", **told))
    (found,) = pauses.all_in_force(now=time.now)
    assert found.until == (time.now + lasts if lasts else None)
    assert found.by_uid == (colleague if lasts == first else operator)
    assert (began[1] is None) == (lasts == first)


def test_what_a_network_asked_for_outlasts_an_operators_shorter_pause(time: Clock) -> None:
    holds.hold_provider("meta", time.now + LONG, "spent", now=time.now)
    pauses.pause("meta", "a look", until=time.now + SHORT, by_uid=make_shop().uid, now=time.now)
    time.move(minutes=20)
    found = pauses.network_pause("meta", now=time.now)
    assert found is not None
    assert (found.reason, found.by_uid) == ("spent", None)


def test_an_early_end_is_seen_within_a_minute(time: Clock) -> None:
    stop("everything", until=time.now + timedelta(hours=4), by_uid=make_shop().uid, now=time.now)
    found = pauses.pause_of("meta", now=time.now)
    assert found is not None
    assert found.look_again(time.now) == time.now + timedelta(minutes=1)


def test_a_network_that_rests_is_one_pause_and_reading_goes_on_in_a_storm(time: Clock) -> None:
    stop("everything", now=time.now)
    assert pauses.network_pause("meta", now=time.now) is None
    ProviderPause.objects.create(provider="meta", reason="4")
    assert pauses.network_pause("meta", now=time.now) is not None
    assert pauses.network_pause("tiktok", now=time.now) is None


def test_nobody_asks_a_paused_model_whatever_for(settings: Settings) -> None:
    for name in ("model", "everything"):
        stop(name)
        with pytest.raises(AnswerUnavailable) as told:
            modelstate.asked(lambda: pytest.fail("it was asked"))
        assert (told.value.reason, told.value.its_turn) == ("model_paused", True)
        Stop.objects.all().delete()
