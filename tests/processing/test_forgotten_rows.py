"""What waits and is woken by nobody is seen whatever its age; what waits for somebody is not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts import audit
from accounts.models import Letter
from billing.models import StripeEvent
from integrations.models import (
    Hook,
    HookCall,
    Integration,
    Removal,
    SyncOrder,
    SyncRun,
)
from processing.invariants import breaches
from processing.models import Conversation, LeadAct, Replay
from processing.privacy.models import Erasure, Export
from social.models import Poll, SocialAccount
from social.providers.linkedin.polling import THREAD
from social.providers.youtube.polling import COMMENTS
from tests.factories import (
    make_account,
    make_conversation,
    make_follow_up,
    make_message,
    make_replay,
    make_user,
    make_webhook,
    make_workspace,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AGES_AGO = timedelta(days=60)


@pytest.fixture
def talk() -> Conversation:
    made = make_conversation(make_workspace())
    audit.record("workspace.made", by=audit.SYSTEM, workspace=made.workspace)
    return made


def codes(*, after: timedelta = HOUR) -> list[str]:
    now = timezone.now() + after
    return [one.code for one in breaches(since=now - timedelta(days=2), now=now)]


def outgoing(talk: Conversation, status: str, **fields: Any) -> Any:
    message = make_message(talk, direction="outbound", author="assistant", status="queued")
    return talk.workspace.deliveries.create(message=message, status=status, **fields)


def tool_of(talk: Conversation) -> Integration:
    return Integration.objects.create(workspace=talk.workspace, kind="notion")


def undecided(talk: Conversation) -> Any:
    return make_message(talk)


def call_of_a_network(_talk: Conversation) -> Any:
    return make_webhook()


def delivery(talk: Conversation) -> Any:
    return outgoing(talk, "queued")


def delivery_on_its_way(talk: Conversation) -> Any:
    return outgoing(talk, "sending")


def follow_up(talk: Conversation) -> Any:
    return make_follow_up(talk, next_at=None)


def letter(_talk: Conversation) -> Any:
    return Letter.objects.create(kind="welcome", user=make_user())


def hook_call(talk: Conversation, status: str = "active", **fields: Any) -> Any:
    hook = Hook.objects.create(
        workspace=talk.workspace, name="n8n", url="https://exemple.fr/", status=status
    )
    return HookCall.objects.create(
        workspace=talk.workspace, hook=hook, event="lead.updated", **fields
    )


def removal(talk: Conversation, **fields: Any) -> Any:
    whose = {"workspace": talk.workspace, "integration": tool_of(talk), "lead_uid": uuid4()}
    return Removal.objects.create(**whose, **fields)


def push(talk: Conversation, **fields: Any) -> Any:
    whose = {"workspace": talk.workspace, "integration": tool_of(talk), "lead_uid": uuid4()}
    return SyncRun.objects.create(**whose, **fields)


def push_under_way(talk: Conversation) -> Any:
    return push(talk, status="running")


def order(talk: Conversation) -> Any:
    whose = {"workspace": talk.workspace, "integration": tool_of(talk)}
    return SyncOrder.objects.create(**whose, kind="full", status="running")


def announcement_of_stripe(_talk: Conversation) -> Any:
    return StripeEvent.objects.create(
        event_id="evt_1", type="invoice.paid", happened_at=timezone.now()
    )


def replay(talk: Conversation) -> Any:
    made = make_replay(make_message(talk, outcome="silent", reason="no_scenario"))
    Replay.objects.filter(pk=made.pk).update(status="running")
    return made


def act(talk: Conversation) -> Any:
    return LeadAct.objects.create(workspace=talk.workspace, kind="stage", value="won")


def copy_of_the_data(talk: Conversation) -> Any:
    return Export.objects.create(workspace=talk.workspace)


def erasure(talk: Conversation) -> Any:
    return Erasure.objects.create(workspace=talk.workspace, contact_uid=uuid4())


def reader(talk: Conversation, **account: Any) -> Any:
    read = make_account(talk.workspace, provider="youtube", kind="youtube", **account)
    return Poll.objects.create(workspace=talk.workspace, social_account=read, stream=COMMENTS.name)


FORGOTTEN: list[tuple[Callable[[Conversation], Any], str]] = [
    (undecided, "I1"),
    (call_of_a_network, "I2"),
    (delivery, "I2"),
    (delivery_on_its_way, "I2"),
    (follow_up, "I2"),
    (letter, "I2"),
    (hook_call, "I2"),
    (removal, "I2"),
    (push, "I2"),
    (push_under_way, "I2"),
    (order, "I2"),
    (announcement_of_stripe, "I2"),
    (replay, "I2"),
    (act, "I2"),
    (copy_of_the_data, "I2"),
    (erasure, "I2"),
    (reader, "I2"),
]


@pytest.mark.parametrize(
    ("forgets", "code"), FORGOTTEN, ids=lambda one: getattr(one, "__name__", one)
)
def test_what_nobody_will_wake_is_seen_whatever_its_age(
    talk: Conversation, forgets: Callable[[Conversation], Any], code: str
) -> None:
    row = forgets(talk)
    type(row).objects.filter(pk=row.pk).update(created_at=timezone.now() - AGES_AGO)
    assert codes() == [code]


@pytest.mark.parametrize("forgets", [one for one, _code in FORGOTTEN])
def test_what_is_younger_than_the_patience_is_not_asked(
    talk: Conversation, forgets: Callable[[Conversation], Any]
) -> None:
    forgets(talk)
    assert codes(after=timedelta(minutes=1)) == []


def vanished_send(talk: Conversation) -> Any:
    return outgoing(talk, "sending", next_at=timezone.now())


def vanished_push(talk: Conversation) -> Any:
    return push(talk, status="running", next_at=timezone.now())


def vanished_call(talk: Conversation) -> Any:
    call = hook_call(talk)
    HookCall.objects.filter(pk=call.pk).update(status="running", next_at=timezone.now())


def vanished_removal(talk: Conversation) -> Any:
    return removal(talk, status="running", next_at=timezone.now())


def late_copy(talk: Conversation) -> Any:
    return Export.objects.create(
        workspace=talk.workspace, status="running", next_at=timezone.now() - DAY
    )


def late_erasure(talk: Conversation) -> Any:
    return Erasure.objects.create(
        workspace=talk.workspace, contact_uid=uuid4(), next_at=timezone.now() - DAY
    )


@pytest.mark.parametrize(
    "leaves",
    [vanished_send, vanished_push, vanished_call, vanished_removal, late_copy, late_erasure],
)
def test_what_a_vanished_worker_left_and_nobody_took_up_is_seen(
    talk: Conversation, leaves: Callable[[Conversation], Any]
) -> None:
    leaves(talk)
    assert codes() == ["I2"]


def test_copies_and_erasures_wait_for_each_other(talk: Conversation) -> None:
    late_copy(talk)
    late_erasure(talk)
    for model in (Export, Erasure):
        model.objects.update(next_at=timezone.now() - HOUR)
    assert codes() == []


def test_a_tool_that_is_written_into_still_has_its_pushes(talk: Conversation) -> None:
    vanished_push(talk)
    Integration.objects.update(busy_until=timezone.now() + 2 * HOUR)
    assert codes() == []


@pytest.mark.parametrize("status", ["paused", "disabled"])
def test_calls_wait_for_their_webhook_to_be_resumed(talk: Conversation, status: str) -> None:
    hook_call(talk, status)
    assert codes() == []


def test_a_call_that_is_on_its_way_waits_for_no_webhook(talk: Conversation) -> None:
    call = hook_call(talk, "paused")
    HookCall.objects.filter(pk=call.pk).update(status="running")
    assert codes() == ["I2"]


@pytest.mark.parametrize("status", ["needs_login", "disconnected", "connecting"])
def test_nothing_is_read_of_an_account_that_cannot_be_read(talk: Conversation, status: str) -> None:
    reader(talk, status=status)
    assert codes() == []


def test_a_thread_is_read_when_somebody_wants_it(talk: Conversation) -> None:
    account = make_account(talk.workspace, provider="linkedin", kind="linkedin")
    for stream in (THREAD.name, "what is not read any more"):
        Poll.objects.create(workspace=talk.workspace, social_account=account, stream=stream)
    assert SocialAccount.objects.filter(polls__next_at=None).exists()
    assert codes() == []
