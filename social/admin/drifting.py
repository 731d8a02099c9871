"""Operators' pages about pages that changed, and by which selectors elements are still found."""

from datetime import UTC, timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.trail import LIFTED, Deed, by_operator, person_of, write_down
from flowia.lib import clock
from flowia.lib.admin import HasError, ReadOnlyRows
from social import drifts, ranks
from social.models import Drift, SelectorUse


@admin.register(Drift)
class Drifts(ReadOnlyRows):
    """Pages that are no longer as we know them, the open ones first, with their structure."""

    error = Q(lifted_at__isnull=True)
    list_display = (
        "found_at",
        "provider",
        "capability",
        "missing",
        "lifted_at",
        "times",
        "for_all",
        "detail",
    )
    list_filter = (HasError, "provider", "capability", "for_all")
    search_fields = ("missing", "detail", "uid", "social_account__name", "social_account__uid")
    fields = (
        "provider",
        "capability",
        "missing",
        "detail",
        "for_all",
        "social_account",
        "times",
        "found_at",
        "lifted_at",
        "lifter",
        "structure",
        "uid",
        "created_at",
    )
    readonly_fields = ("structure", "lifter")
    actions = ("lift",)

    def get_ordering(self, request: HttpRequest) -> Any:  # noqa: ARG002 - Django's signature
        """Open ones first, then the newest."""
        return (F("lifted_at").desc(nulls_first=True), "-id")

    @admin.display(description=_("structure of the page"))
    def structure(self, drift: Drift) -> str:
        """Return the page's structure as text, never as a page."""
        box = '<pre class="structure" tabindex="0">{}</pre>'
        return format_html(box, drift.snapshot) if drift.snapshot else "-"

    @admin.display(description=_("lifted by"))
    def lifter(self, drift: Drift) -> str:
        """Return who lifted it."""
        return person_of(drift.lifted_by)

    def has_lift_permission(self, request: HttpRequest) -> bool:
        """Who may change drifts may lift them."""
        return request.user.has_perm("social.change_drift")

    @admin.action(description=_("Lift: what rested goes on"), permissions=["lift"])
    def lift(self, request: HttpRequest, queryset: QuerySet[Drift]) -> None:
        """Let what rested go on; what still does not fit stops it again at the next run."""
        number = sum(_lift(request, one) for one in queryset)
        sentence = ngettext(
            "%(count)s changed page was lifted: what rested goes on.",
            "%(count)s changed pages were lifted: what rested goes on.",
            number,
        )
        messages.success(request, sentence % {"count": number})


def _lift(request: HttpRequest, drift: Drift) -> bool:
    # In no transaction of ours: what waits is woken account by account (`social.ready`). The row
    # itself says who lifted it, should the entry get lost between the two.
    done = drifts.lift(drift, by=str(by_operator(request).uid), now=clock.now())
    if done:
        write_down(request, [Deed(LIFTED, drift)])
    return done


class ByRank(admin.SimpleListFilter):
    """The filter by whether the first selector found the element, a later one, or none."""

    title = _("found by")
    parameter_name = "found_by"
    chosen = {  # noqa: RUF012 - read only
        "first": Q(rank=ranks.FIRST),
        "fallback": Q(rank__gt=ranks.FIRST),
        "none": Q(rank=ranks.NONE),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 - Django's signature
        """Return the three ways."""
        return [
            ("first", _("the first selector")),
            ("fallback", _("a fallback")),
            ("none", _("no selector")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's signature
        """Return the uses of one way, or all."""
        chosen = self.chosen.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


@admin.register(SelectorUse)
class SelectorUses(ReadOnlyRows):
    """How elements were found, by day; above, each element's last two weeks."""

    list_display = ("day", "provider", "name", "rank", "times")
    list_filter = (ByRank, "provider", "day")
    search_fields = ("name", "uid")
    ordering = ("-day", "name", "rank")
    change_list_template = "admin/social/elements.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the elements above the single days."""
        since = clock.now().astimezone(UTC).date() - timedelta(days=ranks.LATELY_DAYS)
        shown = {"elements": ranks.elements(since), "days": ranks.LATELY_DAYS}
        return super().changelist_view(request, {**(extra_context or {}), **shown})
