"""From a contact's words to a call: what is told, when, and what an erasure leaves."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts import audit
from billing.models import PlanChange, Subscription
from flowia.lib import clock, outward
from integrations.models import HookCall
from processing import leading, pipeline
from processing.models import Lead
from processing.privacy import erasing, retention, tasks
from processing.privacy.models import Erasure
from processing.pushing import tell_lead
from processing.wakes import Wake
from tests.callers import Queries, caller
from tests.factories import make_member, make_workspace
from tests.integrations.hooking import Post, hooked, lead_in, make_hook, run_due
from tests.processing.conftest import Scene
from tests.standin import stand_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    settings.SYNC_SETTLE_SECONDS = 0
    with hooked(settings) as found:
        yield found


def told(post: Post) -> list[tuple[str, Any]]:
    run_due(clock.now())
    return [(body["type"], body["data"]["lead"]) for body in post.bodies()]


def test_a_call_says_what_the_api_says(post: Post) -> None:
    quote = {"quote": "je la prends", "message": None, "level": "hot"}
    lead = lead_in(post.workspace, evidence=[quote, {"quote": "x"}], summary=["Prend la lampe"])
    Lead.objects.filter(pk=lead.pk).update(warmed_at=clock.now())
    lead.refresh_from_db()
    tell_lead(lead, "lead_new", now=clock.now())
    api = caller(make_member(post.workspace)).get(f"/leads/{lead.uid}").json()
    receipts = {"pushes", "receipts"}

    ((event, body),) = told(post)
    assert event == "lead.created"
    assert body == {name: value for name, value in api.items() if name not in receipts}


def test_a_new_lead_is_woken_at_once_and_a_change_waits(post: Post, settings: Settings) -> None:
    settings.SYNC_SETTLE_SECONDS = 5
    lead = lead_in(post.workspace)
    now = clock.now()
    wakes = tell_lead(lead, "lead_new", now=now)
    assert Wake("hook", HookCall.objects.get().pk) in wakes
    lead.level = "cold"
    assert not [one for one in tell_lead(lead, "lead_changed", now=now) if one.step == "hook"]

    waiting = HookCall.objects.get(event="lead.updated")
    assert waiting.next_at == now + timedelta(seconds=5)


def test_a_member_s_correction_is_told(post: Post, settings: Settings) -> None:
    settings.SYNC_SETTLE_SECONDS = 5
    lead = lead_in(post.workspace, level="warm")
    leading.correct(lead, level="hot", stage="won", by="somebody", now=clock.now())
    HookCall.objects.update(next_at=clock.now())

    ((event, body),) = told(post)
    assert (event, body["level"], body["stage"]) == ("lead.updated", "hot", "won")


def test_ten_changes_of_a_lead_are_one_call(post: Post, settings: Settings) -> None:
    settings.SYNC_SETTLE_SECONDS = 5
    lead = lead_in(post.workspace, level="warm")
    for number in range(10):
        level = "hot" if number % 2 else "cold"
        leading.correct(lead, level=level, by="somebody", now=clock.now())

    call = HookCall.objects.get()
    assert call.payload["data"]["lead"]["level"] == "hot"


def test_a_whole_conversation_is_told(scene: Scene, settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.SYNC_SETTLE_SECONDS = 0
    Subscription.objects.create(workspace=scene.workspace, plan="premium")
    with stand_in() as there:
        there.answer(200, {})
        make_hook(scene.workspace, there.url)
        scene.say("C'est combien la tasse ?")
        scene.run()
        run_due(clock.now())
        (asked,) = there.asked

    assert asked.body["type"] == "lead.created"
    assert asked.body["data"]["lead"]["level"] == "warm"
    assert HookCall.objects.get().request_id


def test_without_webhooks_one_question_is_asked(
    django_assert_num_queries: Queries, settings: Settings
) -> None:
    lead = lead_in(make_workspace())
    with django_assert_num_queries(1):
        from processing import hooking  # noqa: PLC0415 - beside what is counted

        assert not hooking.listens(lead.workspace)


def erase(post: Post, lead: Lead) -> None:
    erasing.ask(post.workspace, lead.contact.uid, by=audit.SYSTEM)
    for erasure in Erasure.objects.filter(next_at__isnull=False):
        Erasure.objects.filter(pk=erasure.pk).update(next_at=clock.now() - timedelta(seconds=1))
        tasks.erase(erasure.pk)


def test_an_erasure_is_told_by_the_id_alone_and_takes_every_call_along(post: Post) -> None:
    lead, other = lead_in(post.workspace), lead_in(post.workspace)
    now = clock.now()
    for one in (lead, other):
        tell_lead(one, "lead_new", now=now)
    run_due(now)
    lead.level = "cold"
    tell_lead(lead, "lead_changed", now=now)
    erase(post, lead)

    calls = HookCall.objects.filter(lead_uid=lead.uid)
    assert [call.event for call in calls] == ["lead.erased"]
    assert HookCall.objects.filter(lead_uid=other.uid).count() == 1
    assert told(post)[-1] == ("lead.erased", {"id": str(lead.uid)})
    assert len(post.there.asked) == 3


def test_an_erasure_waits_for_a_call_that_is_on_the_wire(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = lead_in(post.workspace)
    now = clock.now()
    tell_lead(lead, "lead_new", now=now)
    real = outward.post

    def meanwhile(*given: Any) -> Any:
        erase(post, lead)
        assert Erasure.objects.get().status == "queued"
        assert Lead.objects.filter(pk=lead.pk).exists()
        return real(*given)

    monkeypatch.setattr(outward, "post", meanwhile)
    pipeline.hook(HookCall.objects.get().pk)
    monkeypatch.setattr(outward, "post", real)
    erase(post, lead)

    assert Erasure.objects.get().status == "done"
    assert [one.event for one in HookCall.objects.all()] == ["lead.erased"]
    assert told(post)[-1][0] == "lead.erased"


def test_a_larger_plan_lets_what_waited_go(post: Post) -> None:
    lead = lead_in(post.workspace)
    tell_lead(lead, "lead_new", now=clock.now())
    Subscription.objects.update(plan="freemium")
    assert told(post) == []
    Subscription.objects.update(plan="premium")
    change = PlanChange.objects.create(
        workspace=post.workspace,
        before="freemium",
        after="premium",
        reason="plan_bought",
        next_at=clock.now(),
    )
    pipeline.plan(change.pk)

    assert [event for event, _lead in told(post)] == ["lead.created"]


def test_calls_are_kept_for_thirty_days_and_waiting_ones_until_they_go(post: Post) -> None:
    now = clock.now()
    ages = {"done": 31, "failed": 31, "queued": 31, "running": 31}
    for status, days in ages.items():
        call = post.tell(now=now, id=f"019d3f5c-6f4e-7d5e-8a51-{len(status):012}")
        assert call is not None
        HookCall.objects.filter(pk=call.pk).update(
            status=status,
            created_at=now - timedelta(days=days),
            next_at=None if status in {"done", "failed"} else now,
        )
    assert retention.purge()["outgoing_calls"] == 2
    assert set(HookCall.objects.values_list("status", flat=True)) == {"queued", "running"}
    HookCall.objects.filter(status="queued").update(next_at=None)
    assert retention.purge()["outgoing_calls"] == 1
