"""A slow second look at the conversations: it finds what no webhook announced (meta.md 6.8).

A turn reads the list of threads, newest first, back to where the last turn began; then the latest
messages of each thread that changed. One call is one page. The ids are those of the webhooks, so
that what is known already is recognised. The first look takes nothing: history is not news.

Cursor: `since` (Unix time of the newest change that the last whole turn knew), `high` (the same of
the turn that is under way), `after` (the list's next page), `threads` (changed ones, unread yet),
`seen` (ids of the newest messages, since the next turn begins a little before them), `floor` (Unix
time of the first look: what was written until then is history).
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flowia.lib.errors import InvalidPayloadError
from social.contracts import Credentials, Echo, Event, Ignored, InboundMessage
from social.errors import ProviderError
from social.providers.meta.graph import Door, Json, door, next_cursor, rows_of
from social.providers.meta.threads import asked_for, id_in, latest, threads_in, written_at
from social.providers.meta.values import (
    BROKEN,
    MID_LONGEST,
    id_of,
    list_in,
    object_in,
    text_in,
    written_moment,
)
from social.streams import Cursor, Page, Stream

NAME = "conversations"
OVERLAP_SECONDS = 60
"""How late a thread may show in the list after it changed."""
MOST_SEEN = 200
HOUR = 3600
KINDS = {"image": "image", "video": "video", "audio": "audio"}


def read(credentials: Credentials, cursor: Cursor) -> Page:
    """Make one call of a turn: a page of the list, or one changed thread; raises ProviderError."""
    speaker = door(credentials)
    if cursor.get("threads"):
        return _thread(speaker, cursor)
    return _list(speaker, credentials, cursor)


def _list(speaker: Door, credentials: Credentials, cursor: Cursor) -> Page:
    path, asked = asked_for(credentials)
    after = str(cursor.get("after") or "")
    try:
        said = speaker.get(path, **asked, limit="50", **({"after": after} if after else {}))
    except ProviderError as error:
        if not (after and _is_plain(error)):
            raise
        # A page's cursor lives for a while only: the next turn begins at the first one.
        return Page((), {**cursor, "after": ""})
    threads = list(threads_in(rows_of(said)))
    newest = max((_stamp(one.updated_at) for one in threads), default=0)
    if "since" not in cursor:
        return Page((), {"since": newest, "floor": newest})
    since = int(cursor["since"])
    high = max(int(cursor.get("high") or since), newest)
    changed = [one for one in threads if _stamp(one.updated_at) > since - OVERLAP_SECONDS]
    older_reached = len(changed) < len(threads)
    state = {
        **cursor,
        "high": high,
        "after": "" if older_reached else next_cursor(said),
        "threads": [one.external_id for one in changed],
    }
    return _next((), state)


def _thread(speaker: Door, cursor: Cursor) -> Page:
    thread, *others = cursor["threads"]
    since = max(int(cursor["since"]) - OVERLAP_SECONDS, int(cursor.get("floor") or 0))
    seen = list(cursor.get("seen") or [])
    try:
        rows, _ = latest(speaker, str(thread))
    except ProviderError as error:
        if not _is_plain(error):
            raise
        # This one is gone, or closed to us: it would be refused at every turn.
        rows = []
    fresh = [
        row
        for row in reversed(rows)
        if (at := written_at(row)) and _stamp(at) > since and id_in(row) not in seen
    ]
    kept = [*seen, *(id_in(row) for row in fresh)][-MOST_SEEN:]
    items = tuple(_without_addresses(row) for row in fresh)
    return _next(items, {**cursor, "threads": others, "seen": kept})


def _is_plain(error: ProviderError) -> bool:
    """Return whether the refusal is of what was asked for, and not of the account or for now."""
    of_access = error.needs_login or error.needs_refresh or error.lacks
    return not (of_access or error.retryable or error.holds in {"account", "provider"})


def _next(items: tuple[Json, ...], state: dict[str, Any]) -> Page:
    """Return the page, and the cursor: of the turn that goes on, or of the next one."""
    if state["threads"] or state["after"]:
        return Page(items, state, more=True)
    kept = {"since": state["high"], "floor": state.get("floor") or 0}
    return Page(items, {**kept, "seen": state.get("seen") or []})


def _stamp(at: datetime) -> int:
    return int(at.timestamp())


def _without_addresses(row: Json) -> Json:
    # What is stored holds no address of a picture: those are secrets that die within hours.
    kept: Json = {
        key: row[key] for key in ("id", "created_time", "from", "to", "message") if key in row
    }
    attached = row.get("attachments")
    found = rows_of(attached) if isinstance(attached, dict) else []
    kinds = [
        {"type": KINDS.get(str(one.get("mime_type")).partition("/")[0], "file")} for one in found
    ]
    return {**kept, "attachments": kinds} if kinds else kept


def parse_page(_stream: str, body: bytes) -> list[Event]:
    """Return the events of a stored page: `{"account": {"kind", "external_id"}, "items": […]}`.

    Raises InvalidPayloadError when it is not of that form.
    """
    try:
        page = json.loads(body)
        kind, account = page["account"]["kind"], id_of(page["account"]["external_id"])
        items = page["items"]
    except (*BROKEN, RecursionError) as error:
        raise InvalidPayloadError from error
    if kind not in {"messenger", "instagram"} or not isinstance(items, list):
        raise InvalidPayloadError
    return list(_events(kind, account, items))


def _events(kind: str, account: str, items: list[Any]) -> Iterator[Event]:
    for item in items:
        try:
            yield _message(kind, account, item)
        except (*BROKEN, RecursionError):
            yield Ignored("malformed")


def _message(kind: str, account: str, item: Json) -> Event:
    writer = id_of(item["from"]["id"])
    readers = [id_of(one["id"]) for one in rows_of(object_in(item, "to"))]
    mid, text = id_of(item["id"], longest=MID_LONGEST), text_in(item, "message")
    sent_at = written_moment(item["created_time"])
    if writer == account:
        contact = next(one for one in (*readers, "") if one != account)
        return Echo(kind, account, id_of(contact), mid, text, sent_at)
    if account not in readers:
        return Ignored("account_mismatch")
    return InboundMessage(
        account_kind=kind,
        account_external_id=account,
        contact_external_id=writer,
        external_id=mid,
        text=text,
        sent_at=sent_at,
        contact_handle=text_in(item["from"], "username", longest=200),
        attachments=tuple({"type": text_in(one, "type")} for one in list_in(item, "attachments")),
    )


STREAMS = (
    Stream(
        name=NAME,
        kinds=("messenger", "instagram"),
        read=read,
        ability="direct",
        shortest=HOUR,
        longest=6 * HOUR,
        announced=True,
    ),
)
