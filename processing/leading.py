"""What changes a lead without a message of its contact: members, and time."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from processing import leads, outbox, pushing
from processing.models import InteractionEvent, Lead
from processing.wakes import Wake

HOT_FOR = timedelta(days=14)
"""Who wants to buy buys within days; after two weeks of silence the wish is a question again."""
WARM_FOR = timedelta(days=45)
"""A month of thinking it over, and as long again as a hot lead has: then nobody waits any more."""
SETTLED = (Lead.Stage.WON, Lead.Stage.LOST)
"""Stages in which a level says what was, and is not changed by time."""
BATCH = 200
SETTERS = {
    "level": (
        "lead_corrected",
        "lead_corrected_by_operator",
        "lead_given_back",
        "lead_level_undone",
    ),
    "stage": ("lead_stage", "lead_stage_by_operator", "lead_stage_undone"),
}
"""Why a member's level or stage is what it is; the last of each takes an act on many leads back."""


BY_HAND = {
    "member": ("lead_corrected", "lead_stage"),
    "operator": ("lead_corrected_by_operator", "lead_stage_by_operator"),
}
"""Why a level, and why a stage, was set by whom."""
PHONE = "lead_phone_by_operator"


def correct(
    lead: Lead,
    *,
    level: str | None = None,
    stage: str | None = None,
    phone: str | None = None,
    by: str,
    now: datetime,
    act: str = "",
    role: str = "member",
) -> list[Wake]:
    """Set level, stage or phone for the member `by` (their uid); their level stays theirs.

    A `phone` is in E.164, "" takes it away; operators alone set one, and it has no message then.

    With the `role` "operator", one of us did it for them: no member is said to have done it.
    `act` is the uid of the act on many leads of which this is one. Returns the pushes to wake; what
    changes nothing leaves no row.
    """
    whose = {"by": by, **({"act": act} if act else {})}
    reasons = BY_HAND[role]
    wakes: list[Wake] = []
    with transaction.atomic():
        held = hold(lead)
        if held is None:
            return []
        if level is not None and (level != held.level or not held.level_by_member):
            before = held.level
            held.level, held.level_by_member = level, True
            held.save()
            wakes += pushing.tell_lead(held, reasons[0], now=now, before=before, data=whose)
        if stage is not None and stage != held.stage:
            held.stage = stage
            held.save()
            data = {**whose, "stage": stage}
            wakes += pushing.tell_lead(held, reasons[1], now=now, before=held.level, data=data)
        if phone is not None and phone != held.phone:
            held.phone, held.phone_message = phone, None
            held.save()
            wakes += pushing.tell_lead(held, PHONE, now=now, before=held.level, data=whose)
    return list(dict.fromkeys(wakes))


def give_back(lead: Lead, *, by: str, now: datetime) -> list[Wake]:
    """Let the contact's words and time decide on the level again; twice is once."""
    with transaction.atomic():
        held = hold(lead)
        if held is None or not held.level_by_member:
            return []
        before = held.level
        held.level_by_member = False
        held.level = _cooled(held, leads.level_by_words(held), now=now)
        held.save()
        return pushing.tell_lead(held, "lead_given_back", now=now, before=before, data={"by": by})


def noted(lead: Lead) -> dict[str, Any]:
    """Return what `take_back` needs to know of the lead as it is now: no words, only marks."""
    return {
        "level": lead.level,
        "level_by_member": lead.level_by_member,
        "stage": lead.stage,
        "said": [_mark(proof) for proof in lead.evidence],
        "phone": str(lead.phone_message or ""),
    }


def take_back(
    lead: Lead, kind: str, before: dict[str, Any], *, act: str, by: str, now: datetime
) -> tuple[bool, list[Wake]]:
    """Give the lead the level, or the stage (`kind`), that it had `before` the act on many leads.

    `before` is what `noted` said then. What the contact said since counts as if nobody had set the
    level. Returns whether that was done, and the pushes to wake: what somebody has set since is
    left alone.
    """
    with transaction.atomic():
        held = hold(lead)
        if held is None or not _set_last_by(held, kind, act):
            return False, []
        warmth = held.level
        if kind == "level":
            held.level, held.level_by_member = before["level"], before["level_by_member"]
            if not held.level_by_member:
                held.level = _cooled(held, _said_since(held, before), now=now)
        else:
            held.stage = before["stage"]
        held.save()
        more = {"stage": held.stage} if kind == "stage" else {"was": before["level"]}
        data = {"by": by, "act": act, **more}
        reason = SETTERS[kind][-1]
        return True, pushing.tell_lead(held, reason, now=now, before=warmth, data=data)


def _said_since(lead: Lead, before: dict[str, Any]) -> str:
    """Return the level to which the contact's words since lead from the one `before`."""
    level = str(before["level"])
    if "said" not in before:
        return level  # noted by an older release
    known = set(before["said"])
    fresh = [proof for proof in lead.evidence if _mark(proof) not in known]
    called = bool(lead.phone_message) and str(lead.phone_message) != before["phone"]
    return leads.level_after(level, fresh, phone=called)


def _mark(proof: dict[str, Any]) -> str:
    """Return what tells a proof from the others without telling its words."""
    told = f"{proof.get('message')} {proof.get('level')} {proof.get('quote')}"
    return sha256(told.encode()).hexdigest()[:16]


def _set_last_by(lead: Lead, kind: str, act: str) -> bool:
    """Return whether nobody but the act has set the lead's `kind` since it did.

    What a later act set and took back again counts as if nobody had set it.
    """
    told = InteractionEvent.objects.filter(
        conversation__contact=lead.contact_id, kind="lead", reason__in=SETTERS[kind]
    )
    taken_back: set[str] = set()
    for reason, data in told.order_by("-id").values_list("reason", "data").iterator(BATCH):
        by_act = str(data.get("act", ""))
        if reason == SETTERS[kind][-1]:
            taken_back.add(by_act)
        elif not by_act or by_act not in taken_back:
            return by_act == act
    return False


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
        lead = hold(found)
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


def hold(lead: Lead) -> Lead | None:
    """Lock the conversation, then the lead, as an answer does; None when the person was erased."""
    thread = pushing.thread_of(lead)
    if thread is not None and not outbox.lock(thread):
        return None
    rows = Lead.objects.select_for_update(of=("self",)).select_related(
        "workspace", "contact__social_account"
    )
    return rows.filter(pk=lead.pk).first()
