"""A storm: a network that is down holds everything, and lets it go slowly, judged once more."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from processing import pipeline
from processing.models import Conversation, DeadLetter, Delivery, InteractionEvent, Message
from social import holds
from social.errors import ProviderError
from social.models import ProviderPause, SocialAccount, WebhookEvent
from tests.processing.conftest import Scene
from tests.processing.queueing import (
    Clock,
    Network,
    due,
    network,
    one_more,
    queue,
    shop,
    states,
    time,
)

__all__ = ["network", "shop", "time"]
pytestmark = pytest.mark.django_db
AWAY = ProviderError("unreachable", retryable=True)


def run(time: Clock) -> None:
    for delivery in list(due(time.now)):
        pipeline.send(delivery)


def reasons(delivery: Delivery) -> list[str]:
    rows = InteractionEvent.objects.filter(kind="delivery", message=delivery.message_id)
    return list(rows.order_by("pk").values_list("reason", flat=True))


STORM = 300
CHANGES: list[tuple[str, Callable[[Delivery, datetime], Any], str]] = []


def _changes(reason: str) -> Callable[..., Any]:
    def note(change: Callable[[Delivery, datetime], Any]) -> Callable[..., Any]:
        CHANGES.append((change.__name__, change, reason))
        return change

    return note


def _thread(delivery: Delivery, **fields: Any) -> None:
    Conversation.objects.filter(pk=delivery.message.conversation_id).update(**fields)


@_changes("human_in_charge")
def _a_human_took_over(delivery: Delivery, _now: datetime) -> None:
    _thread(delivery, handled_by="human")


@_changes("window_closed")
def _the_window_closed(delivery: Delivery, now: datetime) -> None:
    _thread(delivery, window_closes_at=now)


@_changes("superseded")
def _they_wrote_once_more(delivery: Delivery, now: datetime) -> None:
    question = delivery.message.in_reply_to
    assert question is not None
    Message.objects.create(
        workspace=question.workspace,
        conversation=question.conversation,
        social_account=question.social_account,
        direction="inbound",
        author="contact",
        status="received",
        text="Et en bleu ?",
        sent_at=now + timedelta(seconds=1),
        external_id=f"newer_{question.pk}",
    )


def test_a_storm_holds_three_hundred_and_lets_them_go_slowly(
    time: Clock, network: Network, shop: SocialAccount, capsys: pytest.CaptureFixture[str]
) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("the pace is the same everywhere; test_holds_crowd is about the databases")
    accounts = [shop, *(one_more(shop) for _ in range(2))]
    for account in accounts:
        queue(account, STORM // 3, now=time.now)
    network.down(AWAY)
    run(time)
    assert ProviderPause.objects.get().reason == "storm"
    tried = len(network.asked)
    assert tried <= 15  # five of each account, no more
    assert states() == {"queued": STORM}

    judged = list(Delivery.objects.select_related("message__in_reply_to").order_by("-pk")[:30])
    for number, delivery in enumerate(judged):
        CHANGES[number % len(CHANGES)][1](delivery, time.now)
    network.up()
    moments = _let_go(time, network)

    refused = len(judged)
    assert states() == {"sent": STORM - refused, "refused": refused}
    assert len(set(network.taken)) == len(network.taken) == STORM - refused
    assert not DeadLetter.objects.exists()
    for number, delivery in enumerate(judged):
        delivery.refresh_from_db()
        assert delivery.error_code == CHANGES[number % len(CHANGES)][2]
        assert delivery.error_code in reasons(delivery)
    told = InteractionEvent.objects.filter(reason="sent").count()
    assert told == STORM - refused
    _is_slow(moments, capsys)


def _let_go(time: Clock, network: Network) -> list[float]:
    moments: list[float] = []
    for _ in range(600):
        if "queued" not in states():
            break
        before = len(network.taken)
        run(time)
        moments += [time.seconds] * (len(network.taken) - before)
        time.move(seconds=1)
    return moments


def _is_slow(moments: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    begun = moments[0]
    first = sum(1 for moment in moments if moment < begun + 5)
    in_ten = max(sum(1 for one in moments if at <= one < at + 10) for at in moments)
    took = moments[-1] - begun
    with capsys.disabled():
        print(  # noqa: T201 - the figures of the run
            f"\n{STORM} held: {len(moments)} left in {took:.0f} s; {first} in the first 5 s, "
            f"at most {in_ten} in any 10 s ({len(moments) / took:.1f} a second)"
        )
    assert begun >= 30
    assert first <= 12
    assert in_ten <= 45
    assert 60 <= took <= 240


def test_what_arrives_in_a_storm_is_stored(scene: Scene) -> None:
    for _ in range(10):
        holds.went_wrong(one_more(scene.account), AWAY, now=scene.account.created_at)
    holds.hold_provider(
        "meta",
        scene.account.created_at + timedelta(hours=1),
        "storm",
        now=scene.account.created_at,
    )
    message = scene.say("Vous êtes ouverts ?")
    scene.run()

    message.refresh_from_db()
    assert WebhookEvent.objects.get().status == "processed"
    assert (message.outcome, message.reason) == ("", "provider_paused")
    assert (scene.model.asked, scene.graph.asked) == ([], [])
