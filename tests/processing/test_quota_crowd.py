"""Places in a line: of a crowd they are counted, by turns it is woken; writing again keeps one."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing import quotas
from billing.models import Subscription
from processing import dispatch, quota_line
from processing.actions import reply_by_hand
from processing.models import Conversation, Message
from processing.quota_line import advance, wake_waiting
from tests.factories import (
    make_contact,
    make_conversation,
    make_event,
    make_message,
    make_workspace,
)
from tests.processing import lining
from tests.processing.conftest import Scene
from tests.processing.following import move_to
from tests.processing.lining import (
    HOUR,
    PHONE,
    arrives,
    closes,
    decide,
    line,
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


def decide_now(message: Message) -> Message:
    Message.objects.filter(pk=message.pk).update(next_at=timezone.now())
    return decide(message)


def crowd(scene: Scene, number: int) -> list[Message]:
    """So many people wait, each in a conversation of their own, as `respond` leaves them."""
    closes = timezone.now() + 20 * HOUR
    said = []
    for one in range(number):
        contact = make_contact(scene.account, external_id=f"crowd{one}")
        known: dict[str, Any] = {"account": scene.account, "contact": contact}
        thread = make_conversation(scene.workspace, window_closes_at=closes, **known)
        message = make_message(thread, reason="quota_waits", next_at=closes, sent_at=timezone.now())
        keeps = {"since": message.sent_at.timestamp(), "closed": closes.timestamp()}
        facts = {"phone": False, "closes": closes.isoformat(), **keeps}
        make_event(thread, kind="decided", message=message, reason="quota_waits", data=facts)
        said.append(message)
    return said


def test_a_place_is_found_without_reading_everybody_who_waits(
    short: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(short, 10)
    crowd(short, 60)
    monkeypatch.setattr(quota_line, "_waiting", lambda *_: pytest.fail("somebody is read"))
    last = writes(short, "1002")

    assert told(last)["position"] == 61


def test_whom_the_next_day_does_not_reach_is_not_due_at_midnight(short: Scene) -> None:
    use(short, 10)
    crowd(short, 9)
    tenth, eleventh = writes(short, "1001"), writes(short, "1002")
    renews, closes = quotas.usage(short.workspace).renews_at, window(eleventh)

    assert renews is not None
    assert tenth.next_at == renews
    assert eleventh.next_at == closes - HOUR > renews


def window(message: Message) -> datetime:
    closes = Conversation.objects.get(pk=message.conversation_id).window_closes_at
    assert closes is not None
    return closes


def test_an_hour_before_the_window_closes_a_human_is_called_who_may_still_answer(
    short: Scene,
) -> None:
    use(short, 10)
    crowd(short, 10)
    message = writes(short, "1001")
    move_to(short, 22)
    use(short, 10)
    closes(message, timezone.now() + HOUR)

    assert fate(decide_now(message)) == ("handoff", "quota_spent")


def test_nobody_waits_for_more_than_a_week_where_the_network_has_no_window(short: Scene) -> None:
    use(short, 10)
    message = writes(short, "1001")
    closes(message, None)
    assert fate(decide_now(message)) == WAITS
    long_ago = timezone.now() - timedelta(days=7)
    Message.objects.filter(pk=message.pk).update(sent_at=long_ago)

    assert fate(decide_now(message)) == ("handoff", "quota_spent")


def test_only_those_who_have_a_turn_are_woken_of_a_long_line(short: Scene) -> None:
    said = crowd(short, 30)
    use(short, 0)

    assert [wake.row_id for wake in advance(now=timezone.now())] == [one.pk for one in said[:8]]
    assert advance(now=timezone.now()) == []


def test_after_an_upgrade_a_long_line_goes_on_slice_by_slice(
    short: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota_line, "SLICE", 3)
    said = crowd(short, 5)
    Subscription.objects.create(workspace=short.workspace, plan="ultra")
    now = timezone.now()

    assert [one.row_id for one in wake_waiting(short.workspace, now)] == [x.pk for x in said[:3]]
    Message.objects.filter(pk__in=[one.pk for one in said[:3]]).update(outcome="reply")
    assert [one.row_id for one in advance(now=now)] == [one.pk for one in said[3:]]


def test_a_crowd_that_is_due_does_not_hold_up_other_workspaces(
    short: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "BATCH", 5)
    use(short, 10)
    crowd(short, 8)
    now = timezone.now()
    Message.objects.filter(reason="quota_waits").update(next_at=now - HOUR)
    other = make_message(make_conversation(make_workspace(name="Other")), next_at=now)
    found = [wake.row_id for wake, _at in dispatch._found(now) if wake.step == "respond"]

    assert found[0] == other.pk
    assert len(found) == 5


def test_who_writes_again_keeps_their_place_when_the_older_message_is_looked_at(
    short: Scene,
) -> None:
    first, other = writes(short, "1001"), writes(short, "1002")
    newer = writes(short, "1001", "Allô ?")
    assert line(short) == [newer.pk, other.pk]
    Message.objects.filter(outcome="").update(next_at=timezone.now())
    assert fate(decide(first)) == ("silent", "superseded")

    assert line(short) == [newer.pk, other.pk]


def test_who_writes_again_while_they_are_looked_at_keeps_their_place(short: Scene) -> None:
    use(short, 10)
    first, other = writes(short, "1001", PHONE), writes(short, "1002")
    third = writes(short, "1003")
    newer = arrives(short, "1001", "Allô ?")
    assert fate(decide_now(first)) == ("silent", "superseded")
    decide(newer)

    assert line(short) == [newer.pk, other.pk, third.pk]
    assert told(newer)["phone"]


def test_an_answered_wait_gives_no_place_to_what_is_written_later(short: Scene) -> None:
    first, other = writes(short, "1001"), writes(short, "1002")
    reply_by_hand(first.conversation, "Bonjour, 49 €", by=str(short.workspace.uid))
    assert fate(decide_now(first)) == ("silent", "human_in_charge")
    Conversation.objects.update(handled_by="assistant", human_until=None)
    later = writes(short, "1001", "Et la bleue ?")

    assert line(short) == [other.pk, later.pk]
