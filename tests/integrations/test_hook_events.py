"""What becomes a call: events listened to, changes settled, said once; tests and repetitions."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from accounts import audit
from integrations.hooks import calling, keeping, queueing, replaying
from integrations.models import Hook, HookCall
from tests.integrations.hooking import Clock, Post, hooked, run_due

pytestmark = pytest.mark.django_db


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


def test_an_event_that_is_not_listened_to_is_not_told(post: Post, time: Clock) -> None:
    keeping.change(post.hook, {"events": [queueing.ERASED]}, by=audit.SYSTEM)
    post.tell(queueing.CREATED, now=time.now)

    assert not HookCall.objects.exists()


def test_ten_changes_within_the_settle_time_are_one_call(
    post: Post, time: Clock, settings: Settings
) -> None:
    settings.SYNC_SETTLE_SECONDS = 5
    for number in range(10):
        post.tell(queueing.UPDATED, now=time.now, intent=f"i{number}")
        time.move(seconds=0.4)
    assert run_due(time.now) == 0
    time.move(seconds=2)
    run_due(time.now)

    (asked,) = post.there.asked
    assert asked.body["data"]["lead"]["intent"] == "i9"
    post.tell(queueing.UPDATED, now=time.now, intent="later")
    time.move(seconds=5)
    run_due(time.now)
    assert [one.body["data"]["lead"]["intent"] for one in post.there.asked] == ["i9", "later"]


def test_what_was_said_already_is_not_said_again(post: Post, time: Clock) -> None:
    post.tell(queueing.UPDATED, now=time.now, updated_at="1")
    time.move(minutes=1)
    run_due(time.now)
    post.tell(queueing.UPDATED, now=time.now, updated_at="2", warmed_at="2")
    assert HookCall.objects.count() == 1
    post.tell(queueing.UPDATED, now=time.now, updated_at="3", level="warm")

    assert HookCall.objects.count() == 2


def test_a_change_while_its_call_is_tried_again_is_a_call_of_its_own(
    post: Post, time: Clock
) -> None:
    post.there.answers.clear()
    post.there.answer(500, {})
    post.tell(queueing.UPDATED, now=time.now, intent="first")
    time.move(minutes=1)
    run_due(time.now)
    post.tell(queueing.UPDATED, now=time.now, intent="second")

    told = [call.payload["data"]["lead"]["intent"] for call in HookCall.objects.order_by("pk")]
    assert told == ["first", "second"]


def test_sent_again_it_has_the_same_id_and_body(post: Post, time: Clock) -> None:
    post.tell(now=time.now)
    run_due(time.now)
    time.move(days=2)
    assert replaying.reopen(only_call().pk, now=time.now)
    assert not replaying.reopen(only_call().pk, now=time.now)
    run_due(time.now)

    first, second = post.there.asked
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert only_call().attempts == 1


def test_since_a_moment_what_failed_or_everything_is_sent_again(post: Post, time: Clock) -> None:
    for status, age in (("failed", 3), ("failed", 1), ("done", 1), ("queued", 1)):
        call = post.tell(now=time.now, id=f"019d3f5c-6f4e-7d5e-8a51-00000000{age}{len(status):03}")
        assert call is not None
        HookCall.objects.filter(pk=call.pk).update(
            status=status, created_at=time.now - timedelta(days=age), next_at=None
        )
    since = time.now - timedelta(days=2)

    assert replaying.replay_since(post.hook, since, everything=False, now=time.now) == 1
    assert replaying.replay_since(post.hook, since, everything=True, now=time.now) == 1
    assert HookCall.objects.filter(status="failed").count() == 1


def test_a_test_is_sent_at_once_and_never_again(post: Post, time: Clock) -> None:
    post.there.answers.clear()
    post.there.answer(410, {})
    sent = calling.test(post.hook)

    assert (sent.status, sent.http_status, sent.attempts) == ("failed", 410, 1)
    assert post.there.asked[0].body["type"] == "test.ping"
    assert post.fresh().status == "active"
    assert post.fresh().failing_since is None
    assert not replaying.reopen(sent.pk, now=time.now)


def test_a_test_that_goes_through_ends_a_row_of_failures(post: Post, time: Clock) -> None:
    Hook.objects.update(failing_since=time.now)
    assert calling.test(post.hook).status == "done"
    assert post.fresh().failing_since is None
