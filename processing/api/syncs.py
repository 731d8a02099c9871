"""Writing leads into tools by HTTP: orders, their progress, every push, and trying again."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import member_name, owned_workspace_of, workspace_of
from accounts.api.idempotency import KEY, idempotent
from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.errors import InvalidError, NotFoundError
from integrations import orders
from integrations.models import Integration, SyncOrder, SyncRun
from processing import receipts
from processing.api.lead_fields import OneLeadFields
from processing.api.leads import find_lead
from processing.api.lists import WorkspaceList
from processing.api.sync_fields import (
    TOOLS,
    OrderFields,
    RewriteInput,
    RunFields,
    StartedFields,
    SyncInput,
    kind_of,
)
from processing.models import Lead
from processing.tasks import relay_after_commit
from processing.wakes import Wake

Kind = SyncOrder.Kind


class Sync(APIView):
    """An order to write leads into the tool `kind`, which the address names."""

    kind = ""

    @extend_schema(
        summary="Write leads into a tool",
        request=SyncInput,
        responses={202: StartedFields},
        parameters=[KEY],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Write the leads named, those changed `since`, or every one. For owners.

        What is equal is not written again. One order at a time per tool: 409 `sync_running`; 409
        `tool_not_connected` before the tool is set up or while it waits for a member; 402 where the
        plan does not open it.
        """
        workspace = owned_workspace_of(request)
        asked = SyncInput(data=request.data)
        asked.is_valid(raise_exception=True)
        leads, since = asked.validated_data.get("leads"), asked.validated_data.get("since")
        if leads and since:
            raise InvalidError(errors={"since": [_("Name leads or a moment, not both.")]})
        named = _named(workspace, leads or [])
        tool = Integration.objects.filter(workspace=workspace, kind=self.kind).first()
        if tool is None:
            raise orders.NotConnectedError
        receipts.require_open(workspace, tool)
        order = orders.place(
            tool,
            Kind.CHOSEN if leads else Kind.SINCE if since else Kind.FULL,
            now=clock.now(),
            leads=named,
            since=since,
            asked_by=UUID(member_name(request.user)),
        )
        relay_after_commit(Wake("order", order.pk))
        return Response({"run": OrderFields(order).data}, status=202)


class OrderFilters(serializers.Serializer[Any]):
    """`kind` is the tool."""

    kind = serializers.ChoiceField(choices=TOOLS, required=False)
    status = serializers.ChoiceField(choices=SyncOrder.Status.choices, required=False)


@extend_schema(summary="Orders to write leads", parameters=[OrderFilters])
class Orders(WorkspaceList[SyncOrder]):
    """Orders with their progress, the latest first."""

    model = SyncOrder
    serializer_class = OrderFields
    filters = OrderFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "-created_at"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[SyncOrder]:
        """Return the orders that fit the filters."""
        rows = SyncOrder.objects.filter(workspace=workspace).select_related("integration")
        return rows.filter(**_columns(asked))

    def paginate_queryset(self, queryset: Any) -> Any:
        """Count the pushes of the page's orders at once."""
        page = super().paginate_queryset(queryset) or []
        found = orders.progress_of_each(page)
        for order in page:
            order.progress = found[order.pk]
        return page


class OneOrder(APIView):
    """One order."""

    @extend_schema(summary="One order", responses=OrderFields)
    def get(self, request: Request, uid: UUID) -> Response:
        """Return how far it has come."""
        return Response(OrderFields(_find_order(workspace_of(request), uid)).data)


class CancelOrder(APIView):
    """An order that nobody needs."""

    @extend_schema(summary="Cancel an order", request=None, responses=OrderFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """End it: what is on its way arrives, the rest is not begun. Twice is once. For owners."""
        order = _find_order(owned_workspace_of(request), uid)
        return Response(OrderFields(orders.cancel(order)).data)


class RunFilters(serializers.Serializer[Any]):
    """`kind` is the tool, `lead` and `order` are ids."""

    kind = serializers.ChoiceField(choices=TOOLS, required=False)
    status = serializers.ChoiceField(choices=SyncRun.Status.choices, required=False)
    lead = serializers.UUIDField(required=False)
    order = serializers.UUIDField(required=False)


@extend_schema(summary="Pushes of leads", parameters=[RunFilters])
class Runs(WorkspaceList[SyncRun]):
    """Every push of a lead into a tool, the latest first; old ones are kept for 30 days."""

    model = SyncRun
    serializer_class = RunFields
    filters = RunFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "-created_at"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[SyncRun]:
        """Return the pushes that fit the filters."""
        rows = SyncRun.objects.filter(workspace=workspace).select_related("integration", "order")
        return rows.filter(**_columns(asked))


class RetryRun(APIView):
    """A push that failed."""

    @extend_schema(summary="Try a push again", request=None, responses={202: RunFields})
    def post(self, request: Request, uid: UUID) -> Response:
        """Try it again with fresh attempts; 409 `nothing_to_retry` where it did not fail."""
        rows = SyncRun.objects.select_related("integration", "order", "workspace")
        run = rows.filter(workspace=workspace_of(request), uid=uid).first()
        if run is None:
            raise NotFoundError
        relay_after_commit(*receipts.retry(run, now=clock.now()))
        return Response(RunFields(rows.get(pk=run.pk)).data, status=202)


class RewriteLead(APIView):
    """A lead whose row people took away, or that could not be written."""

    @extend_schema(summary="Write a lead again", request=RewriteInput, responses=OneLeadFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Write the lead into one tool anew, whatever became of its row there."""
        lead = find_lead(request, uid)
        asked = RewriteInput(data=request.data)
        asked.is_valid(raise_exception=True)
        kind = kind_of(asked.validated_data["tool"])
        relay_after_commit(*receipts.rewrite(lead, kind, now=clock.now()))
        return Response(OneLeadFields(find_lead(request, uid)).data)


def _named(workspace: Workspace, leads: list[UUID]) -> list[str]:
    """Return the ids as they are kept, each once; raises NotFoundError when one is not theirs."""
    wanted = {str(uid): None for uid in leads}
    if Lead.objects.filter(workspace=workspace, uid__in=leads).count() < len(wanted):
        raise NotFoundError
    return list(wanted)


def _columns(asked: dict[str, Any]) -> dict[str, Any]:
    columns = {"kind": "integration__kind", "lead": "lead_uid", "order": "order__uid"}
    values = {**asked, **({"kind": kind_of(asked["kind"])} if "kind" in asked else {})}
    return {columns.get(name, name): value for name, value in values.items()}


def _find_order(workspace: Workspace, uid: UUID) -> SyncOrder:
    rows = SyncOrder.objects.filter(workspace=workspace).select_related("integration")
    found = rows.filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found
