"""Questions that come with every message: built once, asked often.

Django builds a queryset and its SQL anew each time, which takes longer than PostgreSQL needs for
the answer (docs/performance.md). A standing question keeps the SQL; what differs from one asking to
the next stands in it as `given`.

    NEWER = Standing(lambda: Message.objects.filter(conversation_id=given.key("conversation")))
    rows = NEWER(conversation=3)

The order of the words, the joins and the limits are the same each time, so it cannot hold what is
only sometimes asked for, a list of any length, or `prefetch_related`. One that locks what it finds
is asked in a transaction, as Django wants it.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    BigAutoField,
    BinaryField,
    CharField,
    DateField,
    DateTimeField,
    Expression,
    Field,
    IntegerField,
    JSONField,
    Model,
    QuerySet,
    UUIDField,
)
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.models.sql.constants import ROW_COUNT
from django.db.transaction import (
    TransactionManagementError,
    atomic,
    mark_for_rollback_on_error,
)

from flowia.lib import clock

Row = TypeVar("Row")


class Given(Expression):
    """The place of a value in a standing question."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the place; the value is put there when the question is asked."""
        del compiler, connection
        return "%s", (self,)


class Now(Given):
    """The database's clock as a row is written: a place only where the process tells it."""

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the database's own word."""
        del compiler, connection
        return "clock_timestamp()", ()


class given:  # noqa: N801 - read as a word of the question
    """The places by the kind of their values."""

    @staticmethod
    def now() -> Now:
        """Return the moment at which a row is written (`clock.at_writing`); needs no value."""
        return Now("now", DateTimeField())

    @staticmethod
    def key(name: str) -> Given:
        """Return the place of a row's key."""
        return Given(name, BigAutoField())

    @staticmethod
    def moment(name: str) -> Given:
        """Return the place of an aware moment."""
        return Given(name, DateTimeField())

    @staticmethod
    def day(name: str) -> Given:
        """Return the place of a date."""
        return Given(name, DateField())

    @staticmethod
    def number(name: str) -> Given:
        """Return the place of a whole number."""
        return Given(name, IntegerField())

    @staticmethod
    def uid(name: str) -> Any:
        """Return the place of a UUID; Django's types know no expression as a row's."""
        return Given(name, UUIDField())

    @staticmethod
    def json(name: str) -> Given:
        """Return the place of what is kept as JSON."""
        return Given(name, JSONField())

    @staticmethod
    def data(name: str) -> Given:
        """Return the place of bytes."""
        return Given(name, BinaryField())

    @staticmethod
    def word(name: str) -> Given:
        """Return the place of a short text."""
        return Given(name, CharField())


class _Kept(threading.local):
    """What was built in one thread, for its connection: the SQL, and the places in it."""

    connection: Any = None
    compiler: Any = None
    queryset: Any = None
    locks: bool = False
    sql: str = ""
    parameters: tuple[Any, ...] = ()
    asked: tuple[Any, ...] = ()

    def build(self, compiler: Any, connection: Any) -> None:
        """Build the SQL, and have the compiler return it from now on."""
        self.connection = None
        sql, parameters = compiler.as_sql()
        compiler.as_sql = lambda *_args, **_named: (sql, self.asked)
        if compiler.select:
            found = compiler.get_converters([one for one, *_rest in compiler.select])
            compiler.get_converters = lambda _columns: found
        self.compiler, self.parameters = compiler, tuple(parameters)
        # Last: who is interrupted builds it again.
        self.connection = connection

    def fill(self, values: Mapping[str, Any]) -> None:
        """Put the values into their places; raises KeyError where one is missing."""
        self.asked = tuple(
            one.output_field.get_db_prep_value(
                clock.at_writing() if isinstance(one, Now) else values[one.name], self.connection
            )
            if isinstance(one, Given)
            else one
            for one in self.parameters
        )


_all: list["Standing[Any] | StandingChange | StandingInsert"] = []


def build_all() -> None:
    """Build every question there is, for processes that part from this one afterwards."""
    # Django builds what locks in a transaction alone.
    with atomic():
        for one in _all:
            one.built()


