"""The plan by HTTP: what it allows and costs, paying, the portal, cancelling."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import owned_workspace_of, workspace_of
from accounts.api.workspace import by_caller
from accounts.models import Workspace
from billing import actions
from billing.models import PlanChange
from billing.plans import PERIODS, PLANS
from billing.quotas import usage
from billing.states import state_of
from billing.telling import told
from flowia.lib import clock
from processing.plan_reading import limits_of
from processing.quota_line import number_waiting, waiting

SOLD = sorted({plan for plan, _period in PERIODS})
HISTORY = 20


class CheckoutInput(serializers.Serializer[Any]):
    """What is bought."""

    plan = serializers.ChoiceField(choices=SOLD)
    period = serializers.ChoiceField(choices=["month", "year"], default="month")


class LinkFields(serializers.Serializer[Any]):
    """An address at Stripe for a browser; it works once and for a short time."""

    url = serializers.URLField()


class PlanLimitFields(serializers.Serializer[Any]):
    """How much is used of what the plan allows; a limit of null is none."""

    name = serializers.CharField()
    used = serializers.IntegerField()
    limit = serializers.IntegerField(allow_null=True)


class PriceFields(serializers.Serializer[Any]):
    """What a plan costs, in minor units."""

    plan = serializers.CharField()
    period = serializers.ChoiceField(choices=["month", "year"])
    amount = serializers.IntegerField()
    currency = serializers.CharField()


class WaitingFields(serializers.Serializer[Any]):
    """Somebody whose answer waits for the quota; the first hundred of them are told."""

    position = serializers.IntegerField()
    conversation = serializers.UUIDField()
    contact = serializers.CharField()
    level = serializers.CharField()
    since = serializers.DateTimeField()
    window_closes_at = serializers.DateTimeField(source="closes", allow_null=True)
    until = serializers.DateTimeField()


class NewsFields(serializers.Serializer[Any]):
    """One step of the plan, the latest first."""

    reason = serializers.CharField()
    sentence = serializers.CharField()
    at = serializers.DateTimeField()


class BillingFields(serializers.Serializer[Any]):
    """The plan that applies, the one that was bought, when it renews or ends, and today's use."""

    plan = serializers.ChoiceField(choices=list(PLANS))
    given_plan = serializers.CharField()
    paid_plan = serializers.CharField()
    period = serializers.CharField()
    status = serializers.CharField()
    amount = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    renews_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    trial_ends_at = serializers.DateTimeField(allow_null=True)
    past_due_since = serializers.DateTimeField(allow_null=True)
    payment_due = serializers.BooleanField()
    suspended = serializers.BooleanField()
    suspended_for = serializers.CharField()
    on_sale = serializers.BooleanField()
    test_mode = serializers.BooleanField()
    resets_at = serializers.DateTimeField()
    limits = PlanLimitFields(many=True)
    prices = PriceFields(many=True)
    waiting_number = serializers.IntegerField()
    waiting = WaitingFields(many=True)
    history = NewsFields(many=True)


class Billing(APIView):
    """The plan of the workspace."""

    @extend_schema(summary="The plan", responses=BillingFields, operation_id="billing_read")
    def get(self, request: Request) -> Response:
        """Return plan, renewal, limits, today's use, who waits for the quota, and what happened."""
        return _told(workspace_of(request))


class CreateCheckout(APIView):
    """The way to pay."""

    @extend_schema(
        summary="Open Stripe's payment page",
        request=CheckoutInput,
        responses=LinkFields,
        operation_id="billing_create_checkout",
    )
    def post(self, request: Request) -> Response:
        """Return where to pay for a plan, or to confirm a change of plan. For owners.

        The same choice again leads to the same page while it is open.
        """
        workspace = owned_workspace_of(request)
        asked = CheckoutInput(data=request.data)
        asked.is_valid(raise_exception=True)
        plan, period = asked.validated_data["plan"], asked.validated_data["period"]
        url = actions.upgrade_plan(workspace, plan, period, by=by_caller(request))
        return Response({"url": url})


class CreatePortal(APIView):
    """The way to card and invoices."""

    @extend_schema(
        summary="Open Stripe's customer portal",
        request=None,
        responses=LinkFields,
        operation_id="billing_create_portal",
    )
    def post(self, request: Request) -> Response:
        """Return where to change the card, see invoices or cancel. For owners; 409 without one."""
        workspace = owned_workspace_of(request)
        return Response({"url": actions.open_portal(workspace)})


class Cancel(APIView):
    """The end of a plan."""

    @extend_schema(
        summary="Cancel at the end of the paid time",
        request=None,
        responses=BillingFields,
        operation_id="billing_cancel",
    )
    def post(self, request: Request) -> Response:
        """Let the plan end when what was paid is over. For owners; twice is once."""
        workspace = owned_workspace_of(request)
        actions.cancel_subscription(workspace, by=by_caller(request))
        return _told(workspace)


class Resume(APIView):
    """A cancellation taken back."""

    @extend_schema(
        summary="Take a cancellation back",
        request=None,
        responses=BillingFields,
        operation_id="billing_resume",
    )
    def post(self, request: Request) -> Response:
        """Let the plan go on. For owners; 409 when it is not cancelled or has ended."""
        workspace = owned_workspace_of(request)
        actions.resume_subscription(workspace, by=by_caller(request))
        return _told(workspace)


OF_STATE = (
    *("plan", "given_plan", "paid_plan", "period", "status", "currency", "renews_at", "ends_at"),
    *("trial_ends_at", "past_due_since", "payment_due", "suspended", "suspended_for", "on_sale"),
    "test_mode",
)


def _told(workspace: Workspace) -> Response:
    now = clock.now()
    state = state_of(workspace)
    today = usage(workspace, now=now)
    changes = PlanChange.objects.filter(workspace=workspace).select_related("workspace")
    body = {
        **{name: getattr(state, name) for name in OF_STATE},
        "amount": state.amount_cents,
        "resets_at": today.renews_at,
        "limits": limits_of(workspace, PLANS[state.plan], today),
        "prices": _prices(),
        "waiting_number": number_waiting(workspace, now=now),
        "waiting": waiting(workspace, now=now),
        "history": [
            {"reason": one.reason, "sentence": told(one), "at": one.created_at}
            for one in changes.order_by("-id")[:HISTORY]
        ],
    }
    return Response(BillingFields(body).data)


def _prices() -> list[dict[str, object]]:
    return [
        {
            "plan": code,
            "period": period,
            "amount": PLANS[code].year_cents if period == "year" else PLANS[code].month_cents,
            "currency": "eur",
        }
        for code, period in PERIODS
    ]
