"""How many statements and transactions each step asks for: the same however much is stored.

Whoever spares one changes the number here; whoever needs one more says why.
"""

import pytest
from django.db import connection

from benchmarks.growth.rows import fill_messages
from tests.plans.conftest import in_large_business
from tests.plans.journey import Counts, travel
from tests.processing.conftest import Scene

MESSAGES = 3000
ASKED: dict[str, tuple[int, int, int]] = {
    "stranger: webhook": (1, 1, 0),
    "stranger: receive": (25, 28, 1),
    "stranger: respond": (60, 65, 3),
    "stranger: send": (32, 36, 2),
    "echo: webhook": (1, 1, 0),
    "echo: receive": (12, 15, 1),
    "known: webhook": (1, 1, 0),
    "known: receive": (19, 22, 1),
    "known: respond": (57, 62, 3),
    "known: send": (30, 34, 2),
    "call of 1: webhook": (1, 1, 0),
    "call of 1: receive": (25, 28, 1),
    "call of 3: webhook": (1, 1, 0),
    "call of 3: receive": (69, 74, 3),
    "dispatch": (25, 27, 0),
    "digest": (4, 5, 1),
    "attention": (6, 7, 1),
    "names": (3, 3, 0),
    "sync": (30, 52, 1),
}
"""Statements on SQLite, statements on PostgreSQL (which is asked for the time, too), and
transactions. `call of 3` has three strangers' messages in one call: each costs the same again."""


def expected() -> Counts:
    place = 1 if connection.vendor == "postgresql" else 0
    return {step: (asked[place], asked[2]) for step, asked in ASKED.items()}


@pytest.mark.django_db(transaction=True)
def test_a_message_costs_the_same_however_much_is_stored(small: Scene) -> None:
    assert travel(small).counts() == expected()
    rows = fill_messages(MESSAGES)
    assert travel(small).counts() == expected()
    assert travel(in_large_business(small, rows)).counts() == expected()
