"""Who connects, wakes or leaves accounts, and what goes on meanwhile: nobody waits in a circle."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from processing import outbox, pipeline, reconnecting, sequences
from processing.models import FollowUp, Message
from social import accounts as doing
from social import connected, disconnecting, ready, turns
from social.keeping import drop_tokens
from social.logins import Choice, Grant, Tokens
from social.models import Poll, SocialAccount, WebhookEvent
from social.refusing import TakenElsewhereError
from social.streams import Page
from social.ways import way_named
from tests.factories import make_account, make_member, make_workspace
from tests.polling import scene as polls
from tests.processing.conftest import Scene
from tests.processing.following import make_sequence
from tests.processing.test_lock_order import Workers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite locks the whole file, not rows")


def connect(user: User, account: SocialAccount, *names: str) -> None:
    choices = [Choice("messenger", one, one, Tokens("t")) for one in names]
    grant = Grant("u1", ("pages_messaging",), tuple(choices))
    way = way_named("meta", "facebook")
    connected.connect(way, grant, choices, workspace=account.workspace, user=user)


def resume(_user: User, account: SocialAccount) -> None:
    doing.resume(account, by=audit.SYSTEM)


def connect_anew(user: User, account: SocialAccount) -> None:
    connect(user, account, account.external_id)


@pytest.mark.parametrize("come_back", [resume, connect_anew])
def test_a_message_arrives_while_its_account_comes_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, come_back: Callable[[User, SocialAccount], None]
) -> None:
    scene.say()
    FollowUp.objects.create(
        workspace=scene.workspace,
        conversation=scene.conversation(),
        sequence=make_sequence(scene),
        position=1,
        reason="account_needs_login",
        next_at=timezone.now() + timedelta(hours=1),
    )
    SocialAccount.objects.update(status="paused")
    told = {"mid": "m_new", "text": "Vous êtes là ?"}
    scene.post(scene.envelope(scene.item(message=told)))
    event = WebhookEvent.objects.get(status="received")
    account = SocialAccount.objects.select_related("workspace").get()
    user, workers = make_member(scene.workspace), Workers()
    cancelled, taken = threading.Event(), threading.Event()
    cancel = sequences.cancel

    def slow_cancel(*args: Any, **more: Any) -> None:
        cancel(*args, **more)
        cancelled.set()
        taken.wait(5)

    def noting_wake(row: SocialAccount, now: datetime) -> None:
        taken.set()
        reconnecting.wake_waiting(row, now)

    def comes_back() -> None:
        assert cancelled.wait(5)
        come_back(user, account)

    monkeypatch.setattr(sequences, "cancel", slow_cancel)
    monkeypatch.setattr(ready, "_LISTENERS", [noting_wake])
    workers.begin("receive", lambda: pipeline.receive(event.pk))
    workers.begin("back", comes_back)

    assert workers.end() == []
    assert Message.objects.filter(external_id="m_new").exists()


@pytest.mark.parametrize("backwards", [False, True])
def test_what_waits_in_a_conversation_is_woken_while_another_changes_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, *, backwards: bool
) -> None:
    """Both change two of its rows, each in an order of its own."""
    first, second = sorted([scene.say("Un").pk, scene.say("Deux").pk], reverse=backwards)
    later = timezone.now() + timedelta(minutes=10)
    Message.objects.update(reason="account_paused", next_at=later, outcome="")
    SocialAccount.objects.update(status="paused")
    account = SocialAccount.objects.select_related("workspace").get()
    workers = Workers()
    changed, taken = threading.Event(), threading.Event()

    def changes() -> None:
        with transaction.atomic():
            outbox.lock(scene.conversation())
            Message.objects.filter(pk=second).update(intent="a")
            changed.set()
            taken.wait(5)
            time.sleep(0.3)
            Message.objects.filter(pk=first).update(intent="b")

    def noting_wake(row: SocialAccount, now: datetime) -> None:
        taken.set()
        reconnecting.wake_waiting(row, now)

    def comes_back() -> None:
        assert changed.wait(5)
        doing.resume(account, by=audit.SYSTEM)

    monkeypatch.setattr(ready, "_LISTENERS", [noting_wake])
    workers.begin("changes", changes)
    workers.begin("back", comes_back)

    assert workers.end() == []


def test_a_page_is_stored_while_its_account_is_disconnected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = polls.install(monkeypatch)
    network.answers = [Page(({"id": "c1"},), {"at": 1})]
    account = polls.connect()
    poll = polls.poll_of(account)
    workers = Workers()
    stored, taken = threading.Event(), threading.Event()
    store = WebhookEvent.objects.bulk_create

    def slow_store(*args: Any, **more: Any) -> Any:
        found = store(*args, **more)
        stored.set()
        taken.wait(5)
        return found

    def noting_drop(row: SocialAccount) -> None:
        taken.set()
        drop_tokens(row)

    def leave() -> None:
        assert stored.wait(5)
        disconnecting.disconnect(account, by=audit.SYSTEM)

    monkeypatch.setattr(WebhookEvent.objects, "bulk_create", slow_store)
    monkeypatch.setattr(disconnecting, "drop_tokens", noting_drop)
    workers.begin("turn", lambda: turns.turn(poll.pk, now=polls.NOW))
    workers.begin("leave", leave)

    assert workers.end() == []
    assert Poll.objects.get().next_at is None


@pytest.mark.parametrize(
    ("before", "step"), [(("p1", "p2"), "_rows"), (("p1",), "_filled"), ((), "_filled")]
)
def test_two_lists_of_the_same_accounts_in_another_order(
    monkeypatch: pytest.MonkeyPatch, before: tuple[str, ...], step: str
) -> None:
    """Rows that are there are locked, others are made: who comes second waits for the first."""
    workspace = make_workspace()
    owner = make_member(workspace)
    account = make_account(workspace, external_id="other")
    for name in before:
        make_account(workspace, external_id=name)
    workers, both = Workers(), threading.Barrier(2, timeout=1)
    take = getattr(connected, step)

    def slow(*args: Any) -> Any:
        found = take(*args)
        with suppress(threading.BrokenBarrierError):
            both.wait()
        return found

    def come(*names: str) -> None:
        with suppress(TakenElsewhereError):
            connect(owner, account, *names)

    monkeypatch.setattr(connected, step, slow)
    workers.begin("one", lambda: come("p1", "p2"))
    workers.begin("two", lambda: come("p2", "p1"))

    assert workers.end() == []
    assert SocialAccount.objects.filter(external_id__in=["p1", "p2"]).count() == 2
