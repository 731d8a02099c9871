"""The answer to the page's own send: only a message's name says that it was taken."""

from typing import Any

import pytest

from social.providers.linkedin.seen import Accepted
from social.providers.linkedin.voyager import accepted_in
from tests.social.linkedin import inbox
from tests.social.linkedin.inbox import AT, THREAD

ACCEPTED = {
    "entityUrn": inbox.message_urn("2-new"),
    "deliveredAt": AT,
    "originToken": "0b5e-invented",
    "backendConversationUrn": f"urn:li:messagingThread:{THREAD}",
}
TAKEN = Accepted("2-new", inbox.message_urn("2-new"), AT, THREAD, "0b5e-invented")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"value": ACCEPTED}, TAKEN),
        ({"data": {"value": ACCEPTED}}, TAKEN),
        (
            {"data": {"*value": inbox.message_urn("2-new")}, "included": [ACCEPTED]},
            TAKEN,
        ),
        (
            {"value": {"entityUrn": inbox.message_urn("2-new")}},
            Accepted("2-new", inbox.message_urn("2-new"), 0),
        ),
        ({"value": {**ACCEPTED, "entityUrn": inbox.conversation_urn()}}, None),
        ({"value": {"deliveredAt": AT}}, None),
        ({"value": None}, None),
        ({"status": 400}, None),
        (None, None),
        ([], None),
    ],
)
def test_only_a_messages_name_says_that_it_was_taken(document: Any, expected: Any) -> None:
    assert accepted_in(document) == expected
