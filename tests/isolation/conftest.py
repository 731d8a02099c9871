"""The workspace that is walked around: made once a file, untouched for every test."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.isolation.world import World, make_world


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Make the rows in a transaction around all tests of a file; it is rolled back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = make_world()
        with django_db_blocker.block():
            yield world
        transaction.set_rollback(True)


@pytest.fixture
def world(made: World, db: None) -> World:
    """Return the workspace for one test, whose own transaction undoes whatever it does to it."""
    return copy.deepcopy(made)
