"""What members do with many leads at once: asking for it, stopping it, taking it back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Workspace
from flowia.lib.errors import ConflictError, InvalidError
from integrations.connectors.registry import CONNECTORS
from processing.models import Lead, LeadAct, LeadActRow
from processing.wakes import Wake

MOST = 5000
"""How many leads one act may mean: some minutes of work, and a number that people can picture."""
UNDO_FOR = timedelta(days=1)
AT_ONCE = 25
"""So few are done before the page answers."""
RUNNING = (LeadAct.Status.QUEUED, LeadAct.Status.RUNNING, LeadAct.Status.UNDOING)
TAKEN_BACK = (LeadAct.Status.UNDOING, LeadAct.Status.UNDONE)
Status, State, Kind = LeadAct.Status, LeadActRow.State, LeadAct.Kind


class NotUndoneError(ConflictError):
    """The act runs, was taken back before, is too old, or is of a kind that cannot be."""

    code = "cannot_undo"
    detail = gettext_lazy("This can no longer be taken back.")


@dataclass(frozen=True)
class Progress:
    """How many leads of an act are in which state."""

    waiting: int = 0
    changed: int = 0
    same: int = 0
    failed: int = 0
    undone: int = 0
    kept: int = 0

    @property
    def total(self) -> int:
        """All that still exist."""
        return self.done + self.waiting

    @property
    def done(self) -> int:
        """Those that were looked at."""
        return self.changed + self.same + self.failed + self.undone + self.kept

    @property
    def taken_back(self) -> int:
        """Those whose change was looked at once more."""
        return self.undone + self.kept


def place(
    workspace: Workspace, leads: QuerySet[Lead], kind: str, value: str, *, by: str, now: datetime,
    uid: UUID | None = None,
) -> LeadAct:  # fmt: skip
    """Note what the member `by` (their uid) wants done with `leads`, as they are chosen now.

    Who asks twice under one `uid`, as a double click does, is given the act that there is. Raises
    InvalidError for a value that `kind` does not know, for no lead, and for more than MOST.
    """
    known = acts_of(workspace).filter(uid=uid).first() if uid else None
    if known and known.kind == kind and known.value == value and known.status not in TAKEN_BACK:
        return known
    if value not in values_of(kind):
        raise InvalidError(errors={"value": [_("Choose one of the values.")]})
    keys = list(leads.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not keys:
        raise InvalidError(errors={"leads": [_("Choose at least one lead.")]})
    if len(keys) > MOST:
        wanted = _("At most %(most)s leads at once: narrow the filters.") % {"most": MOST}
        raise InvalidError(errors={"leads": [wanted]})
    named = {"uid": uid} if uid and not known else {}
    try:
        with transaction.atomic():
            placed = LeadAct.objects.create(
                workspace=workspace, kind=kind, value=value, asked_by=UUID(by), next_at=now, **named
            )
            rows = [LeadActRow(workspace=workspace, act=placed, lead_id=key) for key in keys]
            LeadActRow.objects.bulk_create(rows, batch_size=500)
    except IntegrityError:
        # The other click of two was faster; a lead may have been erased, too.
        faster = acts_of(workspace).filter(uid=uid).first() if uid else None
        if faster is None:
            raise
        return faster
    return placed


def which_of(leads: QuerySet[Lead]) -> str:
    """Return what tells these leads from any others, as many as they may be."""
    uids = leads.order_by("pk").values_list("uid", flat=True)
    return sha256(b"".join(uid.bytes for uid in uids)).hexdigest()


def values_of(kind: str) -> list[str]:
    """Return what an act of this kind may set or name."""
    known = {Kind.LEVEL: Lead.Level.values, Kind.STAGE: Lead.Stage.values}
    return known.get(Kind(kind), list(CONNECTORS)) if kind in Kind.values else []


def progress_of(act: LeadAct) -> Progress:
    """Return how many of the act's leads are in which state."""
    rows = act.rows.order_by().values_list("state").annotate(number=Count("pk"))
    return Progress(**{str(state): number for state, number in rows})


def can_undo(act: LeadAct, *, now: datetime) -> bool:
    """Return whether the act has ended, is young, and what it set can be set back."""
    ended = act.status in {Status.DONE, Status.CANCELLED}
    return ended and act.kind != Kind.REWRITE and act.created_at > now - UNDO_FOR


def latest_of(
    workspace: Workspace, *, now: datetime, besides: LeadAct | None = None
) -> LeadAct | None:
    """Return the latest act of the day that runs, or whose changes can be taken back.

    It carries `changed`, how many leads it changed, and `who`, the address of its member.
    """
    changed = LeadActRow.objects.filter(act=OuterRef("pk"), state=State.CHANGED).order_by()
    member = Membership.objects.filter(workspace=workspace, user__uid=OuterRef("asked_by"))
    number = changed.values("act").annotate(number=Count("pk")).values("number")
    rows = (
        acts_of(workspace)
        .filter(created_at__gt=now - UNDO_FOR)
        .annotate(
            changed=Coalesce(Subquery(number), 0), who=Subquery(member.values("user__email")[:1])
        )
    )
    back = Q(status__in=[Status.DONE, Status.CANCELLED], changed__gt=0) & ~Q(kind=Kind.REWRITE)
    rows = rows.filter(Q(status__in=RUNNING) | back).order_by("-pk")
    return (rows.exclude(pk=besides.pk) if besides else rows).first()


def cancel(act: LeadAct, *, now: datetime) -> None:
    """Stop before the next lead; what was done stays, and can be taken back. Twice is once."""
    rows = LeadAct.objects.filter(pk=act.pk, status__in=[Status.QUEUED, Status.RUNNING])
    rows.update(status=Status.CANCELLED, next_at=None, finished_at=now)


def undo(act: LeadAct, *, now: datetime) -> list[Wake]:
    """Put back what the leads were before, but where somebody changed them since.

    Returns what to wake. Raises NotUndoneError.
    """
    rows = LeadAct.objects.filter(pk=act.pk, status__in=[Status.DONE, Status.CANCELLED])
    if not can_undo(act, now=now) or not rows.update(status=Status.UNDOING, next_at=now):
        raise NotUndoneError
    return [Wake("act", act.pk)]


def reopen(act_id: int, *, now: datetime) -> bool:
    """Have the leads at which a young act broke off tried again, in the direction it went.

    Returns whether there are any. Of an older one members have set more since.
    """
    young = LeadAct.objects.filter(pk=act_id, created_at__gt=now - UNDO_FOR)
    broken = LeadActRow.objects.filter(act=act_id, state=State.FAILED, attempts__gt=0)
    # What was never done has nothing that could be put back.
    ways = (
        (Status.DONE, Status.RUNNING, broken.filter(before={}), State.WAITING),
        (Status.UNDONE, Status.UNDOING, broken.exclude(before={}), State.CHANGED),
    )
    again = {"next_at": now, "finished_at": None}
    with transaction.atomic():
        return any(
            young.filter(status=ended).update(status=status, **again)
            for ended, status, rows, state in ways
            if young.filter(status=ended).exists() and rows.update(state=state, attempts=0)
        )


def acts_of(workspace: Workspace) -> QuerySet[LeadAct]:
    """Return the workspace's acts."""
    return LeadAct.objects.filter(workspace=workspace)
