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
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    BigAutoField,
    CharField,
    DateField,
    DateTimeField,
    Expression,
    Field,
    IntegerField,
    JSONField,
    QuerySet,
    UUIDField,
)
from django.db.models.sql import UpdateQuery
from django.db.models.sql.constants import ROW_COUNT
from django.db.transaction import (
    TransactionManagementError,
    atomic,
    mark_for_rollback_on_error,
)

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


class given:  # noqa: N801 - read as a word of the question
    """The places by the kind of their values."""

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
    def uid(name: str) -> Given:
        """Return the place of a UUID."""
        return Given(name, UUIDField())

    @staticmethod
    def json(name: str) -> Given:
        """Return the place of what is kept as JSON."""
        return Given(name, JSONField())

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
            one.output_field.get_db_prep_value(values[one.name], self.connection)
            if isinstance(one, Given)
            else one
            for one in self.parameters
        )


_all: list["Standing[Any] | StandingChange"] = []


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
