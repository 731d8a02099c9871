"""An upgrade widens a column that a worker reads: nothing is lost, nothing is done twice."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from flowia.lib import stale
from flowia.lib.stale import StaleError
from processing import confirming, failing, inbox, sequences, tasks
from processing.models import Message
from social.models import WebhookEvent
from tests.lib.test_database import address
from tests.processing.conftest import Scene
from tests.processing.test_giving_back import Published, published, ready

__all__ = ["published"]
OFTEN = 9


class Once:
    """A function of the product whose first question is stale."""

    def __init__(self, whole: Any) -> None:
        self.whole, self.told = whole, 0

    def __call__(self, *asked: Any, **named: Any) -> Any:
        self.told += 1
        if self.told == 1:
            raise StaleError
        return self.whole(*asked, **named)


@pytest.fixture
def alter() -> Iterator[Any]:
    """Change the width of a contact's name, as a migration of another process would."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite prepares nothing for a connection")

    def widen(width: int) -> None:
        with psycopg.connect(**address(), autocommit=True) as other:
            table = "ALTER TABLE processing_contact ALTER COLUMN name"
            other.execute(f"{table} TYPE varchar({width})".encode())

    with connection.execute_wrapper(stale.telling):
        yield widen
    widen(200)


@pytest.mark.django_db(transaction=True)
def test_a_call_is_taken_in_once_the_connection_is_new(
    scene: Scene, published: Published, alter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowia.stopping.connections.close_all", connection.close)
    for number in range(OFTEN):
        scene.say(f"C'est combien, {number} ?")
    alter(260)
    scene.post(scene.envelope(scene.item(message={"mid": "m_last", "text": "Et en rouge ?"})))
    event = WebhookEvent.objects.latest("pk")
    published.clear()

    tasks.receive(event.pk)
    assert published == [("receive", (event.pk,))]
    event.refresh_from_db()
    assert (event.status, event.attempts) == ("received", 0)
    with connection.execute_wrapper(stale.telling):
        tasks.receive(event.pk)
    assert Message.objects.filter(external_id="m_last").count() == 1


def test_a_call_that_meets_it_half_way_is_no_failure(
    scene: Scene, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.post(scene.envelope(scene.item(message={"mid": "m_1", "text": "C'est combien ?"})))
    event = WebhookEvent.objects.get()
    monkeypatch.setattr(sequences, "cancel", Once(sequences.cancel))
    published.clear()

    tasks.receive(event.pk)
    assert published == [("receive", (event.pk,))]
    tasks.receive(event.pk)
    event.refresh_from_db()
    assert (event.status, event.reasons) == ("processed", ["received"])


@pytest.mark.django_db(transaction=True)
def test_what_the_network_answered_is_kept(
    scene: Scene, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = ready(scene)
    monkeypatch.setattr("processing.sending.note_left", Once(confirming.note_left))

    tasks.send(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.status, len(scene.graph.asked)) == ("sent", 1)
    assert Message.objects.get(pk=delivery.message_id).external_id


@pytest.mark.django_db(transaction=True)
def test_what_the_network_refused_is_kept(
    scene: Scene, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = ready(scene)
    scene.graph.answer(400, {"error": {"code": 551, "error_subcode": 1545041, "message": "x"}})
    monkeypatch.setattr("processing.sending.not_sent", Once(failing.not_sent))

    tasks.send(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.status not in {"sending", "queued", "unconfirmed"}
    assert len(scene.graph.asked) == 1


def test_an_answer_is_begun_anew(
    scene: Scene, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = scene.say()
    monkeypatch.setattr(inbox, "settle", Once(inbox.settle))
    published.clear()

    tasks.respond(message.pk)
    message.refresh_from_db()
    assert (message.outcome, message.attempts) == ("", 0)
    assert published == [("respond", (message.pk,))]
    tasks.respond(message.pk)
    assert Message.objects.filter(in_reply_to=message).count() == 1
