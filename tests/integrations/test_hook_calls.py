"""Calls of outgoing webhooks: signed, at least once, tried again over a day, given up in time."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from accounts import audit
from flowia.lib import outward
from integrations.hooks import calling, keeping, replaying, signing
from integrations.models import Hook, HookCall
from processing import dispatch, pipeline
from tests.integrations.hooking import Clock, Post, hooked, raw_of, run_due

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(calling, "JITTER", 0)
    return Clock(monkeypatch)


@pytest.fixture
def post(settings: Settings, time: Clock) -> Iterator[Post]:
    with hooked(settings) as found:
        yield found


def only_call() -> HookCall:
    return HookCall.objects.get()


def test_a_call_is_posted_signed_and_done(post: Post, time: Clock) -> None:
    post.tell(now=time.now)
    run_due(time.now)
    (asked,) = post.there.asked
    call = only_call()

    assert (call.status, call.attempts, call.http_status, call.error_code) == ("done", 1, 200, "")
    assert call.milliseconds is not None
    assert asked.method == "POST"
    assert asked.headers["Content-Type"] == "application/json"
    assert asked.headers["webhook-id"] == str(call.uid)
    assert list(asked.body) == ["type", "timestamp", "data"]
    assert asked.body["type"] == "lead.created"
    assert asked.body["data"]["lead"]["level"] == "hot"
    signing.verify(post.secret, asked.headers, raw_of(asked), now=time.now)
    assert post.fresh().called_at == time.now


def test_no_secret_or_contact_is_logged(
    post: Post, time: Clock, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    post.there.answers.clear()
    post.there.answer(500, {"their": "own words"})
    post.tell(now=time.now, name="Zqname")
    run_due(time.now)
    told = capsys.readouterr()

    for word in ("Zqname", post.secret, "own words", post.hook.url):
        assert word not in told.out + told.err + caplog.text


SCHEDULE = [0, 5, 300, 1800, 7200, 18_000, 36_000, 36_000]


def test_a_failing_call_is_tried_eight_times_over_a_day(post: Post, time: Clock) -> None:
    post.there.answers.clear()
    post.there.answer(503, {})
    post.tell(now=time.now)
    moments = []
    while (call := only_call()).status != "failed":
        assert call.next_at is not None
        time.now = call.next_at - timedelta(milliseconds=1)
        assert run_due(time.now) == 0
        time.now = call.next_at
        run_due(time.now)
        moments.append(time.seconds)

    waits = [after - before for before, after in zip([0.0, *moments], moments, strict=False)]
    assert [round(one) for one in waits] == SCHEDULE
    assert DAY < timedelta(seconds=sum(waits)) < 1.5 * DAY
    assert (call.attempts, call.error_code, call.http_status) == (8, "refused", 503)
    ids = {one.headers["webhook-id"] for one in post.there.asked}
    stamps = [one.headers["webhook-timestamp"] for one in post.there.asked]
    assert (len(ids), len(set(stamps)), len(stamps)) == (1, 8, 8)
    assert len({str(one.body) for one in post.there.asked}) == 1
    assert post.fresh().status == "active"


def test_pauses_are_never_the_same(
    post: Post, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "JITTER", 0.2)
    post.there.answers.clear()
    post.there.answer(500, {})
    for number in range(20):
        post.tell(now=time.now, id=f"019d3f5c-6f4e-7d5e-8a51-{number:012}")
    run_due(time.now)
    moments = HookCall.objects.values_list("next_at", flat=True)
    waits = {(at - time.now).total_seconds() for at in moments if at is not None}

    assert len(waits) > 10
    assert all(5 <= one <= 6 for one in waits)


ANSWERS: list[tuple[int, str, str]] = [
    (200, "done", ""),
    (204, "done", ""),
    (299, "done", ""),
    (300, "queued", "redirected"),
    (302, "queued", "redirected"),
    (400, "queued", "refused"),
    (401, "queued", "refused"),
    (404, "queued", "refused"),
    (410, "failed", "gone"),
    (429, "queued", "refused"),
    (500, "queued", "refused"),
    (503, "queued", "refused"),
]


@pytest.mark.parametrize(("status", "expected", "code"), ANSWERS)
def test_each_answer_means_one_thing(
    status: int, expected: str, code: str, post: Post, time: Clock
) -> None:
    post.there.answers.clear()
    post.there.answer(status, {}, Location=post.there.url)
    post.tell(now=time.now)
    run_due(time.now)
    call = only_call()

    assert (call.status, call.error_code, call.http_status) == (expected, code, status)
    assert len(post.there.asked) == 1


WAITS = [
    ("120", 120),
    ("1", 5),
    ("0", 5),
    ("-5", 5),
    ("²", 5),
    ("soon", 5),
    ("999999999999", 86_400),
    ("DATE", 600),
    ("Wed, 21 Oct 2015 07:28:00 GMT", 5),
    ("Wed, 21 Oct 9999 07:28:00", 86_400),
    ("Mon, 01 Jan 2024 00:00:00 +99999999999999999999999", 5),
]


@pytest.mark.parametrize(("said", "seconds"), WAITS)
def test_the_others_patience_is_honoured(said: str, seconds: int, post: Post, time: Clock) -> None:
    time.now = time.started = time.now.replace(microsecond=0)
    if said == "DATE":
        at = (time.now + timedelta(seconds=600)).astimezone(UTC)
        said = at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert calling._asked_pause(said, now=time.now) <= 86_400
    if said.isascii():
        post.there.answers.clear()
        post.there.answer(429, {}, Retry_After=said)
        post.tell(now=time.now)
        run_due(time.now)
        call = only_call()
        assert call.next_at is not None
        assert round((call.next_at - time.now).total_seconds()) == seconds


def test_nobody_there_is_tried_again(
    post: Post, time: Clock, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.tell(now=time.now)
    settings.WEBHOOK_PRIVATE_NETWORKS = []
    run_due(time.now)
    call = only_call()

    assert (call.status, call.error_code, call.http_status) == ("queued", "not_https", None)
    assert post.there.asked == []


def test_a_lost_answer_is_asked_for_again_under_the_same_id(post: Post, time: Clock) -> None:
    post.there.answers.clear()
    post.there.lose()
    post.there.answer(200, {})
    post.tell(now=time.now)
    run_due(time.now)
    assert only_call().error_code in {"no_answer", "not_http"}
    time.move(seconds=5)
    run_due(time.now)

    assert only_call().status == "done"
    assert len({one.headers["webhook-id"] for one in post.there.asked}) == 1
    assert len(post.there.asked) == 2


def test_two_hundred_events_over_a_bad_line_are_all_taken(
    post: Post, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(6)
    post.there.answers.clear()
    for _ in range(3000):
        kind = chance.choice(["ok", "ok", "busy", "error", "lost", "moved", "slow"])
        if kind == "lost":
            post.there.lose()
        else:
            status = {"ok": 200, "busy": 429, "error": 500, "moved": 302, "slow": 503}[kind]
            post.there.answer(status, {}, **({"Retry-After": "7"} if kind == "busy" else {}))
    wanted = {f"019d3f5c-6f4e-7d5e-8a51-{number:012}" for number in range(200)}
    for uid in sorted(wanted):
        post.tell(now=time.now, id=uid)
    ids = {str(uid): str(lead) for uid, lead in HookCall.objects.values_list("uid", "lead_uid")}
    while HookCall.objects.filter(status="queued").exists():
        soonest = HookCall.objects.filter(status="queued").earliest("next_at").next_at
        assert soonest is not None
        time.now = max(time.now, soonest)
        run_due(time.now)

    states = Counter(HookCall.objects.values_list("status", flat=True))
    assert set(states) <= {"done", "failed"}
    failed = HookCall.objects.filter(status="failed")
    assert all(call.attempts == calling.MAX_ATTEMPTS for call in failed)
    for call in failed:
        assert replaying.reopen(call.pk, now=time.now)
    post.there.answers.clear()
    post.there.answer(200, {})
    run_due(time.now)
    assert set(HookCall.objects.values_list("status", flat=True)) == {"done"}
    taken = {one.headers["webhook-id"]: one.body["data"]["lead"]["id"] for one in post.there.asked}
    assert taken == ids
    assert len(post.there.asked) > 300
    assert post.fresh().status == "active"


def test_a_worker_that_vanished_is_replaced_and_changes_nothing_any_more(
    post: Post, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.tell(now=time.now)
    call = only_call()
    real = outward.post

    def sleeps(*given: Any) -> Any:
        real(*given)
        time.move(seconds=120)
        assert calling.overdue(now=time.now) == 1
        monkeypatch.setattr(outward, "post", real)
        pipeline.hook(call.pk)
        assert only_call().status == "done"
        return outward.Heard(500)

    monkeypatch.setattr(outward, "post", sleeps)
    pipeline.hook(call.pk)

    call = only_call()
    assert (call.status, call.attempts, call.http_status) == ("done", 2, 200)
    assert post.fresh().failing_since is None
    assert len({one.headers["webhook-id"] for one in post.there.asked}) == 1


def test_a_worker_that_is_killed_each_time_gives_up_in_the_end(
    post: Post, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_given: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(outward, "post", killed)
    post.tell(now=time.now)
    for _ in range(calling.MAX_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            pipeline.hook(only_call().pk)
        time.move(seconds=61)
        calling.overdue(now=time.now)
    run_due(time.now)

    assert (only_call().status, only_call().error_code) == ("failed", "gave_up")


def test_twice_woken_is_called_once(post: Post, time: Clock) -> None:
    post.tell(now=time.now)
    call = only_call()
    for _ in range(3):
        pipeline.hook(call.pk)
    pipeline.hook(call.pk + 1000)

    assert len(post.there.asked) == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_call_once(settings: Settings) -> None:
    with hooked(settings) as post:
        now = datetime.now(UTC) - timedelta(seconds=1)
        call = post.tell(now=now)
        assert call is not None

        def work() -> None:
            try:
                pipeline.hook(call.pk)
            finally:
                connection.close()

        workers = [threading.Thread(target=work) for _ in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        assert len(post.there.asked) == 1
        assert only_call().attempts == 1


def test_beat_finds_what_is_due(post: Post, time: Clock) -> None:
    post.tell(now=time.now)
    assert not dispatch._rows(time.now)["hook"].exists()
    later = time.now + timedelta(seconds=3)

    assert list(dispatch._rows(later)["hook"]) == [only_call()]
    assert dispatch.KEYS["hook"] == "background"


@pytest.mark.usefixtures("live_redis")
def test_a_dead_address_does_not_keep_the_workers(post: Post, time: Clock) -> None:
    post.there.answers.clear()
    post.there.answer(500, {})
    Hook.objects.update(failing_since=time.now - timedelta(minutes=2))
    for number in range(30):
        post.tell(now=time.now, id=f"019d3f5c-6f4e-7d5e-8a51-{number:012}")
    run_due(time.now)

    assert len(post.there.asked) == calling.PROBES
    others = HookCall.objects.filter(attempts=0)
    assert others.count() == 28
    assert all(call.next_at and call.next_at >= time.now + timedelta(minutes=1) for call in others)


def test_a_secret_that_cannot_be_read_fails_and_is_told(post: Post, time: Clock) -> None:
    Hook.objects.update(sealed_credentials="v2:00000000:eA==")
    post.tell(now=time.now)
    run_due(time.now)
    assert (only_call().status, only_call().error_code) == ("queued", "no_secret")
    fresh = keeping.rotate(post.fresh(), by=audit.SYSTEM)
    time.move(seconds=5)
    run_due(time.now)

    assert only_call().status == "done"
    asked = post.there.asked[-1]
    signing.verify(fresh, asked.headers, raw_of(asked), now=time.now)


def test_while_a_secret_is_replaced_both_sign(post: Post, time: Clock) -> None:
    fresh = keeping.rotate(post.hook, by=audit.SYSTEM)
    for hours, old_counts in ((0, True), (23, True), (2, False)):
        time.move(hours=hours)
        post.tell(now=time.now, note=hours)
        run_due(time.now)
        asked = post.there.asked[-1]
        signing.verify(fresh, asked.headers, raw_of(asked), now=time.now)
        if old_counts:
            signing.verify(post.secret, asked.headers, raw_of(asked), now=time.now)
        else:
            with pytest.raises(signing.SignatureError):
                signing.verify(post.secret, asked.headers, raw_of(asked), now=time.now)


def test_a_secret_that_was_replaced_twice_by_mistake_still_signs(post: Post, time: Clock) -> None:
    for _click in range(2):
        keeping.rotate(post.hook, by=audit.SYSTEM)
    post.tell(now=time.now)
    run_due(time.now)
    asked = post.there.asked[-1]
    signing.verify(post.secret, asked.headers, raw_of(asked), now=time.now)
