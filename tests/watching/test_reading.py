"""The one read: what it counts, how few questions it asks, and that it survives without Redis."""

import json
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django import Settings
from redis import Redis

from accounts import audit
from accounts.models import AuditChain, Letter
from billing import reconciling
from billing.models import StripeEvent
from flowia.lib import clock
from flowia.watching import figures, lines, workers
from flowia.watching.counting import Counted
from flowia.watching.reading import _queues, read
from processing import dispatch
from processing.models import DeadLetter, InteractionEvent, ModelState
from social import pauses
from social.models import Breaker, Drift
from tests.factories import make_account, make_conversation, make_message, make_webhook
from tests.factories import make_workspace as workspace

pytestmark = pytest.mark.django_db


def test_an_empty_house_is_read_without_redis_and_says_so() -> None:
    health = read()
    assert health.broker is None
    assert {one.name for one in health.queues} == {
        "incomingMessages", "autoReply", "browserLinkedIn", "background",
    }  # fmt: skip
    assert {one.number for one in health.counts.values()} == {0}
    assert [one.provider for one in health.units] == ["youtube"]


def test_it_asks_at_most_twenty_questions() -> None:
    with CaptureQueriesContext(connection) as asked:
        read()
    assert len(asked) <= 14


def test_what_is_due_is_told_by_step_with_the_age_of_the_oldest() -> None:
    now = clock.now()
    thread = make_conversation(workspace())
    for minutes in (3, 7):
        make_message(thread, next_at=now - timedelta(minutes=minutes))
    make_message(thread, next_at=now + timedelta(hours=1))
    health = read()
    due = health.of("due")["respond"]
    assert due.number == 2
    assert 419 < due.seconds(health.now) < 430
    queue = next(one for one in health.queues if one.name == "incomingMessages")
    assert (queue.due, queue.waiting, queue.oldest) == (2, None, due.oldest)


def test_what_a_browser_does_is_counted_in_its_own_queue_alone() -> None:
    now = clock.now()
    make_account(workspace(), provider="linkedin", kind="linkedin", check_next_at=now)
    make_account(workspace(), check_next_at=now)
    due = {one.name: one.due for one in read().queues}
    assert (due["browserLinkedIn"], due["background"]) == (1, 1)


def test_what_a_browser_is_late_with_makes_no_other_queue_late() -> None:
    now = clock.now()
    old = now - timedelta(hours=3)
    make_account(workspace(), provider="linkedin", kind="linkedin", check_next_at=old)
    health = read()
    queues = {one.name: (one.due, one.oldest) for one in health.queues}
    assert queues["background"] == (0, None)
    assert queues["browserLinkedIn"] == (1, old)
    due = health.of("due")
    assert (due["check"].number, due["check_by_browser"].number) == (0, 1)


def test_many_rows_of_a_browser_hide_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    monkeypatch.setattr("flowia.watching.reading.MOST", 2)
    for minutes in (9, 8, 7):
        late = now - timedelta(minutes=minutes)
        make_account(workspace(), provider="linkedin", kind="linkedin", check_next_at=late)
    make_account(workspace(), check_next_at=now)
    due = {one.name: (one.due, one.oldest) for one in read().queues}
    assert due["background"] == (1, now)


def test_counting_ends_at_a_thousand() -> None:
    DeadLetter.objects.bulk_create(
        DeadLetter(kind="send", object_id=number, reason="x") for number in range(1100)
    )
    dead = read().of("dead")["send"]
    assert (dead.number, dead.more) == (1000, True)


def test_a_sum_says_plus_where_a_part_of_it_was_cut_and_only_there() -> None:
    whole = dict.fromkeys(("letter", "sync"), Counted(600))
    for counts, words in ((whole, "1,200 due"), ({"letter": Counted(1000)}, "1,000+ due")):
        found = {f"due:{step}": counts.get(step, Counted()) for step in dispatch.KEYS}
        (queue,) = (one for one in _queues(found, None) if one.name == "background")
        with translation.override("en"):
            assert lines._queue(queue, read()).figure == words


def test_what_failed_rests_or_changed_is_found() -> None:
    now = clock.now()
    make_webhook(status="failed")
    make_account(workspace(), status="needs_login")
    StripeEvent.objects.create(event_id="evt_1", type="x", happened_at=now, status="failed")
    Breaker.objects.create(name="provider:meta", opened_until=now + timedelta(hours=1))
    Breaker.objects.create(name="provider:tiktok", opened_until=now)
    Drift.objects.create(provider="linkedin", capability="send", found_at=now)
    pauses.stop("model", "no credit", until=None, by_uid=None, now=now)
    health = read()
    counted = ("events_failed", "stripe_failed", "to_log_in")
    assert [health.counts[name].number for name in counted] == [1, 1, 1]
    assert [name for name, _until in health.breakers] == ["provider:meta"]
    assert health.changed == ("linkedin send",)
    assert [one.name for one in health.pauses] == ["model"]


