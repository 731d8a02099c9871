"""What was prepared for a connection and is stale, since a migration widened a column meanwhile.

Only workers prepare (`flowia.database`). To them it is a database that went away for a moment: on a
new connection nothing is prepared, so whoever asks again is answered.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import NotSupportedError, OperationalError, connection

WORDS = "cached plan must not change result type"
"""PostgreSQL's own (src/backend/utils/cache/plancache.c); psycopg calls it FeatureNotSupported, as
much else."""
Found = TypeVar("Found")


class StaleError(OperationalError):
    """A question was prepared before its answer's columns changed."""


def telling(execute: Callable[..., Any], *asked: Any) -> Any:
    """Execute a statement, as Django's `execute_wrappers` want it; raises StaleError."""
    try:
        return execute(*asked)
    except NotSupportedError as error:
        if WORDS not in str(error):
            raise
        raise StaleError from error


def once_more(do: Callable[[], Found]) -> Found:
    """Do what is a transaction of its own; where that was broken off as stale, do it again."""
    try:
        return do()
    except StaleError:
        if connection.in_atomic_block:
            raise
        connection.close()
        return do()
