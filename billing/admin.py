"""Operators' pages about plans and payments: what Stripe says is read, a plan may be given."""
# ruff: noqa: ARG002 - Django calls these methods with arguments of its own choice

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.trail import RAN, Deed, Trail, replay, write_down
from billing import giving, looking
from billing.models import (
    Checkout,
    Closing,
    PastCustomer,
    PlanChange,
    Quota,
    StripeEvent,
    Subscription,
)
from billing.plans import FREEMIUM, PLANS
from billing.quotas import kept_of
from billing.states import paid_plan_of
from billing.tasks import ask_stripe, take_again
from flowia.lib.admin import HasError, ReadOnlyRows, Rows, batch_of
from flowia.lib.capped import SeenLately
from flowia.lib.wake import wake_after_commit

if TYPE_CHECKING:
    OfSubscription = forms.ModelForm[Subscription]
else:
    OfSubscription = forms.ModelForm
OURS = ("workspace", "given_plan")


class GivingForm(OfSubscription):
    """What an operator may give."""

    given_plan = forms.ChoiceField(
        label=_("plan given by an operator"),
        required=False,
        choices=[("", "—"), *((code, plan.name) for code, plan in PLANS.items())],
    )


@admin.register(Subscription)
class Subscriptions(Trail, Rows):
    """Who is on which plan, as Stripe said last; a plan may be given whatever is paid for."""

    form = GivingForm
    error = ~Q(error_code="") | Q(status="past_due") | Q(attempts__gte=3)
    list_display = (
        "workspace",
        "plan",
        "status",
        "bought",
        "given_plan",
        "period_ends_at",
        "cancel_at",
        "suspended_for",
        "asked_at",
        "error_code",
    )
    list_filter = ("plan", "status", HasError, "suspended_for")
    list_select_related = ("workspace",)
    search_fields = ("workspace__name", "workspace__uid", "customer_id", "subscription_id", "uid")
    raw_id_fields = ("workspace",)
    actions = ("ask", "suspend", "restore")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Leave what a plan is given by; the workspace is chosen once."""
        mine = OURS if obj is None else ("given_plan",)
        fields = (field.name for field in Subscription._meta.concrete_fields)  # noqa: SLF001 - Django's documented name
        told = ("bought" if name == "paid_plan" else name for name in fields)
        return tuple(name for name in told if name not in {*mine, "id"})

    @admin.display(description=_("plan that was bought"), ordering="paid_plan", empty_value="-")
    def bought(self, row: Subscription) -> str:
        """Return the plan that is paid for or withheld, none once it is over."""
        return paid_plan_of(row)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes: Stripe would go on charging a workspace that we do not know."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Give the chosen plan; nothing else of the row is written."""
        if not change:
            chosen, obj.given_plan = obj.given_plan, ""
            super().save_model(request, obj, form, change)
            giving.give(obj.pk, chosen)
        elif "given_plan" in form.changed_data:
            giving.give(obj.pk, obj.given_plan)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Who may change subscriptions may use the actions."""
        return request.user.has_perm("billing.change_subscription")

    @admin.action(description=_("Ask Stripe now"), permissions=["operate"])
    def ask(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        """Have Stripe asked anew about the selected."""
        rows = batch_of(request, queryset)
        asked = [row for row in rows if looking.look_now(row)]
        for row in asked:
            wake_after_commit(ask_stripe, row.pk)
        write_down(request, [Deed(RAN, row) for row in asked])
        if asked:
            _tell(self, request, len(asked))
        if strangers := len(rows) - len(asked):
            sentence = ngettext(
                "%(count)s row has no customer at Stripe: there is nothing to ask.",
                "%(count)s rows have no customer at Stripe: there is nothing to ask.",
                strangers,
            )
            self.message_user(request, sentence % {"count": strangers}, messages.WARNING)

    @admin.action(description=_("Suspend: store messages, answer nothing"), permissions=["operate"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        """Suspend the selected."""
        self._each(request, queryset, giving.suspend)

    @admin.action(description=_("Lift the suspension"), permissions=["operate"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        """Restore the selected."""
        self._each(request, queryset, giving.restore)

    def _each(self, request: HttpRequest, queryset: QuerySet[Subscription], do: Any) -> None:
        with transaction.atomic():
            rows = sorted(batch_of(request, queryset), key=attrgetter("workspace_id"))
            done = [row for row in rows if do(row.pk)]
            write_down(request, [Deed(RAN, row) for row in done])
        _tell(self, request, len(done))


@admin.register(StripeEvent)
class StripeEvents(ReadOnlyRows):
    """What Stripe announced; one that is over can be handled again."""

    error = ~Q(error_code="") & ~Q(status=StripeEvent.Status.IGNORED)
    list_display = (
        "created_at",
        "type",
        "status",
        "customer_id",
        "object_id",
        "attempts",
        "next_at",
        "error_code",
        "request_id",
    )
    list_filter = ("status", HasError, ("type", SeenLately))
    search_fields = ("event_id", "customer_id", "object_id", "request_id", "uid")
    actions = ("replay",)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Who may change events may have them handled again."""
        return request.user.has_perm("billing.change_stripeevent")

    @admin.action(description=_("Handle them again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[StripeEvent]) -> None:
        """Handle the selected again; those that still wait are left alone."""
        rows = batch_of(request, queryset, self.error)
        _tell(self, request, sum(replay(request, event, take_again) for event in rows))


@admin.register(PlanChange)
class PlanChanges(ReadOnlyRows):
    """Each step of every plan, and when its people were told."""

    list_display = ("created_at", "workspace", "reason", "before", "after", "told_at", "seen_at")
    list_filter = (("reason", SeenLately),)
    list_select_related = ("workspace",)
    search_fields = ("workspace__name", "workspace__uid", "request_id", "uid")


@admin.register(Checkout)
class Checkouts(ReadOnlyRows):
    """Visits to the payment page."""

    list_display = ("created_at", "workspace", "plan", "period", "status", "expires_at")
    list_filter = ("status", "plan")
    list_select_related = ("workspace",)
    search_fields = ("workspace__name", "workspace__uid", "session_id", "uid")


@admin.register(PastCustomer)
class PastCustomers(ReadOnlyRows):
    """Customers that were deleted at Stripe."""

    list_display = ("deleted_at", "workspace", "customer_id", "plan")
    list_select_related = ("workspace",)
    search_fields = ("workspace__name", "workspace__uid", "customer_id", "uid")


@admin.register(Closing)
class Closings(ReadOnlyRows):
    """Customers of erased workspaces, until Stripe has forgotten them."""

    error = ~Q(error_code="")
    list_display = ("created_at", "customer_id", "attempts", "next_at", "error_code", "closed_at")
    list_filter = (HasError,)
    search_fields = ("customer_id", "uid")


@admin.register(Quota)
class Quotas(ReadOnlyRows):
    """What each workspace used, day by day."""

    list_display = ("workspace", "day", "used", "reserved", "limit", "kept")
    list_select_related = ("workspace__subscription",)
    search_fields = ("workspace__name", "workspace__uid")

    @admin.display(description=_("limit of the plan today"))
    def limit(self, quota: Quota) -> str:
        """Return the most a day may have by the plan as it is now."""
        most = _limit(quota)
        return gettext("none") if most is None else str(most)

    @admin.display(description=_("kept until the evening"))
    def kept(self, quota: Quota) -> int:
        """Return how many of them are kept for who cannot wait."""
        return kept_of(_limit(quota))


def _limit(quota: Quota) -> int | None:
    subscription = getattr(quota.workspace, "subscription", None)
    plan = PLANS.get(subscription.plan if subscription else "", FREEMIUM)
    return plan.direct_messages_per_day


def _tell(page: Any, request: HttpRequest, count: int) -> None:
    sentence = ngettext("%(count)s row was taken.", "%(count)s rows were taken.", count)
    page.message_user(request, sentence % {"count": count}, messages.SUCCESS)
