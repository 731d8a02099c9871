"""The one read: queues, workers, what failed, what rests, in a handful of bounded queries.

No query looks at more than an index and a thousand rows tell, however large the tables are.
"""

import os
import shutil
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Concat
from redis.exceptions import RedisError

from accounts.models import AuditChain, Letter
from accounts.posting import NO_SERVER, UNCONFIRMED
from billing.models import StripeEvent, Subscription
from billing.reconciling import Drift, last_found
from flowia.lib import clock
from flowia.lib.redis import redis_client
from flowia.watching import memory
from flowia.watching.census import Census
from flowia.watching.counting import MOST, Counted, counted
from flowia.watching.workers import Worker, known
from integrations.models import Hook, Integration
from processing import dispatch
from processing.models import DeadLetter, Delivery, InteractionEvent, ModelState
from social import drifts, meter, pauses
from social.models import Breaker, BrowserSession, SocialAccount, UnitTotal, WebhookEvent
from social.pauses import Pause
from social.providers.registry import PROVIDERS

LATELY, HOUR = timedelta(minutes=5), timedelta(hours=1)
DAY, NIGHTS = timedelta(days=1), timedelta(days=2)
"""What was looked at every night is late when it was not for `NIGHTS`."""
LAST_ROWS = 20_000
"""So many rows of the ledger are looked at for what happened within the hour."""
LAST_LETTERS = 5_000
"""So many letters are looked at for those that failed within a day."""
NEWEST, SIZE, LEDGER = "newest", "database", InteractionEvent._meta.db_table  # noqa: SLF001
"""Numbers that are counted beside rows: the ledger's newest id, the database's bytes."""
MINE = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()"
MOST_CONNECTIONS = """
SELECT LEAST(
  current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
  NULLIF(role.rolconnlimit, -1), NULLIF(base.datconnlimit, -1)
) FROM pg_roles role, pg_database base
WHERE role.rolname = current_user AND base.datname = current_database()
"""
"""How many connections we may have: what the server, our role and our database allow."""
ON_POSTGRES = {
    SIZE: "SELECT pg_database_size(current_database())",
    "connections": MINE,
    "connections_active": f"{MINE} AND state = 'active'",
    "connections_stuck": f"{MINE} AND state LIKE 'idle in transaction%%'",
    "connections_most": MOST_CONNECTIONS,
}
"""What PostgreSQL alone tells: the database's bytes, who is connected to it, how many may be."""
MODEL, PAGE, BREAKER = range(3)
SERVICE = ("model_ready", "model_queue", "model_paused")
"""Reasons that speak of the model and of no failure."""


@dataclass(frozen=True)
class Queue:
    """One queue: wake-ups in the broker (None: unknown), what is due in the tables, its workers.

    `more` says whether counting one of its steps ended before everything was counted.
    """

    name: str
    waiting: int | None
    due: int
    oldest: datetime | None
    workers: int | None
    more: bool = False


@dataclass(frozen=True)
class Units:
    """What was used of a network's day, of how many, and when the next one begins."""

    provider: str
    used: int
    most: int
    resets: datetime


@dataclass(frozen=True)
class Trouble:
    """Why the model is not asked, since when, and when one message tries again."""

    code: str
    since: datetime
    retry_at: datetime


@dataclass(frozen=True)
class Broker:
    """What only Redis knows: the queues' depths, beat's last tick in seconds, the workers.

    `memory` holds the bytes of each kind of process, `shares` how full it is where it runs (0 to
    1), `room` Redis' own: used, and at most (0: any).
    """

    depths: dict[str, int]
    beat: float | None
    workers: tuple[Worker, ...]
    memory: dict[str, int] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    room: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Ledgered:
    """What the ledger's last rows tell: sent lately, the model's failures of the hour by code."""

    sent: int
    model: dict[str, int]


@dataclass(frozen=True)
class Backlog:
    """What waits at `now`, and who works. `broker` is None where Redis does not answer.

    `counts` holds what is counted by name: "due:<step>", "dead:<step>" and the names of `_parts`;
    `beside` the ledger's newest id and, where it tells, the database's bytes.
    """

    now: datetime
    broker: Broker | None
    queues: tuple[Queue, ...]
    counts: dict[str, Counted]
    beside: dict[str, int]

    def of(self, prefix: str) -> dict[str, Counted]:
        """Return what is counted under "<prefix>:…", by what follows."""
        head = f"{prefix}:"
        rows = {name: one for name, one in self.counts.items() if name.startswith(head)}
        return {name.removeprefix(head): one for name, one in rows.items()}


