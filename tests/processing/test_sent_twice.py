"""What left twice leaves a trace that `check_invariants` finds, however it came about."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts import audit
from billing.models import Quota
from processing.holding import give_quota_back
from processing.invariants import breaches
from processing.models import Delivery, InteractionEvent, Message
from social.errors import ProviderError
from tests.factories import make_conversation, make_message, make_reply
from tests.processing.conftest import Scene
from tests.processing.looking import MISSING, Thread, look, lost
from tests.processing.queueing import Network

pytestmark = pytest.mark.django_db


def codes(scene: Scene, code: str = "I4") -> list[str]:
    audit.record("workspace.made", by=audit.SYSTEM, workspace=scene.workspace)
    now = timezone.now() + timedelta(hours=1)
    found = breaches(since=now - timedelta(days=2), now=now)
    return [one.code for one in found if one.code == code]


def told(reason: str) -> list[dict[str, Any]]:
    return list(InteractionEvent.objects.filter(reason=reason).values_list("data", flat=True))


def reference() -> str:
    return f"delivery:{Delivery.objects.get().uid}"


def test_an_echo_under_another_name_says_that_it_was_sent_twice(scene: Scene) -> None:
    scene.say()
    scene.run()
    reply = scene.reply()
    scene.echo(mid=reply.external_id, text=reply.text, metadata=reference())
    assert (told("sent_again"), codes(scene)) == ([], [])

    for name in ("m_again", "m_and_again"):
        scene.echo(mid=name, text=reply.text, metadata=reference())
    assert (len(told("sent_again")), codes(scene)) == (1, ["I4"])
    assert scene.reply().external_id == reply.external_id


def test_so_does_an_answer_to_the_call_that_names_it_otherwise_than_its_echo(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(*_asked: object) -> None:
        scene.echo(mid="m_echo", text=scene.reply().text, metadata=reference())

    Network(monkeypatch).refuses = meanwhile
    scene.say()
    scene.run()
    assert scene.reply().external_id == "m_echo"
    assert (len(told("sent_again")), codes(scene)) == (1, ["I4"])


def given_up(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Message:
    """An answer that two looks did not find."""
    return look(look(lost(scene, Thread(monkeypatch, MISSING)))).message


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({}, ["I4"]),
        ({"status": "unconfirmed", "external_id": ""}, ["I4"]),
        ({"status": "held", "external_id": ""}, []),
        ({"approved_by": "0198c0de-0000-7000-8000-000000000001"}, []),
    ],
    ids=["left", "may have left", "waits", "a member's decision"],
)
def test_an_answer_that_left_after_all_beside_another_one_was_sent_twice(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, other: dict[str, Any], found: list[str]
) -> None:
    first = given_up(scene, monkeypatch)
    question = Message.objects.get(direction="inbound")
    make_reply(question, "Oui, 49 €.", **other)
    scene.echo(mid="m_late", text=first.text, metadata=reference())
    assert told("answered_twice") == [{"question": str(question.uid), "by_hand": False}]
    assert codes(scene) == found


def test_what_a_member_sends_beside_another_answer_is_their_decision(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = given_up(scene, monkeypatch)
    make_reply(Message.objects.get(direction="inbound"), "Oui, 49 €.")
    Delivery.objects.filter(message=first).update(status="refused", error_code="by_hand")
    scene.echo(mid="m_late", text=first.text)
    assert [one["by_hand"] for one in told("answered_twice")] == [True]
    assert codes(scene) == []


@pytest.mark.parametrize("error", [ProviderError("551"), ProviderError("2", retryable=True)])
def test_what_left_although_the_network_refused_it_is_counted_on_its_day(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, error: ProviderError
) -> None:
    Network(monkeypatch).down(error)
    scene.say()
    scene.run()
    Delivery.objects.filter(status="queued").update(status="failed", next_at=None)
    give_quota_back(scene.reply())
    assert Quota.objects.get().used == 0

    scene.echo(mid="m_late", text=scene.reply().text, metadata=reference())
    assert (scene.reply().status, codes(scene, "I7")) == ("sent", [])
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (1, 0)


def two_answers(message: Message) -> None:
    for text in ("Oui.", "Oui, 49 €."):
        make_reply(message, text)


def two_rows(message: Message) -> None:
    make_message(message.conversation, external_id=message.external_id)


@pytest.mark.parametrize(
    ("index", "repeats"),
    [("one_live_automatic_reply", two_answers), ("one_row_per_utterance", two_rows)],
)
def test_what_a_broken_index_let_in_is_seen(
    scene: Scene, index: str, repeats: Callable[[Message], None]
) -> None:
    message = make_message(make_conversation(scene.workspace), outcome="reply", reason="replied")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {index}")
    repeats(message)
    assert codes(scene) == ["I4"]
