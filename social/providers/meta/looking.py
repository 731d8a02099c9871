"""Looking up whether something of ours arrived, and how people call themselves.

A send whose outcome is unknown is sought where it would stand: in the person's thread, or under
the comment it answers (meta.md 6.6 to 6.8 and 8.1).
"""

import unicodedata
from datetime import timedelta

from social.contracts import COMMENT, Credentials, Found, Profile, Sought
from social.errors import ProviderError
from social.providers.meta.graph import Door, Json, door
from social.providers.meta.sending import hung_under, written_text
from social.providers.meta.threads import asked_for, id_in, latest, threads_in, written_at
from social.providers.meta.values import NAME_LONGEST

CLOCKS_APART = timedelta(seconds=5)
"""Meta's moments are whole seconds, and its clock may be a little behind ours."""
EMPTY = {"profile_hidden", "no_such_object", "no_such_person"}
"""Refusals that say: this person's profile is nothing for us."""


def look_up(credentials: Credentials, sought: Sought) -> Found:
    """Return the id of what was sent, read where it would stand; raises ProviderError."""
    message = sought.message
    if message.kind == COMMENT and not message.private:
        return _in_comments(credentials, sought)
    if not message.contact_external_id:
        return Found("")
    speaker = door(credentials)
    thread = message.conversation_external_id if message.kind != COMMENT else ""
    covered = False
    if not thread:
        thread, covered = _thread_of(speaker, credentials, sought)
    if not thread:
        # A commenter may have another id in messages: not being there proves nothing.
        return Found("", complete=covered and not message.private)
    return _in_thread(speaker, thread, sought)


def _thread_of(speaker: Door, credentials: Credentials, sought: Sought) -> tuple[str, bool]:
    """Return the person's thread, "" without one; and whether the list was read to the send.

    A list that ends before that lacks a thread which must be there: it proves nothing.
    """
    path, asked = asked_for(credentials)
    contact = sought.message.contact_external_id
    for rows in speaker.pages(path, **asked, user_id=contact):
        for thread in threads_in(rows):
            if contact in thread.people:
                return thread.external_id, True
            if thread.updated_at < sought.sent_after - CLOCKS_APART:
                return "", True
    return "", False


def _in_thread(speaker: Door, thread: str, sought: Sought) -> Found:
    since = sought.sent_after - CLOCKS_APART
    rows, all_of_them = latest(speaker, thread)
    moments = [at for row in rows if (at := written_at(row))]
    # A thread without a word is none: the person wrote in it.
    readable = bool(rows) and len(moments) == len(rows)
    complete = readable and (all_of_them or min(moments) < since)
    theirs = sought.message.contact_external_id
    ours = [row for row in rows if id_in(row.get("from")) != theirs]
    return Found(_it(ours, "message", "created_time", sought, sought.message.text), complete)


def _in_comments(credentials: Credentials, sought: Sought) -> Found:
    text = written_text(credentials, sought.message)
    parent = hung_under(credentials, sought.message)
    if credentials.kind == "instagram":
        edge, words, time = f"{parent}/replies", "text", "timestamp"
    else:
        edge, words, time = f"{parent}/comments", "message", "created_time"
    asked = {"fields": f"id,from,{words},{time}", "limit": "100"}
    rows, to_the_end = door(credentials).whole(edge, **asked)
    # Who wrote a comment may be hidden; our own words are then known by themselves.
    us = {"", credentials.account_external_id}
    ours = [row for row in rows if id_in(row.get("from")) in us]
    complete = to_the_end and all(id_in(row) and written_at(row, time) for row in rows)
    return Found(_it(ours, words, time, sought, text), complete)


def _it(rows: list[Json], words: str, time: str, sought: Sought, text: str) -> str:
    """Return the id of that of `rows` since the send which says `text`, "" without one."""
    since = sought.sent_after - CLOCKS_APART
    return sought.nearest(
        (at, id_in(row))
        for row in rows
        if _plain(row.get(words)) == _plain(text)
        and (at := written_at(row, time)) is not None
        and at >= since
        and id_in(row) not in sought.known
    )


def _plain(text: object) -> str:
    return unicodedata.normalize("NFC", text).strip() if isinstance(text, str) else ""


def profile(credentials: Credentials, contact: str, _kind: str, _thread: str = "") -> Profile:
    """Return a person's name and handle; empty when Meta does not show them, raises ProviderError.

    Messenger has no handles (meta.md 6.7).
    """
    names = {"messenger": "first_name,last_name", "instagram": "name,username"}
    try:
        said = door(credentials).get(contact, fields=names[credentials.kind])
    except ProviderError as error:
        if error.code in EMPTY:
            return Profile()
        raise
    if credentials.kind == "instagram":
        return Profile(_name(said, "name"), _name(said, "username"))
    return Profile(" ".join(filter(None, (_name(said, "first_name"), _name(said, "last_name")))))


def _name(said: Json, key: str) -> str:
    value = said.get(key)
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").encode("utf-8", "replace").decode().strip()[:NAME_LONGEST]
