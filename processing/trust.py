"""The trust ladder: what an intent has earned in a scenario, and how it loses it again.

draft → (N approvals without edits in a row) → proposed → (an owner accepts) → auto. A heavy edit,
a rejection, an opt-out or a complaint leads back to draft; an opt-out takes back only what was
earned, never what an owner granted. Every step is one conditional UPDATE, so that of two at once
only one is told.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts import audit
from flowia.lib import clock
from flowia.lib.errors import ConflictError
from flowia.lib.standing import Standing, given
from processing import ledger
from processing.models import InteractionEvent, Message, Scenario, Trust

HEAVY_EDIT = 0.3
"""Share of a draft's characters (`edits.edit_ratio`) above which an edit says that the assistant
was wrong. Below it are a name, a greeting, a typing error: the row of approvals ends, no more."""
BLAMED_FOR = timedelta(days=7)
"""How long after an automatic answer a complaint or an opt-out is still laid at its door."""
LOST = {"heavy_edit", "rejected", "opt_out", "complaint", "taken_back"}
"""Why an intent fell: until it has earned it anew, its answers wait for approval."""
ARRIVED = ("sent", "delivered", "read", "unconfirmed")
COMPLAINTS = {"anger", "legal", "payment", "violence"}
"""Risks (`processing.risks`) that speak of us; the others speak of the person."""
EARNED = ("stage", "reason", "in_a_row")
"""What a rejection may cost an intent."""
RUNGS = {"needs_approval", "trust_lost"}
"""Why a draft waits that an owner's consent to automatic answers would have let go."""
Stage = Trust.Stage
TRUST = Standing(
    lambda: Trust.objects.filter(scenario=given.key("scenario"), intent=given.word("intent"))
)


class NotProposedError(ConflictError):
    """The intent stands on another rung by now."""


def standing(scenario: Scenario, intent: str) -> str:
    """Return what the intent has earned.

    "auto" where it may answer by itself, "lost" where it may no longer, "draft" otherwise.
    """
    found = TRUST.first(scenario=scenario.pk, intent=intent)
    if found is None:
        return "draft"
    if found.stage == Stage.AUTO:
        return "auto"
    return "lost" if found.reason in LOST else "draft"


def note_approval(draft: Message, *, edited: float) -> None:
    """Count a member's approval; `edited` is the share they changed, 0.0 for nothing.

    Without edits the row grows, and at the workspace's number of them automatic answers are
    proposed. A light edit ends the row, a heavy one takes back what was earned. What was held for
    another reason earns nothing: it would wait all the same.
    """
    rows = _rows(draft)
    if rows is None:
        return
    if edited:
        rows.update(in_a_row=0, edited=F("edited") + 1)
        if edited > HEAVY_EDIT:
            _fall(rows, "heavy_edit", draft)
        return
    if not _stopped_here(draft):
        return
    rows.update(in_a_row=F("in_a_row") + 1, approved=F("approved") + 1)
    ripe = rows.filter(stage=Stage.DRAFT, in_a_row__gte=max(1, draft.workspace.trust_after))
    # What a scenario lets leave by itself needs no proposal, unless the intent lost it.
    ripe = ripe.filter(~Q(scenario__autonomy=Scenario.Autonomy.AUTO) | Q(reason__in=LOST))
    if ripe.update(stage=Stage.PROPOSED, changed_at=clock.now()):
        _tell(draft, "trust_proposed", Stage.PROPOSED)


def note_undone(draft: Message, *, edited: float) -> None:
    """Take the count of an approval back, and the proposal that came of it.

    What a heavy edit cost stays lost: the member has shown what they thought of the draft.
    """
    rows = _rows(draft)
    if rows is None:
        return
    if edited:
        rows.filter(edited__gt=0).update(edited=F("edited") - 1)
        return
    if not _stopped_here(draft):
        return
    rows.filter(in_a_row__gt=0).update(in_a_row=F("in_a_row") - 1)
    rows.filter(approved__gt=0).update(approved=F("approved") - 1)
    rows.filter(stage=Stage.PROPOSED, in_a_row__lt=max(1, draft.workspace.trust_after)).update(
        stage=Stage.DRAFT, changed_at=clock.now()
    )


def note_rejection(draft: Message) -> dict[str, Any]:
    """Count a member's rejection; the intent's answers wait for approval again.

    Returns what `note_rejection_undone` gives back: the row as it was, where that was something.
    """
    rows = _rows(draft)
    if rows is None:
        return {}
    before = rows.values(*EARNED, "rejected").get()
    rows.update(in_a_row=0, rejected=F("rejected") + 1)
    _fall(rows, "rejected", draft)
    after = rows.values(*EARNED).get()
    return {} if all(before[name] == after[name] for name in EARNED) else before


