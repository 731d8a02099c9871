"""What is due now, found in the tables: the broker only wakes, and may forget.

Beat calls `due` every second, in its own process. A row that was woken a moment ago is not woken
again, nor while its queue is long, so that a storm does not fill the queue with copies; the notes
of it live in Redis and may be lost without harm.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import F, Min, QuerySet, Window
from django.db.models.functions import RowNumber
from django.db.models.lookups import Exact
from redis import Redis

from accounts.models import Letter
from billing.models import Closing, PlanChange, StripeEvent, Subscription
from flowia.lib import clock
from flowia.lib.standing import Standing, given
from integrations import removals
from integrations.actions import overdue, tools_due
from integrations.hooks import calling
from integrations.models import HookCall, Removal, SyncOrder
from processing.models import Contact, Delivery, FollowUp, LeadAct, Message, Replay
from processing.pipeline import sweep
from processing.quota_line import WAITS
from processing.wakes import Wake
from social import pauses
from social.models import Poll, SocialAccount, WebhookEvent
from social.providers.registry import BROWSED

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
        "act": "background",
        "follow": "background", "replay": "background",
        "settle": "background", "profile": "background", "poll": "background",
        "refresh": "background", "check": "background", "stripe": "background",
        "bill": "background", "close": "background", "plan": "background",
        "hook": "background",
        "send_by_browser": "browserLinkedIn", "settle_by_browser": "browserLinkedIn",
        "poll_by_browser": "browserLinkedIn", "check_by_browser": "browserLinkedIn"}  # fmt: skip


BY_BROWSER = {step: f"{step}_by_browser" for step in ("send", "settle", "poll", "check")}
"""The steps that a browser does for some networks, on a queue of its own."""
THEIRS: dict[str, tuple[Any, str]] = {
    "send": (Delivery, "message__social_account__provider__in"),
    "settle": (Delivery, "message__social_account__provider__in"),
    "poll": (Poll, "social_account__provider__in"),
    "check": (SocialAccount, "provider__in"),
}
OWN = tuple(step for step in KEYS if not step.endswith("_by_browser"))
"""The steps that have rows of their own: a browser's are found among these."""
ASLEEP = ("send", "follow", "sync", "hook")
"""The steps that wait in their tables, unwoken, while everything rests."""
EVERYTHING_PAUSED = "everything_paused"
SHARED = {"respond", "send"}
"""The steps whose backlog is shared out among workspaces: a crowd at one lets others through."""
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
    waiting = depths(client)
    room = {step: waiting[queue] < LONG_QUEUE for step, queue in KEYS.items()}
    return [
        wake
        for wake, next_at in _found(now)
        if _calls_for(client, wake, next_at, again=room[wake.step])
    ]


def longest_due(now: datetime, *, most: int) -> dict[str, QuerySet[Any]]:
    """Return for each step the `most` rows that have been due the longest, by their `next_at`.

    What is a browser's stands under its own step alone: it waits in a queue of its own.
    """
    due = _rows(now)
    for step, by_browser in BY_BROWSER.items():
        provider = THEIRS[step][1]
        due[by_browser] = due[step].filter(**{provider: BROWSED})
        due[step] = due[step].exclude(**{provider: BROWSED})
    return {step: rows.order_by("next_at")[:most] for step, rows in due.items()}


def depths(client: Redis) -> dict[str, int]:
    """Return how many wake-ups wait in the broker, for each queue."""
    return {name: _depth(client, name) for name in dict.fromkeys(KEYS.values())}


def backlog(client: Redis) -> dict[str, Any]:
    """Return for each queue its depth in the broker and the age in seconds of its oldest item."""
    now = clock.now()
    ages: dict[str, float] = {}
    for step, oldest in _oldest(now).items():
        age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
        ages[KEYS[step]] = max(ages.get(KEYS[step], 0.0), round(age, 1))
    return {
        name: {"depth": _depth(client, name), "oldest_seconds": ages.get(name, 0.0)}
        for name in dict.fromkeys(KEYS.values())
    }


def seconds_since_tick(client: Redis) -> float | None:
    """Return the age of beat's last tick, None when there was none.

    A tick of a clock that was ahead is as old as it is far: it is no sign of life.
    """
    age = age_of_tick(client)
    return None if age is None else abs(age)


def age_of_tick(client: Redis) -> float | None:
    """Return the same, below zero where beat's clock is ahead of this machine's."""
    last = last_tick(client)
    return None if last is None else time.time() - last


def last_tick(client: Redis) -> float | None:
    """Return when beat ticked last, in seconds since 1970 by its own clock; None for never."""
    last = client.get(TICK)
    return None if last is None else float(str(last))


