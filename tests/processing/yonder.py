"""An invented network that its members write on themselves: threads with ids, an address for each.

What its pages bring stands in them as our contracts do: `say` and `echo` of `Thread` store a page
and let it be received.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Workspace
from processing import pipeline
from processing.models import Conversation, Delivery, Message, Scenario
from social.capabilities import Capabilities
from social.contracts import Credentials, Echo, Event, InboundMessage, OutboundMessage, SendResult
from social.models import Poll, SocialAccount
from social.providers.base import Provider
from social.sessioning import Given, Owner, Pace, Sessions, Statement
from social.streams import Page, Stream
from tests.factories import make_account
from tests.processing.polled import stored_page
from tests.social.glow import install

NUMBERS = count(1)
LINK = "https://yonder.example/threads/"
INBOX, WHOLE = "inbox", "thread"


def _send(_credentials: Credentials, _message: OutboundMessage) -> SendResult:
    pytest.fail("nothing may leave from here")


def _parsed(_stream: str, body: bytes) -> list[Event]:
    return list(_events(json.loads(body)["items"]))


def _events(items: list[dict[str, Any]]) -> Iterator[Event]:
    for item in items:
        values = {**item, "sent_at": datetime.fromisoformat(item["sent_at"])}
        own, _page = values.pop("own"), values.pop("page")
        yield Echo(**values) if own else InboundMessage(**values)


def _stream(name: str, **more: Any) -> Stream:
    return Stream(
        name=name,
        kinds=("yonder",),
        read=lambda _credentials, cursor: Page((), cursor),
        ability="direct",
        shortest=1000,
        longest=3600,
        **more,
    )


YONDER = Provider(
    name="yonder",
    label="Yonder",
    capabilities={
        "yonder": Capabilities(text_limit=300, automation_needs_consent=True, threads_by_id=True)
    },
    send=_send,
    parse_page=_parsed,
    streams=(_stream(INBOX), _stream(WHOLE, on_demand=True)),
    session=Sessions(
        read_cookies=lambda _given, _now: Given({}),
        statement=lambda kind: Statement(kind, "2026-11-01", ()),
        visit=lambda _credentials: Owner("me", "Ada"),
        pace=lambda: Pace(first=5, more=2, most=20, gap=timedelta(seconds=120)),
        deep_link=lambda thread: f"{LINK}{thread}/",
        browser=lambda: None,
    ),
)


@dataclass(frozen=True)
class Thread:
    """A thread of somebody on the network."""

    account: SocialAccount
    name: str = "t1"
    person: str = "zoe"

    def say(self, text: str = "Vous faites des ateliers ?", **values: Any) -> Message:
        """The person writes, and it is read."""
        self._heard(text, own=False, **values)
        return Message.objects.filter(text=text, direction="inbound").latest("pk")

    def echo(self, text: str, **values: Any) -> None:
        """The account's owner wrote on the network itself, and it is read."""
        self._heard(text, own=True, **values)

    def draft(self, text: str = "Oui, le mardi.", **fields: Any) -> Message:
        """A draft that answers the last words of the thread, and waits."""
        asked = Message.objects.filter(direction="inbound", conversation=self.row).latest("pk")
        Message.objects.filter(pk=asked.pk).update(
            outcome="hold", reason="needs_approval", next_at=None
        )
        Conversation.objects.filter(pk=self.row.pk).update(handoff_reason="needs_approval")
        values: dict[str, Any] = {
            "direction": "outbound",
            "author": "assistant",
            "status": "held",
            "text": text,
            "drafted": text,
            "intent": "price",
            "sent_at": timezone.now(),
            "scenario": Scenario.objects.first(),
            "in_reply_to": asked,
        }
        return Message.objects.create(
            workspace=self.account.workspace,
            social_account=self.account,
            conversation=self.row,
            **{**values, **fields},
        )

    @property
    def row(self) -> Conversation:
        """The thread as it is stored."""
        return Conversation.objects.select_related("contact").get(external_id=self.name)

    def _heard(self, text: str, **values: Any) -> None:
        item = {
            "account_kind": self.account.kind,
            "account_external_id": self.account.external_id,
            "contact_external_id": self.person,
            "external_id": f"y_{next(NUMBERS)}",
            "thread_external_id": self.name,
            "text": text,
            # What is read again stands on a page of its own.
            "page": next(NUMBERS),
            **values,
        }
        at = item.pop("at", timezone.now())
        page = stored_page(self.account, {**item, "sent_at": at.isoformat()}, stream=INBOX)
        pipeline.receive(page.pk)


def make_yonder(monkeypatch: pytest.MonkeyPatch, workspace: Workspace) -> SocialAccount:
    """Return a connected account of the network, which is read in seven minutes."""
    install(monkeypatch, YONDER)
    account = make_account(workspace, provider="yonder", kind="yonder", name="Ada")
    soon = timezone.now() + timedelta(minutes=7)
    Poll.objects.create(
        workspace=workspace, social_account=account, stream=INBOX, seconds=1000, next_at=soon
    )
    return account


def state(message: Message) -> tuple[str, str, str]:
    """Return the message's status and reason, and its delivery's status."""
    message.refresh_from_db()
    delivery = Delivery.objects.filter(message=message).first()
    return message.status, message.reason, delivery.status if delivery else ""
