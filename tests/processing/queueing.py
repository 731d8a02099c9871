"""Many answers that wait to leave, a network in a function, and a clock that is moved by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from accounts.models import Workspace
from billing.models import Subscription
from flowia.lib import clock
from processing.models import Contact, Conversation, Delivery, Message
from processing.outgoing import outbound_of
from social.contracts import Credentials, OutboundMessage, SendResult, Usage
from social.errors import ProviderError
from social.models import SocialAccount
from social.providers.registry import PROVIDERS
from tests.factories import make_account, make_workspace

NUMBERS = count(1)
UNKNOWN = ProviderError("2", outcome_unknown=True)


class Clock:
    """The database's clock, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = self.started = clock.now()
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)

    @property
    def seconds(self) -> float:
        return (self.now - self.started).total_seconds()


class Network:
    """What a provider's `send` does: takes everything, or what `answers` says to a message."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str = "meta", **changes: Any) -> None:
        self.taken: list[str] = []
        self.asked: list[str] = []
        self.usage: Usage | None = None
        self.refuses: Callable[[Credentials, OutboundMessage], ProviderError | None] = (
            lambda _credentials, _message: None
        )
        changed = replace(PROVIDERS[name], send=self._send, **changes)
        monkeypatch.setitem(PROVIDERS, name, changed)

    def down(self, error: ProviderError = UNKNOWN) -> None:
        self.refuses = lambda _credentials, _message: error

    def up(self) -> None:
        self.refuses = lambda _credentials, _message: None

    def _send(self, credentials: Credentials, message: OutboundMessage) -> SendResult:
        self.asked.append(message.reference)
        error = self.refuses(credentials, message)
        if error is not None:
            raise error
        self.taken.append(message.reference)
        return SendResult(f"m_out_{len(self.taken)}_{message.reference[-8:]}", usage=self.usage)


def make_shop(**account: Any) -> SocialAccount:
    """Return a connected account of a workspace without a limit of messages."""
    workspace: Workspace = make_workspace()
    Subscription.objects.create(workspace=workspace, plan="ultra")
    found = make_account(workspace, **account)
    found.seal({"access_token": f"token-{found.pk}"})
    found.save()
    return found


def one_more(account: SocialAccount) -> SocialAccount:
    """Return another account of the same workspace."""
    found = make_account(account.workspace, provider=account.provider, kind=account.kind)
    found.seal({"access_token": f"token-{found.pk}"})
    found.save()
    return found


def queue(
    account: SocialAccount, number: int = 1, *, now: datetime, **conversation: Any
) -> list[Delivery]:
    """Let so many people have asked something, and their answers be ready to leave now."""
    where: dict[str, Any] = {"workspace": account.workspace, "social_account": account}
    contacts = Contact.objects.bulk_create(
        Contact(**where, external_id=f"7{next(NUMBERS):015}", name="Zoé") for _ in range(number)
    )
    ends = {"window_closes_at": now + timedelta(hours=20), **conversation}
    threads = Conversation.objects.bulk_create(
        Conversation(**where, contact=contact, last_message_at=now, **ends) for contact in contacts
    )
    questions = Message.objects.bulk_create(
        Message(
            **where,
            conversation=thread,
            direction="inbound",
            author="contact",
            status="received",
            outcome="reply",
            text="C'est combien ?",
            sent_at=now,
            external_id=f"in_{next(NUMBERS)}",
            post_external_id="post_1" if thread.kind == "comment" else "",
        )
        for thread in threads
    )
    answers = Message.objects.bulk_create(
        Message(
            **where,
            conversation=question.conversation,
            direction="outbound",
            author="assistant",
            status="queued",
            text=f"Elle coûte 49 €. ({next(NUMBERS)})",
            sent_at=now,
            in_reply_to=question,
            post_external_id=question.post_external_id,
            parent_external_id=question.external_id if question.post_external_id else "",
        )
        for question in questions
    )
    return Delivery.objects.bulk_create(
        Delivery(workspace=account.workspace, message=answer, next_at=now) for answer in answers
    )


def due(now: datetime, status: str = "queued") -> Iterator[int]:
    """Give what a worker would find due, the oldest first."""
    rows = Delivery.objects.filter(status=status, next_at__lte=now).order_by("next_at", "pk")
    yield from rows.values_list("pk", flat=True)


def states() -> dict[str, int]:
    """Return how many deliveries there are of each status."""
    found: dict[str, int] = {}
    for status in Delivery.objects.values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    return Network(monkeypatch)


@pytest.fixture
def shop() -> SocialAccount:
    return make_shop()


__all__ = [
    "Clock",
    "Network",
    "due",
    "make_shop",
    "network",
    "one_more",
    "outbound_of",
    "queue",
    "shop",
    "states",
    "time",
]
