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

if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]
else:
    AnyAdmin = admin.ModelAdmin


class Rows(AnyAdmin):
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
