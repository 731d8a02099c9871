"""Scenarios by HTTP: reading and writing them, their versions, and trying one out."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import owned_workspace_of, workspace_of
from accounts.api.workspace import by_caller
from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.errors import NotFoundError
from processing import publishing, replays, scenarios
from processing.api.lists import WorkspaceList
from processing.api.scenario_fields import (
    Against,
    ScenarioChanges,
    ScenarioFields,
    Seen,
    TriedFields,
    TryInput,
    VersionDetails,
    VersionFields,
)
from processing.differences import differences
from processing.models import Scenario, ScenarioVersion
from processing.trials import try_out


class ScenarioFilters(serializers.Serializer[Any]):
    """`kind` and `autonomy` by their codes; `archived=true` lists those that were put away."""

    kind = serializers.ChoiceField(choices=Scenario.Kind.choices, required=False)
    autonomy = serializers.ChoiceField(choices=Scenario.Autonomy.choices, required=False)
    archived = serializers.BooleanField(required=False, default=False)
    search = serializers.CharField(required=False, allow_blank=True)


@extend_schema_view(get=extend_schema(summary="Scenarios", parameters=[ScenarioFilters]))
class ScenarioList(WorkspaceList[Scenario]):
    """The workspace's scenarios, the highest priority first."""

    model = Scenario
    serializer_class = ScenarioFields
    filters = ScenarioFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("priority", "created_at")
    ordering: ClassVar[str] = "-priority"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[Scenario]:
        """Return the scenarios that fit the filters."""
        archived = asked.pop("archived")
        columns = {"search": "name__icontains"}
        wanted = {columns.get(name, name): value for name, value in asked.items()}
        rows = Scenario.objects.filter(workspace=workspace, archived_at__isnull=not archived)
        return rows.filter(**wanted).prefetch_related("accounts")

    @extend_schema(
        summary="Write a scenario",
        request=ScenarioChanges,
        responses={201: ScenarioFields},
        parameters=[],
        filters=False,
    )
    def post(self, request: Request) -> Response:
        """Make a scenario; it answers from the next message on. For owners."""
        workspace = owned_workspace_of(request)
        changes, accounts, _seen = read_changes(request.data, workspace)
        fresh = Scenario(workspace=workspace)
        made = publishing.publish(fresh, changes, by=by_caller(request), accounts=accounts)
        return Response(ScenarioFields(made).data, status=201)


class OneScenario(APIView):
    """One scenario."""

    @extend_schema(
        summary="One scenario", responses=ScenarioFields, operation_id="scenarios_retrieve_one"
    )
    def get(self, request: Request, uid: UUID) -> Response:
        """Return the scenario, also one that was put away."""
        return Response(ScenarioFields(find_scenario(workspace_of(request), uid)).data)

    @extend_schema(summary="Change a scenario", request=ScenarioChanges, responses=ScenarioFields)
    def patch(self, request: Request, uid: UUID) -> Response:
        """Publish a new version with what is given; 409 when `seen` is old. For owners."""
        workspace = owned_workspace_of(request)
        scenario = find_scenario(workspace, uid)
        changes, accounts, seen = read_changes(request.data, workspace, partial=True)
        changed = publishing.publish(
            scenario, changes, by=by_caller(request), accounts=accounts, seen=seen
        )
        return Response(ScenarioFields(changed).data)

    @extend_schema(summary="Put a scenario away", responses={204: None})
    def delete(self, request: Request, uid: UUID) -> Response:
        """Let it answer no more; its versions stay, since the ledger names them. For owners."""
        scenario = find_scenario(owned_workspace_of(request), uid)
        publishing.put_away(scenario, by=by_caller(request), now=clock.now())
        return Response(status=204)


