"""Operators' pages about people, and about the groups that give operators their rights."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import doors, signins
from accounts.admin.members import MemberLines
from accounts.admin.trail import Trail, by_operator
from accounts.forms import LanguageField
from accounts.letters import Kind, write
from accounts.models import SignIn, User
from accounts.views.doors import sign_in_at
from flowia.lib.admin import Labelled

if TYPE_CHECKING:
    People = UserAdmin[User]
else:
    People = UserAdmin

POWERS = ("is_staff", "is_superuser", "groups")


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

    language = LanguageField()

    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class Users(Trail, Labelled, People):
    """Members and operators. Superusers alone say who is an operator, and change operators."""

    form = KnownPerson
    add_form = NewPerson
    list_display = ("email", "name", "language", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "language")
    search_fields = ("email", "name", "uid", "workspaces__name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("uid", "created_at", "last_login", "erasing")
    inlines = (MemberLines,)
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "language", "uid", "created_at")}),
        (_("What they may do"), {"fields": ("is_active", *POWERS)}),
        (None, {"fields": ("erasing",)}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    @admin.display(description=_("erasing"))
    def erasing(self, _user: User) -> str:
        """Say who erases a person: what they leave elsewhere goes in one way only."""
        return str(_("People erase themselves: POST /auth/me/erasure in the API."))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show what makes an operator to everybody, let superusers change it."""
        powers = () if _is_superuser(request) else POWERS
        return (*super().get_readonly_fields(request, obj), *powers)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operators are changed by superusers: whoever sets a password has that person's rights."""
        is_operator = obj is not None and (obj.is_staff or obj.is_superuser)
        if is_operator and not _is_superuser(request):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Nobody deletes here: a deleted row would leave the person's traces behind."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save a person. Another address is not proved yet, and the one before is written to.

        Who gets another address, or is switched off, is signed out.
        """
        moved = change and "email" in form.changed_data
        if moved:
            obj.email_verified_at = obj.google_sub = None
        super().save_model(request, obj, form, change)
        if moved:
            signins.end_all(obj, SignIn.End.ADDRESS_CHANGED)
            write(Kind.ADDRESS_CHANGED, user=obj, email=form.initial["email"])
        if "is_active" in form.changed_data and not obj.is_active:
            signins.end_all(obj, SignIn.End.DEACTIVATED)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002 - Django's signature
        """Set a person's password: they are signed out everywhere and told by e-mail."""
        with transaction.atomic():
            before = self.get_object(request, unquote(id))
            response: HttpResponse = super().user_change_password(request, id, form_url)
            user = self.get_object(request, unquote(id))
            if before and user and user.password != before.password:
                doors.end_for_new_password(
                    user, by=by_operator(request), action="password.set", keep=sign_in_at(request)
                )
        return response


if TYPE_CHECKING:
    AnyRights = forms.ModelMultipleChoiceField[Permission]
else:
    AnyRights = forms.ModelMultipleChoiceField

RIGHTS = {"add": _("add"), "change": _("change"), "delete": _("delete"), "view": _("look at")}
"""What the first word of a right's code name allows; Django keeps its sentences in English."""


class RightsField(AnyRights):
    """Rights to choose from, named in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the table and what may be done to its rows."""
        verb = str(obj.codename).partition("_")[0]
        return f"{obj.content_type}: {RIGHTS.get(verb, obj.codename)}"


admin.site.unregister(Group)


@admin.register(Group)
class Groups(Trail, GroupAdmin):
    """Sets of rights; superusers change them."""

    # The widget with two boxes names things by what screen readers may not read out.
    filter_horizontal = ()

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any
    ) -> Any:
        """Offer the rights under names of ours."""
        rights = Permission.objects.select_related("content_type")
        return super().formfield_for_manytomany(
            db_field, request, **{**kwargs, "form_class": RightsField, "queryset": rights}
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Superusers add."""
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Superusers change."""
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Superusers delete."""
        return _is_superuser(request)


def _is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_superuser
