"""Reading: the list of conversations, nothing opened; one thread, where somebody is to be answered.

A thread's last message stands in the list. Opening one marks it read and tells its writer, so that
is done on demand alone (linkedin.md 3).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from flowia.lib import clock
from social.contracts import Credentials
from social.providers.linkedin.acting import perform
from social.providers.linkedin.errors import check, error_of, why_not
from social.streams import Cursor, Page, Stream

KIND = "linkedin"
LIST_PAGES = 2
OVERLAP_MS = 10 * 60 * 1000
"""Messages are dated by LinkedIn; of one that arrives late the last list knew nothing."""
FIRST_LOOK_MS = 24 * 3600 * 1000
"""The first list brings what is unread and not older: nobody is answered after months."""
KEPT = 300
SHORTEST, LONGEST = 1000, 3600
"""At least 15 minutes (linkedin.md 7), also where a turn comes a tenth sooner."""
Json = Mapping[str, Any]


def detect_new_messages(credentials: Credentials, cursor: Cursor) -> Page:
    """Read the list of conversations and return what is new in it; no thread is opened."""
    outcome = perform(credentials, "inbox", {"pages": LIST_PAGES, "since": cursor.get("since", 0)})
    check(outcome)
    listed = [one for one in outcome.conversations if one.get("last")]
    newest = max((int(one["last"]["at"]) for one in listed), default=cursor.get("since", 0))
    known, unread = cursor.get("known"), cursor.get("unread", {})
    first = known is None
    now = int(clock.now().timestamp() * 1000)
    since = now - FIRST_LOOK_MS if first else cursor.get("since", 0) - OVERLAP_MS
    new = [
        _item(one, unread.get(one["thread"], 0))
        for one in listed
        if int(one["last"]["at"]) >= since
        and one["last"]["id"] not in (known or ())
        and (one.get("unread") or not first)
    ]
    seen = [one["last"]["id"] for one in listed] + list(known or ())
    return Page(
        items=tuple(sorted(new, key=lambda item: int(item["at"]))),
        cursor={
            "since": max(newest, cursor.get("since", 0)),
            "known": list(dict.fromkeys(seen))[:KEPT],
            "unread": {one["thread"]: one["unread"] for one in listed if one.get("unread")},
        },
    )


def read_dm(credentials: Credentials, cursor: Cursor) -> Page:
    """Open the first thread that is wanted and return all that is written there."""
    wanted = list(cursor.get("wanted", []))
    if not wanted:
        return Page((), {"wanted": []})
    thread, contact = wanted[0][:2]
    left = {"wanted": wanted[1:]}
    outcome = perform(credentials, "thread", {"thread": thread, "contact": contact})
    if why_not(outcome):
        # It is not there any more, or not certainly this one: the others wait.
        return Page((), left)
    check(outcome)
    if not outcome.messages:
        raise error_of("unknown")
    return Page(tuple(dict(one) for one in outcome.messages), left)


def _item(conversation: Json, before: int) -> dict[str, Any]:
    """Return a conversation's last message as it is stored; `before`: how many were unread."""
    last, contact = conversation["last"], conversation.get("contact") or {}
    unread = int(conversation.get("unread") or 0)
    new = unread - before if unread > before else unread
    return {
        **last,
        "name": last.get("name") or contact.get("name", ""),
        "headline": contact.get("headline", ""),
        "group": bool(conversation.get("group")),
        "sponsored": bool(conversation.get("sponsored")),
        "unseen": 0 if last.get("own") else max(new - 1, 0),
    }


def shortest() -> int:
    """Return the least seconds between two lists: 15 minutes on the real network."""
    wished = int(settings.LINKEDIN_POLL_SECONDS)
    return wished if is_practice() else max(wished, SHORTEST)


def is_practice() -> bool:
    """Return whether LINKEDIN_URL leads to this very machine: a stand-in, not LinkedIn."""
    return urlsplit(settings.LINKEDIN_URL).hostname in {"127.0.0.1", "localhost", "::1"}


INBOX = Stream(
    name="inbox",
    kinds=(KIND,),
    read=detect_new_messages,
    ability="direct",
    shortest=shortest(),
    longest=max(LONGEST, shortest()),
)
THREAD = Stream(
    name="thread",
    kinds=(KIND,),
    read=read_dm,
    ability="direct",
    shortest=shortest(),
    longest=max(LONGEST, shortest()),
    on_demand=True,
)