def note_rejection_undone(draft: Message, earned: dict[str, Any]) -> None:
    """Take the count of a rejection back, and give back what it cost: `earned`, if anything.

    What another deed has changed since stays as it is.
    """
    rows = _rows(draft)
    if rows is None:
        return
    if earned:
        given = {name: earned[name] for name in EARNED}
        fallen = rows.filter(stage=Stage.DRAFT, in_a_row=0, rejected=earned["rejected"] + 1)
        fallen = fallen.filter(reason__in={"rejected", earned["reason"]})
        told = fallen.exclude(reason=earned["reason"]).exists()
        if fallen.update(**given, changed_at=clock.now()) and told:
            _tell(draft, "trust_given_back", Stage(earned["stage"]))
    rows.filter(rejected__gt=0).update(rejected=F("rejected") - 1)


def blame(message: Message, reason: str) -> None:
    """Lay the contact's `message`, an opt-out or a complaint, at the last automatic answer's door.

    Nothing happens when a member approved that answer, or when it is more than a week old.
    """
    recent = Message.objects.filter(
        conversation_id=message.conversation_id,
        direction=Message.Direction.OUTBOUND,
        status__in=ARRIVED,
        sent_at__lte=message.sent_at,
        sent_at__gte=message.sent_at - BLAMED_FOR,
    ).filter(purpose__in=[Message.Purpose.REPLY, Message.Purpose.FOLLOW_UP])
    last = recent.select_related("workspace", "conversation").order_by("-sent_at", "-id").first()
    if last is None or last.author != Message.Author.ASSISTANT or last.approved_by is not None:
        return
    rows = _rows(last)
    if rows is not None:
        _fall(rows, reason, last)


def accept(trust: Trust, *, by: audit.By) -> None:
    """Let the intent answer by itself from now on; raises NotProposedError."""
    _move(trust, Stage.PROPOSED, Stage.AUTO, "trust.accepted", by=by)


def decline(trust: Trust, *, by: audit.By) -> None:
    """Go on with drafts and count anew; raises NotProposedError.

    An intent that had lost its trust stays so: declining must not make it answer by itself.
    """
    reason = trust.reason if trust.reason in LOST else "declined"
    _move(trust, Stage.PROPOSED, Stage.DRAFT, "trust.declined", by=by, reason=reason)


def take_back(trust: Trust, *, by: audit.By) -> None:
    """Let the intent's answers wait for approval again; raises NotProposedError."""
    _move(trust, Stage.AUTO, Stage.DRAFT, "trust.taken_back", by=by)


def _move(
    trust: Trust, before: Stage, after: Stage, action: str, *, by: audit.By, reason: str = ""
) -> None:
    """Move the intent by an owner's deed; `action` is its name in the audit log."""
    deed = action.partition(".")[2]
    with transaction.atomic():
        standing_there = Trust.objects.filter(pk=trust.pk, stage=before)
        changes = {"stage": after, "reason": reason or deed, "changed_at": clock.now()}
        if not standing_there.update(**changes, in_a_row=0):
            raise NotProposedError
        ledger.record(
            InteractionEvent.Kind.TRUST,
            workspace=trust.workspace,
            outcome=after,
            reason=f"trust_{deed}",
            data={"scenario_id": str(trust.scenario.uid), "intent": trust.intent},
        )
        data = {"scenario": str(trust.scenario.uid), "intent": trust.intent}
        audit.record(action, by=by, workspace=trust.workspace, target=trust, data=data)


def _fall(rows: QuerySet[Trust], reason: str, message: Message) -> None:
    """Take back what was earned, and but for an opt-out what the scenario grants; said once."""
    granted = Q(scenario__autonomy=Scenario.Autonomy.AUTO)
    earned = Q(stage__in=[Stage.AUTO, Stage.PROPOSED])
    # One person's wish for silence must not make all the others wait.
    if reason == "opt_out":
        standing_high = rows.filter(earned).exclude(granted)
    else:
        standing_high = rows.filter(earned | (granted & ~Q(reason__in=LOST)))
    changes = {"stage": Stage.DRAFT, "reason": reason, "in_a_row": 0, "changed_at": clock.now()}
    if standing_high.update(**changes):
        _tell(message, f"trust_{reason}", Stage.DRAFT)


def _stopped_here(draft: Message) -> bool:
    """Return whether nothing but the ladder keeps the draft from leaving by itself."""
    asked = draft.in_reply_to
    held = asked is not None and asked.outcome == Message.Outcome.HOLD
    return asked is None or not held or asked.reason in RUNGS


def _tell(message: Message, reason: str, stage: Stage) -> None:
    scenario = message.scenario
    data = {"intent": message.intent, "scenario_id": str(scenario.uid) if scenario else ""}
    ledger.tell(message, InteractionEvent.Kind.TRUST, reason, outcome=stage, data=data)


def _rows(message: Message) -> QuerySet[Trust] | None:
    """Select the one row of the message's scenario and intent, made at its first use."""
    if message.scenario_id is None or not message.intent:
        return None
    key = {"scenario_id": message.scenario_id, "intent": message.intent}
    new = Trust(workspace_id=message.workspace_id, **key)
    Trust.objects.bulk_create([new], ignore_conflicts=True)
    return Trust.objects.filter(**key)
