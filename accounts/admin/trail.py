"""What operators change by hand stands in the audit log."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import BaseModelForm, BaseModelFormSet
from django.http import HttpRequest
from django_celery_beat.models import PeriodicTask

from accounts import audit
from accounts.models import User, Workspace
from flowia.lib.address import client_address
from flowia.lib.admin import Light
from flowia.lib.rows import Row

ADDED, CHANGED, DELETED = "operator.added", "operator.changed", "operator.deleted"
MOVED_AWAY, REPLAYED, RAN = "operator.moved_away", "operator.replayed", "operator.ran"
LIFTED, STOPPED, WOKE = "operator.lifted", "operator.stopped", "operator.woke"


@dataclass(frozen=True)
class Deed:
    """What an operator did to one row, and the names of the fields that changed in it.

    `left` is the workspace that the row is no longer in: its chain tells of it then. `told` is what
    the row alone does not tell later, such as what a pause was of.
    """

    action: str
    row: Model
    fields: tuple[str, ...] = ()
    left: Workspace | None = None
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def workspace(self) -> Workspace | None:
        """The workspace whose chain tells of it; None for the operators' chain."""
        if self.left is not None:
            return self.left
        if isinstance(self.row, Workspace):
            return self.row
        found = getattr(self.row, "workspace", None)
        return found if isinstance(found, Workspace) else None


class Trail(Light):
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


def person_of(uid: UUID | str | None) -> str:
    """Return the address of who did something, `uid` itself where they are gone, "" of nobody."""
    with suppress(ValueError):
        who = User.objects.filter(uid=UUID(str(uid))).first()
        return who.email if who else str(uid)
    return str(uid or "")


def people_of(uids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the addresses of those who did something, the uid of who is gone; one query."""
    wanted = set(uids)
    found = dict(User.objects.filter(uid__in=wanted).values_list("uid", "email"))
    return {uid: found.get(uid) or str(uid) for uid in wanted}


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


def replay(request: HttpRequest, row: Row, again: Callable[[int], bool]) -> bool:
    """Have a row's work done again by `again`, and write it down where that was possible."""
    with transaction.atomic():
        done = again(row.pk)
        if done:
            write_down(request, [Deed(REPLAYED, row)])
    return done


def _order(deed: Deed) -> tuple[bool, int]:
    return (deed.workspace is None, deed.workspace.pk if deed.workspace else 0)


def _data(deed: Deed) -> dict[str, Any]:
    data: dict[str, Any] = {"fields": list(deed.fields)} if deed.fields else {}
    data |= deed.told
    if isinstance(deed.row, Group):
        data["group"] = deed.row.pk
    elif not isinstance(deed.row, Row):
        # Beat's tables have no public ids; a task's name is one of the settings.
        data |= {"table": deed.row._meta.model_name, "row": deed.row.pk}  # noqa: SLF001 - Django's documented name
        if isinstance(deed.row, PeriodicTask):
            data["name"] = deed.row.name
    return data


def _of_form(form: "BaseModelForm[Any]", *, change: bool) -> Iterator[Deed]:
    if not change:
        yield Deed(ADDED, form.instance)
    elif form.changed_data:
        yield Deed(CHANGED, form.instance, tuple(form.changed_data))
        yield from _moved(form)


def _moved(form: "BaseModelForm[Any]") -> Iterator[Deed]:
    """Tell the workspace that a row was in before it was moved to another."""
    if "workspace" in form.changed_data:
        for left in Workspace.objects.filter(pk=form.initial["workspace"]):
            yield Deed(MOVED_AWAY, form.instance, left=left)


def _of(lines: "BaseModelFormSet[Any, Any]") -> Iterator[Deed]:
    yield from (Deed(ADDED, row) for row in lines.new_objects)
    yield from (Deed(CHANGED, row, tuple(fields)) for row, fields in lines.changed_objects)
    changed = [row for row, _fields in lines.changed_objects]
    for form in lines.initial_forms:
        if form.instance in changed:
            yield from _moved(form)
    yield from (Deed(DELETED, row) for row in lines.deleted_objects)
