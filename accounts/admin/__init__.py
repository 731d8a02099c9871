"""Operators' pages about people, workspaces, sign-ins and the audit log."""

from accounts.admin import letters, people, records, workspaces

__all__ = ["letters", "people", "records", "workspaces"]