def test_the_models_failures_of_the_hour_are_told_by_code() -> None:
    thread = make_conversation(workspace())
    for reason in ("model_timeout", "model_timeout", "model_queue", "replied"):
        InteractionEvent.objects.create(
            workspace=thread.workspace, conversation=thread, kind="decided", reason=reason
        )
    InteractionEvent.objects.create(
        workspace=thread.workspace, kind="delivery", outcome="sent", reason="sent"
    )
    old = InteractionEvent.objects.create(
        workspace=thread.workspace, kind="decided", reason="model_invalid"
    )
    InteractionEvent.objects.filter(pk=old.pk).update(created_at=clock.now() - timedelta(hours=2))
    ledger = read().ledger
    assert (ledger.sent, ledger.model) == (1, {"model_timeout": 2})


def test_workers_and_beat_are_known_by_what_they_said(live_redis: Redis) -> None:
    workers._said = 0.0
    workers.say_alive("worker-reply@here", ["autoReply"])
    gone = {"at": time.time() - 120, "queues": ["background"]}
    live_redis.hset(workers.KEY, "worker-background@here", json.dumps(gone))
    live_redis.set("flowia:tick", time.time() - 3)
    live_redis.lpush("flowia:autoReply", "a", "b")
    health = read()
    serving = {one.name: (one.waiting, one.workers) for one in health.queues}
    assert serving["autoReply"] == (2, 1)
    assert serving["background"] == (0, 0)
    assert health.broker is not None
    assert health.broker.beat is not None
    assert 3 <= health.broker.beat < 5


def test_what_stripe_has_and_we_do_not_is_remembered(live_redis: Redis, settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    (off,) = (one for one in lines.lines(read()) if one.metric == "flowia_stripe_differences")
    assert off.level == lines.GOOD
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    health = read()
    assert health.stripe is None
    unknown = next(one for one in lines.lines(health) if one.metric == "flowia_stripe_differences")
    assert (unknown.level, unknown.value) == (lines.LOOK, None)
    reconciling._remember(2, [reconciling.Finding("unknown_workspace", "cus_1", mended=False)])
    found = read().stripe
    assert found is not None
    assert (found.missed, found.open) == (2, 1)


def test_what_is_well_has_a_series_too_so_that_an_alert_of_it_ends() -> None:
    quiet = figures.figures(read())
    assert quiet["flowia_breakers_open"] == {
        (of,): 0 for of in ("account", "linkedin", "meta", "tiktok", "youtube")
    }
    assert quiet["flowia_changed_pages"] == {("linkedin", "read"): 0, ("linkedin", "send"): 0}
    assert set(quiet["flowia_model_trouble"].values()) == {0}

    now = clock.now()
    Breaker.objects.create(name="provider:meta", opened_until=now + timedelta(hours=1))
    Drift.objects.create(provider="linkedin", capability="send", found_at=now)
    ModelState.objects.create(code="model_not_found", since=now, retry_at=now)
    trouble = figures.figures(read())
    for name, labels in (
        ("flowia_breakers_open", ("meta",)),
        ("flowia_changed_pages", ("linkedin", "send")),
        ("flowia_model_trouble", ("model_not_found",)),
    ):
        assert trouble[name] == {**quiet[name], labels: 1}


def line_of(metric: str) -> lines.Line:
    (found,) = (one for one in lines.lines(read()) if one.metric == metric)
    return found


def letter(status: str, code: str, *, hours: int = 0) -> Letter:
    now = clock.now()
    due = now + timedelta(minutes=2) if status == "queued" else None
    row = Letter.objects.create(kind="x", status=status, error_code=code, attempts=1, next_at=due)
    Letter.objects.filter(pk=row.pk).update(created_at=now - timedelta(hours=hours))
    return row


def test_a_mail_server_that_does_not_answer_is_told_and_so_are_letters_that_failed() -> None:
    for status, code in (("sent", ""), ("dropped", "not_wanted"), ("queued", "unconfirmed")):
        letter(status, code)
    letter("failed", "no_server", hours=25)
    late, failed = line_of("flowia_letters_late"), line_of("flowia_letters_failed")
    assert [(one.level, one.value) for one in (late, failed)] == [(lines.GOOD, 0)] * 2

    letter("queued", "recipient_450")
    letter("failed", "recipient_550", hours=2)
    late, failed = line_of("flowia_letters_late"), line_of("flowia_letters_failed")
    assert [(one.level, one.value) for one in (late, failed)] == [(lines.LOOK, 1)] * 2

    letter("queued", "no_server")
    late = line_of("flowia_letters_late")
    assert (late.level, late.value, bool(late.more)) == (lines.BAD, 2, True)


def test_chains_of_the_audit_log_that_broke_or_that_no_night_verified_are_told() -> None:
    audit.record("workspace.changed", by=audit.SYSTEM, workspace=workspace())
    chain = AuditChain.objects.get()
    names = ("flowia_chains_broken", "flowia_chains_late")
    long_ago = clock.now() - timedelta(days=3)
    for changes, levels in (
        ({}, (lines.GOOD, lines.GOOD)),
        ({"created_at": long_ago}, (lines.GOOD, lines.LOOK)),
        ({"checked_at": clock.now()}, (lines.GOOD, lines.GOOD)),
        ({"checked_at": long_ago, "broken_at": 1}, (lines.BAD, lines.LOOK)),
    ):
        AuditChain.objects.filter(pk=chain.pk).update(**changes)
        assert tuple(line_of(name).level for name in names) == levels, changes
