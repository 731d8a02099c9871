"""Operators' pages about people and workspaces."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.utils.translation import gettext_lazy as _

from accounts.models import Fact, Membership, User, Workspace
from flowia.lib.admin import Rows

if TYPE_CHECKING:
    People = UserAdmin[User]
    Facts = admin.StackedInline[Fact, Workspace]
    Members = admin.StackedInline[Membership, Any]
else:
    People = UserAdmin
    Facts = Members = admin.StackedInline


class FactLines(Facts):
    """The fact sheet, on the workspace's page."""

    model = Fact
    extra = 0
    fields = ("position", "label", "value")


class MemberLines(Members):
    """Roles, on the workspace's and the person's page."""

    model = Membership
    extra = 0
    raw_id_fields = ("user", "workspace")
    fields: ClassVar[tuple[str, ...]] = ("user", "workspace", "role")


class LowerCase(forms.BaseForm):
    """A form whose address is kept in lower case, as signing in looks for it."""

    def clean_email(self) -> str:
        """Return the address in lower case."""
        return str(self.cleaned_data["email"]).strip().lower()


class NewPerson(LowerCase, AdminUserCreationForm):  # type: ignore[type-arg]
    """A new person: an address and a password."""

    class Meta:
        model = User
        fields = ("email",)


class KnownPerson(LowerCase, UserChangeForm):  # type: ignore[type-arg]
    """A known person."""

    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class Users(People):
    """Members and operators."""

    form = KnownPerson
    add_form = NewPerson
    list_display = ("email", "name", "language", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "language")
    search_fields = ("email", "name", "uid", "workspaces__name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("uid", "created_at", "last_login")
    inlines = (MemberLines,)
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "language", "uid", "created_at")}),
        (
            _("What they may do"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups")},
        ),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)


@admin.register(Workspace)
class Workspaces(Rows):
    """Customers, with their members and fact sheets."""

    list_display = ("name", "uid", "timezone", "language", "assistant_on", "created_at")
    list_filter = ("assistant_on", "language")
    search_fields = ("name", "uid", "members__email", "social_accounts__external_id")
    inlines = (MemberLines, FactLines)
