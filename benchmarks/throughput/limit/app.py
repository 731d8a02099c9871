"""The limit's Celery app; its two tasks are in tasks.py."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.throughput.limit.settings")

from benchmarks.throughput.limit import settings

app = Celery("limit", broker=settings.REDIS_URL)
app.conf.update(
    imports=["benchmarks.throughput.limit.tasks"],
    task_default_queue="incoming",
    task_routes={"limit.send": {"queue": "reply"}},
    task_ignore_result=True,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    # Celery closes Django's connections before and after every task otherwise.
    CELERY_DB_REUSE_MAX=10**9,
)


@worker_init.connect
def load(**_options: Any) -> None:
    """Load what is large before the worker's processes part, so that they share it."""
    import openai  # noqa: F401, PLC0415 - no other process of the system needs it

    # What is collected no more is written to no more, so it stays shared.
    gc.freeze()
