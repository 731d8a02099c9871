"""The one clock that decides: the database's.

A worker whose own clock is ten minutes off must not send ten minutes early, so every moment that
is compared with a `…_at` column comes from here.
"""

from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, Func
from django.utils import timezone


def now() -> datetime:
    """Return the database's current time, aware, in UTC."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def at_writing() -> datetime | Func:
    """Return what a row's column takes for the database's time, without a question of its own.

    The object that was saved knows no moment then: who needs one reads the row.
    """
    if connection.vendor != "postgresql":
        return timezone.now()
    return Func(function="clock_timestamp", output_field=DateTimeField())
