"""Operators' pages about the mind; Django finds them by importing this package."""

from processing.admin import (
    acts,
    corrections,
    events,
    letters,
    mind,
    people,
    repairs,
    scenarios,
    search,
    syncs,
    talk,
    words,
)

__all__ = [
    "acts",
    "corrections",
    "events",
    "letters",
    "mind",
    "people",
    "repairs",
    "scenarios",
    "search",
    "syncs",
    "talk",
    "words",
]
