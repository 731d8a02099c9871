"""The time machine by HTTP: starting a replay, watching and steering it, its results."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import owned_workspace_of, workspace_of
from accounts.api.workspace import by_caller
from accounts.models import Workspace
from flowia.lib.errors import NotFoundError
from flowia.lib.wake import wake
from processing import publishing, replays
from processing.api.lists import WorkspaceList
from processing.api.replay_fields import (
    CostLimit,
    EstimateFields,
    Period,
    ReplayDetails,
    ReplayFields,
    ReplayResultFields,
    ReplayStart,
)
from processing.api.scenario_fields import ScenarioFields
from processing.api.scenarios import find_scenario, read_changes
from processing.models import Replay, ReplayResult
from processing.tasks import replay as replay_task
from processing.then import befores_of


class ScenarioReplays(WorkspaceList[Replay]):
    """A scenario's replays, the latest first."""

    model = Replay
    serializer_class = ReplayFields
    filters = serializers.Serializer
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "-created_at"

    @extend_schema(summary="Replays of a scenario")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the replays, or 404 when the scenario is not the caller's."""
        return super().get(request, *args, **kwargs)

    def rows(self, workspace: Workspace, _asked: dict[str, Any]) -> QuerySet[Replay]:
        """Return the scenario's replays."""
        scenario = find_scenario(workspace, self.kwargs["uid"])
        return replays.replays_of(workspace).filter(scenario=scenario)

    @extend_schema(
        summary="Start a replay", request=ReplayStart, responses={201: ReplayDetails}, filters=False
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """Run the scenario, with unsaved changes, over old messages; nothing is sent. For owners.

        One at a time in a workspace: 409 `replay_running`. It stops at its cost limit.
        """
        workspace = owned_workspace_of(request)
        scenario = find_scenario(workspace, uid)
        asked = ReplayStart(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        changes, accounts, _seen = read_changes(given.get("content", {}), workspace, partial=True)
        started = replays.start(
            scenario,
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
            cost_limit=given["cost_limit"],
            by=by_caller(request),
            changes=changes,
            accounts=accounts,
        )
        wake(replay_task, started.pk)
        return Response(ReplayDetails(started).data, status=201)


class ReplayEstimate(APIView):
    """Before a replay."""

    @extend_schema(
        summary="What a replay would cost", parameters=[Period], responses=EstimateFields
    )
    def get(self, request: Request, uid: UUID) -> Response:
        """Return how many messages the period has and what they would cost at most."""
        workspace = workspace_of(request)
        find_scenario(workspace, uid)
        asked = Period(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return Response(EstimateFields(replays.estimate(workspace, **asked.validated_data)).data)


class OneReplay(APIView):
    """One replay."""

    @extend_schema(summary="One replay", responses=ReplayDetails)
    def get(self, request: Request, uid: UUID) -> Response:
        """Return how far it is, with its figures so far."""
        return Response(ReplayDetails(find_replay(workspace_of(request), uid)).data)


class ReplayResults(WorkspaceList[ReplayResult]):
    """What each message would get now, in their order."""

    model = ReplayResult
    serializer_class = ReplayResultFields
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "created_at"

    class filters(serializers.Serializer[Any]):  # noqa: N801 - the name WorkspaceList asks for
        """`changed=1` leaves out what would be as it was."""

        changed = serializers.BooleanField(required=False, default=False)

    @extend_schema(summary="Results of a replay", parameters=[filters])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the results, or 404 when the replay is not the caller's."""
        return super().get(request, *args, **kwargs)

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[ReplayResult]:
        """Return the results that fit the filter."""
        replay = find_replay(workspace, self.kwargs["uid"])
        return replays.results_of(replay, changed=asked["changed"])

    def paginate_queryset(self, queryset: Any) -> Any:
        """Add to each row of the page what its message got when it came."""
        page = super().paginate_queryset(queryset) or []
        befores = befores_of([row.message for row in page])
        for row in page:
            row.before = befores[row.message_id]
        return page


class ContinueReplay(APIView):
    """A replay that stopped goes on."""

    @extend_schema(summary="Continue a replay", request=CostLimit, responses=ReplayDetails)
    def post(self, request: Request, uid: UUID) -> Response:
        """Go on with a new cost limit, where it stopped at the old one or failed. For owners."""
        replay = find_replay(owned_workspace_of(request), uid)
        asked = CostLimit(data=request.data)
        asked.is_valid(raise_exception=True)
        replays.carry_on(replay, cost_limit=asked.validated_data["cost_limit"])
        wake(replay_task, replay.pk)
        return Response(ReplayDetails(replay).data)


class CancelReplay(APIView):
    """A replay that nobody needs."""

    @extend_schema(summary="Cancel a replay", request=None, responses=ReplayDetails)
    def post(self, request: Request, uid: UUID) -> Response:
        """Stop it for good; its results stay. Twice is once. For owners."""
        replay = find_replay(owned_workspace_of(request), uid)
        replays.cancel(replay)
        return Response(ReplayDetails(replay).data)


class PublishReplay(APIView):
    """The replay's draft, in force."""

    @extend_schema(summary="Publish a replay's draft", request=None, responses=ScenarioFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Make the draft the scenario's next version; 409 when it changed meanwhile. For owners."""
        replay = find_replay(owned_workspace_of(request), uid)
        return Response(
            ScenarioFields(publishing.publish_replayed(replay, by=by_caller(request))).data
        )


def find_replay(workspace: Workspace, uid: UUID) -> Replay:
    """Return the workspace's replay; raises NotFoundError when it is not theirs."""
    found = replays.replays_of(workspace).filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found
