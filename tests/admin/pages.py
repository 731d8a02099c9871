"""Operators' forms as a browser fills them in."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Membership, User, Workspace
from tests.callers import browser
from tests.factories import make_user


def operator(*rights: str) -> tuple[Client, User]:
    """A browser with an operator in it: one who may do everything, or what `rights` name."""
    user = make_user(is_staff=True, is_superuser=not rights)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return browser(user, "en"), user


def page_of(row: Model, page: str = "change") -> str:
    """The address of the row's page."""
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_{page}", args=[row.pk])


def lines(name: str, *, first: int = 0, rows: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """An inline's fields; `first` of the rows exist already."""
    form = {f"{name}-TOTAL_FORMS": len(rows), f"{name}-INITIAL_FORMS": first}
    return form | {f"{name}-{n}-{key}": row[key] for n, row in enumerate(rows) for key in row}


def member_row(member: Membership, **changes: Any) -> dict[str, Any]:
    """A membership's line."""
    row = {"id": member.pk, "user": member.user_id, "workspace": member.workspace_id}
    return {**row, "role": member.role, **changes}


def save_person(client: Client, user: User, *rows: dict[str, Any], **changes: Any) -> Any:
    """Post a person's page; a change to None leaves the field out."""
    form = {"email": user.email, "name": user.name, "language": "fr", "is_active": "on", **changes}
    form = {key: value for key, value in form.items() if value is not None}
    members = lines("memberships", first=sum("id" in row for row in rows), rows=rows)
    return client.post(page_of(user), form | members)


def save_workspace(client: Client, row: Workspace, *rows: dict[str, Any], **changes: Any) -> Any:
    """Post a workspace's page."""
    form = {
        "name": row.name,
        "timezone": row.timezone,
        "language": row.language,
        "assistant_on": "on",
        "release_after_minutes": 720,
        "trust_after": 5,
        **changes,
    }
    members = lines("memberships", first=sum("id" in one for one in rows), rows=rows)
    return client.post(page_of(row), form | members | lines("facts"))


def told(chain: object = "operators") -> list[tuple[str, str, list[str]]]:
    """What a chain says, in order: action, kind of row, names of fields."""
    entries = AuditEntry.objects.filter(chain=str(getattr(chain, "uid", chain))).order_by("number")
    return [(one.action, one.target, one.data.get("fields", [])) for one in entries]
