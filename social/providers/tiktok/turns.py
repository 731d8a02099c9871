"""A turn of reading, one call at a time: what is still to be read stands in the cursor.

A crash costs one page at most. What is older than `since` is history: noted, never brought as news.
It is set by TikTok's clock at the first call; without one, the first turn only takes note.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from social.contracts import Credentials
from social.errors import ProviderError
from social.providers.tiktok.calling import Data
from social.providers.tiktok.values import MALFORMED, number
from social.streams import Cursor, Page

Step = dict[str, Any]
"""One call to make: `read` names its reader and its list, the rest is the reader's own."""
Found = tuple[list[Data], list[Step]]
"""What was new in an answer, and which calls follow from it."""
Reader = Callable[[Credentials, Data, Step], Found]


def take(
    credentials: Credentials,
    state: Data,
    *,
    begin: Iterable[Step],
    readers: Mapping[str, Reader],
    lists: str,
) -> Page:
    """Make the next call of the turn, or `begin` one; `state` becomes the next cursor.

    What TikTok refuses for good is passed over, unless it is one of the `lists` everything else
    comes from. Raises ProviderError.
    """
    step, *todo = state.pop("todo", None) or list(begin)
    try:
        items, more = readers[step["read"]](credentials, state, step)
    except ProviderError as error:
        if step["read"] == lists or not _is_final(error):
            raise
        items, more = [], []
    # Deeper before wider: what one video needs is over before the next one begins.
    todo = [*more, *todo]
    if not todo:
        state.setdefault("since", state["newest"])
    return Page(tuple(items), {**state, "todo": todo}, more=bool(todo))


def copy_of(cursor: Cursor, **usual: Any) -> Data:
    """Return the cursor as a state that may be changed."""
    return {**usual, "newest": 0, **_copied(cursor)}


def begin_history(state: Data, now: datetime | None, history: timedelta, *, unit: int) -> None:
    """Let news begin `history` before the first call; moments are counted in `unit`s a second."""
    if "since" not in state and now is not None:
        state["since"] = int((now - history).timestamp()) * unit


def next_of(data: Data) -> int:
    """Return where TikTok's next page begins; the list's own beginning when that is not told."""
    return whole(data, "cursor") or 0


def whole(one: Data, key: str) -> int | None:
    """Return a whole number of TikTok's, a moment or a count; None when it is none."""
    try:
        return number(one[key])
    except MALFORMED:
        return None


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list | tuple) else value


def _is_final(error: ProviderError) -> bool:
    """Return whether the very same call would be refused again, whatever is done meanwhile."""
    passing = error.retryable or error.outcome_unknown or error.needs_refresh
    return not passing and not error.needs_login and not error.lacks
