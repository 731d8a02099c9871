"""How long each kind of row is kept, in one place, and the purge that keeps to it.

Every rule may be stopped anywhere and run again: it looks for what is too old and takes a thousand
rows at a time, each thousand in a transaction of its own. A rule that fails does not keep the
others from theirs.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import audit
from accounts.models import (
    AuditChain,
    AuditEntry,
    IdempotentCall,
    Invitation,
    Letter,
    OAuthState,
    SignIn,
    SignInAttempt,
    UsedToken,
)
from billing.models import Closing, StripeEvent
from flowia.lib import clock
from integrations.models import HookCall, Removal, SyncOrder, SyncRun
from processing.models import Contact, Conversation, DeadLetter, LeadAct, Message, Replay
from processing.privacy import erasing, exporting
from processing.privacy.fading import fade_messages
from processing.privacy.models import DeletionRequest, Erasure, Export
from processing.privacy.withdrawals import REMEMBERED_FOR
from social import breakers
from social.models import Connecting, Drift, SelectorUse, SentDay, WebhookEvent

log = structlog.get_logger("flowia.retention")
BATCH = 1000


@dataclass(frozen=True)
class Rule:
    """Rows of one kind are kept for `days`; `old(before)` selects those that are older.

    `purge(rows)` takes one batch away; deleting is the rule, other ends are named. A batch is one
    transaction, unless the rule is not `whole` and makes its own.
    """

    name: str
    days: int
    old: Callable[[datetime], QuerySet[Any]]
    purge: Callable[[QuerySet[Any]], object] = lambda rows: rows.delete()
    whole: bool = True

    @property
    def period(self) -> timedelta:
        """The period that holds here: the environment's, or our own."""
        return timedelta(days=settings.RETENTION_DAYS.get(self.name, self.days))


def _silent_contacts(before: datetime) -> QuerySet[Contact]:
    talked = Conversation.objects.filter(contact=OuterRef("pk"), last_message_at__gte=before)
    return Contact.objects.filter(~Exists(talked), created_at__lt=before)


def _followed() -> Exists:
    """Select pushes that are not the last of their lead and tool: that one is the receipt."""
    return Exists(
        SyncRun.objects.filter(
            integration=OuterRef("integration"),
            lead_uid=OuterRef("lead_uid"),
            pk__gt=OuterRef("pk"),
        )
    )


def _old_pushes(before: datetime) -> QuerySet[SyncRun]:
    ended = SyncRun.objects.filter(created_at__lt=before, next_at=None)
    return ended.filter(Q(_followed()) | ~Q(payload={}))


def _drop_pushes(rows: QuerySet[SyncRun]) -> None:
    """Delete what was followed; of the last one only what was written goes, with people's words."""
    keys = list(rows.values_list("pk", flat=True))
    mine = SyncRun.objects.filter(pk__in=keys)
    mine.filter(_followed()).delete()
    mine.update(payload={})


def _erase(contacts: QuerySet[Contact]) -> None:
    """Erase one contact per transaction: each holds the log of its workspace for a moment only."""
    for contact in contacts.select_related("workspace"):
        erasing.ask_one(contact.workspace, contact.uid, by=audit.SYSTEM)


