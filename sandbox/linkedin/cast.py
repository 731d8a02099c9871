"""The demo's LinkedIn: two members, whom they know, and what was said so far."""

import secrets
from typing import Any

from django.db import transaction

from sandbox import demo
from sandbox.linkedin import ids
from sandbox.linkedin.models import (
    Attempt,
    Message,
    Opening,
    Option,
    Person,
    Session,
    Thread,
    Visit,
)
from sandbox.linkedin.story import ENGLISH_THREADS, FRENCH_THREADS, Told, fillers

HOUR = 3_600_000
OWNER = ids.profile_id(demo.OWNER_NAME)
ENGLISH = ids.profile_id("Grace Holloway")
MEMBERS = (
    (OWNER, "Camille", "Aubry", "Céramiste, fondatrice de l’Atelier Lumière", "fr"),
    (ENGLISH, "Grace", "Holloway", "Pricing consultant for makers", "en"),
)


@transaction.atomic
def restore() -> None:
    """Bring back the demo's members and, where a member has no thread, theirs."""
    for profile, first, last, headline, language in MEMBERS:
        told = {"first_name": first, "last_name": last, "headline": headline, "language": language}
        member, _ = Person.objects.update_or_create(profile_id=profile, defaults=told)
        if not Thread.objects.filter(member=member).exists():
            told_so_far = FRENCH_THREADS if language == "fr" else ENGLISH_THREADS
            _fill(member, [*told_so_far, *fillers()])


@transaction.atomic
def reset() -> None:
    """Forget everything that happened, draw a new build, and bring the demo's cast back."""
    for table in (Attempt, Opening, Visit, Message, Thread, Session, Person, Option):
        table.objects.all().delete()
    Option.objects.create(name="build", value=secrets.token_hex(4))
    restore()


def person(named: str, *, headline: str = "", kind: str = "member") -> Person:
    """Return who is called so, made at need; "#2" behind a name is another one of that name."""
    fresh = _person(named, headline, kind)
    known = Person.objects.filter(profile_id=fresh.profile_id).first()
    if known is None:
        fresh.save()
    return known or fresh


def _person(named: str, headline: str, kind: str) -> Person:
    shown = named.partition("#")[0]
    first, _, last = (shown, "", "") if kind != "member" else shown.partition(" ")
    told = {"first_name": first, "last_name": last, "headline": headline, "kind": kind}
    return Person(profile_id=ids.profile_id(named), **told)


def _fill(member: Person, threads: list[Told]) -> None:
    """Give a member these threads, with as few statements as can be: tests begin with it."""
    now, people = ids.now_ms(), _people(threads)
    presence: Any = Thread.others.through
    rows = Thread.objects.bulk_create(
        [_thread(member, number, told, now) for number, told in enumerate(threads)]
    )
    messages: list[Message] = []
    present: list[Any] = []
    for row, told in zip(rows, threads, strict=True):
        others = [people[ids.profile_id(named)] for named in told.who]
        present += [presence(thread=row, person=one) for one in others]
        messages += _lines(row, told, others, row.active_ms)
    presence.objects.bulk_create(present)
    Message.objects.bulk_create(messages)


def _people(threads: list[Told]) -> dict[str, Person]:
    asked = [_person(named, told.headline, told.kind) for told in threads for named in told.who]
    Person.objects.bulk_create(asked, ignore_conflicts=True)
    wanted = [one.profile_id for one in asked]
    return {one.profile_id: one for one in Person.objects.filter(profile_id__in=wanted)}


def _thread(member: Person, number: int, told: Told, now: int) -> Thread:
    last = now - int(told.age * HOUR)
    return Thread(
        thread_id=ids.thread_id(f"{member.profile_id} {number}"),
        member=member,
        title=told.title,
        group=len(told.who) > 1,
        sponsored=told.sponsored,
        categories=["INBOX", told.category],
        closed=told.closed,
        unread=told.unread,
        created_ms=last - 48 * HOUR,
        active_ms=last,
        read_ms=0 if told.unread else last,
    )


def _lines(row: Thread, told: Told, others: list[Person], last: int) -> list[Message]:
    made = []
    for number, line in enumerate(told.lines):
        at = last - (len(told.lines) - 1 - number) * 7 * 60_000
        own = line.startswith("> ")
        made.append(
            Message(
                message_id=ids.message_id(at),
                thread=row,
                sender=row.member if own else others[number % len(others)],
                text=line.removeprefix("> "),
                at_ms=at,
                by=Message.By.HUMAN if own else Message.By.CONTACT,
            )
        )
    return made
