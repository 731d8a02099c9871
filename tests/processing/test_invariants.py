"""The invariants: a day's work keeps them, and each is seen when a row breaks it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone, translation
from pytest_django import Settings

from accounts import audit
from accounts.models import AuditEntry
from billing.models import PlanChange, Quota
from flowia.lib import notes
from flowia.rounds import ROUNDS
from integrations.models import Integration, Removal, SyncedRow, SyncRun
from processing.invariants import INVARIANTS, Breach, Span, breaches
from processing.invariants.tasks import check
from processing.models import Contact, Delivery, InteractionEvent, Lead, Message
from processing.privacy import erasing
from processing.privacy.models import Erasure
from social.models import Stop, WebhookEvent
from tests.accounts.tampering import unguard
from tests.factories import (
    make_account,
    make_contact,
    make_conversation,
    make_follow_up,
    make_lead,
    make_message,
    make_workspace,
)
from tests.processing.conftest import Scene

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def found(*, after: timedelta = HOUR) -> list[Breach]:
    """What is found an hour later, when everything had the time to come to rest."""
    now = timezone.now() + after
    with translation.override("en"):
        return breaches(since=now - timedelta(days=2), now=now)


def codes() -> list[str]:
    return [one.code for one in found()]


def answered(scene: Scene) -> Message:
    """A workspace as the product makes it, with one conversation that came to rest."""
    audit.record("workspace.made", by=audit.SYSTEM, workspace=scene.workspace)
    scene.say()
    scene.run()
    Contact.objects.update(profile_next_at=None)
    return Message.objects.get(direction="inbound")


def of(message: Message) -> Message:
    return Message.objects.get(in_reply_to=message)


def test_an_answered_message_keeps_them_all(scene: Scene) -> None:
    answered(scene)
    assert found() == []


def undecided(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(outcome="", reason="", next_at=None)


def answer_gone(message: Message) -> None:
    of(message).delete()


def forgotten_delivery(_message: Message) -> None:
    Delivery.objects.update(status="queued", next_at=None)


def overdue_delivery(_message: Message) -> None:
    Delivery.objects.update(status="queued", next_at=timezone.now())


def forgotten_call(_message: Message) -> None:
    WebhookEvent.objects.update(status="received", next_at=None)


def near_answer(message: Message) -> None:
    other = make_message(message.conversation, outcome="reply", reason="replied")
    reply = make_answer(other)
    Delivery.objects.filter(message=reply).update(begun_at=timezone.now())
    Delivery.objects.filter(message=of(message)).update(begun_at=timezone.now())


def make_answer(message: Message) -> Message:
    reply = of(Message.objects.exclude(pk=message.pk).get(direction="inbound"))
    delivery = reply.delivery
    reply.pk, reply.uid, reply.in_reply_to = None, message.conversation.uid, message
    reply.external_id = "another"
    reply.save()
    delivery.pk, delivery.uid, delivery.message = None, message.uid, reply
    delivery.save()
    return reply


def over_the_plan(message: Message) -> None:
    Quota.objects.filter(workspace=message.workspace).update(used=10_000)


def without_reason(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(outcome="silent", reason="")


def unknown_reason(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(outcome="silent", reason="because")


def failed_in_silence(_message: Message) -> None:
    Delivery.objects.update(status="failed")


def given_up_in_silence(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(outcome="handoff", reason="gave_up")


def follow_up_given_up_in_silence(message: Message) -> None:
    make_follow_up(message.conversation, next_at=None, status="task", reason="gave_up")


def removal_failed_in_silence(message: Message) -> None:
    tool = Integration.objects.create(workspace=message.workspace, kind="airtable")
    whose = {"workspace": message.workspace, "integration": tool}
    Removal.objects.create(**whose, lead_uid=uuid4(), status="failed")


def reserved_for_nobody(message: Message) -> None:
    Quota.objects.filter(workspace=message.workspace).update(reserved=2)


def counted_too_often(message: Message) -> None:
    Quota.objects.filter(workspace=message.workspace).update(used=2)


def not_counted(message: Message) -> None:
    Quota.objects.filter(workspace=message.workspace).update(used=0)


def by_an_operator(message: Message) -> None:
    day = Quota.objects.get(workspace=message.workspace)
    audit.record("operator.quota_corrected", by=audit.SYSTEM, workspace=day.workspace, target=day)


def too_many_tokens(message: Message) -> None:
    told = InteractionEvent.objects.get(kind="decided", message=message)
    told.data["tokens_in"] = 4_000
    told.save()


def asked_too_often(message: Message) -> None:
    told = InteractionEvent.objects.get(kind="decided", message=message)
    for _call in range(2 * settings.AI_REQUESTS_PER_MINUTE):
        told.pk, told.uid = None, uuid4()
        told.save()


def asked_too_often_by_one(message: Message) -> None:
    # Given back to what it was by the test's own settings.
    settings.AI_REQUESTS_PER_MINUTE_IN_ALL = 10 * settings.AI_REQUESTS_PER_MINUTE
    asked_too_often(message)


def tried_for_ever(_message: Message) -> None:
    Delivery.objects.update(attempts=9)


def one_row_for_two(message: Message) -> None:
    tool = Integration.objects.create(workspace=message.workspace, kind="airtable")
    for _lead in range(2):
        SyncedRow.objects.create(
            workspace=message.workspace, integration=tool, lead_uid=uuid4(), external_id="page-1"
        )


def pushed_for_another(message: Message) -> None:
    other = make_lead(make_contact(make_account(make_workspace("Ailleurs"))))
    tool = Integration.objects.create(workspace=message.workspace, kind="airtable")
    whose = {"workspace": message.workspace, "integration": tool}
    SyncRun.objects.create(**whose, lead_uid=other.uid, status="done")


def row_of_another(message: Message) -> None:
    tool = Integration.objects.create(workspace=make_workspace("Ailleurs"), kind="airtable")
    SyncedRow.objects.create(workspace=message.workspace, integration=tool, lead_uid=uuid4())


def answers_another(message: Message) -> None:
    elsewhere = make_conversation(make_workspace("Ailleurs"))
    other = make_message(elsewhere, outcome="reply", reason="replied")
    Message.objects.filter(in_reply_to=message).update(in_reply_to=other)


def without_name(message: Message) -> None:
    Message.objects.filter(in_reply_to=message).update(external_id="")


def without_version(message: Message) -> None:
    Message.objects.filter(in_reply_to=message).update(scenario_version=None)


def without_time(_message: Message) -> None:
    Delivery.objects.update(finished_at=None)


def of_another_workspace(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(workspace=make_workspace("Ailleurs"))


def lead_of_another(message: Message) -> None:
    contact = make_contact(make_account(make_workspace("Ailleurs")))
    Lead.objects.filter(pk=make_lead(contact).pk).update(workspace=message.workspace)


def audit_changed(message: Message) -> None:
    unguard()
    chain = str(message.workspace.uid)
    AuditEntry.objects.filter(chain=chain).update(action="workspace.changed")


BREAKS: list[tuple[Callable[[Message], None], str]] = [
    (undecided, "I1"),
    (answer_gone, "I1"),
    (forgotten_delivery, "I2"),
    (overdue_delivery, "I2"),
    (forgotten_call, "I2"),
    (near_answer, "I6"),
    (over_the_plan, "I7"),
    (reserved_for_nobody, "I7"),
    (counted_too_often, "I7"),
    (not_counted, "I7"),
    (too_many_tokens, "I8"),
    (asked_too_often, "I8"),
    (asked_too_often_by_one, "I8"),
    (tried_for_ever, "I9"),
    (without_reason, "I10"),
    (unknown_reason, "I10"),
    (failed_in_silence, "I10"),
    (given_up_in_silence, "I10"),
    (follow_up_given_up_in_silence, "I10"),
    (removal_failed_in_silence, "I10"),
    (without_time, "I11"),
    (without_name, "I11"),
    (without_version, "I11"),
    (one_row_for_two, "I12"),
    (pushed_for_another, "I13"),
    (row_of_another, "I13"),
    (answers_another, "I13"),
    (of_another_workspace, "I13"),
    (lead_of_another, "I13"),
    (audit_changed, "I17"),
]


@pytest.mark.parametrize(("breaks", "code"), BREAKS, ids=lambda one: getattr(one, "__name__", one))
def test_a_row_that_breaks_one_is_seen(
    scene: Scene, settings: Settings, breaks: Callable[[Message], None], code: str
) -> None:
    settings.AI_REQUESTS_PER_MINUTE_IN_ALL = 0
    breaks(answered(scene))
    assert code in codes()


def test_what_is_on_its_way_breaks_nothing(scene: Scene) -> None:
    undecided(answered(scene))
    assert found(after=timedelta()) == []


def test_what_waits_while_everything_rests_is_not_forgotten(scene: Scene) -> None:
    overdue_delivery(answered(scene))
    Stop.objects.create(name="everything", reason="storm")
    assert codes() == []


def test_a_day_above_a_plan_that_was_changed_is_no_breach(scene: Scene) -> None:
    message = answered(scene)
    over_the_plan(message)
    by_an_operator(message)
    assert codes() == ["I7"]
    PlanChange.objects.create(workspace=message.workspace, reason="cancelled", after="freemium")
    assert codes() == []


def test_a_plan_that_changed_where_the_next_day_has_begun_is_no_breach(scene: Scene) -> None:
    """A workspace's day may be tomorrow's date in UTC, as in France after 23 h in winter."""
    message = answered(scene)
    over_the_plan(message)
    by_an_operator(message)
    Quota.objects.update(day=timezone.now().date() + timedelta(days=1))
    rest = timedelta(hours=14)
    assert "I7" in {one.code for one in found(after=rest)}
    PlanChange.objects.create(workspace=message.workspace, reason="cancelled", after="freemium")
    at = timezone.now().replace(hour=10, minute=30)
    PlanChange.objects.update(created_at=at)
    assert "I7" not in {one.code for one in found(after=rest)}


def test_a_day_that_an_operator_corrected_counts_as_they_say(scene: Scene) -> None:
    message = answered(scene)
    not_counted(message)
    by_an_operator(message)
    assert codes() == []


def test_a_day_of_which_somebody_was_erased_is_not_reckoned(scene: Scene) -> None:
    message = answered(scene)
    erasing.ask(message.workspace, message.conversation.contact.uid, by=audit.SYSTEM)
    Erasure.objects.update(status="done", next_at=None)
    assert Quota.objects.get(workspace=message.workspace).used == 1
    assert codes() == []


def test_the_command_tells_where_and_ends_with_an_error(
    scene: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    message = answered(scene)
    later = timezone.now() + HOUR
    monkeypatch.setattr("flowia.lib.clock.now", lambda: later)
    call_command("check_invariants")
    assert str(len(INVARIANTS) + 1) in capsys.readouterr().out

    without_reason(message)
    with pytest.raises(CommandError, match="1"):
        call_command("check_invariants")
    shown = capsys.readouterr().out
    assert f"processing_message {message.pk}" in shown
    assert "C'est combien" not in shown


def test_beat_has_them_checked_every_hour_and_the_log_says_which_is_broken(
    scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = answered(scene)
    later = timezone.now() + HOUR
    monkeypatch.setattr("flowia.lib.clock.now", lambda: later)
    assert ROUNDS["invariants"]["task"] == check.name
    check()
    assert notes.all_of_them()[notes.INVARIANTS]["broken"] == 0

    without_reason(message)
    check()
    assert notes.all_of_them()[notes.INVARIANTS]["broken"] == 1
    assert f"processing_message {message.pk}" in caplog.text
    assert "C'est combien" not in caplog.text


def test_rows_of_the_span_are_found_by_their_ids(scene: Scene) -> None:
    now = timezone.now()
    conversation = answered(scene).conversation
    Message.objects.update(created_at=now - timedelta(days=30))
    messages = [make_message(conversation) for _ in range(9)]
    for age, message in enumerate(reversed(messages)):
        born = now - timedelta(days=age)
        Message.objects.filter(pk=message.pk).update(created_at=born)

    span = Span(now - timedelta(days=3), now + HOUR)

    rows = span.of(Message.objects.filter(pk__in=[one.pk for one in messages]))
    assert set(rows.values_list("pk", flat=True)) == {one.pk for one in messages[-4:]}
    assert span.last_before(Message) == messages[4].pk
