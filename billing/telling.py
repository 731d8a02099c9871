"""What happened to a plan, told to people: by pages, letters, the ledger and the API."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Now
from django.utils.formats import date_format

from accounts import links
from accounts.models import Letter, Membership, Workspace
from accounts.wording import Facts, reader_of, short
from billing.models import PlanChange, Subscription
from billing.news import sentence_of, title_of
from billing.plans import PLANS, plan_of

TO_BE_PAID = frozenset({"payment_failed", "payment_action", "payment_given_up"})
"""What a payment mends, while one is open."""
STILL = frozenset({"payment_failed", "payment_action"})
"""What takes nothing away yet."""
MENDED = frozenset({"payment_repaired", "plan_started", "plan_ended", "customer_deleted"})
"""What came after these is no reason to speak of an older payment."""
FRESH = timedelta(days=30)


def told(change: PlanChange) -> str:
    """Return what happened, in the active language, moments in the workspace's time zone."""
    return in_words(change.reason, _data_of(change), change.workspace.timezone)


def in_words(reason: str, data: dict[str, Any], zone: str) -> str:
    """Return the sentence for `reason`: plans by their names, moments as days in `zone`."""
    return sentence_of(reason, _named(data, zone))


def is_to_be_paid(change: PlanChange) -> bool:
    """Return whether a payment mends it, and is still awaited."""
    if change.reason not in TO_BE_PAID:
        return False
    rows = Subscription.objects.filter(workspace=change.workspace_id)
    return rows.exclude(open_invoice_id="").exists()


def is_to_confirm(workspace: Workspace) -> bool:
    """Return whether the payment that is awaited is one that the bank wants confirmed."""
    rows = Subscription.objects.filter(workspace=workspace).exclude(open_invoice_id="")
    asked = PlanChange.objects.filter(workspace=workspace, reason="payment_action")
    named = asked.annotate(invoice=KT("data__invoice")).filter(invoice=OuterRef("open_invoice_id"))
    return rows.filter(Exists(named)).exists()


def unseen(workspace: Workspace) -> QuerySet[PlanChange]:
    """Return what nobody put away, however old it is."""
    return PlanChange.objects.filter(workspace=workspace, seen_at=None)


def newest(workspace: Workspace, *, now: datetime | Now) -> QuerySet[Any]:
    """Select what is news of the last days, the one to tell first; `urgent` marks what to pay.

    A payment that is awaited comes before what happened since. A payment that had to be confirmed,
    and is, is no news any more.
    """
    fresh = unseen(workspace).filter(created_at__gt=now - FRESH)
    mended = fresh.filter(reason__in=MENDED).order_by("-id").values("pk")[:1]
    awaited = Subscription.objects.filter(workspace=workspace).exclude(open_invoice_id="")
    since = Q(reason__in=TO_BE_PAID, pk__gt=Coalesce(Subquery(mended), 0))
    rows = fresh.annotate(urgent=Case(When(since & Exists(awaited), then=True), default=False))
    told_yet = rows.filter(~Q(reason="payment_action") | Q(urgent=True))
    return told_yet.order_by("-urgent", "-id")


def news_of(workspace: Workspace, *, now: datetime) -> tuple[PlanChange, bool] | None:
    """Return the latest news of the last days that nobody put away, None without any.

    The second value says that it is a payment that is awaited.
    """
    change = newest(workspace, now=now).first()
    if change is None:
        return None
    change.workspace = workspace
    return change, bool(change.urgent)


def thanked_for(workspace: Workspace, *, now: datetime) -> None:
    """Put the news away that a plan began, and what came before: its buyer was thanked for it."""
    began = unseen(workspace).filter(reason="plan_started")
    latest = began.order_by("-id").values_list("pk", flat=True).first()
    unseen(workspace).filter(pk__lte=latest or 0).update(seen_at=now)


def facts_of_change(letter: Letter) -> Facts | None:
    """Return what the letter tells; None when its reader owns the workspace no more.

    None also for a payment that had to be confirmed and is by now.
    """
    user = reader_of(letter)
    rows = PlanChange.objects.select_related("workspace")
    change = rows.filter(uid=letter.subject_uid).first() if letter.subject_uid else None
    owner = _owner_behind(change, user.pk) if user and change else None
    if change is None or owner is None:
        return None
    due, workspace = is_to_be_paid(change), change.workspace
    if due and change.reason == "payment_failed":
        # The bank may have asked since the letter was put in the post.
        change = _asked_for(workspace.pk, change.data.get("invoice")).first() or change
        change.workspace = workspace
    if change.reason == "payment_action" and not due:
        return None
    return {
        "member": owner,
        "link": links.absolute(f"/plan?workspace={workspace.uid}"),
        "workspace": short(workspace.name),
        "title": title_of(change.reason, _named(_data_of(change), workspace.timezone)),
        "sentence": told(change),
        "to_be_paid": due,
        # What a payment that is given up leaves is in its sentence.
        "meanwhile": plan_of(workspace).name if due and change.reason in STILL else "",
    }


def _asked_for(workspace_id: int, invoice: str | None) -> QuerySet[PlanChange]:
    asked = PlanChange.objects.filter(workspace=workspace_id, reason="payment_action")
    return asked.filter(data__invoice=invoice) if invoice else asked.none()


def _data_of(change: PlanChange) -> dict[str, Any]:
    return {**change.data, "before": change.before, "after": change.after}


def _named(data: dict[str, Any], zone: str) -> dict[str, Any]:
    return {name: _in_words(name, value, ZoneInfo(zone)) for name, value in data.items()}


def _in_words(name: str, value: Any, zone: ZoneInfo) -> Any:
    if name in {"before", "after"}:
        return PLANS[value].name if value in PLANS else value
    if name == "period":
        return dict(Subscription.Period.choices).get(value, value)
    if name == "until" and value:
        return date_format(datetime.fromisoformat(value).astimezone(zone), "DATE_FORMAT")
    return value


def _owner_behind(change: PlanChange, user_id: int) -> Membership | None:
    owner = Membership.Role.OWNER
    rows = Membership.objects.filter(workspace=change.workspace_id, user=user_id, role=owner)
    return rows.select_related("workspace").first()
