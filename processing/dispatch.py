"""What is due now, found in the tables: the broker only wakes, and may forget.

Beat calls `due` every second, in its own process. A row that was woken a moment ago is not woken
again, nor while its queue is long, so that a storm does not fill the queue with copies; the notes
of it live in Redis and may be lost without harm.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Min, QuerySet
from django.db.models.lookups import Exact
from redis import Redis

from accounts.models import Letter
from billing.models import Closing, PlanChange, StripeEvent, Subscription
from flowia.lib import clock
from integrations import removals
from integrations.actions import overdue, tools_due
from integrations.hooks import calling
from integrations.models import HookCall, Removal, SyncOrder
from processing.models import Contact, Delivery, FollowUp, Message, Replay
from processing.pipeline import sweep
from processing.quota_line import WAITS
from processing.wakes import Wake
from social.models import Poll, SocialAccount, WebhookEvent

BATCH = 500
GRACE = timedelta(seconds=2)
"""Rows that are woken as they are written get this long before they count as forgotten."""
QUIET_SECONDS = 10
"""A row that nobody took for this long after it was woken is woken once more…"""
LONG_QUEUE = 100
"""…unless so much waits in its queue that it probably waits there too."""
NOTE_SECONDS = 3600
TICK = "flowia:tick"
KEYS = {"receive": "incomingMessages", "respond": "incomingMessages", "send": "autoReply",
        "sync": "background", "order": "background", "letter": "background", "remove": "background",
        "follow": "background", "replay": "background",
        "settle": "background", "profile": "background", "poll": "background",
        "refresh": "background", "check": "background", "stripe": "background",
        "bill": "background", "close": "background", "plan": "background",
        "hook": "background"}  # fmt: skip


ORDER = {"respond": (Exact(F("reason"), WAITS), "next_at")}
"""A crowd in one workspace's line comes after everybody else's messages."""


def due(client: Redis) -> list[Wake]:
    """Return what is due and was not woken within the last seconds, oldest first."""
    sweep()
    now = clock.now()
    overdue(now=now)
    removals.overdue(now=now)
    calling.overdue(now=now)
    client.set(TICK, time.time())
    room = {step: _depth(client, queue) < LONG_QUEUE for step, queue in KEYS.items()}
    return [
        wake
        for wake, next_at in _found(now)
        if _calls_for(client, wake, next_at, again=room[wake.step])
    ]


def backlog(client: Redis) -> dict[str, Any]:
    """Return for each queue its depth in the broker and the age in seconds of its oldest item."""
    now = clock.now()
    ages: dict[str, float] = {}
    for step, oldest in _oldest(now).items():
        age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
        ages[KEYS[step]] = max(ages.get(KEYS[step], 0.0), round(age, 1))
    names = [*dict.fromkeys(KEYS.values()), "browserLinkedIn"]
    return {
        name: {"depth": _depth(client, name), "oldest_seconds": ages.get(name, 0.0)}
        for name in names
    }


def seconds_since_tick(client: Redis) -> float | None:
    """Return the age of beat's last tick, None when there was none."""
    last = client.get(TICK)
    return None if last is None else time.time() - float(str(last))


def _rows(now: datetime) -> dict[str, Any]:
    forgotten = now - GRACE
    return {
        "receive": WebhookEvent.objects.filter(status="received", next_at__lte=forgotten),
        "respond": Message.objects.filter(outcome="", next_at__lte=now),
        "send": Delivery.objects.filter(status="queued", next_at__lte=forgotten),
        "settle": Delivery.objects.filter(status="unconfirmed", next_at__lte=now),
        "sync": tools_due(now),
        "order": SyncOrder.objects.filter(next_at__lte=now),
        "letter": Letter.objects.filter(status="queued", next_at__lte=forgotten),
        "remove": Removal.objects.filter(status="queued", next_at__lte=forgotten),
        "follow": FollowUp.objects.filter(status__in=["pending", "task"], next_at__lte=now),
        "profile": due_at("profile_next_at", Contact.objects.all(), forgotten),
        "replay": Replay.objects.filter(status__in=["queued", "running"], next_at__lte=forgotten),
        "refresh": due_at("refresh_next_at", SocialAccount.objects.all(), now),
        "check": due_at("check_next_at", SocialAccount.objects.all(), now),
        "hook": HookCall.objects.filter(status="queued", next_at__lte=forgotten),
        "poll": Poll.objects.filter(next_at__lte=now),
        "plan": PlanChange.objects.filter(next_at__lte=now),
        "stripe": StripeEvent.objects.filter(status="received", next_at__lte=forgotten),
        "bill": Subscription.objects.filter(next_at__lte=now),
        "close": Closing.objects.filter(next_at__lte=now),
    }


def due_at(column: str, rows: QuerySet[Any], now: datetime) -> QuerySet[Any]:
    """Return the rows whose moment in `column` has come, with it as their `next_at`."""
    due: QuerySet[Any] = rows.filter(**{f"{column}__lte": now}).annotate(next_at=F(column))
    return due


def _found(now: datetime) -> Iterator[tuple[Wake, datetime]]:
    for step, rows in _rows(now).items():
        order = ORDER.get(step, ("next_at",))
        for row_id, next_at in rows.order_by(*order).values_list("pk", "next_at")[:BATCH]:
            yield Wake(step, row_id), next_at


def _oldest(now: datetime) -> dict[str, datetime | None]:
    return {
        step: rows.aggregate(oldest=Min("next_at"))["oldest"] for step, rows in _rows(now).items()
    }


def _depth(client: Redis, queue: str) -> int:
    return int(str(client.llen(f"flowia:{queue}")))


def _calls_for(client: Redis, wake: Wake, next_at: datetime, *, again: bool) -> bool:
    """Note and return whether the row is woken now: the first time, or `again` after a while."""
    note = f"flowia:woken:{wake.step}:{wake.row_id}:{next_at.timestamp()}"
    last = client.get(note)
    now = time.time()
    if last is not None and not (again and now - float(str(last)) > QUIET_SECONDS):
        return False
    client.set(note, now, ex=NOTE_SECONDS)
    return True
