"""Follow-up sequences by HTTP, and the follow-ups they planned."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import member_name, owned_workspace_of, workspace_of
from accounts.api.workspace import by_caller
from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.errors import NotFoundError
from processing import actions, publishing
from processing.api.lists import WorkspaceList
from processing.api.sequence_fields import FollowUpFields, SequenceChanges, SequenceFields
from processing.models import DmSequence, FollowUp, Scenario
from processing.reading import follow_ups_of, sequences_of


class SequenceFilters(serializers.Serializer[Any]):
    """`active=false` lists those that plan nothing."""

    active = serializers.BooleanField(required=False, allow_null=True, default=None)
    search = serializers.CharField(required=False, allow_blank=True)


@extend_schema_view(get=extend_schema(summary="Sequences", parameters=[SequenceFilters]))
class Sequences(WorkspaceList[DmSequence]):
    """The workspace's follow-up sequences, the newest first."""

    model = DmSequence
    serializer_class = SequenceFields
    filters = SequenceFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "-created_at"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[DmSequence]:
        """Return the sequences that fit the filters."""
        columns = {"search": "scenario__name__icontains"}
        wanted = {columns.get(name, name): value for name, value in asked.items()}
        if wanted["active"] is None:
            del wanted["active"]
        return sequences_of(workspace).filter(**wanted)

    @extend_schema(
        summary="Write a sequence",
        request=SequenceChanges,
        responses={201: SequenceFields},
        parameters=[],
        filters=False,
    )
    def post(self, request: Request) -> Response:
        """Make a sequence; it plans after the next answer that leaves. For owners."""
        workspace = owned_workspace_of(request)
        fresh = Scenario(workspace=workspace, kind=Scenario.Kind.FOLLOW_UP)
        made = _published(request, fresh)
        return Response(SequenceFields(made).data, status=201)


class OneSequence(APIView):
    """One sequence."""

    @extend_schema(summary="One sequence", responses=SequenceFields, operation_id="sequence_read")
    def get(self, request: Request, uid: UUID) -> Response:
        """Return the sequence."""
        return Response(SequenceFields(_find(workspace_of(request), uid)).data)

    @extend_schema(
        summary="Change a sequence",
        request=SequenceChanges,
        responses=SequenceFields,
        operation_id="sequence_change",
    )
    def patch(self, request: Request, uid: UUID) -> Response:
        """Publish a new version with what is given; 409 when `seen` is old. For owners.

        Switched off, it calls off what it has planned.
        """
        found = _find(owned_workspace_of(request), uid)
        return Response(SequenceFields(_published(request, found.scenario, partial=True)).data)

    @extend_schema(
        summary="Put a sequence away", responses={204: None}, operation_id="sequence_put_away"
    )
    def delete(self, request: Request, uid: UUID) -> Response:
        """Let it plan no more, and call off what it has planned. For owners."""
        found = _find(owned_workspace_of(request), uid)
        publishing.put_away(found.scenario, by=by_caller(request), now=clock.now())
        return Response(status=204)


class FollowUpFilters(serializers.Serializer[Any]):
    """`status` by its code; `conversation` is an id."""

    status = serializers.ChoiceField(choices=FollowUp.Status.choices, required=False)
    conversation = serializers.UUIDField(required=False)


@extend_schema(summary="Follow-ups", parameters=[FollowUpFilters])
class FollowUps(WorkspaceList[FollowUp]):
    """What is planned, was written, or waits for a human; the newest first."""

    model = FollowUp
    serializer_class = FollowUpFields
    filters = FollowUpFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "-created_at"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[FollowUp]:
        """Return the follow-ups that fit the filters."""
        columns = {"conversation": "conversation__uid"}
        wanted = {columns.get(name, name): value for name, value in asked.items()}
        return follow_ups_of(workspace).filter(**wanted)


class CancelFollowUp(APIView):
    """Not to be written."""

    @extend_schema(summary="Call a follow-up off", request=None, responses=FollowUpFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Call it off, also while it waits to be sent or approved; 409 once it has left."""
        found = _find_follow_up(request, uid)
        actions.cancel_follow_up(found, by=member_name(request.user))
        return Response(FollowUpFields(_find_follow_up(request, uid)).data)


class FinishFollowUp(APIView):
    """Seen to by a human."""

    @extend_schema(summary="A follow-up task is done", request=None, responses=FollowUpFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Close the task; 409 when it is none."""
        found = _find_follow_up(request, uid)
        actions.finish_task(found, by=member_name(request.user))
        return Response(FollowUpFields(_find_follow_up(request, uid)).data)


def _published(request: Request, scenario: Scenario, *, partial: bool = False) -> DmSequence:
    workspace = scenario.workspace
    asked = SequenceChanges(data=request.data, partial=partial, context={"workspace": workspace})
    asked.is_valid(raise_exception=True)
    changes = dict(asked.validated_data)
    apart = {name: changes.pop(name, None) for name in ("accounts", "steps", "active", "seen")}
    made = publishing.publish(scenario, changes, by=by_caller(request), **apart)
    return sequences_of(workspace).get(scenario=made)


def _find(workspace: Workspace, uid: UUID) -> DmSequence:
    found = sequences_of(workspace).filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found


def _find_follow_up(request: Request, uid: UUID) -> FollowUp:
    found = follow_ups_of(workspace_of(request)).filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found
