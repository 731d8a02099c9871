"""The ledger, summed by day: what `/analytics` reads instead of a million rows.

A row is counted once: its flag and its figures change in one transaction. There is no cursor that
a transaction which commits late could slip under.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Case, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value, When

from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.tally import Count
from processing.counting import Told, figures_of
from processing.models import DailyFigure, InteractionEvent

BATCH = 500
BATCHES = 20
"""So many in one run of the task, a few seconds' work; the next run goes on."""
FRESH_ROWS = 5000
"""So many rows that are not counted yet are summed for a reader: what comes in within minutes."""
LOOKS = 5
ADDED = ("count", "amount")
COLUMNS = ("uid", "created_at", "workspace", "day", "name", *ADDED)
WANTED = ("kind", "outcome", "reason", "data", "created_at", "workspace_id")
# Looked up for each row: for a join, PostgreSQL would read every workspace there is.
ZONE = Subquery(Workspace.objects.filter(pk=OuterRef("workspace")).values("timezone")[:1])

TOLD = Count(
    "flowia_figures",
    "What the ledger's rows add to the figures of all workspaces, by the parts of its name.",
    ("kind", "outcome", "reason"),
    born=(
        ("received", "", "received"),
        ("delivery", "sent", "sent"),
        ("delivery", "refused", "send_refused"),
        ("delivery", "failed", "send_failed"),
        ("delivery", "unconfirmed", "send_unconfirmed"),
        ("push", "synced", ""),
        ("push", "sync_failed", ""),
    ),
)
"""Counted where rows are added up anyway, seconds after they were written: nothing per message."""

Key = tuple[int, date, str]


@dataclass(frozen=True)
class Sums:
    """Figures of a period: by day and name, `(count, amount)`.

    `complete` is false while an old ledger is being counted: some rows are missing then.
    """

    days: dict[date, dict[str, tuple[int, int]]]
    complete: bool


def digest(*, batches: int = BATCHES, batch: int = BATCH) -> int:
    """Count rows of the ledger that are not counted yet; return how many.

    Two may do it at once: on PostgreSQL each takes rows that the other has not locked, on SQLite
    one waits for the other.
    """
    done = 0
    for _ in range(batches):
        taken = digest_rows(InteractionEvent.objects.all(), batch=batch)
        done += taken
        if taken < batch:
            break
    return done


def digest_rows(among: QuerySet[InteractionEvent], *, batch: int = BATCH) -> int:
    """Count up to `batch` rows of `among` in one transaction; return how many."""
    with transaction.atomic():
        # In the order of the partial index: a first run over an old ledger never sorts it.
        waiting = among.filter(counted=False).order_by("workspace_id", "id")
        locked = waiting.select_for_update(skip_locked=True)
        keys = list(locked.values_list("pk", flat=True)[:batch])
        if keys:
            mine = InteractionEvent.objects.filter(pk__in=keys)
            sums = _summed(mine.values_list(*WANTED, ZONE).iterator())
            add(sums)
            mine.update(counted=True)
            transaction.on_commit(lambda: _tell(sums))
    return len(keys)


def _tell(sums: dict[Key, tuple[int, int]]) -> None:
    """Count the figures over all workspaces, without naming one."""
    for (_workspace, _day, name), (count, _amount) in sums.items():
        kind, _colon, rest = name.partition(":")
        outcome, _colon, reason = rest.partition(":")
        TOLD.add(kind, outcome, reason, by=count)


def uncounted() -> int:
    """Return how many rows of the ledger wait to be counted."""
    return InteractionEvent.objects.filter(counted=False).count()


def add(sums: dict[Key, tuple[int, int]]) -> None:
    """Add counts and amounts to the figures, by one statement for each few hundred."""
    # In one order, so that two who add to the same figures never wait for each other.
    ordered = sorted(sums.items())
    for start in range(0, len(ordered), BATCH):
        _upsert([_figure(key, sum_) for key, sum_ in ordered[start : start + BATCH]])


def sums_of(workspace: Workspace, first: date, last: date, *, starts: Sequence[date] = ()) -> Sums:
    """Return the figures of local days `first` to `last`, exact to this second.

    With `starts` (rising, `first` is the first) the database sums them from each of these days
    until the next, and they stand under it; without, each day stands for itself.
    What is counted and what is not are read one after the other; they are read again when rows
    changed sides in between.
    """
    fresh = _fresh(workspace, first, last)
    for _ in range(LOOKS):
        rows = list(fresh.values_list("pk", *WANTED, ZONE)[: FRESH_ROWS + 1])
        days = _kept(workspace, first, last, starts)
        keys = [row[0] for row in rows]
        if not keys or not InteractionEvent.objects.filter(pk__in=keys, counted=True).exists():
            break
    for (_, day, name), (count, amount) in _summed(row[1:] for row in rows[:FRESH_ROWS]).items():
        span = starts[bisect_right(starts, day) - 1] if starts else day
        known = days[span].get(name, (0, 0))
        days[span][name] = (known[0] + count, known[1] + amount)
    return Sums(dict(days), complete=len(rows) <= FRESH_ROWS)


