"""The Conversations API: an account's threads, newest first, and what was written in them.

Only the latest messages of a thread can be read, about twenty (meta.md 6.8).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from social.contracts import Credentials
from social.providers.meta.graph import Door, Json, next_cursor, node_of, part_of, rows_of
from social.providers.meta.values import BROKEN, id_of, object_in, written_moment

THREADS = "id,updated_time,participants"
LATEST = 20
MESSAGES = f"messages.limit({LATEST}){{id,created_time,from,to,message,attachments}}"


@dataclass(frozen=True)
class Thread:
    """One thread of a list: its id, who takes part, when something was last written in it."""

    external_id: str
    people: frozenset[str]
    updated_at: datetime


def asked_for(credentials: Credentials) -> tuple[str, dict[str, str]]:
    """Return the path of an account's threads, and what its list is asked for."""
    platform = {"platform": credentials.kind, "fields": THREADS}
    return f"{node_of(credentials)}/conversations", platform


def threads_in(rows: list[Json]) -> Iterator[Thread]:
    """Yield the threads of one page of the list; a broken one is left out."""
    for row in rows:
        try:
            yield Thread(
                external_id=id_of(row["id"], longest=255),
                people=frozenset(
                    id_of(one["id"]) for one in rows_of(object_in(row, "participants"))
                ),
                updated_at=written_moment(row["updated_time"]),
            )
        except BROKEN:
            continue


def latest(speaker: Door, thread: str) -> tuple[list[Json], bool]:
    """Return the latest messages of a thread, and whether these are all it has."""
    found = part_of(speaker.get(thread, fields=MESSAGES), "messages")
    return rows_of(found), not next_cursor(found)


def written_at(row: Json, key: str = "created_time") -> datetime | None:
    """Return when a message or comment was written; None when that cannot be read."""
    try:
        return written_moment(row.get(key))
    except BROKEN:
        return None


def id_in(row: Any, key: str = "id") -> str:
    """Return an id of a network's object as text, "" when there is none."""
    value = row.get(key) if isinstance(row, dict) else None
    try:
        return id_of(value, longest=255)
    except BROKEN:
        return ""
