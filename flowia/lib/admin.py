"""What our admin pages have in common."""
# ruff: noqa: ARG002 - Django calls these methods with arguments of its own choice

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.db.models import CASCADE, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from flowia.lib import clock, hidden
from flowia.lib.capped import CappedPaginator
from flowia.lib.sealed import SealedRow

if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]
else:
    AnyAdmin = admin.ModelAdmin

View = Callable[..., HttpResponse]
UNUSED = ("/urlify.js", "/prepopulate.js", "/xregexp.js", "/xregexp.min.js")
PAGES: list[tuple[str, View, str]] = []
"""Operators' pages that belong to no table: route below the admin, view, name."""


def page_at(route: str, name: str) -> Callable[[View], View]:
    """Put a view into the operators' site, at `route`, as `admin:name`; for operators alone."""

    def added(view: View) -> View:
        PAGES.append((route, view, name))
        return view

    return added


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
    "act": _("act on many leads"),
    "lead": _("lead"),
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


BATCH = 200
"""The most rows that one click does something with: pages answer, and queues stay short."""


def batch_of(request: HttpRequest, rows: QuerySet[Any], first: Q | Combinable | None = None) -> Any:
    """Return the oldest of the chosen rows, those that `first` says before the others.

    Where there are more than one click takes, the operator is told.
    """
    if first is not None:
        rows = rows.alias(taken_first=first)
    ordered = rows.order_by(*(["-taken_first"] if first is not None else []), "pk")
    found = list(ordered[: BATCH + 1])
    if len(found) > BATCH:
        words = _("Only %(count)s of the chosen rows were taken: choose the others again.")
        messages.warning(request, words % {"count": BATCH})
    return found[:BATCH]


class Light(AnyAdmin):
    """Pages without the scripts that fill a field from another as one types: none of ours does.

    They are 50 kB of which 46 tell letters apart (`ModelAdmin.media`).
    """

    @property
    def media(self) -> Media:
        """Return the scripts of the page."""
        whole: Any = super().media
        # Django offers no way to take one out.
        scripts = [one for one in whole._js if not str(one).endswith(UNUSED)]  # noqa: SLF001
        return Media(css=whole._css, js=scripts)  # noqa: SLF001


COMPARED = ("exact", "in", "isnull", "isempty", "gte", "gt", "lte", "lt")
"""How Django's filters compare a column in a list's address."""


class Labelled(Light):
    """Lists and forms in which every column has a name in the reader's language.

    Lists are counted up to a bound, so that large tables open at once. Their addresses select by
    what their filters offer, by row and by related row alone: Django would let them ask any column
    for any part of its text, words of people included.
    """

    paginator = CappedPaginator
    show_full_result_count = False

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Name the columns of the list."""
        return [COLUMNS.get(str(name), name) for name in super().get_list_display(request)]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Return whether a list's address may select so; Django answers 400 where not."""
        if request is None or not super().lookup_allowed(lookup, value, request):
            return False
        name, _mark, how = lookup.rpartition("__")
        asked = name if how in COMPARED else lookup
        if asked in {_offered(one) for one in self.get_list_filter(request)}:
            return True
        return self._is_row(asked)

    def _is_row(self, asked: str) -> bool:
        """Return whether `asked` names the row itself or one that it belongs to."""
        keys = {"pk", self.opts.pk.name}
        for field in self.opts.fields:
            if field.is_relation:
                keys |= {field.name, field.attname, f"{field.name}__id", f"{field.name}__pk"}
        return asked in keys

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Name the fields of a row's page."""
        return super().get_form(request, obj, change=change, **{"labels": LABELS, **kwargs})


def _offered(one: Any) -> str | None:
    """Return what a filter of a list calls its column in the list's address."""
    if isinstance(one, type) and issubclass(one, admin.SimpleListFilter):
        return one.parameter_name
    return str(one[0] if isinstance(one, list | tuple) else one)


class Rows(Labelled):
    """Rows that operators may change. `error` says which of them are in trouble."""

    error: ClassVar[Q | Combinable | None] = None
    list_per_page = 50
    ordering: ClassVar[tuple[str, ...]] = ("-id",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Iterable[str]:  # type: ignore[override]
        """Show the public id and the birth of every row."""
        return (*super().get_readonly_fields(request, obj), "uid", "created_at")

    def get_deleted_objects(self, objs: Iterable[Any], request: HttpRequest) -> Any:
        """Refuse where rows would go along that nobody may delete, however many there are.

        Django reads all of them, and what belongs to those, before it says the same: it is asked
        where there are none.
        """
        kept = {
            f"has_{one.name}": one
            for one in self.opts.related_objects
            if one.on_delete is CASCADE and self._is_kept(request, one.related_model)
        }
        if kept:
            rows = self.model._default_manager.filter(pk__in=[one.pk for one in objs])  # noqa: SLF001 - Django's documented name
            parts = {name: Exists(_of_row(one)) for name, one in kept.items()}
            found = rows.annotate(**parts).values_list(*parts)
            there = {name for row in found for name, one in zip(parts, row, strict=True) if one}
            if there:
                tables = (kept[name].related_model._meta for name in kept if name in there)  # noqa: SLF001 - as above
                return [], {}, {table.verbose_name for table in tables}, []
        return super().get_deleted_objects(objs, request)  # type: ignore[arg-type] # a list or a query

    def _is_kept(self, request: HttpRequest, model: Any) -> bool:
        page = self.admin_site._registry.get(model)  # noqa: SLF001 - as Django's own deletion asks
        return page is not None and not page.has_delete_permission(request)


def _of_row(relation: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = relation.related_model._default_manager.order_by()  # noqa: SLF001 - as above
    return rows.filter(**{relation.field.name: OuterRef("pk")})


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


class WordyRows(ReadOnlyRows):
    """Rows with words or phones of people: covered, until the operator asked for them.

    `hidden` names those columns; `conversation_of` says to whose conversation a row belongs.
    """

    hidden: ClassVar[tuple[str, ...]] = ()
    change_form_template = "admin/wordy_form.html"

    def conversation_of(self, row: Any) -> int | None:
        """Return the number of the row's conversation; without one it stays covered."""
        found: int | None = getattr(row, "conversation_id", None)
        return found

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Bring along whether this operator may read the row now."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            row.conversation_seen = self.conversation_of(row)
            now = clock.now().timestamp()
            row.words_shown = hidden.is_shown(request.session, row.conversation_seen, now=now)
        return row

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Put covers in the place of columns with words."""
        found = super().get_fields(request, obj)
        return [self._cover(str(name)) if name in self.hidden else name for name in found]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the covers, which no form has."""
        found = super().get_readonly_fields(request, obj)
        return (*found, *map(self._cover, self.hidden))

    def _cover(self, name: str) -> Any:
        words = self.opts.get_field(name).verbose_name  # type: ignore[union-attr]

        @admin.display(description=words)
        def cover(row: Any) -> str:
            return in_words(getattr(row, name), shown=getattr(row, "words_shown", False))

        cover.__name__ = name
        return cover


def in_words(value: Any, *, shown: bool) -> str:
    """Return a column's words for an operator's page: as they are where they are `shown`."""
    value = value if shown else hidden.covered(value)
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False) if value else ""


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
