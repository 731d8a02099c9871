"""What our admin pages have in common."""
# ruff: noqa: ARG002 - Django calls these methods with arguments of its own choice

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from flowia.lib.sealed import SealedRow

if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]
else:
    AnyAdmin = admin.ModelAdmin


def _column(name: str, words: Any) -> Any:
    @admin.display(description=words, ordering=name)
    def column(row: Any) -> Any:
        return getattr(row, name)

    column.__name__ = name
    return column


LABELS: dict[str, Any] = {
    "uid": _("public id"),
    "created_at": _("created"),
    "name": _("name"),
    "workspace": _("workspace"),
    "user": _("person"),
    "social_account": _("social account"),
    "contact": _("contact"),
    "conversation": _("conversation"),
    "message": _("message"),
    "in_reply_to": _("in reply to"),
    "scenario": _("scenario"),
    "sequence": _("sequence"),
    "replay": _("replay"),
    "webhook_event": _("webhook event"),
    "integration": _("integration"),
    "hook": _("outgoing webhook"),
    "order": _("order"),
    "invited_by": _("invited by"),
    "asked_by": _("asked by"),
    "email_key": _("keyed hash of the address"),
    "chain": _("chain"),
    "chains": _("chains"),
    "key": _("key"),
    "length": _("length"),
    "head": _("last digest"),
    "seal": _("seal"),
    "previous": _("digest before"),
    "digest": _("digest"),
    "purged_to": _("dropped up to"),
    "purged_head": _("last digest dropped"),
}
"""What columns are called whose tables do not say it in the reader's language."""
COLUMNS = {name: _column(name, words) for name, words in LABELS.items()}


class Labelled(AnyAdmin):
    """Lists and forms in which every column has a name in the reader's language."""

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Name the columns of the list."""
        return [COLUMNS.get(str(name), name) for name in super().get_list_display(request)]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Name the fields of a row's page."""
        return super().get_form(request, obj, change=change, **{"labels": LABELS, **kwargs})


class Rows(Labelled):
    """Rows that operators may change. `error` says which of them are in trouble."""

    error: ClassVar[Q | Combinable | None] = None
    list_per_page = 50
    show_full_result_count = False
    ordering: ClassVar[tuple[str, ...]] = ("-id",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Iterable[str]:  # type: ignore[override]
        """Show the public id and the birth of every row."""
        return (*super().get_readonly_fields(request, obj), "uid", "created_at")


class ReadOnlyRows(Rows):
    """Rows that the product alone writes: operators look, and use the actions."""

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes."""
        return False


class SealedRows(Rows):
    """Rows with credentials: operators see that there are some, and never anything of them."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save what was changed in the form and nothing else.

        The rest was read when the form was posted: a secret that was refreshed, or encrypted with
        a new key, since then must not be put back.
        """
        if not change:
            super().save_model(request, obj, form, change)
        elif form.changed_data:
            obj.save(update_fields=form.changed_data)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Iterable[str]:  # type: ignore[override]
        """Show the asterisks too."""
        return (*super().get_readonly_fields(request, obj), "secret")

    @admin.display(description=_("credentials"))
    def secret(self, row: SealedRow) -> str:
        """Return asterisks where there is a secret; it is not decrypted for that."""
        return "****" if row.sealed_credentials else "-"


class HasError(admin.SimpleListFilter):
    """The filter "has error", by the admin's own `error`."""

    title = _("has error")
    parameter_name = "has_error"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: type[Model], model_admin: Any
    ) -> None:
        self.error: Q | Combinable = model_admin.error
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Yes or no."""
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        """Return the rows in trouble, or the others."""
        if self.value() == "yes":
            return queryset.filter(self.error)
        return queryset.exclude(self.error) if self.value() == "no" else queryset


def link(address: str, words: Any, *arguments: Any) -> str:
    """Return a link to the admin's page `address`."""
    return format_html('<a href="{}">{}</a>', reverse(address, args=arguments), words)
