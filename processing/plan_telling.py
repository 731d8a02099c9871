"""plan: a step of a workspace's plan is told to its people, and what it opens goes on."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts import mailbox
from accounts.backups import RESTORED
from accounts.models import Membership, Workspace
from accounts.wording import Kind
from billing.models import PlanChange
from billing.plans import FREEMIUM, PLANS, is_suspended, plan_of
from billing.telling import STILL
from flowia.lib import clock
from flowia.lib.logging import follow
from processing import hooking, ledger
from processing.decision import LONGEST_WAIT
from processing.models import InteractionEvent, Message
from processing.quota_line import wake_waiting
from processing.tools import catch_up
from processing.wakes import Wake

JUST_NOW = timedelta(minutes=15)


def plan(change_id: int) -> list[Wake]:
    """Tell one change in the ledger and by letters, and let go on what waited for more room.

    Safe to run twice: the row is taken for the time of one transaction. Returns what to wake.
    """
    now = clock.now()
    with transaction.atomic():
        change = _claim(change_id, now=now)
        if change is None:
            return []
        follow(change.request_id)
        ledger.record(
            InteractionEvent.Kind.PLAN,
            workspace=change.workspace,
            outcome=change.after[:12],
            reason=change.reason,
            data=_ledger_data(change),
            request_id=change.request_id,
        )
        silent = bool(change.data.get(RESTORED)) or _written_already(change, now)
        wakes = [] if silent else _write(change)
        return wakes + _let_go_on(change, now)


def _ledger_data(change: PlanChange) -> dict[str, Any]:
    """Return what the row's sentence names, and the time zone in which its days are meant."""
    zone = change.workspace.timezone
    return {**change.data, "before": change.before, "after": change.after, "timezone": zone}


def _claim(change_id: int, *, now: datetime) -> PlanChange | None:
    due = PlanChange.objects.filter(pk=change_id, told_at=None, next_at__lte=now)
    if not due.update(told_at=now, next_at=None):
        return None
    return PlanChange.objects.select_related("workspace").get(pk=change_id)


def _written_already(change: PlanChange, now: datetime) -> bool:
    """Return whether a letter about the same open invoice left just now: one is enough."""
    invoice = change.data.get("invoice")
    if not invoice or change.reason not in STILL:
        return False
    others = PlanChange.objects.filter(workspace=change.workspace_id, reason__in=STILL)
    same = others.filter(data__invoice=invoice).exclude(pk=change.pk)
    return same.filter(told_at__gt=now - JUST_NOW).exists()


def _write(change: PlanChange) -> list[Wake]:
    """Write to every owner: it is their money, whatever other letters they want."""
    owners = Membership.objects.filter(
        workspace=change.workspace_id, role=Membership.Role.OWNER, user__is_active=True
    )
    letters = [
        mailbox.put(Kind.PLAN_NEWS, user=one.user, about=change)
        for one in owners.select_related("user").order_by("pk")
    ]
    return [Wake("letter", letter.pk) for letter in letters]


def _let_go_on(change: PlanChange, now: datetime) -> list[Wake]:
    # What applies now: the plan may have changed again since.
    before, after = PLANS.get(change.before, FREEMIUM), plan_of(change.workspace)
    wakes: list[Wake] = []
    if _more(before.direct_messages_per_day, after.direct_messages_per_day):
        wakes += wake_waiting(change.workspace, now=now)
    if _more(before.tools, after.tools):
        orders = catch_up(change.workspace, beyond=before.tools or 0, tools=after.tools, now=now)
        wakes += [Wake("order", order) for order in orders]
    if _more(before.webhooks, after.webhooks):
        hooking.let_go(change.workspace, now=now)
    return wakes + _heard_again(change.workspace, now)


def _heard_again(workspace: Workspace, now: datetime) -> list[Wake]:
    """Judge anew what a suspension that is over left unanswered, while an answer may still leave.

    Of each conversation its last message, of the last days; whom a human has answered since, the
    gates leave alone.
    """
    if is_suspended(workspace):
        return []
    said = Message.objects.filter(conversation=OuterRef("conversation"), direction="inbound")
    at_once = Q(sent_at=OuterRef("sent_at"), pk__gt=OuterRef("pk"))
    open_still = Q(conversation__window_closes_at__gt=now)
    silenced = Message.objects.filter(
        open_still | Q(conversation__window_closes_at=None),
        ~Exists(said.filter(Q(sent_at__gt=OuterRef("sent_at")) | at_once)),
        workspace=workspace,
        outcome=Message.Outcome.SILENT,
        reason="plan_suspended",
        removed_at=None,
        sent_at__gt=now - LONGEST_WAIT,
    )
    found = list(silenced.order_by("sent_at", "pk").values_list("pk", flat=True))
    rows = Message.objects.filter(pk__in=found, reason="plan_suspended")
    rows.update(outcome="", reason="settling", next_at=now, attempts=0)
    return [Wake("respond", one) for one in found]


def _more(before: int | None, after: int | None) -> bool:
    """Return whether `after` allows more; None is no limit."""
    return before is not None and (after is None or after > before)
