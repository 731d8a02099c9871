"""replay: a draft run over the messages of a period, as if they came then; nothing is sent.

In slices in the background queue: each message's result, the cursor and the counts are one
transaction under the slice's lease, and a paid answer is kept before it is looked at. A worker that
vanishes loses nothing, and pays for nothing twice.
"""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, QuerySet

from flowia.lib import clock, leases, ratelimit
from processing import modelstate
from processing.ai import engine
from processing.ai.contracts import Brief, Draft, Spent
from processing.ai.digest import digest_of
from processing.errors import AnswerUnavailable
from processing.models import Message, Replay, ReplayAnswer
from processing.replays import candidate_of, cost_of_one, messages_in
from processing.scenarios import candidates_of, with_draft
from processing.then import FAILED, Known, Stage, answer_in, answer_kept
from processing.wakes import Wake
from social.capabilities import Capabilities

log = structlog.get_logger("flowia.replay")
Status = Replay.Status
LEASE = timedelta(seconds=60)
"""Longer than the task may take."""
SLICE_SECONDS = 4.0
"""No message is begun later: a call may take 20 seconds, and the task ends after 25."""
BATCH = 100
MAX_ATTEMPTS = 5
RETRY_SECONDS = 5.0
RETRY_LIMIT = 120.0
WINDOW_SECONDS = 60
WITHOUT_REDIS_SECONDS = 5.0


class _NotMineError(Exception):
    """The replay was cancelled, or another worker has it."""


class _LimitReachedError(Exception):
    """The next call might pass the cost limit."""


def replay(replay_id: int, *, capabilities: Mapping[str, Capabilities]) -> list[Wake]:
    """Run one slice of a replay; returns the next slice to wake, if one can follow at once.

    `capabilities` are those of each kind of account: no provider is known here.
    """
    run = _claim(replay_id, now=clock.now())
    if run is None:
        return []
    if run.attempts > MAX_ATTEMPTS:
        _end(run, Status.FAILED, "gave_up")
        return []
    try:
        return _slice(run, capabilities)
    except _LimitReachedError:
        _end(run, Status.PAUSED)
    except AnswerUnavailable as error:
        _wait(run, error)
    except _NotMineError:
        log.info("replay is not ours any more", replay=run.pk)
    return []


def _slice(run: Replay, capabilities: Mapping[str, Capabilities]) -> list[Wake]:
    started = time.monotonic()
    stage = _stage(run)
    while batch := list(_next(run)):
        for message in batch:
            if time.monotonic() - started > SLICE_SECONDS:
                return _go_on(run)
            _one(run, stage, message, capabilities[message.social_account.kind])
    _end(run, Status.DONE)
    return []


def _one(run: Replay, stage: Stage, message: Message, capabilities: Capabilities) -> None:
    """Find out what would become of one message, and keep it."""
    known: list[Known] = []

    def ask(brief: Brief) -> Draft:
        known.append(_answer(run, message, brief))
        return answer_in(known[0].answer)

    result = stage.result_of(message, capabilities, ask=ask)
    if known:
        result.cost, result.cached = known[0].cost, known[0].cached
    with transaction.atomic():
        done = {"last_message": message.pk, "done": F("done") + 1, "attempts": 0}
        if not _mine(run).update(**done):
            raise _NotMineError
        if _is_there(message):
            result.save(force_insert=True)
    run.last_message, run.attempts = message.pk, 0
    stage.note(result)


def _answer(run: Replay, message: Message, brief: Brief) -> Known:
    """Return the model's answer: the one that is known, or a new one that is then known.

    Raises AnswerUnavailable when there is none at the moment, _LimitReachedError.
    """
    digest = digest_of(brief)
    kept = ReplayAnswer.objects.filter(message=message, prompt=digest).first()
    if kept is None:
        _keep_to_limit(run)
        _take_turn(run.workspace_id)
        kept = _ask(run, message, digest, brief)
    # What this replay paid for itself, before a worker vanished, is its own.
    paid = kept.pk is None or kept.created_at >= run.created_at
    return Known(kept.answer, cost=kept.cost if paid else 0, cached=not paid)


