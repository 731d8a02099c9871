"""LinkedIn's rows as its controls tell them."""

from typing import Any

from sandbox.linkedin.models import Attempt, Message, Opening, Person, Thread, Visit

Body = dict[str, Any]


def person(row: Person) -> Body:
    """Return somebody."""
    names = ("kind", "name", "headline", "language")
    return {"id": row.profile_id, **{name: getattr(row, name) for name in names}}


def thread(row: Thread) -> Body:
    """Return a thread with its last message."""
    names = ("title", "group", "sponsored", "categories", "closed", "unread")
    last = Message.objects.filter(thread=row).last()
    return {
        "thread": row.thread_id,
        "member": row.member.profile_id,
        "contacts": [{"id": one.profile_id, "name": one.name} for one in row.others.all()],
        **{name: getattr(row, name) for name in names},
        "active_at": row.active_ms,
        "last": last.text if last else "",
    }


def message(row: Message) -> Body:
    """Return a message; `contact` is whoever wrote it."""
    return {
        "id": row.message_id,
        "thread": row.thread.thread_id,
        "member": row.thread.member.profile_id,
        "contact": row.sender.profile_id,
        "name": row.sender.name,
        "text": row.text,
        "at": row.at_ms,
        "by": row.by,
        "origin_token": row.origin_token,
    }


def attempt(row: Attempt) -> Body:
    """Return a createMessage."""
    names = ("session_id", "thread_id", "text", "origin_token", "status", "trap", "kept")
    return {**{name: getattr(row, name) for name in names}, "at": row.at.isoformat()}


def opening(row: Opening) -> Body:
    """Return the opening of a thread; `unread` is how many messages it marked read."""
    names = ("session_id", "thread_id", "how", "unread")
    return {**{name: getattr(row, name) for name in names}, "at": row.at.isoformat()}


def visit(row: Visit) -> Body:
    """Return a request; status 0 is no answer."""
    names = ("session_id", "method", "path", "status", "trap")
    told = {name: getattr(row, name) for name in names}
    return {"id": row.pk, **told, "at": row.at.isoformat()}
