"""What must hold of the rows whatever happened: each invariant as the question which rows break it.

An invariant is asked of rows that rest: what was written within the last minutes may be on its way.
Numbers (I1 …) are those under which the invariants are told in docs/operations.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Lag
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import verifying
from accounts.models import Letter
from billing.models import PlanChange, Quota, StripeEvent
from billing.plans import FREEMIUM, PLANS
from integrations import outcomes
from integrations.models import HookCall, Removal, SyncedRow, SyncRun
from processing import dispatch, following, outbox, responding
from processing.ai import rate
from processing.models import (
    DeadLetter,
    Delivery,
    FollowUp,
    InteractionEvent,
    Lead,
    LeadAct,
    Message,
    Replay,
)
from processing.reasons import SENTENCES
from social import events, pauses
from social.models import WebhookEvent

PATIENCE = timedelta(minutes=10)
"""What is due for longer than this is forgotten; longer than every lease and two rounds of beat."""
LATE = timedelta(hours=1)
"""Longer than any transaction: a row's id is given when it begins, its `created_at` likewise."""
MINUTE = timedelta(minutes=1)
EXAMPLES = 5
LEFT = (
    *(Message.Status.SENT, Message.Status.DELIVERED, Message.Status.READ),
    Message.Status.UNCONFIRMED,
)
"""Left, or may have left."""
AUTOMATIC = Q(author=Message.Author.ASSISTANT, approved_by=None)
WAITING: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (WebhookEvent, ("received",)),
    (Delivery, ("queued", "sending")),
    (FollowUp, ("pending",)),
    (Letter, ("queued",)),
    (HookCall, ("queued",)),
    (Removal, ("queued",)),
    (StripeEvent, ("received",)),
    (Replay, ("queued", "running")),
    (LeadAct, ("queued", "running", "undoing")),
)
"""The rows that somebody has to wake, by the states in which they wait."""
MOST_ATTEMPTS: tuple[tuple[type[Any], int], ...] = (
    (WebhookEvent, events.MAX_ATTEMPTS + 1),
    (Message, responding.MAX_ATTEMPTS + 1),
    (Delivery, outbox.MAX_ATTEMPTS + 1),
    (FollowUp, following.MAX_ATTEMPTS + 1),
    (SyncRun, outcomes.MAX_ATTEMPTS + 1),
)
"""How often each may be claimed: the last claim finds that it was tried too often."""


