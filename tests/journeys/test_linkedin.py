"""LinkedIn from end to end: connected by cookies, read, drafted, approved, sent, read again."""

from collections.abc import Iterator

import pytest

from tests.journeys.driver import eventually
from tests.journeys.linkedin import REPLY, Member, members
from tests.stack import Stack

pytestmark = pytest.mark.slow
FORMS = ("cookie_editor", "cookies_txt", "storage_state")
PITCH = "Kevin Stone"


@pytest.fixture(scope="module")
def member(sqlite_stack: Stack) -> Iterator[Member]:
    yield from members(sqlite_stack)


def test_a_lead_is_answered_once_in_the_approved_words_and_a_pitch_is_left_alone(
    member: Member,
) -> None:
    thread = member.contact_writes("Aline Roux")
    accounts = [member.connect(form)["id"] for form in FORMS]
    assert len(set(accounts)) == 1

    draft = member.draft(thread)
    assert "89" in draft["text"]
    message = member.approve(draft)
    assert member.settled(thread, "sent") == "sent"
    (arrived,) = member.sent_to(thread)
    assert arrived.endswith(f".\n\n{REPLY}"), "the notice of an assistant stands before it"

    member.contact_writes("Aline Roux", "Parfait, je la prends !")
    member.read()
    said = eventually(
        lambda: [one for one in member.said(thread) if "je la prends" in one["text"]],
        what=member.how_it_stands,
    )
    assert [one["direction"] for one in said] == ["inbound"]
    ours = [one for one in member.said(thread) if one["direction"] == "outbound"]
    assert [(one["id"], one["text"], one["status"]) for one in ours if one["status"] == "sent"] == [
        (message, arrived, "sent")
    ]
    assert member.attempts(thread) == 1
    assert member.categories()[PITCH] == "sales_pitch"
    assert member.thread_with(PITCH) not in member.opened()
    assert member.drafts_in(member.thread_with(PITCH)) == []


def test_what_the_member_sent_by_hand_is_seen_at_the_next_reading(member: Member) -> None:
    thread = member.contact_writes("Bruno Fabre")
    member.read()
    handed = member.act(f"/drafts/{member.draft(thread)['id']}/send-myself", {"text": REPLY})
    assert handed["link"].endswith(f"/messaging/thread/{thread.replace('=', '%3D')}/")
    assert handed["message"]["status"] == "queued"
    member.there("human", {"thread": thread, "text": handed["text"]})
    member.read()

    eventually(lambda: member.delivery(thread) == "sent", what=member.how_it_stands)
    assert member.attempts(thread) == 0
    ours = [one for one in member.said(thread) if one["direction"] == "outbound"]
    assert [(one["text"], one["status"]) for one in ours] == [(REPLY, "sent")]
