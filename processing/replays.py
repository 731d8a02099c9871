"""Replays as members see and steer them: what one would cost, starting, stopping, its figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Workspace
from billing.plans import plan_of
from flowia.lib import clock
from flowia.lib.errors import ConflictError, InvalidError
from processing import scenarios
from processing.ai import prices
from processing.models import (
    InteractionEvent,
    Message,
    Replay,
    ReplayAnswer,
    ReplayResult,
    Scenario,
)
from processing.trust import ARRIVED
from social.models import SocialAccount

Status = Replay.Status
LONGEST = timedelta(days=92)
"""Texts fade after 90 days; what is older cannot be replayed."""
SAMPLE = 50
"""So many of the latest calls say what one costs."""
ASSUMED_ANSWER_TOKENS = 250


APPROVED = Message.objects.filter(
    in_reply_to=OuterRef("message"), approved_by__isnull=False, status__in=ARRIVED
)
BEFORE = Case(
    When(Q(message__outcome=Message.Outcome.HOLD) & Exists(APPROVED), then=Value("reply")),
    default=F("message__outcome"),
)
"""What a result's message got when it came: a draft that was approved and left is an answer."""


class ReplayRunningError(ConflictError):
    """A workspace runs one replay at a time."""

    code = "replay_running"
    detail = _("Another replay of this workspace is running. Wait for it, or cancel it.")


class ReplayOverError(ConflictError):
    """The replay is not in a state for this."""

    code = "replay_over"
    detail = _("This replay cannot be continued.")


class NotForMessagesError(ConflictError):
    """Follow-ups answer no message, so there is nothing to try them on."""

    code = "not_for_messages"
    detail = _("A follow-up answers no message: it cannot be tried on one.")


@dataclass(frozen=True)
class Estimate:
    """What a replay would take at most: `cost` in millionths of a US dollar.

    `known` messages have an answer that was paid for already; `minutes` are those that the calls
    take when the model answers at once, since a replay uses half of a minute's calls.
    """

    messages: int
    known: int
    cost_per_message: int
    cost: int
    minutes: int


@dataclass(frozen=True)
class Day:
    """One local day: direct messages that left then and that would leave now."""

    day: date
    then: int
    now: int
    unanswered: int


@dataclass(frozen=True)
class Totals:
    """A replay's figures; `then` and `now` count messages by outcome, `levels` by both levels."""

    then: dict[str, int]
    now: dict[str, int]
    changed: int
    levels: list[tuple[str, str, int]]
    days: list[Day]
    daily_limit: int | None
    cached: int


def messages_in(workspace: Workspace, starts_at: datetime, ends_at: datetime) -> QuerySet[Message]:
    """Select what contacts wrote from `starts_at` until before `ends_at` and is still readable."""
    rows = Message.objects.filter(workspace=workspace, direction=Message.Direction.INBOUND)
    return rows.filter(sent_at__gte=starts_at, sent_at__lt=ends_at).exclude(text="", attachments=[])


