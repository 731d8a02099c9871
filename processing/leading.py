"""What changes a lead without a message of its contact: members, and time."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from processing import leads, outbox, pushing
from processing.models import Lead
from processing.wakes import Wake

HOT_FOR = timedelta(days=14)
"""Who wants to buy buys within days; after two weeks of silence the wish is a question again."""
WARM_FOR = timedelta(days=45)
"""A month of thinking it over, and as long again as a hot lead has: then nobody waits any more."""
SETTLED = (Lead.Stage.WON, Lead.Stage.LOST)
"""Stages in which a level says what was, and is not changed by time."""
BATCH = 200


def correct(
    lead: Lead, *, level: str | None = None, stage: str | None = None, by: str, now: datetime
) -> list[Wake]:
    """Set level or stage, or both, for the member `by` (their uid); their level stays theirs.

    Returns the pushes to wake; what changes nothing leaves no row.
    """
    wakes: list[Wake] = []
    with transaction.atomic():
        held = _held(lead)
        if held is None:
            return []
        if level is not None and (level != held.level or not held.level_by_member):
            before = held.level
            held.level, held.level_by_member = level, True
            held.save()
            wakes += pushing.tell_lead(
                held, "lead_corrected", now=now, before=before, data={"by": by}
            )
        if stage is not None and stage != held.stage:
            held.stage = stage
            held.save()
            data = {"by": by, "stage": stage}
            wakes += pushing.tell_lead(held, "lead_stage", now=now, before=held.level, data=data)
    return list(dict.fromkeys(wakes))


def give_back(lead: Lead, *, by: str, now: datetime) -> list[Wake]:
    """Let the contact's words and time decide on the level again; twice is once."""
    with transaction.atomic():
        held = _held(lead)
        if held is None or not held.level_by_member:
            return []
        before = held.level
        held.level_by_member = False
        held.level = _cooled(held, leads.level_by_words(held), now=now)
        held.save()
        return pushing.tell_lead(held, "lead_given_back", now=now, before=before, data={"by": by})


def cool(*, now: datetime) -> list[Wake]:
    """Take every lead one step down that gave no sign for long; returns the pushes to wake."""
    wakes: list[Wake] = []
    last = 0
    while keys := list(
        _overdue(now).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        for key in keys:
            wakes += _cool(key, now=now)
        last = keys[-1]
    return wakes


def _cool(key: int, *, now: datetime) -> list[Wake]:
    found = Lead.objects.filter(pk=key).select_related("contact").first()
    if found is None:
        return []
    with transaction.atomic():
        lead = _held(found)
        if lead is None or not _overdue(now).filter(pk=key).exists():
            return []  # a sign came, or a member, while the others cooled
        before = lead.level
        # Counted on from the same sign: cooling is none.
        lead.warmed_at = lead.warmed_at or lead.updated_at
        lead.level = leads.WARMTH[leads.WARMTH.index(before) - 1]
        lead.save()
        days = (HOT_FOR if before == Lead.Level.HOT else WARM_FOR).days
        return pushing.tell_lead(lead, "lead_cooled", now=now, before=before, data={"days": days})


def _cooled(lead: Lead, level: str, *, now: datetime) -> str:
    """Return what time has left of `level` since the lead's last sign."""
    sign = lead.warmed_at or lead.updated_at
    if lead.stage in SETTLED:
        return level
    if level == Lead.Level.HOT and sign < now - HOT_FOR:
        level = Lead.Level.WARM.value
    if level == Lead.Level.WARM and sign < now - WARM_FOR:
        level = Lead.Level.COLD.value
    return level


def _overdue(now: datetime) -> QuerySet[Lead]:
    silent = Q(level=Lead.Level.HOT, sign__lt=now - HOT_FOR)
    silent |= Q(level=Lead.Level.WARM, sign__lt=now - WARM_FOR)
    rows = Lead.objects.annotate(sign=Coalesce(F("warmed_at"), F("updated_at")))
    return rows.filter(silent, level_by_member=False).exclude(stage__in=SETTLED)


def _held(lead: Lead) -> Lead | None:
    """Lock the conversation, then the lead, as an answer does; None when the person was erased."""
    thread = pushing.thread_of(lead)
    if thread is not None and not outbox.lock(thread):
        return None
    rows = Lead.objects.select_for_update(of=("self",)).select_related(
        "workspace", "contact__social_account"
    )
    return rows.filter(pk=lead.pk).first()
