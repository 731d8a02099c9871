"""No step of the pipeline reads a table as a whole, nor sorts one, however much it holds.

The statements are those of the running pipeline, explained as they come.
"""

import pytest
from django.db import connection

from benchmarks.growth.rows import Rows, fill_messages
from tests.plans.conftest import in_large_business
from tests.plans.explaining import explaining
from tests.plans.journey import travel
from tests.processing.conftest import Scene

MESSAGES, LEAST = 18_000, 1500
"""So many that reading a table as a whole costs more than an index, on either database."""
FEWEST_STATEMENTS = 100


def filled() -> Rows:
    rows = fill_messages(MESSAGES, least=LEAST)
    if connection.vendor == "postgresql":  # nobody asks SQLite for statistics
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return rows


@pytest.mark.django_db(transaction=True)
def test_no_statement_of_the_pipeline_reads_a_table_as_a_whole(small: Scene) -> None:
    rows = filled()
    faults: dict[str, str] = {}
    for scene in (small, in_large_business(small, rows)):
        # The same statement may be answered in another way for whom half of all rows belongs to.
        with explaining(least=LEAST) as found:
            travel(scene)
        assert len(found.seen) > FEWEST_STATEMENTS
        faults |= found.faults
    assert not faults, "\n\n".join(f"{asker}: {fault}" for asker, fault in faults.items())
