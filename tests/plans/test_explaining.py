"""What counts as reading a table as a whole, on either database."""

from collections.abc import Callable

import pytest
from django.db.models import QuerySet

from benchmarks.bulk import fill
from billing.models import Closing
from tests.plans.explaining import MOST_ROWS, big_tables, fault_of

ROWS = 2 * MOST_ROWS
Rows = QuerySet[Closing]
CASES: dict[str, tuple[Callable[[Rows], Rows], bool]] = {
    "looked up by its index": (lambda rows: rows.filter(customer_id="gone_7"), False),
    "looked up without one": (lambda rows: rows.filter(error_code="none"), True),
    "the first by an index": (lambda rows: rows.order_by("-id")[:10], False),
    "the first of a sort": (lambda rows: rows.order_by("error_code")[:10], True),
    "what is due": (lambda rows: rows.filter(next_at__lte="2026-11-20T12:00Z"), False),
    "all of it": (lambda rows: rows, True),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", CASES)
def test_a_table_read_as_a_whole_is_found(name: str) -> None:
    fill(Closing, ROWS, customer_id="'gone_' || n")
    asked, whole = CASES[name]
    sql, params = asked(Closing.objects.all()).query.sql_with_params()
    assert bool(fault_of(sql, params, big_tables(ROWS))) is whole
