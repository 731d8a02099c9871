"""What lies in a queue during an upgrade is understood by the version that takes it."""

import inspect

import pytest
from celery import Celery

from flowia.celery import app

DEPLOYED = {
    *("accounts.tasks.post_letter", "accounts.tasks.verify_audit"),
    *(f"billing.tasks.{name}" for name in ("ask_stripe", "close_customer", "reconcile")),
    "billing.tasks.take_event",
    *(
        f"processing.tasks.{name}"
        for name in (
            *("act", "check", "check_by_browser", "cool_leads", "digest", "dispatch"),
            *("ensure_polls", "follow", "hook", "note_browser", "order", "plan", "poll"),
            *("poll_by_browser", "profile", "receive", "refresh", "remove", "replay", "respond"),
            *("send", "send_by_browser", "settle", "settle_by_browser", "sync", "tend_quotas"),
        )
    ),
}
"""The names that the version at work publishes, and that stand in beat's table. One that goes is
kept for a release as a task that does nothing."""


@pytest.fixture(scope="module")
def ours() -> Celery:
    app.loader.import_default_modules()
    return app


def test_no_name_goes_that_the_version_before_publishes(ours: Celery) -> None:
    assert set(ours.tasks) >= DEPLOYED


def test_a_task_carries_one_number_or_nothing(ours: Celery) -> None:
    odd = {}
    for name, task in ours.tasks.items():
        if name.startswith(("celery.", "tests.")):
            continue
        kinds = [one.annotation for one in inspect.signature(task.run).parameters.values()]
        if kinds not in ([], [int]):
            odd[name] = kinds
    assert odd == {}
