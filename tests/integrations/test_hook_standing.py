"""When an address is called no more, or not now: gone, failing, paused, beyond the plan."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from accounts import audit
from accounts.models import AuditEntry, Letter
from accounts.wording import wording_of
from billing.models import Subscription
from flowia.lib import outward
from integrations.hooks import calling, keeping, queueing
from integrations.models import HookCall
from processing import hooking
from processing.privacy import retention
from tests.factories import make_member, make_workspace
from tests.integrations.hooking import Clock, Post, hooked, make_hook, run_due

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


def test_an_address_that_is_gone_is_called_no_more_and_its_owners_are_told(
    post: Post, time: Clock
) -> None:
    owner = make_member(post.workspace, language="en")
    make_member(post.workspace, "member")
    post.there.answers.clear()
    post.there.answer(410, {})
    for number in range(3):
        post.tell(now=time.now, id=f"019d3f5c-6f4e-7d5e-8a51-{number:012}")
    run_due(time.now)

    hook = post.fresh()
    assert (hook.status, hook.status_reason) == ("disabled", "gone")
    assert len(post.there.asked) == 1
    assert HookCall.objects.filter(status="queued", next_at=None).count() == 2
    (letter,) = Letter.objects.filter(kind="webhook_off")
    assert letter.user == owner
    wording = wording_of(letter)
    assert wording is not None
    assert "n8n" in wording.subject
    assert "410" in wording.text
    assert f"/tools/webhooks/{hook.uid}" in wording.text
    assert AuditEntry.objects.filter(action="webhook.disabled").count() == 1

    keeping.set_paused(hook, paused=False, by=audit.SYSTEM)
    assert wording_of(letter) is None
    post.there.answers.clear()
    post.there.answer(200, {})
    run_due(time.now)
    assert HookCall.objects.filter(status="done").count() == 2


def fail_for(post: Post, time: Clock, days: float) -> None:
    """Let one event after another fail, for so many days."""
    end = time.now + timedelta(days=days)
    number = 0
    while time.now < end:
        number += 1
        post.tell(now=time.now, id=f"019d3f5c-6f4e-7d5e-8a51-{number:012}")
        run_due(time.now)
        time.move(hours=3)


def test_five_days_of_nothing_but_failures_switch_it_off(post: Post, time: Clock) -> None:
    post.there.answers.clear()
    post.there.answer(500, {})
    fail_for(post, time, 4.9)
    assert post.fresh().status == "active"
    fail_for(post, time, 0.5)

    assert (post.fresh().status, post.fresh().status_reason) == ("disabled", "failing")


def test_one_success_a_day_keeps_it_on(post: Post, time: Clock) -> None:
    for _ in range(8):
        post.there.answers.clear()
        post.there.answer(500, {})
        fail_for(post, time, 1)
        post.there.answers.clear()
        post.there.answer(200, {})
        run_due(time.now)
    assert post.fresh().status == "active"


def test_a_quiet_address_is_not_switched_off_by_two_failures_far_apart(
    post: Post, time: Clock
) -> None:
    post.there.answers.clear()
    post.there.answer(500, {})
    post.tell(now=time.now)
    run_due(time.now)
    time.move(days=30)
    run_due(time.now)

    assert post.fresh().status == "active"
    assert post.fresh().failing_since is not None


def test_paused_it_waits_and_nothing_is_lost(post: Post, time: Clock) -> None:
    keeping.set_paused(post.hook, paused=True, by=audit.SYSTEM)
    for number in range(3):
        post.tell(now=time.now, id=f"019d3f5c-6f4e-7d5e-8a51-{number:012}")
    run_due(time.now)
    time.move(days=3)
    assert run_due(time.now) == 0
    assert post.there.asked == []
    keeping.set_paused(post.hook, paused=False, by=audit.SYSTEM)
    run_due(time.now)

    assert len(post.there.asked) == 3


def test_beyond_the_plan_nothing_is_sent_and_all_comes_back(post: Post, time: Clock) -> None:
    plans = Subscription.objects.filter(workspace=post.workspace)
    post.tell(now=time.now)
    plans.update(plan="freemium")
    run_due(time.now)
    assert post.there.asked == []
    assert only_call().error_code == "plan"
    assert hooking.let_go(post.workspace, now=time.now) == 0
    plans.update(plan="premium")

    assert hooking.let_go(post.workspace, now=time.now) == 1
    run_due(time.now)
    assert only_call().status == "done"
    assert only_call().attempts == 1


def test_without_being_woken_it_looks_at_the_plan_every_hour(post: Post, time: Clock) -> None:
    Subscription.objects.update(plan="freemium")
    post.tell(now=time.now)
    run_due(time.now)
    Subscription.objects.update(plan="ultra")
    time.move(hours=1)
    run_due(time.now)

    assert only_call().status == "done"


def test_a_call_that_waits_for_a_larger_plan_is_kept_thirty_days(post: Post, time: Clock) -> None:
    post.tell(now=time.now)
    Subscription.objects.update(plan="freemium")
    for days in (29, 2):
        assert HookCall.objects.count() == 1
        time.move(days=days)
        run_due(time.now)
        HookCall.objects.update(created_at=time.started)
        retention.purge()
    assert not HookCall.objects.exists()


def test_the_plan_carries_the_first_that_were_made(post: Post, time: Clock) -> None:
    names = ["second", "third", "fourth"]
    hooks = [make_hook(post.workspace, f"{post.there.url}/{one}", name=one)[0] for one in names]
    queued = queueing.queue_event(
        post.workspace,
        queueing.CREATED,
        {"lead": {}},
        lead_uid=str(post.hook.uid),
        now=time.now,
        request_id="",
        limit=2,
    )

    assert len(queued) == 2
    told = set(HookCall.objects.values_list("hook", flat=True))
    assert told == {post.hook.pk, hooks[0].pk}
    strangers = queueing.working(make_workspace("Ailleurs"), limit=None)
    assert strangers == []


@pytest.mark.parametrize("status", [410, 500, 200])
def test_what_the_former_address_answers_says_nothing_of_the_new_one(
    post: Post, time: Clock, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    real = outward.post

    def answered(*_rest: object) -> outward.Heard:
        # Meanwhile the owner gives the address that replaces it.
        keeping.change(post.fresh(), {"url": f"{post.there.url}/new"}, by=audit.SYSTEM)
        return outward.Heard(status)

    monkeypatch.setattr(outward, "post", answered)
    post.tell(now=time.now)
    run_due(time.now)
    hook = post.fresh()
    assert (hook.status, hook.failing_since, hook.called_at) == ("active", None, None)

    monkeypatch.setattr(outward, "post", real)
    time.move(minutes=1)
    run_due(time.now)
    assert only_call().status == "done"
    assert [one.path for one in post.there.asked] == ([] if status == 200 else ["/new"])
