"""Operators' pages about people, workspaces, sign-ins and the audit log."""

from accounts.admin import letters, people, records, schedule, workspaces

__all__ = ["letters", "people", "records", "schedule", "workspaces"]
