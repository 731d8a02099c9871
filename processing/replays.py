"""Replays as members see and steer them: what one would cost, starting, stopping, its figures."""

from collections import Counter, defaultdict
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
from billing.plans import plan_in
from flowia.lib import clock
from flowia.lib.counted import counted
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
    changed_by_outcome: dict[str, int]

    def number(self, *, changed: bool = False, outcome: str = "") -> int:
        """Return how many results `results_of` selects."""
        counts = self.changed_by_outcome if changed else self.now
        return counts.get(outcome, 0) if outcome else sum(counts.values())


def messages_in(workspace: Workspace, starts_at: datetime, ends_at: datetime) -> QuerySet[Message]:
    """Select what contacts wrote from `starts_at` until before `ends_at` and is still readable."""
    rows = Message.objects.filter(workspace=workspace, direction=Message.Direction.INBOUND)
    return rows.filter(sent_at__gte=starts_at, sent_at__lt=ends_at).exclude(text="", attachments=[])


def estimate(workspace: Workspace, starts_at: datetime, ends_at: datetime) -> Estimate:
    """Return what a replay of the period would take at most; raises InvalidError for no period."""
    check_period(starts_at, ends_at)
    messages = messages_in(workspace, starts_at, ends_at)
    answers = ReplayAnswer.objects.filter(workspace=workspace)
    answers = answers.filter(message__sent_at__gte=starts_at, message__sent_at__lt=ends_at)
    columns = {
        "number": counted(messages),
        "known": counted(answers, column="message"),
    }
    found = Workspace.objects.filter(pk=workspace.pk).annotate(**columns).values(*columns).get()
    number = found["number"]
    one = cost_of_one(workspace)
    return Estimate(
        messages=number,
        known=found["known"],
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
    rows = Replay.objects.filter(workspace=workspace)
    return rows.select_related("scenario", "workspace__subscription")


def results_of(
    replay: Replay, *, changed: bool = False, outcome: str = ""
) -> QuerySet[ReplayResult]:
    """Return the replay's results with their messages, in their order.

    Those alone that are `changed`, or whose message would get `outcome` now.
    """
    rows = replay.results.select_related("message__conversation__contact").order_by("id")
    rows = rows.filter(outcome=outcome) if outcome else rows
    return rows.filter(changed=True) if changed else rows


def totals_of(replay: Replay) -> Totals:
    """Return the replay's figures so far."""
    alike = _alike(replay)
    levels: Counter[tuple[str, str]] = Counter()
    for one in alike:
        if one["level"] and one["level_before"] and one["level"] != one["level_before"]:
            levels[one["level_before"], one["level"]] += one["number"]
    changed = Counter[str]()
    for one in alike:
        changed[one["outcome"]] += one["number"] if one["changed"] else 0
    return Totals(
        then=_by(alike, "before"),
        now=_by(alike, "outcome"),
        changed=changed.total(),
        levels=sorted((*both, number) for both, number in levels.items()),
        days=_days(alike),
        daily_limit=plan_in(replay.workspace).direct_messages_per_day,
        cached=sum(one["number"] for one in alike if one["cached"]),
        changed_by_outcome=dict(changed),
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


def _alike(replay: Replay) -> list[dict[str, Any]]:
    """Return how many results are alike in all that is counted: one query for every figure."""
    rows = replay.results.order_by().annotate(
        before=BEFORE,
        unanswered=Case(When(reason="quota_spent", then=True), default=False),
    )
    columns = ("day", "before", "outcome", "level_before", "level", "changed", "cached")
    return list(rows.values(*columns, "unanswered").annotate(number=Count("pk")))


def _by(alike: list[dict[str, Any]], column: str) -> dict[str, int]:
    counts = dict.fromkeys(("reply", "hold", "handoff", "silent"), 0)
    for one in alike:
        counts[one[column]] = counts.get(one[column], 0) + one["number"]
    return counts


def _days(alike: list[dict[str, Any]]) -> list[Day]:
    numbers: dict[date, Counter[str]] = defaultdict(Counter)
    for one in alike:
        counts, number = numbers[one["day"]], one["number"]
        counts["then"] += number if one["before"] == Message.Outcome.REPLY else 0
        counts["now"] += number if one["outcome"] == Message.Outcome.REPLY else 0
        counts["unanswered"] += number if one["unanswered"] else 0
    return [
        Day(day, counts["then"], counts["now"], counts["unanswered"])
        for day, counts in sorted(numbers.items())
    ]
