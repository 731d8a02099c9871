"""What operators change by hand stands in the audit log."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import BaseModelForm, BaseModelFormSet
from django.http import HttpRequest

from accounts import audit
from accounts.models import Workspace
from flowia.lib.address import client_address
from flowia.lib.admin import AnyAdmin
from flowia.lib.rows import Row

ADDED, CHANGED, DELETED = "operator.added", "operator.changed", "operator.deleted"


@dataclass(frozen=True)
class Deed:
    """One row that an operator added, changed or deleted, and the names of what changed in it."""

    action: str
    row: Model
    fields: tuple[str, ...] = ()

    @property
    def workspace(self) -> Workspace | None:
        """The workspace whose chain tells of it; None for the operators' chain."""
        if isinstance(self.row, Workspace):
            return self.row
        found = getattr(self.row, "workspace", None)
        return found if isinstance(found, Workspace) else None


class Trail(AnyAdmin):
    """A page whose additions, changes and deletions, lines included, leave entries.

    They are written in the transaction of what they tell, and name fields, never values.
    """

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the lines, then write down the row and its lines."""
        super().save_related(request, form, formsets, change)
        deeds = [*_of_form(form, change=change), *(one for each in formsets for one in _of(each))]
        write_down(request, deeds)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete a row and write it down."""
        with transaction.atomic():
            write_down(request, [Deed(DELETED, obj)])
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete the chosen rows and write each of them down."""
        with transaction.atomic():
            write_down(request, [Deed(DELETED, row) for row in queryset])
            super().delete_queryset(request, queryset)


def by_operator(request: HttpRequest) -> audit.By:
    """Return who works in the admin, for the audit log."""
    return audit.by(request.user, client_address(request), operator=True)


def write_down(request: HttpRequest, deeds: list[Deed]) -> None:
    """Write what an operator did: workspaces' chains in the order of their rows, then the own."""
    by = by_operator(request)
    for deed in sorted(deeds, key=_order):
        audit.record(
            deed.action,
            by=by,
            workspace=deed.workspace,
            target=deed.row if isinstance(deed.row, Row) else None,
            data=_data(deed),
        )


def _order(deed: Deed) -> tuple[bool, int]:
    return (deed.workspace is None, deed.workspace.pk if deed.workspace else 0)


def _data(deed: Deed) -> dict[str, Any]:
    data: dict[str, Any] = {"fields": list(deed.fields)} if deed.fields else {}
    if isinstance(deed.row, Group):
        data["group"] = deed.row.pk
    return data


def _of_form(form: "BaseModelForm[Any]", *, change: bool) -> Iterator[Deed]:
    if not change:
        yield Deed(ADDED, form.instance)
    elif form.changed_data:
        yield Deed(CHANGED, form.instance, tuple(form.changed_data))


def _of(lines: "BaseModelFormSet[Any, Any]") -> Iterator[Deed]:
    yield from (Deed(ADDED, row) for row in lines.new_objects)
    yield from (Deed(CHANGED, row, tuple(fields)) for row, fields in lines.changed_objects)
    yield from (Deed(DELETED, row) for row in lines.deleted_objects)