def today_of(workspace: Workspace, *, now: datetime | None = None) -> date:
    """Return the workspace's local day, by the database's clock where `now` is not given."""
    return (now or clock.now()).astimezone(ZoneInfo(workspace.timezone)).date()


def _kept(
    workspace: Workspace, first: date, last: date, starts: Sequence[date]
) -> dict[date, dict[str, tuple[int, int]]]:
    days: dict[date, dict[str, tuple[int, int]]] = defaultdict(dict)
    rows = DailyFigure.objects.filter(workspace=workspace, day__range=(first, last))
    if starts:
        for span, name, count, amount in _by_span(rows, starts):
            days[starts[span]][name] = (count, amount)
        return days
    for day, name, count, amount in rows.values_list("day", "name", *ADDED):
        days[day][name] = (count, amount)
    return days


def _by_span(rows: QuerySet[DailyFigure], starts: Sequence[date]) -> QuerySet[Any, Any]:
    """Let the database add up the days from each start until the next, by the start's number."""
    # The latest first: a period is asked for until today, and the first that fits ends the search.
    whens = [When(day__gte=starts[n], then=Value(n)) for n in range(len(starts) - 1, 0, -1)]
    spans = Case(*whens, default=Value(0), output_field=IntegerField())
    summed = rows.annotate(span=spans).values("span", "name")
    return summed.annotate(counts=Sum("count"), amounts=Sum("amount")).values_list(
        "span", "name", "counts", "amounts"
    )


def _fresh(workspace: Workspace, first: date, last: date) -> QuerySet[InteractionEvent]:
    zone = ZoneInfo(workspace.timezone)
    start = datetime.combine(first, time.min, zone)
    end = datetime.combine(last + timedelta(days=1), time.min, zone)
    rows = InteractionEvent.objects.filter(workspace=workspace, counted=False)
    return rows.filter(created_at__gte=start, created_at__lt=end).order_by("workspace_id", "id")


def _summed(rows: Iterable[tuple[Any, ...]]) -> dict[Key, tuple[int, int]]:
    sums: dict[Key, tuple[int, int]] = {}
    for key, count, amount in _pieces(rows):
        known = sums.get(key, (0, 0))
        sums[key] = (known[0] + count, known[1] + amount)
    return sums


def _pieces(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Key, int, int]]:
    for kind, outcome, reason, data, at, workspace, timezone in rows:
        day = at.astimezone(ZoneInfo(timezone)).date()
        for one in figures_of(Told(kind, outcome, reason, data)):
            yield (workspace, day, one.name), one.count, one.amount


def _figure(key: Key, sum_: tuple[int, int]) -> DailyFigure:
    workspace, day, name = key
    figure = DailyFigure(workspace_id=workspace, day=day, name=name)
    figure.count, figure.amount = sum_
    return figure


def _upsert(figures: list[DailyFigure]) -> None:
    """Insert figures, or add to those that exist; `bulk_create` can only overwrite."""
    now = clock.now()
    values = []
    for figure in figures:
        figure.created_at = now
        values += [
            field.get_db_prep_save(getattr(figure, field.attname), connection)
            for field in _fields()
        ]
    row = f"({', '.join(['%s'] * len(COLUMNS))})"
    with connection.cursor() as cursor:
        cursor.execute(_statement() + ", ".join([row] * len(figures)) + _on_conflict(), values)


@cache
def _fields() -> tuple[Any, ...]:
    return tuple(DailyFigure._meta.get_field(name) for name in COLUMNS)  # noqa: SLF001 - Django's own name


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _statement() -> str:
    columns = ", ".join(_quoted(field.column) for field in _fields())
    return f"INSERT INTO {_quoted(DailyFigure._meta.db_table)} ({columns}) VALUES "  # noqa: S608, SLF001 - names of our own


def _on_conflict() -> str:
    table = _quoted(DailyFigure._meta.db_table)  # noqa: SLF001 - Django's own name
    one = ", ".join(_quoted(name) for name in ("workspace_id", "day", "name"))
    added = ", ".join(
        f"{_quoted(name)} = {table}.{_quoted(name)} + excluded.{_quoted(name)}" for name in ADDED
    )
    return f" ON CONFLICT ({one}) DO UPDATE SET {added}"
