"""Every tenth send through the sandbox is taken without an answer, and no echo comes."""

import time
from collections import Counter

import pytest
from pytest_django import Settings

from flowia.lib import clock, http
from processing import pipeline
from processing.models import InteractionEvent, Message
from tests.networks.conftest import World
from tests.processing.crowding import crowd, settle
from tests.processing.queueing import due, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
NETWORKS = [
    ("meta", "graph", "send", 100),
    ("tiktok", "tiktok", "send", 40),
    ("youtube", "youtube", "comments.insert", 40),
]


@pytest.mark.parametrize("network", NETWORKS, ids=[row[0] for row in NETWORKS])
def test_each_answer_is_taken_once_and_settled_by_reading(
    world: World,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    network: tuple[str, str, str, int],
) -> None:
    provider, service, operation, number = network
    settings.LOOK_UP_SECONDS = 0.3
    settings.YOUTUBE_DAILY_UNITS = 1_000_000
    account = world.account(provider)
    world.answers(account, number)
    world.sandbox.post("/options", echo=False)
    stalls = {"every": 10, "times": None, "seconds": 2, "operation": operation}
    world.fault(service, "timeout_after_acceptance", **stalls)
    monkeypatch.setattr(http, "TIMEOUT", (2, 1))
    started = time.monotonic()
    crowd(pipeline.send, due(clock.now()))
    settle(60)

    calls = world.sandbox.get("/calls", service=service, operation=operation)["calls"]
    taken = [call for call in calls if call["status"] == 200 and call["text"]]
    lost = sum(call["fault"] == "timeout_after_acceptance" for call in taken)
    read = InteractionEvent.objects.filter(reason="confirmed_by_reading").count()
    with capsys.disabled():
        print(  # noqa: T201 - the figures of the run
            f"\nsandbox, {provider}: {number} sends, {len(taken)} taken, {lost} answers lost, "
            f"{read} found by reading, {states()}, {time.monotonic() - started:.1f} s"
        )
    assert states() == {"sent": number}
    assert max(Counter(call["text"] for call in taken).values()) == 1
    ours = Message.objects.filter(author="assistant").values_list("external_id", flat=True)
    assert set(ours) == {call["external_id"] for call in taken}
    assert read >= lost >= number // 10
