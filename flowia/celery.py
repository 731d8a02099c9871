"""The Celery app, its queues, and the scheduler that keeps what operators change.

The settings are those that were measured to survive crashes of workers and Redis: early
acknowledgement, no prefetch, short socket time-outs. What a crash loses is found again in the
tables by the dispatcher, so nothing here has to be reliable, only quick.
"""

import gc
import os
from importlib import import_module
from typing import Any

import structlog
from billiard.exceptions import (
    TimeLimitExceeded,
    WorkerLostError,
)
from celery import Celery
from celery.signals import (
    heartbeat_sent,
    setup_logging,
    task_failure,
    task_postrun,
    task_prerun,
    worker_before_create_process,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
)
from django.db import OperationalError, connections
from kombu import Queue
from kombu.utils.objects import cached_property

from flowia import database, stopping  # noqa: F401 - the second listens to workers' signals
from flowia.lib.refusals import refuse_wrong_settings
from flowia.watching import deaf, memory, tasks, workers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowia.settings")

QUEUES = ("incomingMessages", "autoReply", "browserLinkedIn", "background")
ASKING = {"incomingMessages", "background"}
"""The queues whose tasks ask the model."""
TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "unacked_mutex_expire": 30,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 5,
    "global_keyprefix": "flowia:",
    # Publishing must fail at once, not after kombu's patient attempts (6 s, measured).
    "max_retries": 0,
}

log = structlog.get_logger("flowia.celery")


class Product(Celery):
    """Celery, with a beat of our own."""

    @cached_property
    def Beat(self) -> Any:  # noqa: N802 - Celery's name
        """The class that `celery beat` starts."""
        name: Any = "flowia.beat:Beat"
        return self.subclass_with_self(name)


app = Product("flowia", task_cls="flowia.stopping:StoppableTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_queues=[Queue(name, routing_key=name) for name in QUEUES],
    task_default_queue="background",
    task_routes={
        "processing.tasks.receive": {"queue": "incomingMessages"},
        "processing.tasks.respond": {"queue": "incomingMessages"},
        "processing.tasks.send": {"queue": "autoReply"},
        "processing.tasks.*_by_browser": {"queue": "browserLinkedIn"},
        "processing.tasks.note_browser": {"queue": "browserLinkedIn"},
        "processing.tasks.sync": {"queue": "background"},
        "accounts.tasks.*": {"queue": "background"},
        "processing.tasks.remove": {"queue": "background"},
        "processing.tasks.poll": {"queue": "background"},
        "processing.tasks.digest": {"queue": "background"},
        "processing.tasks.tend_quotas": {"queue": "background"},
        "processing.tasks.cool_leads": {"queue": "background"},
        "processing.privacy.tasks.*": {"queue": "background"},
        "processing.invariants.tasks.*": {"queue": "background"},
    },
    task_create_missing_queues=False,
    task_ignore_result=True,
    task_acks_late=False,
    task_reject_on_worker_lost=False,
    task_publish_retry=False,
    task_serializer="json",
    accept_content=["json"],
    task_soft_time_limit=25,
    task_time_limit=30,
    worker_disable_prefetch=True,
    worker_prefetch_multiplier=1,
    worker_pool="prefork",
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_enable_remote_control=True,
    worker_max_tasks_per_child=500,
    worker_max_memory_per_child=300_000,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options=TRANSPORT_OPTIONS,
    timezone="UTC",
    enable_utc=True,
    beat_max_loop_interval=1,
    # Otherwise each task begins and ends by closing the database's connection, and one costs as
    # much as ten questions; `flowia.handing` looks after it.
    CELERY_DB_REUSE_MAX=10**9,
)


@setup_logging.connect
def keep_our_logs(**_options: Any) -> None:
    """Leave the logs as `flowia.lib.logging` set them up.

    Without a listener here, Celery would put its own level and format in their place, and the
    lines that follow a message through the workers would be lost.
    """


@worker_init.connect
def look_at_settings(**_options: Any) -> None:
    """End a worker before its first task where the settings are refused."""
    refuse_wrong_settings()


@worker_init.connect
def load_what_all_use(**_options: Any) -> None:
    """Have a worker build once what each of its processes would build at its first message."""
    if ASKING & set(app.amqp.queues.consume_from):
        try:
            import_module("processing.warming").build()
        except OperationalError:
            log.info("nothing built before the first message: no database")
        finally:
            connections.close_all()


@worker_before_create_process.connect
def share(**_options: Any) -> None:
    """Let no collection write to what a worker shares with its processes: it would copy it all.

    See `gc.freeze` (https://docs.python.org/3/library/gc.html#gc.freeze); without it each process
    weighs 65 MB more within seconds.
    """
    gc.freeze()


@worker_process_init.connect
def prepare(**_options: Any) -> None:
    """Have each process of a worker prepare its statements."""
    database.prepare_statements()


@worker_ready.connect
def look_for_a_browser(**_options: Any) -> None:
    """Have a worker that drives browsers tell at once whether it has one; beat asks it again."""
    if "browserLinkedIn" in app.amqp.queues.consume_from:
        app.send_task("processing.tasks.note_browser")


@worker_ready.connect
def notice_deafness(sender: Any = None, **_options: Any) -> None:
    """Have a worker end that no longer takes what waits for it."""
    waiting = deaf.in_queues(list(app.amqp.queues.consume_from))
    deaf.listen(waiting, sender.controller.concurrency)


@heartbeat_sent.connect
def say_alive(sender: Any = None, **_options: Any) -> None:
    """Have a worker say that it lives, with each of its beats."""
    name = str(sender.eventer.hostname)
    workers.say_alive(name, list(app.amqp.queues.consume_from))
    memory.say(name)


@task_prerun.connect
def task_begins(task_id: str = "", task: Any = None, **_options: Any) -> None:
    """Count a task that begins."""
    tasks.begin(app, task_id, task.name)


@task_postrun.connect
def task_ends(task_id: str = "", task: Any = None, state: str = "", **_options: Any) -> None:
    """Count a task that ended, whatever of it."""
    tasks.end(app, task_id, task.name, outcome="ok" if state == "SUCCESS" else "failed")


@task_failure.connect
def task_lost(task_id: str = "", sender: Any = None, exception: Any = None, **_rest: Any) -> None:
    """Count, in a worker's main process, a task whose child was killed or ended by itself."""
    if isinstance(exception, (WorkerLostError, TimeLimitExceeded)):
        tasks.end(app, task_id, sender.name, outcome="lost")


worker_process_shutdown.connect(tasks.leave)
app.autodiscover_tasks(
    [
        *("accounts", "social", "processing", "billing", "integrations"),
        *("processing.privacy", "processing.invariants"),
    ]
)