@dataclass(frozen=True)
class Breach:
    """An invariant that does not hold: of how many rows, and a few of them by table and id."""

    code: str
    says: str
    number: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Span:
    """Which rows are asked: made since then; `now` is the database's clock.

    Few tables have an index of `created_at`, all have one of their ids, which grow with it: `ids`
    keeps from which id on a table's rows can be of the span. Rows rest after `patience`.
    """

    since: datetime
    now: datetime
    patience: timedelta = PATIENCE
    ids: dict[type[Any], int] = field(default_factory=dict)

    @property
    def rested(self) -> datetime:
        """Return until when rows must have come to rest."""
        return self.now - self.patience

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Select those that are asked."""
        made = {"created_at__gte": self.since, "created_at__lte": self.rested}
        return rows.filter(pk__gt=self.last_before(rows.model), **made)

    def last_before(self, model: type[Any]) -> int:
        """Return an id before which no row can be of the span, by halving."""
        if model not in self.ids:
            self.ids[model] = _last_before(model, self.since - LATE)
        return self.ids[model]


def _last_before(model: type[Any], moment: datetime) -> int:
    rows = model._default_manager.order_by("pk")  # noqa: SLF001 - documented
    low, high = 0, int(rows.aggregate(last=Max("pk"))["last"] or 0)
    while low < high:
        middle = (low + high) // 2
        after = rows.filter(pk__gt=middle).values_list("pk", "created_at").first()
        if after is None or after[1] >= moment:
            high = middle
        else:
            low = after[0]
    return low


Question = Callable[[Span], Iterator[QuerySet[Any]]]


def breaches(*, since: datetime, now: datetime, patience: timedelta = PATIENCE) -> list[Breach]:
    """Return every invariant that rows made since then break; the audit log is asked as a whole.

    Who knows that everything has come to rest needs less `patience`.
    """
    span = Span(since, now, patience)
    found = [_asked(code, says, question, span) for code, says, question in INVARIANTS]
    return [*filter(None, found), *_audit()]


def _asked(code: str, says: Promise, question: Question, span: Span) -> Breach | None:
    number, examples = 0, []
    for rows in question(span):
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[: 10 * EXAMPLES])
        number += len(keys)
        examples += [f"{rows.model._meta.db_table} {key}" for key in keys]  # noqa: SLF001 - documented
    return Breach(code, str(says), number, tuple(examples[:EXAMPLES])) if number else None


def _one_outcome(span: Span) -> Iterator[QuerySet[Any]]:
    heard = span.of(Message.objects.filter(direction=Message.Direction.INBOUND))
    yield heard.filter(outcome="", next_at=None)
    answers = Message.objects.filter(in_reply_to=OuterRef("pk"))
    yield heard.filter(~Exists(answers), outcome__in=["reply", "hold"])


def _woken(span: Span) -> Iterator[QuerySet[Any]]:
    for model, states in WAITING:
        yield span.of(model._default_manager.filter(status__in=states, next_at=None))  # noqa: SLF001 - documented
    if pauses.everything_rests(now=span.now):
        return
    long_ago = min(span.rested, span.now - MINUTE)
    for rows in dispatch.longest_due(long_ago, most=10 * EXAMPLES).values():
        model = rows.model
        yield model._default_manager.filter(pk__in=list(rows.values_list("pk", flat=True)))  # noqa: SLF001 - documented


def _once(span: Span) -> Iterator[QuerySet[Any]]:
    sent = span.of(Message.objects.filter(AUTOMATIC, status__in=LEFT, in_reply_to__isnull=False))
    answers = sent.filter(purpose=Message.Purpose.REPLY)
    twice = answers.order_by().values("in_reply_to").annotate(times=Count("pk")).filter(times__gt=1)
    yield sent.filter(in_reply_to__in=twice.values("in_reply_to"))
    named = span.of(Message.objects.exclude(external_id=""))
    same = named.order_by().values("social_account", "external_id").annotate(times=Count("pk"))
    yield named.filter(external_id__in=same.filter(times__gt=1).values("external_id"))


def _spaced(span: Span) -> Iterator[QuerySet[Any]]:
    least = timedelta(seconds=settings.MIN_SECONDS_BETWEEN_MESSAGES)
    begun = span.of(Delivery.objects.filter(begun_at__isnull=False)).filter(
        message__author=Message.Author.ASSISTANT,
        message__approved_by=None,
        message__purpose__in=[Message.Purpose.REPLY, Message.Purpose.FOLLOW_UP],
        status__in=["sent", "unconfirmed", "sending"],
    )
    before = Window(
        Lag("begun_at"), partition_by=[F("message__conversation")], order_by=[F("begun_at").asc()]
    )
    near = begun.annotate(before=before).filter(before__gt=F("begun_at") - least)
    yield Delivery.objects.filter(pk__in=list(near.values_list("pk", flat=True)[: 10 * EXAMPLES]))


def _within_the_day(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield days above the plan, but where it was changed since; and days that count wrongly.

    What is reserved stands on the rows that hold it: one statement sees both as they are.
    """
    days = Quota.objects.filter(day__gte=(span.since - timedelta(days=1)).date())
    limits = [
        When(workspace__subscription__plan=plan.code, then=Value(plan.direct_messages_per_day))
        for plan in PLANS.values()
    ]
    usual = Value(FREEMIUM.direct_messages_per_day)
    limit = Case(*limits, default=usual, output_field=IntegerField(null=True))
    changes = PlanChange.objects.filter(
        workspace=OuterRef("workspace"), created_at__date__gte=OuterRef("day")
    )
    yield days.annotate(limit=limit).filter(
        ~Exists(changes), limit__isnull=False, used__gt=F("limit") - F("reserved")
    )
    held = [_holders(Message), _holders(FollowUp)]
    yield days.annotate(messages=held[0], follow_ups=held[1]).exclude(
        reserved=F("messages") + F("follow_ups")
    )


def _holders(model: type[Any]) -> Coalesce:
    rows = model._default_manager.filter(  # noqa: SLF001 - documented
        workspace=OuterRef("workspace"), quota_day=OuterRef("day")
    )
    number = rows.order_by().values("quota_day").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number), Value(0))


