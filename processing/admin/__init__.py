"""Operators' pages about the mind; Django finds them by importing this package."""

from processing.admin import events, letters, people, scenarios, talk

__all__ = ["events", "letters", "people", "scenarios", "talk"]
