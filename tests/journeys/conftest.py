"""The running products as the journeys see them."""

from collections.abc import Iterator

import pytest

from tests.journeys.driver import Driver, driving
from tests.stack import Stack


@pytest.fixture
def driver(stack: Stack) -> Iterator[Driver]:
    """Return a driver of the product on SQLite, then on PostgreSQL."""
    yield from driving(stack, Driver)
