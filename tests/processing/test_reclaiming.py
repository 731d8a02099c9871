"""Reservations come back: of killed processes, of rows that vanished, of what nobody works on."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from billing import quotas
from billing.models import Quota
from processing import outbox, pipeline, reclaiming, sending
from processing.ai import engine
from processing.models import Contact, Conversation, Delivery, FollowUp, Message
from processing.reclaiming import sweep
from tests.processing.conftest import Scene
from tests.processing.following import answered, make_sequence

YESTERDAY = timedelta(days=1)
OVER = timedelta(seconds=1)
A_MOMENT = 1.0


def today(scene: Scene) -> Any:
    return quotas.today(scene.workspace, timezone.now())


def counts() -> tuple[int, int]:
    """All that is used and reserved, whatever the day."""
    rows = Quota.objects.values_list("used", "reserved")
    return sum(row[0] for row in rows), sum(row[1] for row in rows)


def let_leases_end() -> None:
    past = timezone.now() - OVER
    Message.objects.filter(next_at__isnull=False).update(next_at=past)
    Delivery.objects.filter(next_at__isnull=False).update(next_at=past)


def reserved(scene: Scene) -> Message:
    """A message whose worker vanished after it had reserved one of the day's messages."""
    message = scene.say()
    Message.objects.filter(pk=message.pk).update(quota_day=quotas.reserve(
        scene.workspace, now=timezone.now()
    ))  # fmt: skip
    message.refresh_from_db()
    return message


# --- a process that is killed, for real