RULES = (
    Rule(
        "message_texts",
        90,
        lambda before: Message.objects.filter(created_at__lt=before, next_at=None).exclude(
            text="", attachments=[], external_id=""
        ),
        fade_messages,
    ),
    Rule(
        "webhook_calls",
        30,
        lambda before: WebhookEvent.objects.filter(created_at__lt=before, next_at=None),
    ),
    Rule("pushes", 30, _old_pushes, _drop_pushes),
    Rule(
        "sync_orders",
        30,
        lambda before: SyncOrder.objects.filter(created_at__lt=before, next_at=None),
    ),
    Rule(
        "lead_acts", 30, lambda before: LeadAct.objects.filter(created_at__lt=before, next_at=None)
    ),
    Rule(
        "stripe_events",
        90,
        lambda before: StripeEvent.objects.filter(created_at__lt=before, next_at=None),
    ),
    Rule("closings", 90, lambda before: Closing.objects.filter(closed_at__lt=before)),
    Rule(
        "outgoing_calls",
        30,
        # What waits for its webhook to be resumed, or for a larger plan, waits no longer than that.
        lambda before: HookCall.objects.filter(
            Q(next_at=None) | Q(status="queued", error_code="plan"), created_at__lt=before
        ),
    ),
    Rule("contacts", 3 * 365, _silent_contacts, _erase, whole=False),
    Rule("breakers", 1, breakers.unused),
    Rule(
        "changed_pages",
        90,
        # One that stops everybody stays open until an operator has looked.
        lambda before: Drift.objects.filter(
            Q(lifted_at__lt=before) | Q(for_all=False, found_at__lt=before)
        ),
    ),
    Rule("selector_uses", 90, lambda before: SelectorUse.objects.filter(day__lt=before.date())),
    # A session's cap grows with the days on which it was used: after a year it begins anew.
    Rule("sent_days", 365, lambda before: SentDay.objects.filter(day__lt=before.date())),
    Rule("replays", 90, lambda before: Replay.objects.filter(created_at__lt=before, next_at=None)),
    Rule("dead_letters", 90, lambda before: DeadLetter.objects.filter(created_at__lt=before)),
    Rule(
        "removals",
        90,
        lambda before: Removal.objects.filter(created_at__lt=before, next_at=None),
    ),
    Rule(
        "sign_ins",
        90,
        lambda before: SignIn.objects.filter(Q(ended_at__lt=before) | Q(expires_at__lt=before)),
    ),
    Rule("sign_in_attempts", 2, lambda before: SignInAttempt.objects.filter(created_at__lt=before)),
    Rule(
        "idempotency_keys", 2, lambda before: IdempotentCall.objects.filter(created_at__lt=before)
    ),
    Rule("authorisations", 0, lambda before: OAuthState.objects.filter(expires_at__lt=before)),
    Rule("open_choices", 0, lambda before: Connecting.objects.filter(expires_at__lt=before)),
    Rule("used_tokens", 0, lambda before: UsedToken.objects.filter(expires_at__lt=before)),
    Rule("invitations", 90, lambda before: Invitation.objects.filter(expires_at__lt=before)),
    Rule(
        "letters",
        30,
        lambda before: Letter.objects.filter(created_at__lt=before, next_at=None),
    ),
    Rule(
        "exports",
        0,
        lambda before: Export.objects.filter(
            Q(expires_at__lt=before) | Q(status="failed", expires_at=None)
        ).exclude(status="gone"),
        exporting.drop,
    ),
    Rule(
        "erasures",
        365,
        lambda before: Erasure.objects.filter(created_at__lt=before, next_at=None),
    ),
    Rule(
        "network_requests",
        365,
        lambda before: DeletionRequest.objects.filter(
            created_at__lt=min(before, clock.now() - REMEMBERED_FOR)
        ),
    ),
    Rule("admin_history", 365, lambda before: LogEntry.objects.filter(action_time__lt=before)),
    Rule("sessions", 0, lambda before: Session.objects.filter(expire_date__lt=before)),
)
AUDIT = Rule(
    "audit_entries", audit.KEPT_DAYS, lambda before: AuditEntry.objects.filter(at__lt=before)
)
"""The audit log is shortened chain by chain, from its beginning, so that it can be verified."""


def names() -> set[str]:
    """Return the names under which RETENTION_DAYS may set other periods."""
    return {rule.name for rule in (*RULES, AUDIT)}


def purge() -> dict[str, int]:
    """Take away everything that is too old; return how many rows of each kind.

    Raises ExceptionGroup at the end, with what kept single rules from theirs.
    """
    now = clock.now()
    counts: dict[str, int] = {}
    failures: list[Exception] = []
    for rule in (*RULES, AUDIT):
        try:
            counts[rule.name] = _purge_audit(now) if rule is AUDIT else _purge(rule, now)
        except Exception as error:
            log.exception("purge failed", rule=rule.name)
            failures.append(error)
    log.info("purged", **counts)
    if failures:
        raise ExceptionGroup("purge", failures)
    return counts


def overdue() -> dict[str, int]:
    """Return how many rows of each kind a purge would take away now."""
    now = clock.now()
    return {rule.name: rule.old(now - rule.period).count() for rule in (*RULES, AUDIT)}


def _purge(rule: Rule, now: datetime) -> int:
    count = last = 0
    before = now - rule.period
    while keys := _batch(rule.old(before), after=last):
        with transaction.atomic() if rule.whole else nullcontext():
            rule.purge(rule.old(before).filter(pk__in=keys))
        count, last = count + len(keys), keys[-1]
    return count


def _batch(rows: QuerySet[Any], *, after: Any) -> list[Any]:
    """Return the next keys; sessions have texts for keys and begin anew each time."""
    if rows.model is not Session:
        rows = rows.filter(pk__gt=after)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _purge_audit(now: datetime) -> int:
    count = 0
    for key in AuditChain.objects.order_by("pk").values_list("key", flat=True):
        while dropped := audit.purge(key, before=now - AUDIT.period, batch=BATCH):
            count += dropped
    return count
