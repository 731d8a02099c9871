"""Looking a send up of which nobody knows whether it left: in the list, else in its thread."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from social.contracts import Credentials, Found, Sought
from social.providers.linkedin.acting import perform
from social.providers.linkedin.errors import check
from social.providers.linkedin.polling import LIST_PAGES
from social.wording import flat


def look_up(credentials: Credentials, sought: Sought) -> Found:
    """Return our message's id where it stands in its thread; raises ProviderError.

    Where the list proves that nothing was written there since, the thread is not opened.
    """
    thread = sought.message.conversation_external_id
    outcome = perform(credentials, "inbox", {"pages": LIST_PAGES, "since": 0})
    check(outcome)
    listed = next((one for one in outcome.conversations if one.get("thread") == thread), None)
    if listed is not None and listed.get("last"):
        found = _ours([listed["last"]], sought)
        if found or listed["last"]["id"] in sought.before:
            return Found(found, complete=not found)
    contact = sought.message.contact_external_id
    outcome = perform(credentials, "thread", {"thread": thread, "contact": contact}, keep=True)
    check(outcome)
    messages = sorted(outcome.messages, key=_at)
    return Found(_ours(messages, sought), complete=_is_complete(messages, sought))


def _is_complete(messages: list[Mapping[str, Any]], sought: Sought) -> bool:
    """Return whether ours is certainly not among them, the oldest first.

    By their order: they reach back to what we had when we called, and nothing of the member's says
    the same since. LinkedIn dates by its own clock, which may be any time apart from ours.
    """
    had = [number for number, one in enumerate(messages) if one["id"] in sought.before]
    return bool(had) and not any(_says_it(one, sought) for one in messages[had[-1] + 1 :])


def _ours(messages: list[Mapping[str, Any]], sought: Sought) -> str:
    """Return the id of the member's own message that says the same, "" of none."""
    return sought.nearest(
        (_at(one), str(one["id"]))
        for one in messages
        if _says_it(one, sought) and _at(one) >= sought.sent_after
    )


def _says_it(message: Mapping[str, Any], sought: Sought) -> bool:
    text = flat(str(message.get("text") or ""))
    same = text == flat(sought.message.text)
    return bool(message.get("own")) and same and message["id"] not in sought.known


def _at(message: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(message["at"]) / 1000, UTC)
