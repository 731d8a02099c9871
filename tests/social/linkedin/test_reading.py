"""Stored pages of an inbox → contracts: who wrote, to whom, and what nobody answers."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowia.lib.errors import InvalidPayloadError
from social.contracts import Echo, Event, Ignored, InboundMessage
from social.providers.linkedin.reading import parse_page
from social.providers.linkedin.seen import reduced
from social.providers.linkedin.voyager import inbox_in
from tests.social.linkedin import inbox
from tests.social.linkedin.inbox import ANNA, AT, OWNER, THREAD

WHEN = datetime.fromtimestamp(AT / 1000, UTC)
ACCOUNT = {"kind": "linkedin", "external_id": OWNER}
WHERE: dict[str, Any] = {
    "account_kind": "linkedin",
    "account_external_id": OWNER,
    "contact_external_id": ANNA,
    "external_id": "2-a",
    "text": "Bonjour\n\nÇa va ?",
    "sent_at": WHEN,
    "thread_external_id": THREAD,
}
HERS = InboundMessage(contact_name="Anna Meyer", **WHERE)


def item(**fields: Any) -> dict[str, Any]:
    return {
        "id": "2-a",
        "thread": THREAD,
        "contact": ANNA,
        "name": "Anna Meyer",
        "text": "Bonjour\n\nÇa va ?",
        "at": AT,
        "own": False,
        "attached": False,
        "group": False,
        "sponsored": False,
        **fields,
    }


def parsed(*items: Any, **page: Any) -> list[Event]:
    whole = {"account": ACCOUNT, "stream": "inbox", "items": list(items), **page}
    return parse_page("inbox", json.dumps(whole).encode())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, HERS),
        ({"own": True}, Echo(**WHERE)),
        (
            {"text": "", "attached": True},
            InboundMessage(
                contact_name="Anna Meyer",
                attachments=({"type": "file"},),
                **{**WHERE, "text": ""},
            ),
        ),
        ({"name": ""}, InboundMessage(**WHERE)),
        ({"name": " Anna\n Meyer "}, HERS),
        (
            {"headline": "Coach\n à Lyon", "unseen": 2},
            replace(HERS, headline="Coach à Lyon", unseen_before=2),
        ),
        ({"unseen": 10**6}, replace(HERS, unseen_before=1000)),
        ({"text": "a\x00b"}, InboundMessage(contact_name="Anna Meyer", **{**WHERE, "text": "ab"})),
        ({"text": "\ud800"}, InboundMessage(contact_name="Anna Meyer", **{**WHERE, "text": "?"})),
        ({"group": True}, Ignored("group")),
        ({"sponsored": True, "contact": ""}, Ignored("sponsored")),
        ({"contact": ""}, Ignored("no_contact")),
        ({"contact": OWNER}, Ignored("direction")),
        *(
            ({key: value}, Ignored("malformed"))
            for key, value in [
                *(("id", ""), ("id", None), ("id", 7), ("id", "x" * 256), ("id", "a\x00")),
                *(("thread", ""), ("thread", None), ("contact", None), ("contact", "x" * 256)),
                *(("text", None), ("text", ["x"]), ("at", 0), ("at", "1"), ("at", True)),
                *(("at", 1e12), ("at", 10**30), ("own", None), ("own", 1), ("own", "false")),
                *(("group", None), ("group", 0), ("sponsored", "no"), ("name", 7)),
                *(("headline", ["x"]), ("unseen", -1), ("unseen", None), ("unseen", True)),
            ]
        ),
    ],
)
def test_an_item_is_told_in_contracts(fields: dict[str, Any], expected: Event) -> None:
    assert parsed(item(**fields)) == [expected]


@pytest.mark.parametrize("broken", [None, 7, "x", [], {}, {"own": True}])
def test_a_broken_item_costs_no_other(broken: Any) -> None:
    assert parsed(broken, item()) == [Ignored("malformed"), HERS]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000),
        json.dumps({"account": ACCOUNT}).encode(),
        json.dumps({"account": ACCOUNT, "items": {}}).encode(),
        json.dumps({"account": {**ACCOUNT, "kind": "youtube"}, "items": []}).encode(),
        json.dumps({"account": {**ACCOUNT, "external_id": ""}, "items": []}).encode(),
        json.dumps({"account": {**ACCOUNT, "external_id": 7}, "items": []}).encode(),
    ],
)
def test_what_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidPayloadError):
        parse_page("inbox", body)


def test_a_conversations_last_message_is_an_item_as_it_is_reduced() -> None:
    seen = inbox_in(inbox.listed(inbox.conversation()))
    assert seen is not None
    last = reduced(seen.conversations[0])["last"]
    (event,) = parsed(last)
    assert isinstance(event, InboundMessage)
    assert (event.thread_external_id, event.contact_external_id) == (THREAD, ANNA)


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
fields = st.dictionaries(
    st.sampled_from(sorted(item())), values | st.lists(values, max_size=2), max_size=4
)


@given(st.lists(fields | values, max_size=3))
def test_no_item_is_too_odd(found: list[Any]) -> None:
    events = parsed(*({**item(), **one} if isinstance(one, dict) else one for one in found))
    assert len(events) == len(found)
    for event in events:
        assert isinstance(event, Ignored | Echo | InboundMessage)
        if not isinstance(event, Ignored):
            assert event.contact_external_id
            assert event.contact_external_id != OWNER
            assert event.text.encode() is not None
