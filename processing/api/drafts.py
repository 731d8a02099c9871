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
from processing import approving, by_hand
from processing.api.draft_fields import (
    HANDED,
    QUEUED,
    ApprovalInput,
    DraftFields,
    EditInput,
    HandedFields,
    MyselfInput,
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

        409 `already_decided`, `window_closed` or `opted_out` when it may not, `said_since` when the
        contact wrote after `seen_until` on a network that a browser reads; 402 `quota_exceeded`
        when today's messages are used up.
        """
        draft = find_draft(request, uid)
        given = _agreed(ApprovalInput, request)
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
        """Let `text` leave in the draft's place; 400 when it is too long for the network.

        409 and 402 as in an approval.
        """
        draft = find_draft(request, uid)
        given = _agreed(EditInput, request)
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


class SendMyself(APIView):
    """A member prefers their own hands."""

    @extend_schema(
        summary="Send a draft yourself on its network",
        request=MyselfInput,
        responses=HandedFields,
        examples=[HANDED],
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """Give the words to copy and the conversation's address; nothing is sent from here.

        The next reading of the network marks it as sent, in the words that were really sent; until
        then it can be taken back. After a week it counts as not sent. The day's messages are not
        used. 409 `no_deep_link` where the network has no such address, or as in an approval.
        """
        draft = find_draft(request, uid)
        given = _checked(MyselfInput, request)
        handed = by_hand.send_myself(draft, given.get("text"), by=member_name(request.user))
        whole = {"link": handed.link, "text": handed.text}
        return Response({**whole, **queued(draft, Status.QUEUED)})


class Undo(APIView):
    """A second thought."""

    @extend_schema(summary="Take an approval back", request=None, responses=QueuedFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Hold the draft again while it has not left; 409 `already_sent` when it is too late.

        It is `refused` instead when a newer message has its own answer by now. What a member was
        to send themselves can be taken back until it was seen on the network.
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


def _agreed(form: type[ApprovalInput], request: Request) -> dict[str, Any]:
    """Return what an agreement comes with, as `approving` takes it."""
    given = _checked(form, request)
    check = approving.read_until(given.pop("seen_until", None))
    return {**given, "check": check}


def _checked(form: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = form(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)
