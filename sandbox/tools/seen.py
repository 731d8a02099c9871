"""What the three tools' deeds and the page share: a table as people see it, and how one says no."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.world.phone import CannotSayError

Told = dict[str, Any]
Deed = Callable[[Told], None]


@dataclass(frozen=True)
class Line:
    """One row: its name for deeds, its cells as text; `formulas` are the cells that are one."""

    name: str
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()
    trashed: bool = False


@dataclass(frozen=True)
class Seen:
    """One table, sheet or data source, with the names of its columns."""

    target: str
    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    place: str = ""
    """The base, file or database that holds it."""
    facts: Told = field(default_factory=dict)
    """What else a test may want to know, as JSON."""


def said(told: Told, name: str) -> str:
    """Return what has to be said; raises CannotSayError without it."""
    value = told.get(name)
    if value is None or value == "":
        raise CannotSayError(f"{name} is needed")
    return str(value)


def refused(words: str) -> CannotSayError:
    """Return why a deed cannot be done, to be raised."""
    return CannotSayError(words)


def as_json(seen: Seen) -> Told:
    """Return a table for `GET /tools/table`."""
    rows = [
        {"row": line.name, "cells": dict(zip(seen.columns, line.cells, strict=False))}
        | ({"formulas": [seen.columns[i] for i in sorted(line.formulas)]} if line.formulas else {})
        | ({"trashed": True} if line.trashed else {})
        for line in seen.lines
    ]
    told = {"target": seen.target, "title": seen.title, "columns": list(seen.columns)}
    return {**told, "rows": rows, **seen.facts}
