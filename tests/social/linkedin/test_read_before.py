"""Whoever agrees to a draft has read what the contact wrote since, however old their page is."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from processing.models import Message
from tests.callers import browser, caller
from tests.social.linkedin.play import Play

LATER = "Laissez tomber, merci."


def page_of(play: Play, draft: Message, name: str) -> tuple[Client, str]:
    """Open a page with the draft on it."""
    client = browser(play.member, "en")
    args = [] if name == "drafts" else [draft.conversation.uid]
    return client, client.get(reverse(name, args=args)).content.decode()


def hidden(page: str) -> dict[str, str]:
    """Return what the form of the approval says."""
    form = re.search(r"<form[^>]*>((?:(?!</form>).)*value=\"approve\")", page, re.DOTALL)
    assert form
    return dict(re.findall(r'name="(seen\w*)" value="([^"]*)"', form[1]))


def wrote_again(play: Play) -> None:
    play.time.move(minutes=5)
    play.writes(LATER)
    play.time.move(minutes=5)
    play.poll()


@pytest.mark.parametrize("name", ["drafts", "conversation"])
@pytest.mark.parametrize("deed", [{"do": "approve"}, {"do": "edit", "text": "Bien sûr !"}])
def test_an_open_page_is_told_that_the_contact_wrote_again(
    play: Play, name: str, deed: dict[str, str]
) -> None:
    """There news come in quarters of an hour; a newer page shows them, and may approve."""
    draft = play.draft(play.heard())
    client, page = page_of(play, draft, name)
    wrote_again(play)

    told = client.post(reverse("draft", args=[draft.uid]), deed | hidden(page), follow=True)
    draft.refresh_from_db()
    assert draft.status == "held"
    assert "written again since this draft" in told.content.decode()

    _client, page = page_of(play, draft, name)
    assert LATER in page
    client.post(reverse("draft", args=[draft.uid]), deed | hidden(page))
    draft.refresh_from_db()
    assert draft.status == "queued"


@pytest.mark.parametrize(
    ("read", "status"),
    [
        (lambda one: {}, 409),
        (lambda one: {"seen_until": one.in_reply_to.sent_at.isoformat()}, 409),
        (lambda one: {"seen_until": newest().sent_at.isoformat()}, 202),
    ],
    ids=["nothing", "the-question", "all"],
)
@pytest.mark.parametrize("deed", [("approve", {}), ("edit", {"text": "Bien sûr !"})])
def test_a_program_says_what_was_read(
    play: Play,
    read: Callable[[Message], dict[str, str]],
    status: int,
    deed: tuple[str, dict[str, str]],
) -> None:
    draft = play.draft(play.heard())
    wrote_again(play)
    draft.refresh_from_db()
    address = f"/drafts/{draft.uid}/{deed[0]}"
    told = deed[1] | read(draft)
    answer = caller(play.member).post(address, told, content_type="application/json")
    assert answer.status_code == status, answer.content
    if status == 409:
        assert answer.json()["code"] == "said_since"


def newest() -> Message:
    return Message.objects.filter(direction="inbound").latest("sent_at")
