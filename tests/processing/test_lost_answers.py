"""Many sends, of which every tenth is taken without an answer: none twice, all settled."""

import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.test import Client
from pytest_django import Settings

from flowia.lib import clock, http
from processing import pipeline
from processing.models import Conversation, Delivery, InteractionEvent, Message
from social.models import SocialAccount, WebhookEvent
from tests.processing.crowding import crowd, settle
from tests.processing.lossy import Lossy, Taken, lossy
from tests.processing.queueing import due, make_shop, queue, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
BATCH = 50
SECRET = "secret-de-test"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(http, "TIMEOUT", (2, 0.5))
    settings.LOOK_UP_SECONDS = 0.2
    settings.META_APP_SECRET = SECRET
    settings.META_APP_ID = "998877665544332"
    settings.YOUTUBE_DAILY_UNITS = 1_000_000


def echo(account: SocialAccount, taken: list[Taken]) -> None:
    """Post the echoes of what was taken, many in a call, as Meta does."""
    for start in range(0, len(taken), BATCH):
        items = [_echo(account, one) for one in taken[start : start + BATCH]]
        entry = {"id": account.external_id, "time": start, "messaging": items}
        body = json.dumps({"object": "page", "entry": [entry]}).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={signature}"}
        path = "/social-accounts/meta/webhook"
        posted = Client(headers=headers).post(path, body, content_type="application/json")
        assert posted.status_code == 200
    crowd(pipeline.receive, WebhookEvent.objects.values_list("pk", flat=True))


def _echo(account: SocialAccount, one: Taken) -> dict[str, Any]:
    message = {
        "mid": one.external_id,
        "is_echo": True,
        "app_id": 998877665544332,
        "text": one.text,
        "metadata": one.reference,
    }
    at = round(one.at.timestamp() * 1000)
    ends = {"sender": {"id": account.external_id}, "recipient": {"id": one.where}}
    return {**ends, "timestamp": at, "message": message}


def reckon(
    network: Lossy, number: int, started: float, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Compare the network's log with our tables, and print the figures."""
    twice = [where for where, times in network.times().items() if times > 1]
    lost = sum(one.lost for one in network.taken)
    ours = dict(Message.objects.filter(author="assistant").values_list("text", "external_id"))
    theirs = {one.text: one.external_id for one in network.taken}
    with capsys.disabled():
        print(  # noqa: T201 - the figures of the run
            f"\n{what}: {number} sends, {len(network.taken)} taken, {lost} answers lost, "
            f"{network.looks} look-ups, {len(twice)} twice, {states()}, "
            f"{time.monotonic() - started:.1f} s"
        )
    assert twice == []
    assert lost >= number // 10
    assert states() == {"sent": number}
    assert ours == theirs
    assert set(Message.objects.filter(author="assistant").values_list("status", flat=True)) == {
        "sent"
    }
    assert not Conversation.objects.exclude(handoff_reason="").exists()


def test_a_thousand_answers_through_messenger_in_short_three_hundred(
    settings: Settings, capsys: pytest.CaptureFixture[str], long: bool
) -> None:
    number = 1000 if long else 300
    with lossy("graph") as network:
        settings.META_GRAPH_URL = network.url
        account = make_shop(external_id="page-7001")
        network.account = account.external_id
        started = time.monotonic()
        queue(account, number, now=clock.now())
        crowd(pipeline.send, due(clock.now()))
        # Half of the echoes never come: the conversations are read for these.
        echo(account, network.taken[: number // 2])
        settle(120)
        reckon(network, number, started, "Messenger, half of it without echoes", capsys)

    confirmed = InteractionEvent.objects.filter(reason="confirmed_by_echo").count()
    read = InteractionEvent.objects.filter(reason="confirmed_by_reading").count()
    assert confirmed >= number // 25
    assert read >= number // 25


@pytest.mark.usefixtures("live_redis")
def test_whoever_sends_again_without_looking_is_caught(settings: Settings) -> None:
    with lossy("graph") as network:
        settings.META_GRAPH_URL = network.url
        account = make_shop(external_id="page-7001")
        queue(account, 40, now=clock.now())
        crowd(pipeline.send, due(clock.now()))
        Delivery.objects.filter(status="unconfirmed").update(status="queued", next_at=clock.now())
        Conversation.objects.update(next_automatic_at=None)
        crowd(pipeline.send, due(clock.now()))

    twice = [where for where, times in network.times().items() if times > 1]
    assert len(twice) >= 4


def test_two_hundred_messages_through_tiktok(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with lossy("tiktok") as network:
        settings.TIKTOK_API_URL = network.url
        account = make_shop(provider="tiktok", kind="tiktok", external_id="open-7001")
        network.account = account.external_id
        started = time.monotonic()
        queue(account, 200, now=clock.now())
        named = Concat(Value("thread-"), Cast("pk", CharField()))
        Conversation.objects.update(external_id=named)
        crowd(pipeline.send, due(clock.now()))
        settle(60)
        reckon(network, 200, started, "TikTok", capsys)


def test_two_hundred_answers_under_videos_of_youtube(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with lossy("youtube") as network:
        settings.YOUTUBE_API_URL = network.url
        account = make_shop(
            provider="youtube",
            kind="youtube",
            external_id="UC7001",
            automation_agreed_at=clock.now(),
        )
        network.account = account.external_id
        started = time.monotonic()
        queue(account, 200, now=clock.now(), kind="comment", window_closes_at=None)
        crowd(pipeline.send, due(clock.now()))
        settle(60)
        reckon(network, 200, started, "YouTube", capsys)
