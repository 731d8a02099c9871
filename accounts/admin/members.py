"""Roles, as lines of a workspace's and of a person's page."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest

from accounts.members import OWNER, LastOwnerError
from accounts.models import Membership
from flowia.lib.admin import LABELS

if TYPE_CHECKING:
    Members = admin.StackedInline[Membership, Any]
    Lines = BaseInlineFormSet[Membership, Any, Any]
else:
    Members, Lines = admin.StackedInline, BaseInlineFormSet


class MemberForms(Lines):
    """The lines as they are posted; no workspace may lose its last owner by them."""

    def clean(self) -> None:
        """Refuse what leaves a workspace that had an owner without one."""
        super().clean()
        if any(self.errors):
            return
        leaving = {form.instance.pk for form in self.initial_forms if _gives_up(form)}
        gaining = {form.cleaned_data["workspace"].pk for form in self.forms if _makes_owner(form)}
        for workspace, owners in _owners_around(leaving).items():
            if owners <= leaving and workspace not in gaining:
                raise ValidationError(LastOwnerError.detail, code=LastOwnerError.code)


class MemberLines(Members):
    """Roles, on the workspace's and the person's page."""

    model = Membership
    formset = MemberForms
    extra = 0
    raw_id_fields = ("user", "workspace")
    fields: ClassVar[tuple[str, ...]] = ("user", "workspace", "role")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Name the fields in the reader's language."""
        return super().get_formset(request, obj, **{"labels": LABELS, **kwargs})


def _makes_owner(form: Any) -> bool:
    """Return whether a changed line stays and is an owner's."""
    if not form.has_changed() or form.cleaned_data.get("DELETE"):
        return False
    return bool(form.cleaned_data.get("role") == OWNER)


def _gives_up(form: Any) -> bool:
    """Return whether a line is no owner's of its workspace any more."""
    return form.has_changed() and (not _makes_owner(form) or "workspace" in form.changed_data)


def _owners_around(members: set[int]) -> dict[int, set[int]]:
    """Return the owners of each workspace that `members` are in."""
    touched = Membership.objects.filter(pk__in=members).values("workspace")
    # Locked, so that two owners who leave at once do not both count on the other.
    owners = Membership.objects.select_for_update().filter(workspace__in=touched, role=OWNER)
    found: dict[int, set[int]] = {}
    for pk, workspace in owners.order_by("pk").values_list("pk", "workspace"):
        found.setdefault(workspace, set()).add(pk)
    return found