@dataclass(frozen=True)
class Health(Backlog):
    """How everything is.

    `disk` holds the free bytes where our files are, `database` its bytes, each None where unknown;
    `milliseconds` what reading all this took. `census` and `notes` are empty but
    for who asks for them.
    """

    ledger: Ledgered
    breakers: tuple[tuple[str, datetime], ...]
    pauses: tuple[Pause, ...]
    changed: tuple[str, ...]
    units: tuple[Units, ...]
    troubles: tuple[Trouble, ...]
    stripe: Drift | None
    disk: int | None
    database: int | None
    milliseconds: int
    census: Census = field(default_factory=dict)
    notes: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Resting:
    """What rests without anybody's pause: breakers, changed pages, the model's troubles."""

    breakers: list[tuple[str, datetime]]
    changed: list[str]
    troubles: list[Trouble]


def read() -> Health:
    """Return how everything is now; five queries, none that a large table makes slow."""
    began = time.monotonic()
    backlog = read_backlog()
    now = backlog.now
    resting = _resting(now)
    return Health(
        now=now,
        broker=backlog.broker,
        queues=backlog.queues,
        counts=backlog.counts,
        beside=backlog.beside,
        ledger=_ledger(backlog),
        breakers=tuple(resting.breakers),
        pauses=tuple(pauses.all_in_force(now=now)),
        changed=tuple(resting.changed),
        units=tuple(_units(now)),
        troubles=tuple(resting.troubles),
        stripe=last_found(),
        disk=_disk(),
        database=backlog.beside[SIZE] if SIZE in backlog.beside else _file_size(),
        milliseconds=round((time.monotonic() - began) * 1000),
    )


def read_backlog() -> Backlog:
    """Return what waits now, and who works; one query."""
    now, broker = clock.now(), _broker()
    due = {f"due:{step}": rows for step, rows in dispatch.longest_due(now, most=MOST).items()}
    numbers = {NEWEST: f"SELECT MAX(id) FROM {LEDGER}"}  # noqa: S608 - a table's name
    if connection.vendor == "postgresql":
        numbers |= ON_POSTGRES
    at = dict.fromkeys(due, "next_at")
    counts = counted({**due, **_parts(now)}, at=at, numbers=numbers)
    beside = {name: counts.pop(name).number for name in numbers}
    return Backlog(now, broker, tuple(_queues(counts, broker)), counts, beside)


def _parts(now: datetime) -> dict[str, QuerySet[Any]]:
    """Return what is counted beside what is due, each in the order of an index."""
    dead = DeadLetter.objects.filter(replayed_at__isnull=True).order_by("object_id")
    steps = [step for step in dispatch.KEYS if step not in dispatch.BY_BROWSER.values()]
    return {
        **{f"dead:{step}": dead.filter(kind=step) for step in steps},
        "sending": Delivery.objects.filter(status="sending", next_at__isnull=False).order_by(),
        "events_failed": WebhookEvent.objects.filter(status="failed").order_by("id"),
        "stripe_failed": StripeEvent.objects.filter(status="failed").order_by("id"),
        "stripe_open": Subscription.objects.filter(
            next_at__isnull=False, attempts__gt=0
        ).order_by("next_at"),
        "to_log_in": SocialAccount.objects.filter(status="needs_login").order_by("id"),
        "tools": Integration.objects.filter(
            status__in=["needs_login", "needs_attention", "needs_mapping"]
        ).order_by("id"),
        "hooks_off": Hook.objects.filter(status="disabled").order_by("id"),
        "sessions_rest": BrowserSession.objects.filter(
            Q(until__gt=now) | Q(stopped_at__isnull=False)
        ).order_by("id"),
        **_letters(now),
        **_chains(now),
    }  # fmt: skip


def _letters(now: datetime) -> dict[str, QuerySet[Any]]:
    """Return the letters that failed within a day, and those that the mail server did not take.

    Of failed ones the newest rows tell: no index knows what a letter's end was.
    """
    after = (
        Letter.objects.order_by("-pk").annotate(after=F("pk") - LAST_LETTERS).values("after")[:1]
    )
    newest = Letter.objects.filter(pk__gt=after, created_at__gte=now - DAY)
    late = Letter.objects.filter(status="queued", next_at__isnull=False, attempts__gt=0)
    late = late.exclude(error_code__in=["", UNCONFIRMED])
    return {
        "letters_failed": newest.filter(status="failed").order_by("id"),
        "letters_late": late.order_by("next_at"),
        "letters_no_server": late.filter(error_code=NO_SERVER).order_by("next_at"),
    }


def _chains(now: datetime) -> dict[str, QuerySet[Any]]:
    """Return the audit log's chains that are broken, and those that no night verified."""
    unseen = Q(checked_at__lt=now - NIGHTS) | Q(checked_at=None, created_at__lt=now - NIGHTS)
    return {
        "chains_broken": AuditChain.objects.filter(broken_at__isnull=False).order_by("id"),
        "chains_late": AuditChain.objects.filter(unseen).order_by("id"),
    }