class Versions(WorkspaceList[ScenarioVersion]):
    """A scenario's wordings, the latest first."""

    model = ScenarioVersion
    serializer_class = VersionFields
    filters = serializers.Serializer
    ordering_fields: ClassVar[tuple[str, ...]] = ("number",)
    ordering: ClassVar[str] = "-number"

    @extend_schema(summary="Versions of a scenario")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the versions, or 404 when the scenario is not the caller's."""
        return super().get(request, *args, **kwargs)

    def rows(self, workspace: Workspace, _asked: dict[str, Any]) -> QuerySet[ScenarioVersion]:
        """Return the scenario's versions."""
        return ScenarioVersion.objects.filter(scenario=find_scenario(workspace, self.kwargs["uid"]))


class OneVersion(APIView):
    """One wording."""

    @extend_schema(
        summary="One version of a scenario",
        parameters=[Against],
        responses=VersionDetails,
        operation_id="scenario_version_read",
    )
    def get(self, request: Request, uid: UUID, number: int) -> Response:
        """Return the wording; `?against=` another number, what changed from that one to this."""
        scenario = find_scenario(workspace_of(request), uid)
        version = find_version(scenario, number)
        asked = Against(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        other = asked.validated_data.get("against")
        content = scenarios.complete(version.content)
        before = scenarios.complete(find_version(scenario, other).content) if other else content
        changes = differences(before, content)
        details = {**VersionFields(version).data, "content": content}
        return Response({**details, "differences": [_difference(one) for one in changes]})


class RestoreVersion(APIView):
    """An old wording, in force again."""

    @extend_schema(summary="Restore a version", request=Seen, responses=ScenarioFields)
    def post(self, request: Request, uid: UUID, number: int) -> Response:
        """Publish the old words as a new version. For owners."""
        scenario = find_scenario(owned_workspace_of(request), uid)
        asked = Seen(data=request.data)
        asked.is_valid(raise_exception=True)
        restored = publishing.restore(
            scenario,
            find_version(scenario, number),
            by=by_caller(request),
            seen=asked.validated_data.get("seen"),
        )
        return Response(ScenarioFields(restored).data)


class TryScenario(APIView):
    """What would it answer?"""

    @extend_schema(summary="Try a scenario", request=TryInput, responses=TriedFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Return the decision and draft for a first message; nothing is sent or kept.

        It takes one of the workspace's calls to the model of this minute: 429 when none is left,
        502 when the model does not answer.
        """
        workspace = workspace_of(request)
        scenario = find_scenario(workspace, uid)
        asked = TryInput(data=request.data)
        asked.is_valid(raise_exception=True)
        changes, accounts, _seen = read_changes(
            asked.validated_data.get("content", {}), workspace, partial=True
        )
        content = replays.draft_content(scenario, changes, accounts)
        given = asked.validated_data
        tried = try_out(
            scenario,
            given["text"],
            content=content,
            language=given.get("language", ""),
            place=given.get("place", ""),
        )
        return Response(TriedFields(tried).data)


def find_scenario(workspace: Workspace, uid: UUID) -> Scenario:
    """Return the workspace's scenario; raises NotFoundError when it is not theirs."""
    rows = Scenario.objects.filter(workspace=workspace).select_related("workspace")
    found = rows.prefetch_related("accounts").filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found


def find_version(scenario: Scenario, number: int) -> ScenarioVersion:
    """Return a wording of the scenario; raises NotFoundError."""
    found = ScenarioVersion.objects.filter(scenario=scenario, number=number).first()
    if found is None:
        raise NotFoundError
    return found


def read_changes(
    data: Any, workspace: Workspace, *, partial: bool = False
) -> tuple[dict[str, Any], Any, int | None]:
    """Return the valid fields, the accounts (None when not given) and the version seen."""
    serializer = ScenarioChanges(data=data, partial=partial, context={"workspace": workspace})
    serializer.is_valid(raise_exception=True)
    changes = dict(serializer.validated_data)
    return changes, changes.pop("accounts", None), changes.pop("seen", None)


def _difference(one: Any) -> dict[str, Any]:
    pieces = [{"op": piece.op, "text": piece.text} for piece in one.pieces]
    return {"field": one.field, "before": one.before, "after": one.after, "pieces": pieces}
