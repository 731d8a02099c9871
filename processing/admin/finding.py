"""What an operator may mean by a few characters, and the rows that they name.

Every look is an equality or a prefix on an indexed column: nothing here reads a large table. What
is stored hashed is looked for by its hash. No row shows what people wrote.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase
from typing import Any
from uuid import UUID

import phonenumbers
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Lower
from django.db.models.lookups import GreaterThanOrEqual, LessThan, StartsWith
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.guessing import email_key
from accounts.models import SignInAttempt, User, Workspace
from billing.models import StripeEvent, Subscription
from integrations.models import SyncedRow, SyncRun
from processing.models import Contact, Conversation, InteractionEvent, Lead, Message
from processing.phones import HOME, OVERSEAS
from social.forgotten import same_hashes
from social.models import Forgotten, SocialAccount, WebhookEvent
from social.providers.registry import PROVIDERS

LONGEST, SHORTEST_PREFIX = 255, 2
LAST = chr(0x10FFFF)
ABROAD = ("BE", "CH", "LU", "CA", "MC", "GB", "US")
DIALLED = re.compile(r"[+\d][\d\s().\-/\u00a0\u202f]{5,24}")
SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Asked:
    """The operator's words, and what they can be read as."""

    text: str
    uid: UUID | None
    phones: tuple[str, ...]

    @property
    def is_address(self) -> bool:
        """Whether it is, or begins, an e-mail address."""
        return "@" in self.text[1:]

    @property
    def is_name(self) -> bool:
        """Whether names may begin so."""
        plain = not (self.is_address or self.uid or self.phones)
        return plain and len(self.text.lstrip("@")) >= SHORTEST_PREFIX


@dataclass(frozen=True)
class Finder:
    """One group of results: `wanted` says which rows are meant, None for none of them."""

    code: str
    title: str | Promise
    model: type[Model]
    wanted: Callable[[Asked], Q | None]
    related: tuple[str, ...] = ()

    def rows(self, asked: Asked) -> QuerySet[Any] | None:
        """Select the rows that are meant; in no order, so that an index alone decides."""
        wanted = self.wanted(asked)
        if not wanted:
            return None
        rows = self.model._default_manager.filter(wanted)  # noqa: SLF001 - Django's documented name
        return rows.select_related(*self.related).order_by() if self.related else rows.order_by()


def read(text: str) -> Asked:
    """Return what `text` can mean; an empty text means nothing."""
    text = text.replace("\x00", "").strip()[:LONGEST]
    return Asked(text, _uid(text), tuple(_phones(text)) if DIALLED.fullmatch(text) else ())


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _phones(text: str) -> Iterator[str]:
    """Yield each E.164 number that somebody may have dialled so."""
    for region in (HOME, *OVERSEAS, *ABROAD):
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            yield phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def prefixed(column: str, text: str) -> Q:
    """Return the condition that `column` begins with `text`, in a form that an index serves.

    SQLite takes an index for a range alone, PostgreSQL one of the class `varchar_pattern_ops` for
    LIKE.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{column}__gte": text, f"{column}__lt": text + LAST})
    return Q(**{f"{column}__startswith": text})


def named(column: str, text: str) -> Q:
    """Return the condition that a name begins with `text`, however either of them is written.

    SQLite, and PostgreSQL under the locale C, make small letters of the English alphabet's alone:
    the usual ways to write the others are tried.
    """
    small = Lower(column)
    ways = {text, text.lower(), text.upper(), text.title(), text[:1].upper() + text[1:]}
    found = Q()
    for way in sorted({one.translate(SMALL) for one in ways}):
        if connection.vendor == "sqlite":
            found |= Q(GreaterThanOrEqual(small, way)) & Q(LessThan(small, way + LAST))
        else:
            found |= Q(StartsWith(small, way))
    return found


def _people(asked: Asked) -> Q | None:
    if asked.is_address:
        return prefixed("email", asked.text.lower())
    return Q(uid=asked.uid) if asked.uid else None


def _attempts(asked: Asked) -> Q | None:
    return Q(email_key=email_key(asked.text.lower())) if asked.is_address else None


def _workspaces(asked: Asked) -> Q | None:
    if asked.is_name:
        return named("name", asked.text)
    if asked.is_address:
        return Q(pk__in=Workspace.objects.filter(members__email=asked.text.lower()).values("pk"))
    return Q(uid=asked.uid) if asked.uid else None


def _outside(asked: Asked) -> Q:
    """Return the condition on what a network names itself, and on our own id."""
    found = Q(external_id=asked.text)
    return found | Q(uid=asked.uid) if asked.uid else found


def _named_outside(asked: Asked) -> Q | None:
    if not asked.text:
        return None
    found = _outside(asked)
    if asked.is_name:
        handle = asked.text.lstrip("@")
        # Some networks write a handle with its sign, some without.
        found |= named("name", asked.text) | named("handle", handle) | named("handle", f"@{handle}")
    return found


def _exact_outside(asked: Asked) -> Q | None:
    return _outside(asked) if asked.text else None


def _requested(asked: Asked) -> Q | None:
    if not asked.text:
        return None
    found = Q(request_id=asked.text)
    return found | Q(uid=asked.uid) if asked.uid else found


def _messages(asked: Asked) -> Q | None:
    return _outside(asked) | Q(request_id=asked.text) if asked.text else None


def _leads(asked: Asked) -> Q | None:
    if asked.phones:
        return Q(phone__in=asked.phones)
    return Q(uid=asked.uid) if asked.uid else None


def _calls(asked: Asked) -> Q | None:
    found = _requested(asked)
    if found and DIGEST.fullmatch(asked.text):
        found |= Q(provider__in=list(PROVIDERS), digest=asked.text)
    return found


def _pushes(asked: Asked) -> Q | None:
    found = _requested(asked)
    return found | Q(lead_uid=asked.uid) if found and asked.uid else found


def _outside_rows(asked: Asked) -> Q | None:
    if not asked.uid:
        return Q(external_id=asked.text) if asked.text else None
    # Notion writes the id of a page with hyphens or without.
    spellings = [asked.text, str(asked.uid), asked.uid.hex]
    return Q(external_id__in=spellings) | Q(lead_uid=asked.uid) | Q(uid=asked.uid)


def _customers(asked: Asked) -> Q | None:
    return Q(customer_id=asked.text) | Q(subscription_id=asked.text) if _is_id(asked) else None


def _stripe(asked: Asked) -> Q | None:
    if not _is_id(asked):
        return None
    names = ("event_id", "object_id", "customer_id", "request_id")
    found = Q()
    for name in names:
        found |= Q(**{name: asked.text})
    return found


def _forgotten(asked: Asked) -> Q | None:
    return Q(key__in=same_hashes(asked.text)) if _is_id(asked) and not asked.phones else None


def _is_id(asked: Asked) -> bool:
    """Return whether it looks like somebody else's id: long, in one piece, not an address."""
    one = len(asked.text) >= SHORTEST_ID and not asked.is_address and not asked.uid
    return one and not re.search(r"\s", asked.text)


