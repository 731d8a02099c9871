"""Whatever JSON the page loads, it is read or left: never an error of ours."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from social.providers.linkedin.seen import reduced, reduced_message
from social.providers.linkedin.voyager import accepted_in, inbox_in, messages_in
from tests.social.linkedin import inbox
from tests.social.linkedin.inbox import (
    ANNA,
    AT,
    OTHER_THREAD,
    anna,
    company,
    conversation,
    custom,
    listed,
    message,
    normalised,
    owner,
    thread_of,
)

SCRAPS: list[Any] = [
    *(None, True, 0, -1, 1e308, 10**30, AT, "", "\x00\ud800", [], {}, [[]], [None], {"text": 7}),
    *(inbox.conversation_urn(), inbox.message_urn("2-a"), inbox.profile(ANNA)),
    *(anna(), owner(), company(), custom(), message("2-a", anna()), conversation()),
]
NAMES = ["data", "included", "elements", "*elements", "entityUrn", "value", "sender", "*sender"]
NAMES += ["messages", "participantType", "member", "conversationParticipants", "metadata"]
NAMES += ["messengerConversationsBySyncToken", "messengerMessagesByConversation", "nextCursor"]
documents = st.recursive(
    st.sampled_from(SCRAPS) | st.text(max_size=8) | st.integers() | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=12,
)


def check(document: Any) -> None:
    """Read a document in all three ways; what comes out can be written down."""
    found, spoken = inbox_in(document), messages_in(document)
    accepted_in(document)
    shapes = [reduced(one) for one in (found.conversations if found else ())]
    shapes += [reduced_message(one) for one in (spoken.messages if spoken else ())]
    for shape in shapes:
        json.dumps(shape, allow_nan=False, ensure_ascii=False).encode()
        assert shape["thread"]


@given(documents)
def test_no_document_is_too_odd(document: Any) -> None:
    check(document)


@given(st.lists(documents, max_size=3), st.booleans())
def test_no_element_is_too_odd(elements: list[Any], whole: bool) -> None:
    for root in (listed, thread_of):
        document = root(*elements, conversation())
        check(normalised(document) if whole else document)


@given(st.data())
def test_no_field_is_too_odd(data: st.DataObject) -> None:
    whole = listed(conversation(), conversation(OTHER_THREAD))
    flat = data.draw(st.booleans())
    document = json.loads(json.dumps(normalised(whole) if flat else whole))
    spots = list(_spots(document))
    for _ in range(data.draw(st.integers(1, 4))):
        holder, key = data.draw(st.sampled_from(spots))
        holder[key] = data.draw(documents)
    check(document)


def _spots(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _spots(value[key])