def _asked_within_limits(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield what was paid for beyond the model's limits.

    A call is noted when it is over, up to a lease after its turn: of what a minute may begin, the
    minute in which it ends may show twice as much and no more.
    """
    paid = span.of(InteractionEvent.objects.filter(data__has_key="tokens_in"))
    tokens = [
        Cast(KeyTextTransform(name, "data"), IntegerField()) for name in ("tokens_in", "tokens_out")
    ]
    read, written = tokens
    yield paid.annotate(tokens=read + Coalesce(written, Value(0))).filter(
        tokens__gt=settings.AI_MAX_TOKENS
    )
    before = Window(Lag("created_at", 2 * rate.in_all()), order_by=[F("created_at").asc()])
    often = paid.annotate(before=before).filter(before__gt=F("created_at") - MINUTE)
    yield InteractionEvent.objects.filter(
        pk__in=list(often.values_list("pk", flat=True)[: 10 * EXAMPLES])
    )


def _tried_within_limits(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield what was tried more often than it may be; one more is who finds that it is too much."""
    for model, most in MOST_ATTEMPTS:
        yield span.of(model._default_manager.filter(attempts__gt=most))  # noqa: SLF001 - documented


def _one_row_outside(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield rows of a tool that stand for two leads; what people doubled there is theirs."""
    rows = span.of(SyncedRow.objects.exclude(external_id=""))
    other = SyncedRow.objects.filter(
        integration=OuterRef("integration"), external_id=OuterRef("external_id")
    )
    yield rows.filter(Exists(other.exclude(pk=OuterRef("pk"))))


def _explained(span: Span) -> Iterator[QuerySet[Any]]:
    known = ["", *SENTENCES]
    said = span.of(Message.objects.all())
    decided = said.filter(outcome__in=["silent", "handoff", "hold"])
    ended = said.filter(status__in=[Message.Status.REFUSED, Message.Status.FAILED])
    for rows in (decided, ended):
        yield rows.filter(reason="")
        yield rows.exclude(reason__in=known)
    letters = DeadLetter.objects.filter(kind="send", object_id=OuterRef("pk"))
    yield span.of(Delivery.objects.filter(~Exists(letters), status=Delivery.Status.FAILED))


def _timed(span: Span) -> Iterator[QuerySet[Any]]:
    sent = span.of(Delivery.objects.filter(status=Delivery.Status.SENT))
    yield sent.filter(Q(finished_at=None) | Q(message__status__in=["queued", "held"]))
    yield sent.filter(message__external_id="")
    yield sent.filter(message__purpose=Message.Purpose.REPLY, message__author="assistant").filter(
        Q(begun_at=None) | Q(message__scenario_version=None)
    )


def _apart(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield rows whose parts belong to different workspaces."""
    crossing: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
        (Message, ("conversation", "social_account")),
        (Delivery, ("message",)),
        (Lead, ("contact",)),
        (InteractionEvent, ("conversation",)),
    )
    for model, parts in crossing:
        for part in parts:
            rows = model._default_manager.filter(**{f"{part}__isnull": False})  # noqa: SLF001 - documented
            yield span.of(rows.exclude(workspace=F(f"{part}__workspace")))


def _audit() -> Iterator[Breach]:
    broken = verifying.verify_all()
    if broken:
        examples = tuple(f"{one.chain} {one.number}" for one in broken[:EXAMPLES])
        yield Breach("I17", str(_("The audit log is whole.")), len(broken), examples)


INVARIANTS: tuple[tuple[str, Promise, Question], ...] = (
    ("I1", _("Every message has one outcome, and every answer its text."), _one_outcome),
    ("I2", _("Nothing waits that nobody will wake, and nothing waits for long."), _woken),
    ("I4", _("Nothing was sent twice, and nothing was taken in twice."), _once),
    ("I6", _("Automatic messages keep their distance in each conversation."), _spaced),
    ("I7", _("No day has more messages than its plan."), _within_the_day),
    ("I8", _("The model is asked within its limits."), _asked_within_limits),
    ("I9", _("Nothing is tried more often than it may be."), _tried_within_limits),
    ("I10", _("Whatever was not answered or not sent has a known reason."), _explained),
    ("I11", _("What was sent says when, by what and under which name."), _timed),
    ("I12", _("A tool has one row for each lead."), _one_row_outside),
    ("I13", _("No row belongs to two workspaces."), _apart),
)
