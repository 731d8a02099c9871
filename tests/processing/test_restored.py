"""A backup was put back: what waited in it may have left since, and leaves no second time."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from accounts import audit, backups
from accounts.models import Letter, SignIn
from billing.models import Quota
from flowia import schedule
from flowia.management.commands import after_restore
from processing import pipeline, restored
from processing.models import Contact, Delivery, FollowUp, Message
from processing.privacy import erasing
from social.contracts import Found
from tests.factories import make_user
from tests.processing.conftest import PERSON, Scene
from tests.processing.following import answered, make_sequence
from tests.processing.looking import MISSING, Thread, look
from tests.processing.queueing import Network

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    backups.went_on_until.cache_clear()
    yield
    backups.went_on_until.cache_clear()


def after(**options: Any) -> str:
    told = io.StringIO()
    call_command("after_restore", stdout=told, **options)
    return told.getvalue()


def queued(scene: Scene) -> Delivery:
    """Let an answer wait to leave, as it stood in the backup."""
    scene.take_in()
    message = scene.say()
    pipeline.respond(message.pk)
    return Delivery.objects.get(status="queued")


def test_what_waited_to_leave_is_looked_up_and_found(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(monkeypatch, Found("m_left_before"))
    delivery = queued(scene)

    after()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.error_code) == ("unconfirmed", "restored")
    pipeline.send(delivery.pk)
    delivery = look(delivery)

    assert delivery.status == "sent"
    assert (thread.network.asked, scene.reply().external_id) == ([], "m_left_before")
    assert Quota.objects.get().used == 1


def test_what_never_left_waits_for_a_human(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = Thread(monkeypatch, MISSING)
    delivery = queued(scene)

    after()
    delivery = look(look(delivery))

    assert (delivery.status, delivery.error_code) == ("failed", "not_at_network")
    assert thread.network.asked == []
    assert scene.conversation().handoff_reason == "send_failed"
    assert Quota.objects.get().used == 0


def test_where_a_network_cannot_be_asked_it_stays_unconfirmed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = Network(monkeypatch, look_up=None)
    delivery = queued(scene)

    after()
    scene.run()
    delivery.refresh_from_db()

    assert (delivery.status, delivery.next_at, network.asked) == ("unconfirmed", None, [])
    assert scene.conversation().handoff_reason == "send_unconfirmed"


def test_a_message_that_waited_for_its_answer_is_left_to_a_human(scene: Scene) -> None:
    message = scene.say()

    after()
    scene.run()
    message.refresh_from_db()

    assert (message.outcome, message.reason, message.next_at) == ("silent", "restored", None)
    assert scene.conversation().handoff_reason == "restored"
    assert (scene.model.asked, scene.graph.asked) == ([], [])


def test_a_call_that_was_stored_and_not_taken_in_is_not_answered(scene: Scene) -> None:
    scene.post(scene.envelope(scene.item(message={"mid": "m_1", "text": "C'est combien ?"})))

    after()
    scene.run()

    assert Message.objects.get(external_id="m_1").reason == "restored"
    assert (scene.model.asked, scene.graph.asked) == ([], [])


def old_message(scene: Scene, text: str, **ago: float) -> Message:
    """Let a network bring what the contact wrote a while ago."""
    written = timezone.now() - timedelta(**ago)
    item = scene.item(message={"mid": "m_old", "text": text})
    scene.post(scene.envelope({**item, "timestamp": round(written.timestamp() * 1000)}))
    scene.take_in()
    return Message.objects.get(external_id="m_old")


def test_what_a_network_brings_from_before_is_kept_and_not_answered(scene: Scene) -> None:
    after()

    message = old_message(scene, "C'est combien ?", minutes=5)
    scene.run()
    message.refresh_from_db()

    assert (message.outcome, message.reason) == ("silent", "restored")
    assert scene.conversation().handoff_reason == "restored"
    assert scene.graph.asked == []


def test_what_came_once_everything_had_stopped_is_answered(scene: Scene) -> None:
    after(until=(timezone.now() - timedelta(minutes=10)).isoformat())

    old_message(scene, "C'est combien ?", minutes=5)
    scene.run()

    assert len(scene.graph.asked) == 1


def test_a_wish_for_silence_from_before_holds_and_is_not_confirmed_twice(scene: Scene) -> None:
    after()

    old_message(scene, "STOP", minutes=5)
    scene.run()

    assert Contact.objects.get(external_id=PERSON).opted_out_at is not None
    assert not Message.objects.filter(purpose="opt_out").exists()
    assert scene.graph.asked == []


def test_who_writes_afterwards_is_answered(scene: Scene) -> None:
    scene.say()
    after()

    scene.say("Et la grande ?")
    scene.run()

    assert len(scene.graph.asked) == 1


def test_without_a_restore_what_is_late_is_answered(scene: Scene) -> None:
    old_message(scene, "C'est combien ?", minutes=5)
    scene.run()

    assert len(scene.graph.asked) == 1


def test_a_planned_follow_up_is_called_off(scene: Scene) -> None:
    make_sequence(scene)
    answered(scene)
    planned = FollowUp.objects.get(status="pending")

    after()
    planned.refresh_from_db()

    assert (planned.status, planned.reason) == ("cancelled", "restored")


def test_no_follow_up_is_planned_after_what_a_look_found(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_sequence(scene)
    Thread(monkeypatch, Found("m_left_before"))
    delivery = queued(scene)
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=5))

    after()

    assert look(delivery).status == "sent"
    assert not FollowUp.objects.filter(status="pending").exists()


def test_a_draft_is_closed_since_it_may_have_been_approved(scene: Scene) -> None:
    scene.workspace.scenarios.update(autonomy="draft")
    draft = queued_draft(scene)

    after()
    draft.refresh_from_db()

    assert (draft.status, draft.reason) == ("refused", "restored")
    assert scene.conversation().handoff_reason == "restored"


def queued_draft(scene: Scene) -> Message:
    pipeline.respond(scene.say().pk)
    return Message.objects.get(status="held")


def letter(**fields: Any) -> Letter:
    user = make_user()
    values = {"kind": "reset", "user": user, "email": user.email, "next_at": timezone.now()}
    return Letter.objects.create(**{**values, **fields})


def test_a_letter_that_was_due_is_not_posted_again_and_one_to_come_is() -> None:
    gone = letter(next_at=timezone.now() - timedelta(hours=1))
    to_come = letter(next_at=timezone.now() + timedelta(days=1))

    after()
    gone.refresh_from_db()
    to_come.refresh_from_db()

    assert (gone.status, gone.error_code, gone.next_at) == ("failed", "unconfirmed", None)
    assert to_come.status == "queued"


def test_who_was_erased_since_is_erased_again(scene: Scene, tmp_path: Path) -> None:
    answered(scene)
    contact = Contact.objects.get()
    lines = [
        {"event": "audit", "logger": "flowia.audit"},
        {
            "event": "erased",
            "logger": "flowia.erasures",
            "workspace": str(scene.workspace.uid),
            "contact": str(contact.uid),
        },
        {"event": "erased", "logger": "flowia.erasures", "workspace": "x", "contact": "y"},
    ]
    log = tmp_path / "web.log"
    log.write_text("no line\n" + "".join(f"{json.dumps(line)}\n" for line in lines))

    told = after(erased=log)

    assert "1" in told
    assert not Contact.objects.exists()
    assert not Message.objects.exists()


def test_the_log_line_of_an_erasure_is_the_one_that_is_read(
    scene: Scene, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    answered(scene)
    contact = Contact.objects.get()
    erasing.ask(scene.workspace, contact.uid, by=audit.SYSTEM)
    log = tmp_path / "log"
    told = [one.msg for one in caplog.records if isinstance(one.msg, dict)]
    log.write_text("".join(f"{json.dumps(line, default=str)}\n" for line in told))

    assert list(after_restore.erasures_in(log)) == [(scene.workspace.uid, contact.uid)]


def test_everybody_signs_in_again() -> None:
    now = timezone.now()
    SignIn.objects.create(
        user=make_user(), kind="browser", rotated_at=now, seen_at=now, expires_at=now
    )

    after()

    assert SignIn.objects.get().ended_at is not None


def test_it_may_be_run_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    Thread(monkeypatch, Found("m_left_before"))
    delivery = queued(scene)

    after()
    after()

    assert look(delivery).status == "sent"


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-40"])
def test_a_moment_that_is_none_is_refused(moment: str) -> None:
    with pytest.raises(CommandError):
        after(until=moment)


ROUND = {"name": "dispatch", "task": "processing.tasks.dispatch"}


@pytest.mark.parametrize(("minutes", "starts"), [(9, True), (12, False), (60 * 24, False)])
def test_beat_does_not_start_on_tables_that_are_older_than_redis(
    monkeypatch: pytest.MonkeyPatch, minutes: int, *, starts: bool
) -> None:
    every = IntervalSchedule.objects.create(every=1, period="seconds")
    noted = timezone.now() - timedelta(minutes=minutes + 60)
    PeriodicTask.objects.create(**ROUND, interval=every, last_run_at=noted)
    monkeypatch.setattr("flowia.schedule.seconds_since_tick", lambda _client: 3600.0)

    if starts:
        schedule.refuse_older_tables()
        return
    with pytest.raises(SystemExit, match="after_restore"):
        schedule.refuse_older_tables()
    restored.note_round()
    schedule.refuse_older_tables()


def test_beat_starts_where_redis_knows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowia.schedule.seconds_since_tick", lambda _client: None)

    schedule.refuse_older_tables()
