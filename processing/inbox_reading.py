"""The inbox as it is read: which threads, how many, in which order, and whether anything changed.

Whoever waits for a member comes first. Marks tell who may (`attention`); every other question is
answered by an index and goes no further than CAP rows, however large the workspace.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, overload

from django.db.models import (
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)

from accounts.models import Workspace
from flowia.lib.capped import AtLeast, Counted
from processing.attention import needing_a_human
from processing.models import Conversation, InteractionEvent, Lead, Message
from processing.phones import digits_in
from processing.reading import held_up, waiting_drafts, with_reason

CAP = 1000
"""How far threads are counted and turned over; older ones are found by a search or a filter."""
FRESH_SECONDS = 60
"""How long an unchanged stamp may hide what the ledger does not tell."""


@dataclass(frozen=True)
class Sieve:
    """Which threads are asked for; "" asks for all.

    `show` is `needs`, `drafts` or `hot`; `search` looks into contacts' names, handles, phones and
    the ends of their ids; `place` is `direct` or `comment`, `network` a kind of account, `account`
    the id of one, `category` what the contact wants, on networks that are sorted by it.
    """

    show: str = ""
    search: str = ""
    place: str = ""
    network: str = ""
    account: str = ""
    category: str = ""

    @property
    def narrow(self) -> bool:
        """Whether anything but `show` is asked for."""
        return bool(self.search or self.place or self.network or self.account or self.category)


class Threads(Sequence[Conversation]):
    """The threads of a sieve as a list that is read in parts, with their number.

    Those that need somebody come first, then by time. Each brings its contact's lead, `urgent`,
    its last words (`last_text`, `last_author`, `last_status`, `last_removed`), `waits_until`, and
    `held_up`: why something of it waits for its account.
    """

    def __init__(self, rows: QuerySet[Conversation], number: int, urgent: int) -> None:
        """Take the rows, how many they are, and how many of them need somebody, up to CAP + 1."""
        self.rows, self.number, self.urgent = rows, number, min(urgent, number)

    def __len__(self) -> int:
        """Return their number, up to CAP + 1."""
        return self.number

    @overload
    def __getitem__(self, part: int) -> Conversation: ...

    @overload
    def __getitem__(self, part: slice) -> list[Conversation]: ...

    def __getitem__(self, part: int | slice) -> Conversation | list[Conversation]:
        """Return a part of the list, with at most two questions."""
        if isinstance(part, int):
            return self[part : part + 1][0]
        first, last = part.start or 0, self.number if part.stop is None else part.stop
        found: list[Conversation] = []
        if first < self.urgent:
            needing = self.rows.filter(needing_a_human())
            found += _shown(needing, first, min(last, self.urgent), urgent=True)
        if last > self.urgent:
            others = self.rows.exclude(needing_a_human())
            start = max(first - self.urgent, 0)
            found += _shown(others, start, last - self.urgent, urgent=False)
        return found


def bounded(number: int) -> int:
    """Return a number of threads as it is told: above CAP nobody counted on."""
    return number if number <= CAP else AtLeast(number)


@dataclass(frozen=True)
class Inbox:
    """The threads of a sieve, how many each tab holds (all, needs, drafts, hot), and the stamp.

    Numbers above CAP are `AtLeast`.
    """

    threads: Threads
    tabs: Mapping[str, int]
    stamp: str

    @property
    def number(self) -> int:
        """How many threads there are, as tabs are numbered."""
        return bounded(len(self.threads))


def inbox_of(workspace: Workspace, sieve: Sieve, *, now: datetime) -> Inbox:
    """Ask for what `sieve` lets through, all numbers with one question."""
    every = Conversation.objects.filter(workspace=workspace, last_message_at__isnull=False)
    rows = _sifted(workspace, every, sieve)
    parts = {
        "all": every,
        "needs": every.filter(needing_a_human()),
        "drafts": every.filter(_holds_a_draft(workspace)),
        "hot": every.filter(_is_hot()),
    }
    tabs = tuple(parts)
    if sieve.narrow:
        parts["number"] = rows
    if sieve.narrow or sieve.show in {"drafts", "hot"}:
        parts["urgent"] = rows.filter(needing_a_human())
    columns = {name: Counted(part, most=CAP) for name, part in parts.items()}
    row = _row_of(workspace, {**columns, **_newest(workspace)})
    counts = {name: bounded(row[name]) for name in columns}
    number = counts.get("number", counts[sieve.show or "all"])
    threads = Threads(rows, number, counts.get("urgent", counts["needs"]))
    return Inbox(threads, {name: counts[name] for name in tabs}, _stamp(workspace, row, now))


def stamp_of(workspace: Workspace, *, now: datetime) -> str:
    """Return what changes whenever the inbox may have, with one question of two indexes.

    All that happens has a row in the ledger; what else a list shows is seen within a minute.
    """
    return _stamp(workspace, _row_of(workspace, _newest(workspace)), now)


def _newest(workspace: Workspace) -> dict[str, Subquery]:
    told = InteractionEvent.objects.filter(workspace=workspace).order_by("-created_at", "-id")
    threads = Conversation.objects.filter(workspace=workspace, last_message_at__isnull=False)
    last = threads.order_by("-last_message_at").values("last_message_at")
    return {"told": Subquery(told.values("pk")[:1]), "last": Subquery(last[:1])}


def _stamp(workspace: Workspace, row: Mapping[str, Any], now: datetime) -> str:
    minute = int(now.timestamp() // FRESH_SECONDS)
    parts = (workspace.pk, row["told"], row["last"], minute)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _row_of(workspace: Workspace, columns: Mapping[str, Subquery]) -> dict[str, Any]:
    found = Workspace.objects.filter(pk=workspace.pk).annotate(**columns).values(*columns)
    return dict(found.get())


def _sifted(
    workspace: Workspace, threads: QuerySet[Conversation], sieve: Sieve
) -> QuerySet[Conversation]:
    columns = {
        "kind": sieve.place,
        "social_account__kind": sieve.network,
        "social_account__uid": sieve.account,
        "category": sieve.category,
    }
    rows = threads.filter(**{name: value for name, value in columns.items() if value})
    if search := sieve.search:
        named = Q(contact__name__icontains=search) | Q(contact__external_id__endswith=search)
        named |= Q(contact__handle__icontains=search.removeprefix("@"))
        if digits := digits_in(search):
            named |= Q(contact__lead__phone__contains=digits)
        rows = rows.filter(named)
    if sieve.show == "needs":
        return rows.filter(needing_a_human())
    if sieve.show == "drafts":
        return rows.filter(_holds_a_draft(workspace))
    if sieve.show == "hot":
        return rows.filter(_is_hot())
    return rows


def _shown(
    rows: QuerySet[Conversation], first: int, last: int, *, urgent: bool
) -> list[Conversation]:
    """Read the rows first to last: their keys by the index, all that is shown of those alone."""
    order = ("-last_message_at", "-id")
    said = Message.objects.filter(conversation=OuterRef("pk"))
    words = said.order_by("-sent_at", "-id")
    waiting = said.filter(outcome="", next_at__isnull=False)
    stopped = held_up(paced=True).filter(conversation=OuterRef("pk"))
    keys = rows.order_by(*order)[first:last].values("pk")
    found = with_reason(Conversation.objects.filter(pk__in=keys))
    return list(
        found.select_related("contact__lead")
        .annotate(
            urgent=Value(urgent),
            last_text=Subquery(words.values("text")[:1]),
            last_author=Subquery(words.values("author")[:1]),
            last_status=Subquery(words.values("status")[:1]),
            last_removed=Subquery(words.values("removed_at")[:1]),
            held_up=Subquery(stopped.values("reason")[:1]),
            waits_until=Subquery(waiting.order_by("-next_at").values("next_at")[:1]),
        )
        .order_by(*order)
    )


def _is_hot() -> Exists:
    return Exists(Lead.objects.filter(contact=OuterRef("contact"), level=Lead.Level.HOT))


def _holds_a_draft(workspace: Workspace) -> Q:
    return Q(pk__in=waiting_drafts(workspace).values("conversation"))
