"""The compliance file of a workspace: what was told, agreed to, asked for, kept and handed on.

Read for a period `[since, until)`; every list is capped, and says how many there are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import CharField, Count, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import translation

from accounts import audit
from accounts.activity import SENTENCES
from accounts.models import AuditEntry, User, Workspace
from integrations.connectors.registry import CONNECTORS
from integrations.models import Hook, Integration
from integrations.texts import NETWORKS
from processing.models import Contact, InteractionEvent, Lead
from processing.notices import default_sentence
from processing.phones import digits_in
from processing.privacy import catalogue, register
from social.models import Consent, SocialAccount
from social.providers.registry import PROVIDERS

NOTICES_SHOWN, LINES_SHOWN, PEOPLE_SHOWN, BATCH = 500, 200, 20, 1000
RIGHTS = (
    "contact.exported",
    "contact.erased",
    "contact.opted_out",
    "contact.opted_in",
    "export.asked",
    "export.downloaded",
    "person.exported",
    "member.erased",
)
"""What of the audit log tells of people's rights."""


@dataclass(frozen=True)
class Span:
    """A period, its end not included, both in UTC."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class RightUsed:
    """One export, erasure or wish: when, what, and who of the members did it."""

    at: datetime
    what: str
    who: str


@dataclass(frozen=True)
class Agreed:
    """One consent, with the name of the member who gave it."""

    row: Consent
    who: str

    @property
    def network(self) -> str:
        """The network's own name."""
        return NETWORKS.get(self.row.provider, self.row.provider)


@dataclass(frozen=True)
class Recipients:
    """Who else receives something: names of what is connected, and the model's server."""

    networks: list[str]
    tools: list[str]
    hooks: list[str]
    model: str


@dataclass(frozen=True)
class File:
    """Everything the file shows."""

    contacts: int
    opted_out: int
    opted_out_then: int
    notices: list[InteractionEvent]
    notices_in_all: int
    notice_words: list[str]
    consents: list[Agreed]
    rights: list[RightUsed]
    rights_cut: bool
    recipients: Recipients
    purposes: tuple[register.Purpose, ...]
    periods: list[register.Period]
    kinds: list[str]


def file_of(workspace: Workspace, span: Span) -> File:
    """Return what the file of `workspace` shows for the period."""
    told = notices_of(workspace, span)
    within = Q(opted_out_at__gte=span.since, opted_out_at__lt=span.until)
    people = Contact.objects.filter(workspace=workspace).aggregate(
        all=Count("pk"), out=Count("opted_out_at"), then=Count("pk", filter=within)
    )
    used = list(_rights_used(workspace, span)[: LINES_SHOWN + 1])
    consents = list(Consent.objects.filter(workspace=workspace).order_by("-given_at")[:LINES_SHOWN])
    names = _names((*(one.actor_uid for one in used), *(one.user_uid for one in consents)))
    return File(
        contacts=people["all"],
        opted_out=people["out"],
        opted_out_then=people["then"],
        notices=list(told[:NOTICES_SHOWN]),
        notices_in_all=told.count(),
        notice_words=_words_of_notice(workspace),
        consents=[Agreed(one, names.get(one.user_uid, str(one.user_uid))) for one in consents],
        rights=[_line(one, names) for one in used[:LINES_SHOWN]],
        rights_cut=len(used) > LINES_SHOWN,
        recipients=_recipients(workspace),
        purposes=register.PURPOSES,
        periods=register.periods(),
        kinds=[str(model._meta.verbose_name_plural) for model in catalogue.CONTACT],  # noqa: SLF001 - Django's documented name
    )


def note_made(workspace: Workspace, span: Span, *, by: audit.By) -> None:
    """Write into the audit log that the file was made, and for which period."""
    data = {"since": span.since.isoformat(), "until": span.until.isoformat()}
    audit.record("compliance.made", by=by, workspace=workspace, data=data)