def _rows(now: Any, forgotten: Any = None) -> dict[str, Any]:
    forgotten = now - GRACE if forgotten is None else forgotten
    return {
        "receive": WebhookEvent.objects.filter(status="received", next_at__lte=forgotten),
        "respond": Message.objects.filter(outcome="", next_at__lte=now),
        "send": Delivery.objects.filter(status="queued", next_at__lte=forgotten),
        "settle": Delivery.objects.filter(status="unconfirmed", next_at__lte=now),
        "sync": tools_due(now),
        "order": SyncOrder.objects.filter(next_at__lte=now),
        "act": LeadAct.objects.filter(next_at__lte=forgotten),
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


def _resting(found: dict[str, Any]) -> dict[str, Any]:
    """Return what of the due rows is worth waking: none of what would only find that it rests.

    Each message is judged once in a pause all the same: who calls for a human gets one meanwhile.
    """
    waits = found["respond"].exclude(reason=EVERYTHING_PAUSED)
    return {**found, **{step: found[step].none() for step in ASLEEP}, "respond": waits}


def due_at(column: str, rows: QuerySet[Any], now: Any) -> QuerySet[Any]:
    """Return the rows whose moment in `column` has come, with it as their `next_at`."""
    due: QuerySet[Any] = rows.filter(**{f"{column}__lte": now}).annotate(next_at=F(column))
    return due


def _found(now: datetime) -> Iterator[tuple[Wake, datetime]]:
    if pauses.everything_rests(now=now):
        for step, rows in _resting(_rows(now)).items():
            yield from _due_of(step, rows)
        return
    for step in OWN:
        found = _first(step, BATCH)(now=now, forgotten=now - GRACE)
        crowded = step in SHARED and len(found) == BATCH
        yield from _due_of(step, _rows(now)[step]) if crowded else _wakes(step, found)


@cache
def _first(step: str, most: int) -> "Standing[Any]":
    """Return the question, asked every second, for the first `most` rows that are due."""
    order = ORDER.get(step, ("next_at",))
    return Standing(
        lambda: (
            _rows(given.moment("now"), given.moment("forgotten"))[step]
            .order_by(*order)
            .values_list("pk", "next_at")[:most]
        )
    )


def _due_of(step: str, rows: "QuerySet[Any]") -> Iterator[tuple[Wake, datetime]]:
    order = ORDER.get(step, ("next_at",))
    found = list(rows.order_by(*order).values_list("pk", "next_at")[:BATCH])
    if step in SHARED and len(found) == BATCH:
        found = list(_in_turn(rows, order).values_list("pk", "next_at")[:BATCH])
    yield from _wakes(step, found)


def _wakes(step: str, found: list[tuple[int, datetime]]) -> Iterator[tuple[Wake, datetime]]:
    in_browser = _done_in_browser(step, [row_id for row_id, _next_at in found])
    for row_id, next_at in found:
        yield Wake(BY_BROWSER[step] if row_id in in_browser else step, row_id), next_at


def _in_turn(rows: "QuerySet[Any]", order: tuple[Any, ...]) -> "QuerySet[Any]":
    """Return the rows so that every workspace's oldest comes before anybody's second."""
    own = Window(RowNumber(), partition_by=F("workspace_id"), order_by=F("next_at").asc())
    shared: QuerySet[Any] = rows.annotate(turn=own).order_by(*order[:-1], "turn", "next_at")
    return shared


def _done_in_browser(step: str, ids: list[int]) -> set[int]:
    """Return which of the rows that are due are a browser's.

    Asked of those alone: a join in the queries above would walk every message, every second.
    """
    if step not in BY_BROWSER or not ids:
        return set()
    rows, provider = THEIRS[step]
    return set(rows.objects.filter(pk__in=ids, **{provider: BROWSED}).values_list("pk", flat=True))


def _oldest(now: datetime) -> dict[str, datetime | None]:
    found: dict[str, datetime | None] = {
        step: rows.aggregate(oldest=Min("next_at"))["oldest"] for step, rows in _rows(now).items()
    }
    # What waits for a browser waits in its own queue.
    for step, by_browser in BY_BROWSER.items():
        waits = [at for wake, at in _due_of(step, _rows(now)[step]) if wake.step == by_browser]
        found[by_browser] = min(waits, default=None)
    return found


def _depth(client: Redis, queue: str) -> int:
    return int(str(client.llen(f"flowia:{queue}")))


def _calls_for(client: Redis, wake: Wake, next_at: datetime, *, again: bool) -> bool:
    """Note and return whether the row is woken now: the first time, or `again` after a while."""
    note = f"flowia:woken:{wake.step}:{wake.row_id}:{next_at.timestamp()}"
    last = client.get(note)
    now = time.time()
    # A note of a clock that was ahead tells nothing either.
    if last is not None and not (again and abs(now - float(str(last))) > QUIET_SECONDS):
        return False
    client.set(note, now, ex=NOTE_SECONDS)
    return True
