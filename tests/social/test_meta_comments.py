"""Comments on Pages and on Instagram: new, changed, gone, our own, and those of hidden people."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from social.contracts import Echo, Edit, Event, Ignored, InboundMessage, Removal, Showing
from social.providers.meta.webhook import parse
from tests.social.meta_calls import PAGE, envelope

AT = datetime.fromtimestamp(1794819600, tz=UTC)
LATER = datetime.fromtimestamp(1794819700, tz=UTC)


def feed(**value: Any) -> bytes:
    whole = {
        "item": "comment",
        "verb": "add",
        "comment_id": "555_9",
        "post_id": f"{PAGE}_555",
        "created_time": 1794819600,
        **value,
    }
    return envelope(time=1794819700, changes=[{"field": "feed", "value": whole}])


CHANGED = [
    ("edit", Edit("messenger", PAGE, "555_9", "mieux", LATER)),
    ("edited", Edit("messenger", PAGE, "555_9", "mieux", LATER)),
    ("remove", Removal("messenger", PAGE, "555_9", LATER)),
    ("hide", Removal("messenger", PAGE, "555_9", LATER, hidden=True)),
    ("unhide", Showing("messenger", PAGE, "555_9", LATER)),
    ("block", Ignored("unsupported_verb")),
]


@pytest.mark.parametrize(("verb", "expected"), CHANGED, ids=[row[0] for row in CHANGED])
def test_what_becomes_of_a_comment_is_told_at_its_own_time(verb: str, expected: Event) -> None:
    assert parse(feed(verb=verb, message="mieux")) == [expected]


@pytest.mark.parametrize("parent", [f"{PAGE}_555", "555", "", None])
def test_a_comment_on_the_post_itself_has_no_parent(parent: str | None) -> None:
    [event] = parse(feed(parent_id=parent))

    assert isinstance(event, InboundMessage)
    assert event.parent_external_id == ""


def test_a_comment_of_a_picture_alone_keeps_its_kind() -> None:
    [event] = parse(feed(photo="https://scontent.xx.fbcdn.net/v/a.jpg"))

    assert isinstance(event, InboundMessage)
    assert (event.text, event.attachments) == ("", ({"type": "photo"},))


@pytest.mark.parametrize("item_", ["post", "like", "share", "une-nouveauté", ["comment"], None])
def test_other_things_on_a_page_are_ignored_by_their_name(item_: Any) -> None:
    [event] = parse(feed(item=item_))

    known = {"post": "feed_post", "like": "feed_like", "share": "feed_share"}
    other = "malformed" if isinstance(item_, list) else "feed_other"
    assert event == Ignored(known.get(str(item_), other))


def on_instagram(time: Any = 1794819600, **value: Any) -> bytes:
    whole = {"id": "179", "text": "Prix ?", "media": {"id": "180"}, **value}
    entry = {"id": "178", "time": time, "changes": [{"field": "comments", "value": whole}]}
    return json.dumps({"object": "instagram", "entry": [entry]}).encode()


@pytest.mark.parametrize("time", [1794819600, 1794819600000, "1794819600"])
def test_a_comment_on_instagram_was_written_at_its_entrys_time(time: Any) -> None:
    [event] = parse(on_instagram(time, **{"from": {"id": "11", "username": "zoe"}}))

    assert isinstance(event, InboundMessage)
    assert (event.sent_at, event.contact_handle) == (AT, "zoe")


@pytest.mark.parametrize(
    ("writer", "own"),
    [
        ({"id": "178"}, True),
        ({"id": "11", "self_ig_scoped_id": "11"}, True),
        ({"id": "11", "self_ig_scoped_id": "178"}, False),
        ({"id": "11"}, False),
        ({}, False),
    ],
)
def test_an_accounts_own_comment_is_an_echo(writer: dict[str, str], own: bool) -> None:
    [event] = parse(on_instagram(**{"from": writer}))

    assert isinstance(event, Echo) is own
    assert event.kind == "comment"  # type: ignore[union-attr]


def test_a_comment_on_instagram_may_be_told_as_changed() -> None:
    assert parse(on_instagram(verb="edited")) == [Edit("instagram", "178", "179", "Prix ?", AT)]
    assert parse(on_instagram(verb="remove")) == [Removal("instagram", "178", "179", AT)]
