"""What people do on LinkedIn: write, answer by hand, begin threads, open them."""

from typing import Any

from django.db import transaction

from sandbox.linkedin import cast, ids, options
from sandbox.linkedin.models import Message, Opening, Person, Session, Thread
from sandbox.world.phone import CannotSayError

HEADLINES = {
    "lead": "Directrice, Hôtel des Brumes",
    "recruiter": "Talent acquisition",
    "sales": "Growth at LeadRocket",
    "personal": "",
}


def member(profile: Any = "") -> Person:
    """Return the member with this profile id, without one the demo's owner."""
    found = Person.objects.exclude(language="").filter(profile_id=str(profile or cast.OWNER))
    if not found.exists():
        raise CannotSayError("no member has this id")
    return found.get()


def thread(thread_id: Any) -> Thread:
    """Return the thread with this id; raises CannotSayError."""
    found = Thread.objects.select_related("member").filter(thread_id=str(thread_id or "")).first()
    if found is None:
        raise CannotSayError("no thread has this id")
    return found


def write(
    row: Thread,
    sender: Person,
    text: str,
    *,
    by: str,
    at_ms: int | None = None,
    origin_token: str = "",
    shown: bool = True,
) -> Message:
    """Keep a message: the others' makes the thread unread, the member's own makes it read."""
    own = sender.pk == row.member.pk
    last = Message.objects.filter(thread=row).last()
    # Two messages of a thread never have the same time.
    at = at_ms or max(ids.now_ms(), (last.at_ms if last else 0) + 1)
    with transaction.atomic():
        made = Message.objects.create(
            message_id=ids.message_id(at),
            thread=row,
            sender=sender,
            text=text,
            at_ms=at,
            by=by,
            origin_token=origin_token,
            shown=shown,
        )
        row.refresh_from_db()
        row.active_ms = max(row.active_ms, at)
        row.unread = 0 if own else row.unread + 1
        row.read_ms = at if own else row.read_ms
        row.save()
    return made


def begin(owner: Person, others: list[Person], **told: Any) -> Thread:
    """Begin a thread of a member with others: `title`, `sponsored`, `closed`, `categories`."""
    now = ids.now_ms()
    categories = told.pop("categories", None) or ["INBOX", "PRIMARY_INBOX"]
    row = Thread.objects.create(
        thread_id=ids.thread_id(),
        member=owner,
        group=len(others) > 1,
        categories=categories,
        created_ms=now,
        active_ms=now,
        **told,
    )
    row.others.set(others)
    return row


def say(asked: dict[str, Any]) -> Message:
    """Let a contact write: `text`, and `thread`, or `contact` (an id) or `name`.

    `member`: in whose inbox; `new_thread`: although they have one; `kind` or `headline`: who a
    new person is; `at` (ms) or `hours_ago`. Raises CannotSayError.
    """
    text = str(asked.get("text") or "").strip()
    if not text:
        raise CannotSayError("a text is needed")
    if asked.get("thread"):
        row = thread(asked["thread"])
        who = _sender(row, asked)
    else:
        owner, who = member(asked.get("member")), _somebody(asked)
        row = _thread_with(owner, who, new=asked.get("new_thread") is True)
    return write(row, who, text, by=Message.By.CONTACT, at_ms=_moment(asked))


def human(asked: dict[str, Any]) -> Message:
    """Let the member write by hand in `thread`: `text`. Raises CannotSayError."""
    text, row = str(asked.get("text") or "").strip(), thread(asked.get("thread"))
    if not text:
        raise CannotSayError("a text is needed")
    return write(row, row.member, text, by=Message.By.HUMAN, at_ms=_moment(asked))


def open_thread(row: Thread, session: Session, how: str) -> None:
    """Mark a thread read, since a page shows it."""
    Opening.objects.create(
        session=session, thread_id=row.thread_id, how=how[:20], unread=row.unread
    )
    row.unread, row.read_ms = 0, ids.now_ms()
    row.save(update_fields=["unread", "read_ms"])


def arrive(row: Thread, when: str) -> None:
    """Let the contact write once more, where the option asks for it at this moment."""
    if options.value("arrives", row.member) != when:
        return
    options.take("arrives", row.member)
    who = row.others.first()
    text = options.value("arrives_text", row.member)
    shown = options.value("arrives_shown", row.member)
    if who:
        write(row, who, text, by=Message.By.CONTACT, shown=shown)


def _sender(row: Thread, asked: dict[str, Any]) -> Person:
    others = list(row.others.all())
    wanted = str(asked.get("contact") or "")
    found = [one for one in others if not wanted or one.profile_id == wanted]
    if not found:
        raise CannotSayError("nobody of this thread has this id")
    return found[0]


def _somebody(asked: dict[str, Any]) -> Person:
    if asked.get("contact"):
        found = Person.objects.filter(profile_id=str(asked["contact"])).first()
        if found is None:
            raise CannotSayError("nobody has this id")
        return found
    name, kind = str(asked.get("name") or "").strip(), str(asked.get("kind") or "lead")
    if not name or kind not in HEADLINES:
        raise CannotSayError(f"a name is needed; kind is one of {', '.join(HEADLINES)}")
    return cast.person(name, headline=str(asked.get("headline") or HEADLINES[kind]))


def _thread_with(owner: Person, who: Person, *, new: bool) -> Thread:
    known = Thread.objects.filter(member=owner, others=who, group=False).first()
    return begin(owner, [who]) if new or known is None else known


def _moment(asked: dict[str, Any]) -> int | None:
    at, ago = asked.get("at"), asked.get("hours_ago")
    if type(at) is int:
        return at
    return ids.now_ms() - int(ago * 3_600_000) if isinstance(ago, int | float) else None