def _queues(counts: dict[str, Counted], broker: Broker | None) -> list[Queue]:
    found = []
    for name in dict.fromkeys(dispatch.KEYS.values()):
        steps = [counts[f"due:{step}"] for step, queue in dispatch.KEYS.items() if queue == name]
        found.append(
            Queue(
                name=name,
                waiting=broker.depths[name] if broker else None,
                due=sum(one.number for one in steps),
                oldest=min((one.oldest for one in steps if one.oldest), default=None),
                workers=_serving(name, broker) if broker else None,
                more=any(one.more for one in steps),
            )
        )
    return found


def _serving(queue: str, broker: Broker) -> int:
    return sum(one.alive and queue in one.queues for one in broker.workers)


def _broker() -> Broker | None:
    client = redis_client()
    try:
        told: dict[str, Any] = client.info("memory")
        return Broker(
            dispatch.depths(client),
            dispatch.seconds_since_tick(client),
            known(client),
            memory.known(client),
            memory.shares(client),
            (int(told.get("used_memory", 0)), int(told.get("maxmemory", 0))),
        )
    except (RedisError, OSError):
        return None


def lately(backlog: Backlog) -> QuerySet[InteractionEvent]:
    """Select the ledger's rows of the last hour among the newest: by their ids, an index.

    The newest id was asked for before: a database that does not know it plans for a third of all.
    """
    after, since = backlog.beside[NEWEST] - LAST_ROWS, backlog.now - HOUR
    return InteractionEvent.objects.filter(pk__gt=after, created_at__gte=since)


def _ledger(backlog: Backlog) -> Ledgered:
    """Count what the ledger's newest rows tell of: by their ids, which are an index."""
    rows = lately(backlog)
    sent = Count("pk", filter=Q(outcome="sent", created_at__gte=backlog.now - LATELY))
    kinds = Q(kind="decided", reason__startswith="model_") | Q(kind="delivery", outcome="sent")
    told = rows.filter(kinds).order_by().values("reason").annotate(number=Count("pk"), sent=sent)
    found = list(told.values_list("reason", "number", "sent"))
    failed = [one for one in found if one[0].startswith("model_") and one[0] not in SERVICE]
    model = {code: number for code, number, _sent in sorted(failed)}
    return Ledgered(sum(sent for _code, _number, sent in found), model)


def _resting(now: datetime) -> _Resting:
    """Read it from its three tables with one query; the few before the many that may be cut.

    On trial a breaker is no trouble any more.
    """
    what, breaker = Concat("provider", Value(" "), "capability"), F("opened_until")
    parts = (
        _part(MODEL, ModelState.objects.all(), F("code"), F("since"), F("retry_at")),
        _part(PAGE, drifts.resting(), what, F("found_at"), F("found_at")),
        _part(BREAKER, Breaker.objects.filter(opened_until__gt=now), F("name"), breaker, breaker),
    )
    rows = list(parts[0].union(*parts[1:], all=True).order_by("kind", "first")[: 2 * MOST])
    return _Resting(
        breakers=[(called, until) for kind, called, _at, until in rows if kind == BREAKER][:MOST],
        changed=[called for kind, called, *_moments in rows if kind == PAGE],
        troubles=[Trouble(*told) for kind, *told in rows if kind == MODEL],
    )


def _part(kind: int, rows: QuerySet[Any], called: Any, first: Any, then: Any) -> QuerySet[Any]:
    named = rows.order_by().annotate(kind=Value(kind), called=called, first=first, then=then)
    told: QuerySet[Any] = named.values_list("kind", "called", "first", "then")
    return told


def _units(now: datetime) -> list[Units]:
    """Return each metered network's day; what nobody used has no row yet."""
    days = {one.name: meter.day_of(one.meter, now) for one in PROVIDERS.values() if one.meter}
    wanted = Q(pk__in=[])
    for name, day in days.items():
        wanted |= Q(provider=name, day=day.day)
    rows = {one.provider: one for one in UnitTotal.objects.filter(wanted)}
    found = []
    for name, day in days.items():
        row, rules = rows.get(name), PROVIDERS[name].meter
        most = row.most if row else int(getattr(settings, rules.setting)) if rules else 0
        found.append(Units(name, row.used if row else 0, most, day.ends))
    return found


def _disk() -> int | None:
    try:
        return shutil.disk_usage(settings.VAR_DIR).free
    except OSError:
        return None


def _file_size() -> int | None:
    try:
        return os.stat(Path(str(connection.settings_dict["NAME"]))).st_size  # noqa: PTH116
    except OSError:
        return None
