"""The Celery app, its queues, and the scheduler that keeps what operators change.

The settings are those that were measured to survive crashes of workers and Redis: early
acknowledgement, no prefetch, short socket time-outs. What a crash loses is found again in the
tables by the dispatcher, so nothing here has to be reliable, only quick.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent, setup_logging, worker_ready
from kombu import Queue

from flowia.watching import workers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowia.settings")

QUEUES = ("incomingMessages", "autoReply", "browserLinkedIn", "background")
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

app = Celery("flowia")
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
    worker_soft_shutdown_timeout=20,
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
)


@setup_logging.connect
def keep_our_logs(**_options: Any) -> None:
    """Leave the logs as `flowia.lib.logging` set them up.

    Without a listener here, Celery would put its own level and format in their place, and the
    lines that follow a message through the workers would be lost.
    """


@worker_ready.connect
def look_for_a_browser(**_options: Any) -> None:
    """Have a worker that drives browsers tell at once whether it has one; beat asks it again."""
    if "browserLinkedIn" in app.amqp.queues.consume_from:
        app.send_task("processing.tasks.note_browser")


@heartbeat_sent.connect
def say_alive(sender: Any = None, **_options: Any) -> None:
    """Have a worker say that it lives, with each of its beats."""
    workers.say_alive(str(sender.eventer.hostname), list(app.amqp.queues.consume_from))


app.autodiscover_tasks(
    ["accounts", "social", "processing", "billing", "integrations", "processing.privacy"]
)