def killed(work: Callable[[], object], at: Any, name: str, *, after: bool = False) -> None:
    """Do `work` in a process of its own, which dies as it comes to `at.name`, or just after it."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        original = getattr(at, name)

        def die(*args: Any, **more: Any) -> None:
            if after:
                original(*args, **more)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(at, name, die)
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_the_reservation_and_the_answer_costs_one_message(
    scene: Scene,
) -> None:
    message = scene.say()
    killed(lambda: pipeline.respond(message.pk), engine, "generate_reply")
    assert counts() == (0, 1)
    assert Message.objects.get(pk=message.pk).quota_day == today(scene)
    sweep()
    assert counts() == (0, 1)
    let_leases_end()
    scene.run()

    assert len(scene.graph.asked) == len(scene.model.asked) == 1
    assert counts() == (1, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("at", "name", "after"),
    [(outbox, "lock", False), (outbox, "take_slot", True), (quotas, "renew", True)],
    ids=["claimed", "its turn is taken", "its reservation was looked at"],
)
def test_a_worker_killed_before_it_sends_costs_one_message(
    scene: Scene, at: Any, name: str, after: bool
) -> None:
    pipeline.respond(scene.say().pk)
    delivery = Delivery.objects.get()
    killed(lambda: pipeline.send(delivery.pk), at, name, after=after)
    sweep()
    assert counts() == (0, 1)
    let_leases_end()
    scene.run()

    assert len(scene.graph.asked) == 1
    assert counts() == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_as_it_sends_has_used_the_message_it_may_have_sent(scene: Scene) -> None:
    pipeline.respond(scene.say().pk)
    delivery = Delivery.objects.get()
    killed(lambda: pipeline.send(delivery.pk), sending, "_call")
    sweep()
    assert counts() == (0, 1)
    let_leases_end()
    pipeline.sweep()
    scene.run()

    assert scene.reply().status == "unconfirmed"
    assert scene.graph.asked == []
    assert counts() == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_the_person_whom_a_killed_worker_wrote_to_is_erased(scene: Scene) -> None:
    message = scene.say()
    killed(lambda: pipeline.respond(message.pk), engine, "generate_reply")
    Contact.objects.all().delete()
    sweep()

    assert counts() == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_sweep_that_waits_for_who_reserves_counts_what_they_reserved(scene: Scene) -> None:
    message = scene.say()
    quotas.reserve(scene.workspace, now=timezone.now())  # and nobody holds it

    def sweeps() -> None:
        try:
            sweep()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            day = quotas.reserve(scene.workspace, now=timezone.now())
            swept = pool.submit(sweeps)
            time.sleep(A_MOMENT)
            Message.objects.filter(pk=message.pk).update(quota_day=day)
        swept.result(30)

    assert counts() == (0, 1)


# --- rows that hold, and rows that do not


def test_a_reservation_that_no_row_holds_comes_back(scene: Scene) -> None:
    held = reserved(scene)
    for _ in range(3):
        quotas.reserve(scene.workspace, now=timezone.now())
    sweep()

    assert counts() == (0, 1)
    held.delete()
    sweep()
    assert counts() == (0, 0)


def test_a_row_that_holds_more_than_was_counted_is_counted(scene: Scene) -> None:
    reserved(scene)
    Quota.objects.update(reserved=0)
    sweep()

    assert counts() == (0, 1)


def test_each_day_is_counted_by_itself(scene: Scene) -> None:
    held = reserved(scene)
    long_ago = today(scene) - 30 * YESTERDAY
    Quota.objects.create(workspace=scene.workspace, day=long_ago, used=3, reserved=2)
    sweep()

    assert Quota.objects.get(day=long_ago).reserved == 0
    assert held.quota_day is not None
    assert Quota.objects.get(day=held.quota_day).reserved == 1


def test_a_follow_up_that_was_deleted_gives_its_message_back(scene: Scene) -> None:
    sequence = make_sequence(scene)
    answered(scene)
    day = quotas.reserve(scene.workspace, now=timezone.now())
    FollowUp.objects.update(quota_day=day)
    sweep()
    assert counts() == (1, 1)
    sequence.delete()
    sweep()

    assert counts() == (1, 0)


@pytest.mark.parametrize(
    "ended",
    [
        {"outcome": "silent", "next_at": None},
        {"outcome": "", "next_at": None},
        {"direction": "outbound", "status": "held", "next_at": None},
        {"direction": "outbound", "status": "refused", "next_at": None},
    ],
    ids=["decided", "nobody looks", "a draft", "refused"],
)
def test_what_has_ended_holds_nothing(scene: Scene, ended: dict[str, Any]) -> None:
    held = reserved(scene)
    Message.objects.filter(pk=held.pk).update(**ended)
    sweep()

    assert Message.objects.get(pk=held.pk).quota_day is None
    assert counts() == (0, 0)


@pytest.mark.parametrize("status", ["cancelled", "task", "done"])
def test_a_follow_up_that_has_ended_holds_nothing(scene: Scene, status: str) -> None:
    make_sequence(scene)
    answered(scene)
    day = quotas.reserve(scene.workspace, now=timezone.now())
    FollowUp.objects.update(quota_day=day, status=status)
    sweep()

    assert FollowUp.objects.get().quota_day is None
    assert counts() == (1, 0)


def yesterdays(scene: Scene) -> None:
    """What is reserved was so yesterday."""
    for quota in Quota.objects.all():
        Quota.objects.filter(pk=quota.pk).update(day=quota.day - YESTERDAY)
    for model in (Message, FollowUp):
        held = model.objects.filter(quota_day__isnull=False)
        held.update(quota_day=today(scene) - YESTERDAY)


def test_an_answer_that_waits_over_midnight_takes_one_of_the_day_on_which_it_leaves(
    scene: Scene,
) -> None:
    pipeline.respond(scene.say().pk)
    later = timezone.now() + timedelta(minutes=15)
    Delivery.objects.update(next_at=later)
    yesterdays(scene)
    sweep()
    assert counts() == (0, 0)
    let_leases_end()
    scene.run()

    assert scene.reply().status == "sent"
    assert Quota.objects.get(day=today(scene)).used == 1
    assert counts() == (1, 0)


def test_what_waits_today_keeps_what_it_holds(scene: Scene) -> None:
    pipeline.respond(scene.say().pk)
    Delivery.objects.update(next_at=timezone.now() + timedelta(minutes=15))
    sweep()

    assert counts() == (0, 1)


def test_what_is_on_the_wire_over_midnight_keeps_its_day(scene: Scene) -> None:
    pipeline.respond(scene.say().pk)
    Delivery.objects.update(status="sending", next_at=timezone.now() + timedelta(seconds=20))
    yesterdays(scene)
    sweep()

    assert counts() == (0, 1)


@pytest.mark.parametrize(("seconds", "left"), [(-1, 0), (30, 1)], ids=["over", "leased"])
def test_a_lease_decides_whether_yesterdays_reservation_is_worked_on(
    scene: Scene, seconds: int, left: int
) -> None:
    held = reserved(scene)
    yesterdays(scene)
    until = timezone.now() + timedelta(seconds=seconds)
    Message.objects.filter(pk=held.pk).update(next_at=until)
    sweep()

    assert counts() == (0, left)


@pytest.mark.parametrize(("seconds", "left"), [(-1, 0), (30, 1)], ids=["over", "leased"])
def test_so_it_is_for_a_follow_up(scene: Scene, seconds: int, left: int) -> None:
    make_sequence(scene)
    answered(scene)
    day = quotas.reserve(scene.workspace, now=timezone.now())
    FollowUp.objects.update(quota_day=day)
    yesterdays(scene)
    FollowUp.objects.update(next_at=timezone.now() + timedelta(seconds=seconds))
    sweep()

    assert counts() == (1, left)


def test_a_sweep_with_nothing_to_do_says_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    monkeypatch.setattr(reclaiming.log, "warning", lambda *_a, **more: said.append(more))
    scene.say()
    scene.run()
    sweep()
    assert said == []
    Quota.objects.update(reserved=2)
    sweep()

    assert said == [{"workspace": scene.workspace.pk, "number": 2}]
    assert Conversation.objects.count() == 1