SHORTEST_ID = 6
FINDERS: tuple[Finder, ...] = (
    Finder("people", _("People"), User, _people),
    Finder("workspaces", _("Workspaces"), Workspace, _workspaces),
    Finder("accounts", _("Social accounts"), SocialAccount, _named_outside, ("workspace",)),
    Finder("contacts", _("Contacts"), Contact, _named_outside, ("workspace", "social_account")),
    Finder("leads", _("Leads"), Lead, _leads, ("workspace", "contact")),
    Finder(
        "conversations",
        _("Conversations"),
        Conversation,
        _exact_outside,
        ("workspace", "contact", "social_account"),
    ),
    Finder("messages", _("Messages"), Message, _messages, ("workspace", "social_account")),
    Finder("calls", _("Webhook events"), WebhookEvent, _calls),
    Finder("ledger", _("Ledger"), InteractionEvent, _requested, ("workspace",)),
    Finder("pushes", _("Pushes into tools"), SyncRun, _pushes, ("workspace", "integration")),
    Finder("rows", _("Rows in the tools"), SyncedRow, _outside_rows, ("workspace", "integration")),
    Finder("customers", _("Subscriptions"), Subscription, _customers, ("workspace",)),
    Finder("stripe", _("Events of Stripe"), StripeEvent, _stripe),
    Finder("attempts", _("Attempts to sign in"), SignInAttempt, _attempts),
    Finder("forgotten", _("Erased or purged"), Forgotten, _forgotten, ("workspace",)),
)
"""The groups, in the order in which they are shown."""


def conversations_of(rows: Iterable[Any]) -> dict[int, list[int]]:
    """Return the conversations that each row of one group leads to, in one look at most."""
    rows = list(rows)
    if not rows:
        return {}
    known = {row.pk: row.conversation_id for row in rows if getattr(row, "conversation_id", None)}
    if known or isinstance(rows[0], Message | InteractionEvent):
        return {pk: [conversation] for pk, conversation in known.items()}
    look = _LOOKS.get(type(rows[0]))
    return look(rows) if look else {}


def _themselves(rows: list[Any]) -> dict[int, list[int]]:
    return {row.pk: [row.pk] for row in rows}


def _of_contacts(rows: list[Any]) -> dict[int, list[int]]:
    owners = {getattr(row, "contact_id", row.pk): row.pk for row in rows}
    found = Conversation.objects.filter(contact__in=owners).order_by("-pk")
    return _grouped((owners[one], pk) for one, pk in found.values_list("contact_id", "pk")[:100])


def _of_calls(rows: list[Any]) -> dict[int, list[int]]:
    found = Message.objects.filter(webhook_event__in=[row.pk for row in rows]).order_by()
    return _grouped(found.values_list("webhook_event_id", "conversation_id").distinct()[:100])


def _of_pushes(rows: list[Any]) -> dict[int, list[int]]:
    leads = Lead.objects.filter(uid__in={row.lead_uid for row in rows})
    pairs = leads.values_list("uid", "contact__conversations")
    found = _grouped((uid, pk) for uid, pk in pairs if pk)
    return {row.pk: found[row.lead_uid] for row in rows if row.lead_uid in found}


def _grouped(pairs: Iterable[tuple[Any, int]]) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {}
    for key, pk in pairs:
        found.setdefault(key, []).append(pk)
    return found


_LOOKS: dict[type[Model], Callable[[list[Any]], dict[int, list[int]]]] = {
    Conversation: _themselves,
    Contact: _of_contacts,
    Lead: _of_contacts,
    WebhookEvent: _of_calls,
    SyncRun: _of_pushes,
    SyncedRow: _of_pushes,
}
