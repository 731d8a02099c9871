"""Operators' pages about workspaces and the invitations into them."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.members import MemberLines
from accounts.admin.trail import Trail
from accounts.forms import LanguageField
from accounts.models import Fact, Invitation, Workspace
from flowia.lib.admin import ReadOnlyRows, Rows

if TYPE_CHECKING:
    Facts = admin.StackedInline[Fact, Workspace]
    OfWorkspace = ModelForm[Workspace]
else:
    Facts, OfWorkspace = admin.StackedInline, ModelForm


class FactLines(Facts):
    """The fact sheet, on the workspace's page."""

    model = Fact
    extra = 0
    fields = ("position", "label", "value")


class KnownWorkspace(OfWorkspace):
    """A workspace's settings."""

    language = LanguageField()


@admin.register(Workspace)
class Workspaces(Trail, Rows):
    """Customers, with their members and fact sheets."""

    form = KnownWorkspace
    list_display = ("name", "uid", "timezone", "language", "assistant_on", "created_at")
    list_filter = ("assistant_on", "language")
    search_fields = ("name", "uid", "members__email", "social_accounts__external_id")
    inlines = (MemberLines, FactLines)
    readonly_fields = ("erasing",)

    @admin.display(description=_("erasing"))
    def erasing(self, _workspace: Workspace) -> str:
        """Say who erases a workspace: its rows, files and copies go in one way only."""
        return str(
            _("An owner erases the workspace, by its name: POST /workspace/erasure in the API.")
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Nobody deletes here: a deleted row would leave files, tokens and the chain behind."""
        return False


@admin.register(Invitation)
class Invitations(ReadOnlyRows):
    """Who was asked into which workspace; an owner withdraws, and invites anew."""

    list_display = (
        "created_at",
        "workspace",
        "email",
        "role",
        "expires_at",
        "accepted_at",
        "withdrawn_at",
    )
    list_filter = ("role",)
    list_select_related = ("workspace",)
    search_fields = ("uid", "email", "workspace__name", "workspace__uid")