def notices_of(workspace: Workspace, span: Span) -> QuerySet[InteractionEvent]:
    """Select the proofs that people were told that an AI writes, the latest first."""
    rows = InteractionEvent.objects.filter(
        workspace=workspace,
        kind=InteractionEvent.Kind.NOTICE,
        reason="ai_notice_sent",
        conversation__isnull=False,
        created_at__gte=span.since,
        created_at__lt=span.until,
    )
    rows = rows.select_related("message", "conversation__contact", "conversation__social_account")
    return rows.order_by("-created_at", "-id")


def every_notice(workspace: Workspace, span: Span) -> Iterator[InteractionEvent]:
    """Yield all of them, however many, a thousand at a time."""
    rows = notices_of(workspace, span).order_by("-id")
    batch = list(rows[:BATCH])
    while batch:
        yield from batch
        batch = list(rows.filter(id__lt=batch[-1].pk)[:BATCH])


def people_called(workspace: Workspace, search: str) -> list[Contact]:
    """Return the contacts whose handle, name, id or phone is `search`, the closest first."""
    plain = search.removeprefix("@")
    if not plain:
        return []
    named = Q(handle__iexact=plain) | Q(external_id=search) | Q(name__iexact=search)
    digits = digits_in(search)
    if digits:
        leads = Lead.objects.filter(workspace=workspace, phone__contains=digits)
        named |= Q(pk__in=leads.values("contact"))
    near = Q(handle__istartswith=plain) | Q(name__istartswith=plain)
    rows = Contact.objects.filter(workspace=workspace).select_related("social_account", "lead")
    found = list(rows.filter(named).order_by("-pk")[:PEOPLE_SHOWN])
    seen = [one.pk for one in found]
    more = rows.filter(near).exclude(pk__in=seen).order_by("-pk")
    return found + list(more[: PEOPLE_SHOWN - len(found)])


def _rights_used(workspace: Workspace, span: Span) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.filter(chain=str(workspace.uid), action__in=RIGHTS)
    return rows.filter(at__gte=span.since, at__lt=span.until).order_by("-number")


def _line(entry: AuditEntry, names: dict[UUID, str]) -> RightUsed:
    # A member who erased their account has no name any more.
    who = names.get(entry.actor_uid) if entry.actor_uid else None
    return RightUsed(entry.at, str(SENTENCES[entry.action]), who or entry.get_actor_kind_display())


def _names(uids: Iterable[Any]) -> dict[UUID, str]:
    rows = User.objects.filter(uid__in={one for one in uids if one})
    return {uid: name or email for uid, name, email in rows.values_list("uid", "name", "email")}


def _words_of_notice(workspace: Workspace) -> list[str]:
    if workspace.ai_notice.strip():
        return [workspace.ai_notice.strip()]
    words = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words.append(default_sentence(workspace))
    return words


def _recipients(workspace: Workspace) -> Recipients:
    """Read what is connected now in one query: rows of what it is and what it is called."""
    accounts = _called(SocialAccount, "network", "provider").filter(workspace=workspace)
    accounts = accounts.exclude(status=SocialAccount.Status.DISCONNECTED)
    tools = _called(Integration, "tool", "kind").filter(workspace=workspace)
    hooks = _called(Hook, "hook", "url").filter(workspace=workspace)
    named: dict[str, list[str]] = {"network": [], "tool": [], "hook": []}
    for what, name in sorted(accounts.union(tools, hooks)):
        named[what].append(name)
    return Recipients(
        networks=[_network(one) for one in named["network"]],
        tools=[CONNECTORS[one].name if one in CONNECTORS else one for one in named["tool"]],
        # The host alone: the rest of an address may be a secret.
        hooks=sorted({urlsplit(one).hostname or one for one in named["hook"]}),
        model=urlsplit(str(settings.OPENAI_BASE_URL)).hostname or "api.openai.com",
    )


def _called(model: Any, what: str, column: str) -> "QuerySet[Any, Any]":
    name = Cast(column, CharField())
    rows: QuerySet[Any, Any] = model.objects.annotate(
        what=Value(what, CharField()), called=name
    ).values_list("what", "called")
    return rows


def _network(provider: str) -> str:
    return str(PROVIDERS[provider].label) if provider in PROVIDERS else provider
