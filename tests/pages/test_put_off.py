"""An approved answer that may not leave yet: why and until when, wherever it is shown."""

import html
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User, Workspace
from flowia.lib import clock
from processing.models import Delivery, Message
from processing.reasons import sentence
from tests.callers import browser
from tests.factories import make_conversation, make_member, make_message, make_reply, make_workspace
from tests.social.browsed import TUESDAY, make_browsed

pytestmark = pytest.mark.django_db
LATER = TUESDAY + timedelta(hours=3)
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "another day": ({"works_days": [2]}, "on 25 November, 09:00 at the earliest"),
    "stopped": ({"stopped_at": timedelta()}, ""),
}
"""What the session is like, and when an answer leaves that was approved just now."""


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(timezone="Europe/Paris")


@pytest.fixture
def member(workspace: Workspace) -> User:
    return make_member(workspace)


def approved(workspace: Workspace, member: User, session: dict[str, Any], reason: str) -> Message:
    account = make_browsed(workspace, member, session=session)
    thread = make_conversation(workspace, account=account, external_id="2-a", name="Paula")
    values: dict[str, Any] = {"status": "queued", "approved_by": member.uid, "reason": reason}
    found = make_reply(make_message(thread), **values)
    Delivery.objects.create(workspace=workspace, message=found, next_at=LATER)
    return found


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("paced_cap", "Leaves on 24 November, 14:00 at the earliest"),
        ("paced_drift", "Waits"),
        ("paced_stopped", "Waits"),
    ],
)
def test_the_line_and_the_inbox_say_why_and_the_moment_where_it_is_known(
    monkeypatch: pytest.MonkeyPatch, workspace: Workspace, member: User, reason: str, words: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: TUESDAY)
    message = approved(workspace, member, {}, reason)
    client = browser(member, "en")

    page = html.unescape(client.get(f"/inbox/{message.conversation.uid}").content.decode())
    inbox = html.unescape(client.get("/inbox").content.decode())

    assert f'<span class="tag wait">{words}</span>' in page
    assert ("at the earliest" in page) == words.startswith("Leaves")
    assert sentence(reason) in page
    assert sentence(reason) in inbox


@pytest.mark.parametrize("case", CASES)
def test_the_banner_promises_no_moment_that_nobody_knows(
    monkeypatch: pytest.MonkeyPatch, workspace: Workspace, member: User, case: str
) -> None:
    session, words = CASES[case]
    monkeypatch.setattr(clock, "now", lambda: TUESDAY)
    message = approved(workspace, member, session, "")
    client = browser(member, "en")

    page = html.unescape(client.get(f"/inbox/drafts?approved={message.uid}").content.decode())

    told = f"leaves {words}." if words else "does not leave yet."
    assert f"The answer to Paula {told}" in page