class Standing(Generic[Row]):
    """A question that `build` writes with places in it; asked with a value for each by its name."""

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        self._build = build
        self._kept = _Kept()
        _all.append(self)

    def built(self) -> _Kept:
        """Return what was built for this thread's connection, and build it where nothing was."""
        kept, connection = self._kept, connections[DEFAULT_DB_ALIAS]
        if kept.connection is not connection:
            kept.queryset = self._build()
            kept.locks = kept.queryset.query.select_for_update
            compiler = kept.queryset.query.get_compiler(connection=connection)
            kept.queryset.query.get_compiler = lambda *_args, **_named: compiler
            kept.build(compiler, connection)
        return kept

    def __call__(self, **values: Any) -> list[Row]:
        """Return the rows; raises KeyError where a place has no value."""
        kept = self.built()
        if kept.locks and not kept.connection.in_atomic_block:
            raise TransactionManagementError("it locks rows: ask it in a transaction")
        kept.fill(values)
        return list(kept.queryset._iterable_class(kept.queryset))  # noqa: SLF001 - Django's own way

    def first(self, **values: Any) -> Row | None:
        """Return the first row, None without one; the question itself says how many are read."""
        return next(iter(self(**values)), None)


class StandingChange:
    """An UPDATE that `build` writes: which rows, and what their columns become."""

    def __init__(self, build: Callable[[], tuple[QuerySet[Any, Any], Mapping[str, Any]]]) -> None:
        self._build = build
        self._kept = _Kept()
        _all.append(self)

    def built(self) -> _Kept:
        """Return what was built for this thread's connection, and build it where nothing was."""
        kept, connection = self._kept, connections[DEFAULT_DB_ALIAS]
        if kept.connection is not connection:
            rows, changes = self._build()
            query: Any = rows.query.chain(UpdateQuery)
            query.add_update_values(changes)
            kept.build(query.get_compiler(connection=connection), connection)
        return kept

    def __call__(self, **values: Any) -> int:
        """Change the rows and return how many; raises KeyError where a place has no value."""
        kept = self.built()
        kept.fill(values)
        with mark_for_rollback_on_error(using=DEFAULT_DB_ALIAS):
            changed: int = kept.compiler.execute_sql(ROW_COUNT)
        return changed


class StandingInsert:
    """An INSERT of the row that `build` makes, where there is none with the same `unique` columns.

    One statement, and outside of a transaction one way to the database: who is not the first
    changes nothing. Whatever else the database refuses is an error. What a row's columns take by
    themselves (`default`) is drawn when it is built, so that whatever differs from row to row needs
    a place: its uid, and its birth.
    """

    def __init__(self, build: Callable[[], Model], *, unique: Sequence[str]) -> None:
        self._build = build
        self._unique = tuple(unique)
        self._kept = _Kept()
        _all.append(self)

    def built(self) -> _Kept:
        """Return what was built for this thread's connection, and build it where nothing was."""
        kept, connection = self._kept, connections[DEFAULT_DB_ALIAS]
        if kept.connection is not connection:
            row = self._build()
            meta = type(row)._meta  # noqa: SLF001 - Django's own name of it
            fields = [one for one in meta.local_concrete_fields if one is not meta.pk]
            query: Any = InsertQuery(type(row))
            query.insert_values(fields, [row])
            ((sql, parameters),) = query.get_compiler(connection=connection).as_sql()
            columns = {one.name: connection.ops.quote_name(str(one.column)) for one in fields}
            unique = ", ".join(columns[name] for name in self._unique)
            key = connection.ops.quote_name(str(meta.pk.column))
            # Django's own way would have SQLite ignore whatever is wrong with a row.
            once = f"ON CONFLICT ({unique}) DO NOTHING RETURNING {key}"
            kept.sql, kept.parameters = f"{sql} {once}", tuple(parameters)
            kept.connection = connection
        return kept

    def __call__(self, **values: Any) -> Any:
        """Return the key of the new row, None where one was there; raises KeyError for a value."""
        kept = self.built()
        kept.fill(values)
        with (
            mark_for_rollback_on_error(using=DEFAULT_DB_ALIAS),
            kept.connection.cursor() as cursor,
        ):
            cursor.execute(kept.sql, kept.asked)
            found = cursor.fetchall()
        return found[0][0] if found else None
