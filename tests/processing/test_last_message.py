"""Sixty-four who want the day's last message at one moment: exactly one gets it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Barrier

import pytest
from django.db import OperationalError, connections, transaction
from django.utils import timezone

from billing import quotas
from billing.models import Quota, Subscription
from processing import pipeline, reclaiming
from processing.models import Delivery, Message
from tests.factories import make_contact, make_conversation, make_message
from tests.processing.conftest import Scene
from tests.processing.following import move_to

pytestmark = pytest.mark.django_db(transaction=True)
SENDERS = 64
FREE = 10
TRIES = 20


def at_once(works: list[Callable[[], object]]) -> None:
    """Begin all of them at one moment, each in a thread of its own; a busy database is retried."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        start.wait()
        try:
            for _ in range(TRIES):
                try:
                    work()
                except OperationalError:
                    connections.close_all()
                else:
                    return
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        list(pool.map(run, works))


def answers(scene: Scene, number: int, day: date | None = None) -> list[Delivery]:
    """Answers to so many people that wait to leave, each holding one of `day`'s messages."""
    found = []
    for one in range(number):
        contact = make_contact(scene.account, external_id=f"7{one:015}")
        thread = make_conversation(scene.workspace, account=scene.account, contact=contact)
        said = make_message(thread, outcome="reply", sent_at=timezone.now())
        reply = make_message(
            thread,
            "49 €",
            direction="outbound",
            author="assistant",
            status="queued",
            external_id="",
            in_reply_to=said,
            quota_day=day,
        )
        found.append(
            Delivery.objects.create(
                workspace=scene.workspace, message=reply, next_at=timezone.now()
            )
        )
    return found


def send_at_once(scene: Scene, waiting: list[Delivery], *others: Callable[[], object]) -> None:
    """Send all of them, beside what `others` do; who met a busy database comes once more."""
    scene.graph.answers.clear()
    for one in waiting:
        scene.graph.answer(200, {"message_id": f"m_out_{one.pk}"})
    at_once([*others, *(partial(pipeline.send, one.pk) for one in waiting)])
    again = Delivery.objects.filter(status="queued")
    again.update(next_at=timezone.now())
    for one in again:
        pipeline.send(one.pk)


def use(scene: Scene, used: int, *, reserved: int = 0) -> date:
    day = quotas.today(scene.workspace, timezone.now())
    Quota.objects.create(workspace=scene.workspace, day=day, used=used, reserved=reserved)
    return day


def fates() -> list[str]:
    rows = Message.objects.filter(direction="outbound")
    return sorted(rows.values_list("status", flat=True))


def test_of_sixty_four_senders_exactly_one_sends_the_last_message(scene: Scene) -> None:
    use(scene, FREE - 1)
    waiting = answers(scene, SENDERS)
    send_at_once(scene, waiting)

    assert len(scene.graph.asked) == 1
    assert fates() == ["refused"] * (SENDERS - 1) + ["sent"]
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (FREE, 0)


def test_after_a_downgrade_sixty_four_that_had_reserved_send_what_is_left(scene: Scene) -> None:
    day = use(scene, FREE - 3, reserved=SENDERS)
    waiting = answers(scene, SENDERS, day)
    send_at_once(scene, waiting)

    assert len(scene.graph.asked) == 3
    assert fates() == ["refused"] * (SENDERS - 3) + ["sent"] * 3
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (FREE, 0)


def test_a_downgrade_among_sixty_four_senders_lets_nothing_leave_after_it(scene: Scene) -> None:
    subscription = Subscription.objects.create(workspace=scene.workspace, plan="premium")
    day = use(scene, FREE, reserved=SENDERS)
    waiting = answers(scene, SENDERS, day)
    left_at_the_downgrade: list[int] = []

    def downgrade() -> None:
        while Delivery.objects.exclude(status="queued").count() < SENDERS // 8:
            time.sleep(0.01)
        with transaction.atomic():
            Subscription.objects.select_for_update().get(pk=subscription.pk)
            Subscription.objects.filter(pk=subscription.pk).update(plan="freemium")
            begun = Delivery.objects.exclude(status__in=["queued", "refused"])
            left_at_the_downgrade.append(begun.count())

    send_at_once(scene, waiting, downgrade)

    assert fates().count("sent") == len(scene.graph.asked) == left_at_the_downgrade[-1] > 0
    assert Quota.objects.get().reserved == 0
    assert Quota.objects.get().used == FREE + len(scene.graph.asked)


def test_sweeps_among_sixty_four_senders_take_nobodys_reservation(scene: Scene) -> None:
    Subscription.objects.create(workspace=scene.workspace, plan="premium")
    day = use(scene, 0, reserved=SENDERS)
    waiting = answers(scene, SENDERS, day)

    def sweeps() -> None:
        for _ in range(25):
            reclaiming.sweep()

    send_at_once(scene, waiting, sweeps, sweeps)

    assert fates() == ["sent"] * SENDERS
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (SENDERS, 0)


def test_five_hundred_at_once_take_the_ten_there_are(scene: Scene) -> None:
    now = timezone.now()

    def take(_number: int) -> date | None:
        try:
            return quotas.reserve(scene.workspace, now=now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(SENDERS) as pool:
        taken = list(pool.map(take, range(500)))

    assert len([day for day in taken if day]) == FREE
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (0, FREE)


def test_of_sixty_four_people_who_write_at_once_one_is_answered_and_paid_for(scene: Scene) -> None:
    move_to(scene, 21)
    use(scene, FREE - 1)
    for one in range(SENDERS):
        item = scene.item(
            sender={"id": f"7{one:015}"}, message={"mid": f"m_{one}", "text": "C'est combien ?"}
        )
        assert scene.post(scene.envelope(item)).status_code == 200
    scene.take_in()
    said = list(Message.objects.filter(direction="inbound").values_list("pk", flat=True))
    at_once([partial(pipeline.respond, one) for one in said])
    waiting = list(Delivery.objects.values_list("pk", flat=True))
    for one in waiting:
        pipeline.send(one)

    assert len(scene.model.asked) == len(scene.graph.asked) == 1
    reasons = sorted(Message.objects.filter(direction="inbound").values_list("reason", flat=True))
    assert reasons == ["quota_waits"] * (SENDERS - 1) + ["replied"]
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (FREE, 0)
