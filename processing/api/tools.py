"""Connected tools by HTTP: what is connected, connecting, tables, columns, a test."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import limits
from accounts.access import owned_workspace_of, workspace_of
from accounts.api.workspace import by_caller
from accounts.models import Workspace
from integrations import setting_up
from integrations.models import Integration
from processing import tooling
from processing.api.tool_fields import (
    FitFields,
    ToolFields,
    ToolFilters,
    ToolInput,
    ToolTableFields,
)
from processing.tasks import relay_after_commit
from processing.tool_reading import told_of, tools_of

KEYS = ("token", "service_account", "spreadsheet")


class Config(APIView):
    """Every tool."""

    @extend_schema(
        summary="Connected tools",
        responses=ToolFields(many=True),
        operation_id="integrations_config",
    )
    def get(self, request: Request) -> Response:
        """Return what is connected, its table and columns, the last write and error; no secret."""
        return Response(ToolFields(tools_of(workspace_of(request)), many=True).data)


class OneTool(APIView):
    """One tool."""

    @extend_schema(summary="A tool", responses=ToolFields, operation_id="integration_read")
    def get(self, request: Request, kind: str) -> Response:
        """Return what is true about it now."""
        return _told(workspace_of(request), _kind(kind))

    @extend_schema(
        summary="Connect or change a tool",
        request=ToolInput,
        responses=ToolFields,
        operation_id="integration_change",
    )
    def put(self, request: Request, kind: str) -> Response:
        """Give it a key, choose its table and columns, pause it. For owners.

        402 `plan_required` where the plan allows no more tools, 422 `tool_refused` where the tool
        does not take the key, 502 `tool_unreachable`.
        """
        workspace, name = owned_workspace_of(request), _kind(kind)
        setting_up.connector_of(name)
        asked = ToolInput(data=request.data)
        asked.is_valid(raise_exception=True)
        limits.knock(request, "connect")
        _change(request, workspace, name, asked.validated_data)
        return _told(workspace, name)

    @extend_schema(
        summary="Disconnect a tool",
        parameters=[ToolFilters],
        responses={204: None},
        operation_id="integration_disconnect",
    )
    def delete(self, request: Request, kind: str) -> Response:
        """Forget its key and where leads stand; what was written stays there. For owners.

        Rows of erased people are taken away first; 409 `removals_wait` where that is not possible
        now, unless it is wished `anyway`.
        """
        tool = _mine(request, kind)
        asked = ToolFilters(data=request.query_params)
        asked.is_valid(raise_exception=True)
        tooling.disconnect(tool, anyway=asked.validated_data["anyway"], by=by_caller(request))
        return Response(status=204)


class Targets(APIView):
    """The tables of a tool."""

    @extend_schema(
        summary="Tables that leads can be written into",
        parameters=[OpenApiParameter("search", str)],
        responses=ToolTableFields(many=True),
        operation_id="integration_targets",
    )
    def get(self, request: Request, kind: str) -> Response:
        """Ask the tool, at most 100 tables. For owners; 409 before it is connected."""
        tool = _mine(request, kind)
        search = request.query_params.get("search", "")
        return Response(ToolTableFields(setting_up.targets_of(tool, search), many=True).data)


class Columns(APIView):
    """The columns of a tool's table."""

    @extend_schema(
        summary="The table's columns and how they fit",
        responses=FitFields,
        operation_id="integration_columns",
    )
    def get(self, request: Request, kind: str) -> Response:
        """Ask the tool, and propose which column takes which field. For owners."""
        return Response(FitFields(setting_up.fit_of(_mine(request, kind))).data)


class Test(APIView):
    """A look at a tool, now."""

    @extend_schema(
        summary="Test a tool",
        request=None,
        responses=ToolFields,
        operation_id="integration_test",
    )
    def post(self, request: Request, kind: str) -> Response:
        """Look whether leads could be written; nothing is. For owners."""
        tool = _mine(request, kind)
        limits.knock(request, "connect")
        setting_up.test_tool(tool)
        return _told(tool.workspace, tool.kind)


def _change(request: Request, workspace: Workspace, kind: str, asked: dict[str, Any]) -> None:
    by = by_caller(request)
    if any(name in asked for name in ("token", "service_account")):
        given = {name: asked.get(name, "") for name in KEYS}
        tooling.connect(workspace, kind, given, by=by)
    tool = setting_up.connected_tool(workspace, kind)
    if "target" in asked:
        search, anyway = asked.get("search", ""), asked.get("anyway", False)
        tooling.choose_table(tool, asked["target"], search, anyway=anyway, by=by)
    if "fields_to_columns" in asked or "new_columns" in asked:
        chosen = asked.get("fields_to_columns")
        chosen = setting_up.fit_of(tool).chosen if chosen is None else chosen
        new = asked.get("new_columns", [])
        relay_after_commit(*tooling.set_columns(tool, chosen, new, by=by))
    if "paused" in asked:
        relay_after_commit(*tooling.set_paused(tool, paused=asked["paused"], by=by))


def _mine(request: Request, kind: str) -> Integration:
    return setting_up.connected_tool(owned_workspace_of(request), _kind(kind))


def _kind(slug: str) -> str:
    return slug.replace("-", "_")


def _told(workspace: Workspace, kind: str) -> Response:
    setting_up.connector_of(kind)
    return Response(ToolFields(told_of(workspace, kind)).data)