def _ask(run: Replay, message: Message, digest: str, brief: Brief) -> ReplayAnswer:
    spent: Spent | None
    try:
        draft = modelstate.asked(lambda: engine.generate_reply(brief))
    except AnswerUnavailable as error:
        if error.its_turn or error.retryable or error.reason in modelstate.TROUBLES:
            raise
        # This message's own fault: asked again, it would fail again.
        answer, spent = {FAILED: error.reason}, error.spent
    else:
        answer, spent = answer_kept(draft), draft.spent
    cost = spent.cost if spent else 0
    fresh = ReplayAnswer(
        workspace=run.workspace, message=message, prompt=digest, answer=answer, cost=cost
    )
    with transaction.atomic():
        # Paid is paid: also when the replay was cancelled, or taken over, while the model wrote.
        Replay.objects.filter(pk=run.pk).update(cost=F("cost") + cost, calls=F("calls") + 1)
        if _is_there(message):
            ReplayAnswer.objects.bulk_create([fresh], ignore_conflicts=True)
    run.cost += cost
    return fresh


def _keep_to_limit(run: Replay) -> None:
    """Stop before the call that might pass the limit: it may cost what the dearest one did."""
    dearest = run.results.aggregate(dearest=Max("cost"))["dearest"] or cost_of_one(run.workspace)
    if run.cost + dearest > run.cost_limit:
        raise _LimitReachedError


def _take_turn(workspace_id: int) -> None:
    """Count the call against the half of the minute that replays may use, of one and of all.

    Raises AnswerUnavailable with `its_turn`; the other half is left to those who wait for answers.
    """
    half = max(1, settings.AI_REQUESTS_PER_MINUTE // 2)
    for key in (f"replay:{workspace_id}", "replay"):
        verdict = ratelimit.take(key, limit=half, seconds=WINDOW_SECONDS)
        if verdict is None or not verdict.passed:
            wait = float(verdict.retry_after) if verdict else WITHOUT_REDIS_SECONDS
            raise AnswerUnavailable("model_queue", retryable=True, retry_after=wait, its_turn=True)


def _stage(run: Replay) -> Stage:
    candidate = candidate_of(run.scenario, run.content)
    others = candidates_of(run.workspace)
    if candidate.scenario.autonomy == "off":
        chosen = [one for one in others if one.scenario.pk != candidate.scenario.pk]
    else:
        chosen = with_draft(others, candidate)
    return Stage(run, chosen)


def _next(run: Replay) -> QuerySet[Message]:
    related = ("workspace", "social_account", "conversation__contact", "conversation__workspace")
    rows = messages_in(run.workspace, run.starts_at, run.ends_at).filter(pk__gt=run.last_message)
    return rows.select_related(*related).order_by("pk")[:BATCH]


def _claim(replay_id: int, *, now: datetime) -> Replay | None:
    due = Replay.objects.filter(pk=replay_id, status__in=[Status.QUEUED, Status.RUNNING])
    taken = {"status": Status.RUNNING, "next_at": now + LEASE, "attempts": F("attempts") + 1}
    if not due.filter(next_at__lte=now).update(**taken):
        return None
    run = Replay.objects.select_related("workspace", "scenario__workspace").get(pk=replay_id)
    if run.next_at != now + LEASE:
        return None
    leases.held(_mine(run), next_at=now, attempts=F("attempts") - 1)
    return run


def _mine(run: Replay) -> QuerySet[Replay]:
    """Select the replay while this worker's lease holds and nobody stopped it."""
    return Replay.objects.filter(pk=run.pk, status=Status.RUNNING, next_at=run.next_at)


def _is_there(message: Message) -> bool:
    """Hold the message until the transaction ends; False when its person was erased meanwhile."""
    rows = Message.objects.select_for_update(no_key=True).filter(pk=message.pk)
    return rows.exclude(text="", attachments=[]).values_list("pk", flat=True).first() is not None


def _go_on(run: Replay) -> list[Wake]:
    went = _mine(run).update(next_at=clock.now(), attempts=0)
    return [Wake("replay", run.pk)] if went else []


def _wait(run: Replay, error: AnswerUnavailable) -> None:
    tired = not error.its_turn and run.attempts >= MAX_ATTEMPTS
    if tired or not (error.retryable or error.its_turn):
        _end(run, Status.FAILED, error.reason)
    else:
        pause = error.retry_after or RETRY_SECONDS * 2 ** max(0, run.attempts - 1)
        until = clock.now() + timedelta(seconds=min(pause, RETRY_LIMIT))
        _mine(run).update(next_at=until, attempts=0 if error.its_turn else run.attempts)


def _end(run: Replay, status: Replay.Status, code: str = "") -> None:
    over = None if status == Status.PAUSED else clock.now()
    _mine(run).update(status=status, next_at=None, finished_at=over, error_code=code)
    log.info("replay", replay=run.pk, status=status, code=code)
