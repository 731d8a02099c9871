"""The ledger becomes figures: once, whoever sums it, however it is sliced."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import close_old_connections, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Workspace
from processing import figures
from processing.counting import Told, figures_of
from processing.models import DailyFigure, InteractionEvent
from tests.factories import make_workspace

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KINDS = [
    ("received", "", "received", {}),
    ("decided", "reply", "replied", {"tokens_in": 7, "tokens_out": 3, "cost": 5}),
    ("decided", "silent", "nothing_to_add", {}),
    ("delivery", "sent", "sent", {"purpose": "reply", "author": "assistant", "first_answer": 12}),
    ("lead", "hot", "lead_new", {"level": "hot"}),
    ("lead", "hot", "lead_same", {"level": "hot"}),
    ("draft", "queued", "approved", {}),
]


def tell(workspace: Workspace, which: int = 0, at: datetime = NOON) -> InteractionEvent:
    kind, outcome, reason, data = KINDS[which]
    event = InteractionEvent.objects.create(
        workspace=workspace, kind=kind, outcome=outcome, reason=reason, data=data
    )
    InteractionEvent.objects.filter(pk=event.pk).update(created_at=at)
    return event


def counted_directly() -> dict[Any, tuple[int, int]]:
    counts: Counter[Any] = Counter()
    amounts: Counter[Any] = Counter()
    for event in InteractionEvent.objects.select_related("workspace"):
        day = event.created_at.astimezone(ZoneInfo(event.workspace.timezone)).date()
        for one in figures_of(Told(event.kind, event.outcome, event.reason, event.data)):
            key = (event.workspace_id, day, one.name)
            counts[key] += one.count
            amounts[key] += one.amount
    return {key: (counts[key], amounts[key]) for key in counts}


def kept() -> dict[Any, tuple[int, int]]:
    rows = DailyFigure.objects.values_list("workspace_id", "day", "name", "count", "amount")
    return {(workspace, day, name): (n, amount) for workspace, day, name, n, amount in rows}


class Sliced(TestCase):
    """Any sequence of rows, digested in any slices, equals a direct count."""

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 1), st.integers(0, len(KINDS) - 1), st.integers(-50, 50),
                st.integers(0, 3),
            ),
            max_size=25,
        )
    )  # fmt: skip
    def test_any_slicing_equals_a_direct_count(self, rows: list[tuple[int, int, int, int]]) -> None:
        zones = [make_workspace("A"), make_workspace("B", timezone="Pacific/Auckland")]
        for who, which, hours, sliced in rows:
            tell(zones[who], which, NOON + timedelta(hours=hours))
            if sliced:
                figures.digest(batches=sliced, batch=sliced)
        while figures.digest(batches=1, batch=3):
            pass

        assert kept() == counted_directly()
        assert figures.uncounted() == 0


@pytest.mark.django_db
def test_a_second_digest_adds_nothing() -> None:
    workspace = make_workspace()
    for which in range(len(KINDS)):
        tell(workspace, which)

    assert figures.digest() == len(KINDS)
    first = kept()
    assert figures.digest() == 0
    assert kept() == first == counted_directly()


@pytest.mark.django_db
def test_a_row_belongs_to_the_workspaces_own_day() -> None:
    tell(make_workspace("Paris"), at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    tell(make_workspace("New York", timezone="America/New_York"), at=NOON)
    figures.digest()

    days = list(DailyFigure.objects.order_by("workspace").values_list("day", flat=True))
    assert days == [date(2026, 11, 21), date(2026, 11, 20)]


@pytest.mark.django_db
def test_a_reader_sees_counted_and_uncounted_rows_alike() -> None:
    workspace, day = make_workspace(), NOON.date()
    for number in range(6):
        tell(workspace, 1, NOON + timedelta(minutes=number))
        seen = figures.sums_of(workspace, day, day).days[day]
        assert seen["decided:reply:replied"] == (number + 1, 0)
        assert seen["cost"] == (number + 1, 5 * (number + 1))
        if number % 2:
            figures.digest()
    tell(make_workspace("Ailleurs"))
    assert "received::received" not in figures.sums_of(workspace, day, day).days[day]


@pytest.mark.django_db
def test_rows_that_change_sides_while_one_looks_are_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace, day = make_workspace(), NOON.date()
    tell(workspace)
    real = figures._kept
    struck: list[int] = []

    def counted_in_between(*asked: Any) -> Any:
        if not struck:
            struck.append(figures.digest())
        return real(*asked)

    monkeypatch.setattr(figures, "_kept", counted_in_between)

    seen = figures.sums_of(workspace, day, day).days[day]
    assert struck == [1]
    assert seen == {"received::received": (1, 0)}


@pytest.mark.django_db
def test_a_period_too_full_of_uncounted_rows_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "FRESH_ROWS", 3)
    workspace, day = make_workspace(), NOON.date()
    for _ in range(4):
        tell(workspace)

    assert not figures.sums_of(workspace, day, day).complete
    figures.digest()
    assert figures.sums_of(workspace, day, day).complete


@pytest.mark.django_db
def test_the_command_counts_an_old_ledger() -> None:
    workspace = make_workspace()
    for which in (0, 1, 2, 3, 4):
        tell(workspace, which)
    out = StringIO()
    call_command("digest_ledger", stdout=out)

    assert "5" in out.getvalue()
    assert kept() == counted_directly()


def at_once(*work: Callable[[], Any]) -> None:
    """Run each piece of work in a thread with a connection of its own."""
    failures: list[BaseException] = []

    def run(piece: Callable[[], Any]) -> None:
        try:
            piece()
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            failures.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run, args=(piece,)) for piece in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures


@pytest.mark.django_db(transaction=True)
def test_two_at_once_count_every_row_once() -> None:
    workspace, other = make_workspace(), make_workspace("B")
    for number in range(120):
        tell((workspace, other)[number % 2], number % len(KINDS))

    def all_of_it() -> None:
        while figures.digest(batches=1, batch=7):
            pass

    at_once(all_of_it, all_of_it, all_of_it)
    figures.digest()  # what the others held when one of them looked its last time

    assert kept() == counted_directly()
    assert figures.uncounted() == 0


@pytest.mark.django_db(transaction=True)
def test_a_row_that_commits_late_is_not_missed() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite one writer waits for the other, so no row commits late")
    workspace = make_workspace()
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            tell(workspace, 0)
            written.set()
            assert go_on.wait(30)

    def quick() -> None:
        assert written.wait(30)
        tell(workspace, 2)  # a higher id, committed first
        figures.digest()
        go_on.set()

    at_once(slow, quick)
    assert figures.uncounted() == 1
    figures.digest()

    assert kept() == counted_directly()
