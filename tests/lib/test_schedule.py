"""Beat: what operators change is kept, and the dispatcher needs no free worker."""

from typing import Any

import pytest
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
