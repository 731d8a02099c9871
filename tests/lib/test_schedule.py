"""Beat: what operators change is kept, and the dispatcher needs no free worker."""

import time
from datetime import timedelta
from typing import Any

import pytest
from celery.beat import event_t
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from flowia.celery import app
from flowia.schedule import KeepingScheduler
from processing import dispatch

pytestmark = pytest.mark.django_db(transaction=True)


def scheduler() -> Any:
    return KeepingScheduler(app=app, lazy=True)


def test_an_operators_change_outlives_a_restart() -> None:
    scheduler().setup_schedule()
    task = PeriodicTask.objects.get(name="dispatch")
    task.interval, _ = IntervalSchedule.objects.get_or_create(every=3, period="seconds")
    task.save()
    scheduler().setup_schedule()

    task.refresh_from_db()
    assert task.interval is not None
    assert task.interval.every == 3


def test_the_dispatcher_runs_in_beat_and_its_failure_is_survived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []

    def broken(client: Any) -> Any:
        calls.append(client)
        raise ZeroDivisionError

    monkeypatch.setattr(dispatch, "due", broken)
    beat = scheduler()
    beat.setup_schedule()
    entry = beat.Entry(PeriodicTask.objects.get(name="dispatch"), app=app)

    assert beat.apply_async(entry, advance=False) is None
    assert len(calls) == 1


def test_what_a_busy_queue_did_not_take_in_time_is_not_done_twice_over() -> None:
    scheduler().setup_schedule()
    rows = PeriodicTask.objects.filter(task__startswith="processing.privacy.")
    assert dict(rows.values_list("name", "expire_seconds")) == {"privacy": 10, "purge": 3600}
    night = PeriodicTask.objects.get(name="purge").crontab
    assert night is not None
    assert (night.minute, night.hour) == ("20", "3")


DAY = timedelta(days=1)
PATIENCE_SECONDS = 20


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What beat began, by name; nothing is run nor published."""
    found: list[str] = []

    def apply_async(_beat: Any, entry: Any, **_rest: Any) -> None:
        found.append(entry.name)

    monkeypatch.setattr(KeepingScheduler, "apply_async", apply_async)
    monkeypatch.setattr(KeepingScheduler, "producer", None)
    return found


def dispatches(beat: Any, ran: list[str]) -> bool:
    """Whether beat dispatches in time: it should within a second or two."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while "dispatch" not in ran and time.monotonic() < limit:
        beat.tick()
        time.sleep(0.02)
    return "dispatch" in ran


def test_a_clock_that_was_ahead_before_a_restart_silences_nobody(ran: list[str]) -> None:
    scheduler().setup_schedule()
    PeriodicTask.objects.update(last_run_at=timezone.now() + DAY)
    beat = scheduler()
    beat.setup_schedule()

    assert dispatches(beat, ran)


def test_a_clock_that_is_put_back_while_beat_runs_silences_nobody(ran: list[str]) -> None:
    scheduler().setup_schedule()
    beat = scheduler()
    beat.setup_schedule()
    assert dispatches(beat, ran)
    ran.clear()
    # As it stands when the clock was a day ahead until now.
    for entry in beat.schedule.values():
        entry.last_run_at += DAY
    beat._heap = [event_t(at + 86_400, first, entry) for at, first, entry in beat._heap]
    beat.ahead += 86_400

    assert dispatches(beat, ran)
