"""Operators' pages about people, workspaces, sign-ins and the audit log."""

from accounts.admin import factors, letters, people, records, schedule, workspaces

__all__ = ["factors", "letters", "people", "records", "schedule", "workspaces"]
