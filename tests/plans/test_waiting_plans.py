"""Everything that waits is asked for, whatever its age, and no large table is read for it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts import verifying
from processing import invariants
from tests.plans.explaining import big_tables, fault_of
from tests.plans.test_plans import LEAST, filled

ASKED = ("I1", "I2")
FROM = re.compile(r'FROM "(\w+)"')
KEPT_LONG = {
    "processing_message",
    "processing_delivery",
    "processing_followup",
    "integrations_syncrun",
    "integrations_hookcall",
    "social_webhookevent",
}
"""The tables that hold what people say for months; the rest is few, or gone after some weeks."""


@pytest.mark.django_db(transaction=True)
def test_no_large_table_is_read_for_what_nobody_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = tuple(one for one in invariants.INVARIANTS if one[0] in ASKED)
    monkeypatch.setattr(invariants, "INVARIANTS", asked)
    # The log is read as a whole, on purpose.
    monkeypatch.setattr(verifying, "verify_all", list)
    filled()
    big = big_tables(LEAST)
    faults: dict[str, list[str]] = {}

    def explained(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        table = FROM.search(sql)
        if sql.startswith("SELECT") and table is not None:
            faults.setdefault(table[1], []).extend(filter(None, [fault_of(sql, params, big)]))
        return execute(sql, params, many, context)

    now = timezone.now()
    with connection.execute_wrapper(explained):
        assert invariants.breaches(since=now - timedelta(hours=1), now=now) == []

    assert set(faults) & big >= KEPT_LONG
    assert {table: said for table, said in faults.items() if said and table in KEPT_LONG} == {}
