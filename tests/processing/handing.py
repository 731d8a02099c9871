"""A draft on a network with deep links, and a member who may send it themselves."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Workspace
from processing.models import (
    InteractionEvent,
    Message,
    Scenario,
    Trust,
)
from social.models import SocialAccount
from tests.callers import caller
from tests.factories import make_member, make_workspace
from tests.processing.yonder import Thread, make_yonder

TEXT = "Oui, le mardi."
OTHER = "Oui, le jeudi à 14 h, cela vous irait ?"
IN_HAND = ("queued", "by_hand", "by_hand")
SENT = ("sent", "", "sent")


@pytest.fixture
def workspace() -> Workspace:
    found = make_workspace()
    kept = {"name": "Ateliers", "instruction": "Réponds.", "autonomy": "draft"}
    Scenario.objects.create(workspace=found, **kept)
    return found


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, workspace: Workspace) -> SocialAccount:
    return make_yonder(monkeypatch, workspace)


@pytest.fixture
def thread(account: SocialAccount) -> Thread:
    found = Thread(account)
    found.say()
    return found


@pytest.fixture
def draft(thread: Thread) -> Message:
    return thread.draft()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return caller(make_member(workspace))


def do(client: Client, draft: Message, deed: str = "send-myself", **body: Any) -> Any:
    address = f"/drafts/{draft.uid}/{deed}"
    return client.post(address, body, content_type="application/json")


def told(draft: Message) -> list[str]:
    rows = InteractionEvent.objects.filter(message=draft).order_by("pk")
    return list(rows.values_list("reason", flat=True))


def trust() -> tuple[int, int, int]:
    row = Trust.objects.get()
    return row.approved, row.edited, row.in_a_row