def estimate(workspace: Workspace, starts_at: datetime, ends_at: datetime) -> Estimate:
    """Return what a replay of the period would take at most; raises InvalidError for no period."""
    check_period(starts_at, ends_at)
    messages = messages_in(workspace, starts_at, ends_at)
    number = messages.count()
    answers = ReplayAnswer.objects.filter(workspace=workspace)
    answers = answers.filter(message__sent_at__gte=starts_at, message__sent_at__lt=ends_at)
    one = cost_of_one(workspace)
    return Estimate(
        messages=number,
        known=answers.values("message").distinct().count(),
        cost_per_message=one,
        cost=number * one,
        minutes=-(-number // max(1, settings.AI_REQUESTS_PER_MINUTE // 2)),
    )


def cost_of_one(workspace: Workspace) -> int:
    """Return what an answer costs: the mean of the workspace's latest, else by the price list."""
    decided = InteractionEvent.objects.filter(
        workspace=workspace, kind=InteractionEvent.Kind.DECIDED
    )
    latest = decided.order_by("-created_at").values_list("data", flat=True)[: 4 * SAMPLE]
    costs = [int(data["cost"]) for data in latest if data.get("cost")][:SAMPLE]
    if costs:
        return -(-sum(costs) // len(costs))
    tokens_in = settings.AI_MAX_TOKENS // 2
    return prices.cost(settings.OPENAI_MODEL, tokens_in, 0, ASSUMED_ANSWER_TOKENS)


def start(
    scenario: Scenario,
    *,
    starts_at: datetime,
    ends_at: datetime,
    cost_limit: int,
    by: audit.By,
    changes: dict[str, Any] | None = None,
    accounts: Iterable[SocialAccount] | None = None,
) -> Replay:
    """Begin a replay of `scenario` with `changes`, over the messages of the period.

    `cost_limit` is in millionths of a US dollar. Raises InvalidError by field, ReplayRunningError,
    NotForMessagesError.
    """
    check_period(starts_at, ends_at)
    workspace = scenario.workspace
    content = draft_content(scenario, changes or {}, accounts)
    replay = Replay(
        workspace=workspace,
        scenario=scenario,
        content=content,
        starts_at=starts_at,
        ends_at=ends_at,
        total=messages_in(workspace, starts_at, ends_at).count(),
        cost_limit=cost_limit,
        next_at=clock.now(),
        asked_by_uid=by.uid,
    )
    with transaction.atomic():
        _begin(replay)
        audit.record("scenario.replayed", by=by, workspace=workspace, target=scenario)
    return replay


def draft_content(
    scenario: Scenario, changes: dict[str, Any], accounts: Iterable[SocialAccount] | None
) -> dict[str, Any]:
    """Return the whole content of the draft, and the version it changes; raises InvalidError."""
    kept = scenarios.checked(changes, of=scenario)
    content = {**scenarios.content_of(scenario), **kept, "version": scenario.version}
    if content["kind"] == Scenario.Kind.FOLLOW_UP:
        raise NotForMessagesError
    if accounts is not None:
        content["accounts"] = sorted(str(account.uid) for account in accounts)
    return content


def candidate_of(scenario: Scenario, content: dict[str, Any]) -> scenarios.Candidate:
    """Return the draft that `content` describes, for choosing and trying."""
    chosen = scenarios.accounts_in(scenario.workspace, content)
    draft = scenarios.draft_of(scenario, content)
    return scenarios.Candidate(draft, frozenset(account.pk for account in chosen))


def carry_on(replay: Replay, *, cost_limit: int) -> None:
    """Let a replay that stopped go on with a new limit; raises ReplayOverError for others."""
    if cost_limit < replay.cost:
        raise InvalidError(errors={"cost_limit": [_("That much is spent already.")]})
    stopped = Replay.objects.filter(pk=replay.pk, status__in=[Status.PAUSED, Status.FAILED])
    again = {"status": Status.QUEUED, "cost_limit": cost_limit, "next_at": clock.now()}
    try:
        with transaction.atomic():
            changed = stopped.update(**again, attempts=0, error_code="", finished_at=None)
    except IntegrityError as error:
        raise ReplayRunningError from error
    if not changed:
        raise ReplayOverError
    replay.refresh_from_db()


def cancel(replay: Replay) -> None:
    """Stop a replay for good; what it found stays. Twice is once."""
    rows = Replay.objects.filter(
        pk=replay.pk, status__in=[Status.QUEUED, Status.RUNNING, Status.PAUSED]
    )
    rows.update(status=Status.CANCELLED, next_at=None, finished_at=clock.now())
    replay.refresh_from_db()


def replays_of(workspace: Workspace) -> QuerySet[Replay]:
    """Return the workspace's replays with their scenarios, the latest first."""
    return Replay.objects.filter(workspace=workspace).select_related("scenario", "workspace")


def results_of(replay: Replay, *, changed: bool = False) -> QuerySet[ReplayResult]:
    """Return the replay's results with their messages, in their order."""
    rows = replay.results.select_related("message__conversation__contact").order_by("id")
    return rows.filter(changed=True) if changed else rows


def totals_of(replay: Replay) -> Totals:
    """Return the replay's figures so far."""
    results = replay.results.order_by()
    levels = results.exclude(level="").exclude(level_before="").exclude(level=F("level_before"))
    changes = levels.values_list("level_before", "level").annotate(number=Count("pk"))
    counted = results.aggregate(
        changed=Count("pk", filter=Q(changed=True)), cached=Count("pk", filter=Q(cached=True))
    )
    return Totals(
        then=_by(results.annotate(before=BEFORE), "before"),
        now=_by(results, "outcome"),
        changed=counted["changed"],
        levels=sorted(changes),
        days=_days(results),
        daily_limit=plan_of(replay.workspace).direct_messages_per_day,
        cached=counted["cached"],
    )


def spent_by(replay: Replay) -> int:
    """Return the sum of the results' costs; `Replay.cost` when nothing is under way."""
    return replay.results.aggregate(sum=Sum("cost"))["sum"] or 0


def check_period(starts_at: datetime, ends_at: datetime) -> None:
    """Raise InvalidError unless the period has a beginning, an end, and some 90 days at most."""
    if ends_at <= starts_at:
        raise InvalidError(errors={"to": [_("The period ends before it begins.")]})
    if ends_at - starts_at > LONGEST:
        sentence = _("A replay covers %(days)s days at most.") % {"days": LONGEST.days}
        raise InvalidError(errors={"from": [sentence]})


def _begin(replay: Replay) -> None:
    try:
        with transaction.atomic():
            replay.save(force_insert=True)
    except IntegrityError as error:
        raise ReplayRunningError from error


def _by(results: QuerySet[ReplayResult], column: str) -> dict[str, int]:
    rows = results.values_list(column).annotate(number=Count("pk"))
    counts = dict.fromkeys(("reply", "hold", "handoff", "silent"), 0)
    return counts | {outcome: number for outcome, number in rows if outcome or number}


def _days(results: QuerySet[ReplayResult]) -> list[Day]:
    rows = (
        results.annotate(before=BEFORE)
        .values("day")
        .annotate(
            then=Count("pk", filter=Q(before=Message.Outcome.REPLY)),
            now=Count("pk", filter=Q(outcome=Message.Outcome.REPLY)),
            unanswered=Count("pk", filter=Q(reason="quota_spent")),
        )
    )
    return [Day(**row) for row in rows.order_by("day")]
