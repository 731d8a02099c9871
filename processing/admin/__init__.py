"""Operators' pages about the mind; Django finds them by importing this package."""

from processing.admin import events, letters, mind, people, scenarios, syncs, talk

__all__ = ["events", "letters", "mind", "people", "scenarios", "syncs", "talk"]
