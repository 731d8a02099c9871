"""A day that is too short: who is answered, who waits with which place, who is left to a human."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from billing import quotas
from billing.models import Quota, Subscription
from processing import pipeline, quota_line
from processing.actions import reply_by_hand
from processing.models import Conversation, Delivery, FollowUp, InteractionEvent, Lead, Message
from processing.quota_line import advance, waiting, wake_waiting
from processing.reasons import sentence
from tests.factories import (
    make_workspace,
)
from tests.processing import lining
from tests.processing.conftest import Scene
from tests.processing.following import answered, let_it_come, make_sequence, move_to
from tests.processing.lining import (
    HOUR,
    PHONE,
    arrives,
    closes,
    decide,
    line,
    make_hot,
    next_day,
    told,
    use,
    writes,
)

short = lining.short
WAITS = ("", "quota_waits")
GOES = ("reply", "replied")


def fate(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.outcome, message.reason


def asked(scene: Scene) -> int:
    return len(scene.model.asked)


# --- who goes, who waits


def test_the_kept_messages_are_for_a_hot_lead_while_a_cold_one_waits(short: Scene) -> None:
    cold, hot = writes(short, "1001"), arrives(short, "1002")
    assert (fate(cold), asked(short)) == (WAITS, 0)
    make_hot(hot)

    assert fate(decide(hot)) == GOES
    assert fate(cold) == WAITS
    assert line(short) == [cold.pk]
    assert asked(short) == 1


def test_a_phone_number_is_answered_from_what_is_kept(short: Scene) -> None:
    arrives(short, "1001", PHONE)
    second = arrives(short, "1001", "vers midi, merci")

    assert fate(decide(second)) == GOES


def test_a_window_that_closes_today_is_answered_from_what_is_kept(short: Scene) -> None:
    message = arrives(short, "1001")
    closes(message, timezone.now() + HOUR)

    assert fate(decide(message)) == GOES


def test_the_last_kept_message_goes_to_the_second_hot_lead(short: Scene) -> None:
    for person in ("1001", "1002", "1003"):
        make_hot(arrives(short, person))
    fates = [fate(decide(one)) for one in Message.objects.filter(direction="inbound")]

    assert fates == [GOES, GOES, WAITS]
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (8, 2)


def test_it_waits_for_the_evening_where_only_what_is_kept_is_in_the_way(short: Scene) -> None:
    message = writes(short, "1001")
    usage = quotas.usage(short.workspace)

    assert message.next_at == usage.opens_at is not None
    assert told(message)["until"] == usage.opens_at.isoformat()


def test_it_waits_for_midnight_where_nothing_is_left(short: Scene) -> None:
    use(short, 10)
    message = writes(short, "1001")

    assert message.next_at == quotas.usage(short.workspace).renews_at


def test_in_the_evening_nothing_is_kept(scene: Scene) -> None:
    move_to(scene, 21)
    use(scene, 9)

    assert fate(writes(scene, "1001")) == GOES
    assert fate(writes(scene, "1002")) == WAITS


def test_who_cannot_wait_is_left_to_a_human_and_the_contact_is_told_nothing(short: Scene) -> None:
    short.workspace.handoff_text = "Un collègue vous répond."
    short.workspace.save()
    use(short, 10)
    message = arrives(short, "1001")
    closes(message, timezone.now() + HOUR)

    assert fate(decide(message)) == ("handoff", "quota_spent")
    assert short.conversation().handoff_reason == "quota_spent"
    assert Message.objects.filter(direction="outbound").count() == 0
    assert (line(short), asked(short)) == ([], 0)


def test_a_handoff_notice_to_a_cold_contact_takes_nothing_of_what_is_kept(short: Scene) -> None:
    short.workspace.handoff_text = "Un collègue vous répond."
    short.workspace.save()
    for person in ("1001", "1002"):
        writes(short, person, "Je vais porter plainte contre vous, mon avocat vous écrit")
    assert Message.objects.filter(direction="outbound").count() == 0
    hot = arrives(short, "1003")
    make_hot(hot)

    assert fate(decide(hot)) == GOES


def test_a_human_may_answer_by_hand_when_nothing_is_left(short: Scene) -> None:
    use(short, 10)
    waits = writes(short, "1001")
    _, wake = reply_by_hand(waits.conversation, "Bonjour, 49 €", by=str(short.workspace.uid))
    pipeline.send(wake.row_id)

    assert Message.objects.get(author="human").status == "sent"
    assert Quota.objects.get().used == 10
    assert line(short) == []


def test_a_plan_without_a_limit_has_no_line(short: Scene) -> None:
    Subscription.objects.create(workspace=short.workspace, plan="ultra")

    assert fate(writes(short, "1001")) == GOES


# --- the order


def test_hot_leads_and_phones_go_first_then_the_window_then_the_oldest(short: Scene) -> None:
    use(short, 10)
    renews = quotas.usage(short.workspace).renews_at
    assert renews is not None
    people = ("old", "young", "closing", "hot", "phone")
    said = {one: arrives(short, one, PHONE if one == "phone" else "Bonjour") for one in people}
    soonest = renews + HOUR
    for one in ("old", "young", "hot", "phone"):
        closes(said[one], soonest + 9 * HOUR)
    closes(said["closing"], soonest)
    make_hot(said["hot"])
    for one in ("young", "hot", "old", "closing", "phone"):
        decide(said[one])

    names = {message.pk: one for one, message in said.items()}
    expected = ["hot", "phone", "closing", "old", "young"]
    assert [names[one] for one in line(short)] == expected
    assert [one.position for one in waiting(short.workspace)] == [1, 2, 3, 4, 5]


def test_the_ledger_tells_the_place_that_was_found(short: Scene) -> None:
    writes(short, "1001")
    second = writes(short, "1002")

    assert {"position": 2, "limit": 10, "phone": False}.items() <= told(second).items()
    with translation.override("en"):
        assert "number 2 in the line" in sentence("quota_waits", told(second))


def test_somebody_new_does_not_go_before_who_waits(short: Scene) -> None:
    use(short, 8)
    first = writes(short, "1001")
    use(short, 7)  # one was given back
    second = writes(short, "1002")

    assert (fate(first), fate(second)) == (WAITS, WAITS)
    assert fate(decide_now(first)) == GOES


def decide_now(message: Message) -> Message:
    Message.objects.filter(pk=message.pk).update(next_at=timezone.now())
    return decide(message)


def test_who_becomes_hot_while_they_wait_goes_on_within_the_minute(short: Scene) -> None:
    message = writes(short, "1001")
    assert advance(now=timezone.now()) == []
    make_hot(message)

    assert [wake.row_id for wake in advance(now=timezone.now())] == [message.pk]
    assert fate(decide(message)) == GOES


def test_the_newer_message_takes_the_place_of_the_older_one(short: Scene) -> None:
    first, other = writes(short, "1001"), writes(short, "1002")
    newer = writes(short, "1001", "Allô ?")

    assert line(short) == [newer.pk, other.pk]
    next_day(short)
    for wake in advance(now=timezone.now()):
        pipeline.respond(wake.row_id)
    assert fate(newer) == GOES
    assert fate(decide(first)) == ("silent", "superseded")


def test_a_burst_that_waits_gets_one_answer(short: Scene) -> None:
    for text in ("Bonjour", "C'est combien ?", "la lampe"):
        writes(short, "1001", text)
    next_day(short)
    Message.objects.filter(outcome="").update(next_at=timezone.now())
    short.run()

    assert asked(short) == len(short.graph.asked) == 1
    assert short.reply().in_reply_to == Message.objects.filter(direction="inbound").latest("pk")


@pytest.mark.parametrize("gone", ["human", "opted out", "taken back", "hidden"])
def test_who_waits_for_nothing_any_more_has_no_place(short: Scene, gone: str) -> None:
    first, second = writes(short, "1001"), writes(short, "1002")
    now = timezone.now()
    if gone == "human":
        Conversation.objects.filter(pk=first.conversation_id).update(handled_by="human")
    if gone == "opted out":
        type(first.conversation.contact).objects.filter(conversations=first.conversation_id).update(
            opted_out_at=now
        )
    if gone == "taken back":
        Message.objects.filter(pk=first.pk).update(removed_at=now)
    if gone == "hidden":
        Message.objects.filter(pk=first.pk).update(hidden_at=now)

    assert line(short) == [second.pk]
    assert waiting(short.workspace)[0].position == 1


def test_workspaces_have_lines_of_their_own(short: Scene) -> None:
    writes(short, "1001")

    assert waiting(make_workspace()) == []
    assert wake_waiting(make_workspace(), timezone.now()) == []


# --- and how they go on


def test_on_the_next_day_who_waits_goes_on_in_the_order_of_the_line(short: Scene) -> None:
    use(short, 10)
    said = [writes(short, f"{1000 + number}") for number in range(12)]
    make_hot(said[11])
    next_day(short)
    Message.objects.filter(outcome="").update(next_at=timezone.now())
    fates = [fate(decide(one)) for one in said]

    # Ten a day, two of them kept: eight go on, the hot lead first.
    assert [one == GOES for one in fates] == [True] * 7 + [False] * 4 + [True]
    assert line(short) == [one.pk for one in said[7:11]]


def test_a_message_that_is_given_back_lets_the_next_one_go_on(short: Scene) -> None:
    use(short, 8)
    first, second = writes(short, "1001"), writes(short, "1002")
    use(short, 7)

    assert [wake.row_id for wake in advance(now=timezone.now())] == [first.pk]
    assert fate(decide(first)) == GOES
    assert fate(second) == WAITS
    assert advance(now=timezone.now()) == []


def test_after_an_upgrade_what_waits_goes_on_at_once(short: Scene) -> None:
    use(short, 10)
    said = [writes(short, f"{1000 + number}") for number in range(3)]
    Subscription.objects.create(workspace=short.workspace, plan="premium")
    wakes = wake_waiting(short.workspace, timezone.now())

    assert [(wake.step, wake.row_id) for wake in wakes] == [("respond", one.pk) for one in said]
    assert [fate(decide(one)) for one in said] == [GOES] * 3
    assert line(short) == []


def test_after_an_upgrade_a_follow_up_goes_on_as_well(short: Scene) -> None:
    make_sequence(short)
    use(short, 0)
    answered(short)
    use(short, 8)
    found = let_it_come()
    pipeline.follow(found.pk)
    assert FollowUp.objects.get(pk=found.pk).reason == "quota_waits"
    Subscription.objects.create(workspace=short.workspace, plan="premium")

    assert [wake.step for wake in wake_waiting(short.workspace, timezone.now())] == ["follow"]
    found.refresh_from_db()
    assert found.next_at is not None
    assert found.next_at <= timezone.now()


def test_a_follow_up_goes_after_everybody_who_waits(short: Scene) -> None:
    make_sequence(short)
    use(short, 0)
    answered(short)
    use(short, 8)
    writes(short, "1001")
    use(short, 7)
    found = let_it_come()
    pipeline.follow(found.pk)

    found.refresh_from_db()
    assert (found.status, found.reason) == ("pending", "quota_waits")
    assert found.next_at == quotas.usage(short.workspace).renews_at


def test_waking_takes_nothing_from_a_worker_that_has_it(short: Scene) -> None:
    message = writes(short, "1001")
    leased = timezone.now() + timedelta(seconds=50)
    Message.objects.filter(pk=message.pk).update(next_at=leased)

    assert wake_waiting(short.workspace, timezone.now()) == []
    message.refresh_from_db()
    assert message.next_at == leased


def test_who_has_a_message_already_is_no_longer_counted_before_others(short: Scene) -> None:
    first = writes(short, "1001")
    day = quotas.today(short.workspace, timezone.now())
    Message.objects.filter(pk=first.pk).update(quota_day=day)

    assert line(short) == []


def test_of_two_who_look_at_once_only_one_takes_the_last_that_is_not_kept(short: Scene) -> None:
    use(short, 7)
    taken = [quotas.reserve(short.workspace, now=timezone.now(), keep=2) for _ in range(2)]

    assert taken.count(None) == 1


def test_one_that_loses_the_race_waits_and_has_paid_nothing(
    short: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(short, 7)
    monkeypatch.setattr(quotas, "reserve", lambda *_args, **_more: None)

    assert fate(writes(short, "1001")) == WAITS
    assert asked(short) == 0


def test_what_a_dead_worker_held_is_not_written_after_a_downgrade(short: Scene) -> None:
    subscription = Subscription.objects.create(workspace=short.workspace, plan="premium")
    message = arrives(short, "1001")
    use(short, 20)
    day = quotas.reserve(short.workspace, now=timezone.now())
    Message.objects.filter(pk=message.pk).update(quota_day=day)
    subscription.plan = "freemium"
    subscription.save()

    assert fate(decide(message)) == WAITS
    assert asked(short) == 0
    assert (Quota.objects.get().reserved, message.quota_day) == (0, None)


def test_an_answer_reserved_on_a_larger_plan_does_not_leave_on_a_smaller_one(short: Scene) -> None:
    subscription = Subscription.objects.create(workspace=short.workspace, plan="premium")
    use(short, 20)
    decide(arrives(short, "1001"))
    subscription.plan = "freemium"
    subscription.save()
    pipeline.send(Delivery.objects.get().pk)

    assert (short.reply().status, short.reply().reason) == ("refused", "quota_spent")
    assert short.graph.asked == []
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (20, 0)


def test_the_line_is_told_in_the_ledger_once_while_it_lasts(short: Scene) -> None:
    message = writes(short, "1001")
    for _ in range(3):
        decide_now(message)

    rows = InteractionEvent.objects.filter(message=message, kind="decided")
    assert [row.reason for row in rows] == ["quota_waits"]
    assert quota_line.WAITS == "quota_waits"
    assert not Lead.objects.exists()
