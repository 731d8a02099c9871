"""Drafts by HTTP: those that wait, and what a member decides on one."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import member_name, workspace_of
from accounts.api.idempotency import KEY, idempotent
from accounts.models import Workspace
from flowia.lib.errors import NotFoundError
from processing import approving
from processing.api.draft_fields import (
    QUEUED,
    ApprovalInput,
    DraftFields,
    EditInput,
    QueuedFields,
    RejectionInput,
    SnoozeInput,
    queued,
)
from processing.api.lists import WorkspaceList
from processing.models import Message
from processing.reading import drafts_of, set_aside, written_in
from processing.tasks import relay_after_commit

Status = Message.Status


class DraftFilters(serializers.Serializer[Any]):
    """`conversation` is an id; `snoozed` asks for those that are set aside."""

    conversation = serializers.UUIDField(required=False)
    snoozed = serializers.BooleanField(required=False, default=False)


@extend_schema(summary="Drafts that wait", parameters=[DraftFilters])
class Drafts(WorkspaceList[Message]):
    """Answers that a member has to decide on now, the oldest first."""

    model = Message
    serializer_class = DraftFields
    filters = DraftFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "created_at"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[Message]:
        """Return the drafts that fit the filters."""
        rows = drafts_of(workspace)
        if "conversation" in asked:
            rows = rows.filter(conversation__uid=asked["conversation"])
        return set_aside(rows, snoozed=asked["snoozed"])


class Approve(APIView):
    """A member agrees."""

    @extend_schema(
        summary="Approve a draft",
        request=ApprovalInput,
        parameters=[KEY],
        responses={202: QueuedFields},
        examples=[QUEUED],
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Response:
        """Let the draft leave as it stands.

        409 `already_decided`, `window_closed` or `opted_out` when it may not; 402 `quota_exceeded`
        when today's messages are used up.
        """
        draft = find_draft(request, uid)
        given = _checked(ApprovalInput, request)
        wake = approving.approve(draft, by=member_name(request.user), **given)
        relay_after_commit(wake)
        return Response(queued(draft, Status.QUEUED), status=202)


class Edit(APIView):
    """A member knows better."""

    @extend_schema(
        summary="Change a draft and approve it",
        request=EditInput,
        parameters=[KEY],
        responses={202: QueuedFields},
        examples=[QUEUED],
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Response:
        """Let `text` leave in the draft's place; 400 when it is too long for the network."""
        draft = find_draft(request, uid)
        given = _checked(EditInput, request)
        wake = approving.edit_and_approve(draft, by=member_name(request.user), **given)
        relay_after_commit(wake)
        return Response(queued(draft, Status.QUEUED), status=202)


class Reject(APIView):
    """A member refuses."""

    @extend_schema(summary="Reject a draft", request=RejectionInput, responses=QueuedFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Never send the draft; 409 `already_decided` when somebody was quicker."""
        draft = find_draft(request, uid)
        given = _checked(RejectionInput, request)
        approving.reject(draft, by=member_name(request.user), reason=given["reason"])
        return Response(queued(draft, Status.REFUSED))


class Snooze(APIView):
    """Not now."""

    @extend_schema(summary="Set a draft aside", request=SnoozeInput, responses=QueuedFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Leave the draft out of the list until a moment; it can be decided on before."""
        draft = find_draft(request, uid)
        given = _checked(SnoozeInput, request)
        approving.snooze(draft, until=given["until"], by=member_name(request.user))
        return Response(queued(draft, Status.HELD))


class Undo(APIView):
    """A second thought."""

    @extend_schema(summary="Take an approval back", request=None, responses=QueuedFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Hold the draft again while it has not left; 409 `already_sent` when it is too late.

        It is `refused` instead when a newer message has its own answer by now.
        """
        draft = find_draft(request, uid)
        waits = approving.undo(draft, by=member_name(request.user))
        return Response(queued(draft, Status.HELD if waits else Status.REFUSED))


def find_draft(request: Request, uid: UUID) -> Message:
    """Return the caller's draft, decided or not; raises NotFoundError when it is not theirs."""
    found = written_in(workspace_of(request)).filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found


def _checked(form: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = form(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)
