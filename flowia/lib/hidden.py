"""People's words in the operators' pages: covered, until an operator asked for one conversation.

Who asked, and for which conversation until when, stands in the operator's own session.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import ngettext

KEY, SECONDS = "words_shown", 900
COVER = "••••"
LONGEST_NAME = 64
LONG_NUMBER = 10**6
OPEN = frozenset({
    "event", "field", "id", "kind", "level", "mid", "object", "provider", "status", "time",
    "timestamp", "type",
})  # fmt: skip
"""Names under which networks and tools send ids, kinds and times, never words."""


def was_asked(session: SessionBase, conversation: int) -> bool:
    """Return whether this operator asked for the conversation's words, however long ago."""
    return str(conversation) in session.get(KEY, {})


def is_shown(session: SessionBase, conversation: int | None, *, now: float) -> bool:
    """Return whether this operator may read the conversation's words; `now` in Unix seconds."""
    return conversation is not None and session.get(KEY, {}).get(str(conversation), 0) > now


def show(session: SessionBase, conversation: int, *, now: float) -> None:
    """Let this operator read one conversation's words for a quarter of an hour."""
    still = {pk: until for pk, until in session.get(KEY, {}).items() if until > now}
    session[KEY] = {**still, str(conversation): now + SECONDS}


def covered(value: Any) -> Any:
    """Return `value` without a word of anybody: how much there is, short numbers, ids, kinds stay.

    A number as long as a telephone's is covered as the words are.
    """
    if isinstance(value, int | float) and abs(value) >= LONG_NUMBER:
        return _length(str(value))
    if isinstance(value, str):
        return _length(value) if value else ""
    if isinstance(value, dict):
        return {
            str(key)[:LONGEST_NAME]: one if key in OPEN and _is_plain(one) else covered(one)
            for key, one in value.items()
        }
    if isinstance(value, Iterable):
        return [covered(one) for one in value]
    return value


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= 2 * LONGEST_NAME and " " not in value
    return isinstance(value, int)


def _length(text: str) -> str:
    words = ngettext("%(count)s character", "%(count)s characters", len(text))
    return f"{COVER} ({words % {'count': len(text)}})"
