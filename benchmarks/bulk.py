"""Many rows of any table, made by the database itself: `fill(Model, rows, column="expression")`.

An expression is SQL in which `n` is the number of the row, from 0; it has to be understood by
PostgreSQL and SQLite alike. Columns that are not named take the model's own defaults.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction
from django.db.utils import DatabaseError

UNSEEN = 3600
"""How many seconds ago the newest row was made, where nothing else is said."""
RESTARTS = """
SELECT setval(pg_get_serial_sequence(%s, 'id'), GREATEST(1, (SELECT MAX(id) FROM {table})))"""


def fill(model: type[models.Model], rows: int, **expressions: str) -> int:
    """Add `rows` rows; return the key of the first, which the others follow without a gap."""
    first = last_of(model) + 1
    if rows > 0:
        with connection.cursor() as cursor:
            cursor.execute(_statement(model, rows, first, expressions))
            if connection.vendor == "postgresql":
                table = model._meta.db_table  # noqa: SLF001 - documented by Django
                cursor.execute(RESTARTS.format(table=table), [table])
    return first


def last_of(model: type[models.Model]) -> int:
    """Return the largest key there is, 0 in an empty table."""
    keys = model._default_manager.aggregate(last=models.Max("pk"))  # noqa: SLF001 - documented by Django
    return int(keys["last"] or 0)


@contextmanager
def without_checks() -> Iterator[None]:
    """Let PostgreSQL take rows without looking up what they refer to, where it allows that."""
    if connection.vendor != "postgresql":
        with transaction.atomic():
            yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute("SET LOCAL session_replication_role = replica")
        except DatabaseError:
            pass  # only its administrators may: it takes longer then
        yield


def pick(*choices: str, by: str = "n") -> str:
    """Return the expression of one of some texts in turn."""
    cases = " ".join(f"WHEN {number} THEN {text(one)}" for number, one in enumerate(choices))
    return f"CASE ({by}) % {len(choices)} {cases} END"


def text(words: str) -> str:
    """Return a text as SQL writes it; per cent signs would be taken for places of parameters."""
    return "'" + words.replace("'", "''") + "'"


def document(value: Any) -> str:
    """Return a JSON document as SQL writes it."""
    return text(json.dumps(value))


def ago(seconds: str) -> str:
    """Return the expression of the moment so many seconds (an expression, too) before now."""
    if connection.vendor == "postgresql":
        return f"(now() - ({seconds}) * interval '1 second')"
    return f"strftime('%Y-%m-%d %H:%M:%f', 'now', printf('%+d seconds', -({seconds})))"


def day(days_ago: str) -> str:
    """Return the expression of the day so many days ago."""
    if connection.vendor == "postgresql":
        return f"(current_date - CAST({days_ago} AS integer))"
    return f"date('now', printf('%+d days', -({days_ago})))"


def uid(number: str, *, of: str) -> str:
    """Return the expression of a uid that everybody can work out: of the row `number` of a table.

    `of` is the table's name. Like UUIDv7 it grows with the rows.
    """
    head = _hexadecimal(f"({number})")
    return f"{head} || {text('7' + of.encode().hex()[-19:].rjust(19, '8'))}"


def _hexadecimal(number: str) -> str:
    if connection.vendor == "postgresql":
        return f"lpad(to_hex(CAST({number} AS bigint)), 12, '0')"
    return f"printf('%012x', {number})"


def _statement(
    model: type[models.Model], rows: int, first: int, expressions: dict[str, str]
) -> str:
    fields = model._meta.concrete_fields  # noqa: SLF001 - documented by Django
    unknown = set(expressions) - {name for one in fields for name in (one.name, one.attname)}
    if unknown:
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
    given = {"id": f"{first} + n", "created_at": ago(f"{UNSEEN} + {rows} - n"), **expressions}
    columns = ", ".join(connection.ops.quote_name(str(one.column)) for one in fields)
    values = ", ".join(_value(one, given, rows, first) for one in fields)
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - documented by Django
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM {_numbers(rows)}"


def _numbers(rows: int) -> str:
    if connection.vendor == "postgresql":
        return f"generate_series(0, {rows - 1}) AS n"
    series = f"SELECT 0 AS n UNION ALL SELECT n + 1 FROM all_of WHERE n < {rows - 1}"
    return f"(WITH RECURSIVE all_of(n) AS ({series}) SELECT n FROM all_of)"


def _value(field: Any, given: dict[str, str], rows: int, first: int) -> str:
    expression = given.get(field.name) or given.get(field.attname)
    if expression is None:
        expression = _default(field, rows, first)
    if connection.vendor == "postgresql":
        return f"CAST({expression} AS {field.db_type(connection)})"
    binary = isinstance(field, models.BinaryField)
    return f"CAST({expression} AS BLOB)" if binary else expression


def _default(field: Any, rows: int, first: int) -> str:
    if field.name == "uid":
        return uid(f"{first} + n", of=field.model.__name__)
    if field.has_default():
        value = field.get_default()
    elif field.null:
        value = None
    elif getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return ago(f"{UNSEEN} + {rows} - n")
    else:
        value = field.get_default()
    return _literal(field, value)


def _literal(field: Any, value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(field, models.JSONField):
        return document(value)
    if isinstance(value, bool):
        return str(value).upper() if connection.vendor == "postgresql" else str(int(value))
    if isinstance(value, int | float):
        return str(value)
    return text(str(value))
