"""How the database means to answer the product's statements, asked as each of them comes.

A statement is a fault where it reads, or sorts, many more rows of a table than a step may look at.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection

from tests.plans.recording import callers_of

MOST_ROWS = 1100
"""More than any step reads of one table: the largest batch has 1000 rows."""
LATEST = re.compile(r'ORDER BY "(\w+)"."id" (ASC|DESC) LIMIT \d+$')
"""The first or last so many rows by their key are read along the table itself."""
SCAN = re.compile(r"^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?$")
LINE = re.compile(r":\d+")
COMMANDS = ("SELECT", "(SELECT", "UPDATE", "DELETE", "INSERT", "WITH")


@dataclass
class Explained:
    """What is wrong, by the function that asks; `seen` has every statement that was explained."""

    big: set[str]
    seen: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)


@contextmanager
def explaining(*, least: int) -> Iterator[Explained]:
    """Explain each statement before it runs; tables with `least` rows or more count as big."""
    found = Explained(big_tables(least))
    with connection.execute_wrapper(_asking(found)):
        yield found


def big_tables(least: int) -> set[str]:
    """Return the tables of the product that have at least so many rows."""
    # The sandbox's app may be among them, whose tables stand in a database of its own.
    there = set(connection.introspection.table_names())
    models = [one for one in apps.get_models() if one._meta.db_table in there]
    sizes = {one._meta.db_table: one._base_manager.count() for one in models}
    return {table for table, rows in sizes.items() if rows >= least}


def _asking(found: Explained) -> Callable[..., Any]:
    def ask(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        callers = callers_of(sys._getframe(1))
        if callers and sql.startswith(COMMANDS) and sql not in found.seen:
            found.seen.add(sql)
            fault = fault_of(sql, params, found.big)
            if fault:
                found.faults[LINE.sub("", callers[0])] = f"{fault}\n{sql}"
        return execute(sql, params, many, context)

    return ask


def fault_of(sql: str, params: Any, big: set[str]) -> str:
    """Return what is wrong with the plan of a statement, "" where nothing is."""
    if connection.vendor == "postgresql":
        return _fault_on_postgresql(sql, params, big)
    return _fault_on_sqlite(sql, params, big)


def _fault_on_postgresql(sql: str, params: Any, big: set[str]) -> str:
    # A reading is really done, so that the rows are those that were read; a writing is foretold.
    reads = sql.startswith(("SELECT", "(SELECT"))
    options = "ANALYZE, FORMAT JSON" if reads else "FORMAT JSON"
    with closing(connection.create_cursor()) as cursor:
        cursor.execute(f"EXPLAIN ({options}) {sql}", params)
        told = cursor.fetchone()[0]
    plan = told if isinstance(told, list) else json.loads(told)
    faults = [one for node in _nodes(plan[0]["Plan"]) if (one := _fault_of_node(node, big))]
    return "; ".join(faults)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _fault_of_node(node: dict[str, Any], big: set[str]) -> str:
    kind, table = node["Node Type"], node.get("Relation Name", "")
    rows = node.get("Actual Rows", node["Plan Rows"]) * node.get("Actual Loops", 1)
    dropped = [value for name, value in node.items() if name.startswith("Rows Removed by")]
    looked_at = rows + sum(dropped) * node.get("Actual Loops", 1)
    if kind == "Seq Scan" and table in big:
        return f"reads the whole of {table}"
    if looked_at > MOST_ROWS:
        return f"{kind} of {looked_at:.0f} rows {table}".rstrip()
    return ""


def _fault_on_sqlite(sql: str, params: Any, big: set[str]) -> str:
    if sql.startswith("INSERT"):
        return ""
    with closing(connection.create_cursor()) as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        steps = [row[3] for row in cursor.fetchall()]
    faults = [one for step in steps if (one := _fault_of_step(step, sql, big))]
    return "; ".join(faults)


def _fault_of_step(step: str, sql: str, big: set[str]) -> str:
    scan = SCAN.match(step)
    if scan is None:
        return ""
    table, index = scan.groups()
    along = LATEST.search(sql)
    if index is None and along is not None and along[1] == table:
        return ""
    # An alias ("T4", "U0") hides the table: whatever it is, it is read as a whole.
    known = {one._meta.db_table for one in apps.get_models()}
    if index in _partial_indexes() or (table in known and table not in big):
        return ""
    return step


def _partial_indexes() -> set[str]:
    """Return the indexes that hold only what waits: they may be walked as a whole."""
    return {
        index.name
        for model in apps.get_models()
        for index in (*model._meta.indexes, *model._meta.constraints)
        if getattr(index, "condition", None) is not None
    }
