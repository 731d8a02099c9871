"""Words that a member has in hand: who else may take them, and what becomes of them meanwhile."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Workspace
from flowia.lib import clock
from processing.models import Delivery, Message, Scenario
from social.models import Poll
from social.providers import registry
from tests.callers import browser, caller
from tests.factories import make_conversation, make_member, make_message, make_reply, make_workspace
from tests.processing.yonder import Thread, make_yonder, state
from tests.social.browsed import make_browsed

pytestmark = pytest.mark.django_db
TEXT = "Oui, le mardi."
OTHER = "Oui, à mardi alors."


@pytest.fixture
def workspace() -> Workspace:
    found = make_workspace()
    kept = {"name": "Ateliers", "instruction": "Réponds.", "autonomy": "draft"}
    Scenario.objects.create(workspace=found, **kept)
    return found


@pytest.fixture
def thread(monkeypatch: pytest.MonkeyPatch, workspace: Workspace) -> Thread:
    account = make_yonder(monkeypatch, workspace)
    usual = registry.CAPABILITIES["yonder"]
    monkeypatch.setitem(registry.CAPABILITIES, "yonder", replace(usual, classified=True))
    found = Thread(account)
    found.say()
    return found


@pytest.fixture
def draft(thread: Thread) -> Message:
    return thread.draft()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return caller(make_member(workspace))


def post(client: Client, address: str, **body: Any) -> Any:
    return client.post(address, body, content_type="application/json")


@pytest.mark.parametrize("text", [{}, {"text": OTHER}])
def test_what_one_member_has_in_hand_no_other_gets(
    client: Client, workspace: Workspace, draft: Message, text: dict[str, str]
) -> None:
    """They would both send it, the second perhaps in words that they never read."""
    other = make_member(workspace)
    post(client, f"/drafts/{draft.uid}/send-myself", text=OTHER)

    refused = post(caller(other), f"/drafts/{draft.uid}/send-myself", **text)
    page = browser(other, "en").post(f"/inbox/drafts/{draft.uid}", {"do": "myself"}, follow=True)

    assert (refused.status_code, refused.json()["code"]) == (409, "already_decided")
    assert "Another member has these words in hand" in page.content.decode()
    again = post(client, f"/drafts/{draft.uid}/send-myself")
    assert (again.status_code, again.json()["text"]) == (200, OTHER)
    assert Delivery.objects.count() == 1


TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)
"""Eleven o'clock in Paris, on a working day."""
READINGS: dict[str, tuple[dict[str, Any], float, str]] = {
    "soon": ({}, 0, "at the next reading, in about 12 minutes."),
    "the day is over before": ({}, 7.9, "at the next reading, on 25 November, 09:00."),
    "it rests": (
        {"state": "cooldown", "until": timedelta(hours=2)},
        0,
        "at the next reading, on 24 November, 13:00.",
    ),
    "it was stopped": ({"stopped_at": timedelta()}, 0, "at the next reading."),
    "signed out": ({"status": "needs_login"}, 0, "at the next reading."),
}
"""What a session is like, hours later on that day, and what is told of the next reading."""


@pytest.mark.parametrize("case", READINGS)
def test_the_next_reading_is_told_only_as_far_as_it_is_known(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, workspace: Workspace, case: str
) -> None:
    session, later, words = READINGS[case]
    settings.LINKEDIN_BROWSER_EXECUTABLE = "/bin/sh"
    now = TUESDAY + timedelta(hours=later)
    monkeypatch.setattr(clock, "now", lambda: now)
    Workspace.objects.update(timezone="Europe/Paris")
    workspace.refresh_from_db()
    member = make_member(workspace)
    values = dict(session)
    status = values.pop("status", "active")
    account = make_browsed(workspace, member, status=status, session=values)
    Poll.objects.create(
        workspace=workspace,
        social_account=account,
        stream="inbox",
        next_at=now + timedelta(minutes=12),
    )
    asked = make_message(make_conversation(workspace, account=account, external_id="2-a"))
    reply = make_reply(asked, TEXT, status="queued", reason="by_hand", approved_by=member.uid)
    Delivery.objects.create(workspace=workspace, message=reply, status="by_hand", begun_at=now)

    page = browser(member, "en").get(f"/inbox/{asked.conversation.uid}").content.decode()

    [told] = re.findall(r"It is marked as sent ([^.]*[.])", page)
    assert told == words


def test_words_in_hand_are_taken_back_when_their_contact_is_sorted_out(
    client: Client, thread: Thread, draft: Message
) -> None:
    post(client, f"/drafts/{draft.uid}/send-myself")
    post(client, f"/conversations/{thread.row.uid}/category", category="sales_pitch")

    assert state(draft) == ("refused", "sorted_as_sales_pitch", "refused")
    # Sent all the same, a moment later: it is known for what it is.
    thread.echo(TEXT)
    assert state(draft)[0] == "sent"
