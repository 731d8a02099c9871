"""Outgoing webhooks by HTTP: making and changing them, their calls, sending again."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import membership_in, owned, owned_workspace_of, workspace_of
from accounts.api.doors import read
from accounts.api.workspace import by_caller
from accounts.models import Membership, Workspace
from flowia.lib import clock
from flowia.lib.errors import FlowError
from flowia.lib.lists import ClosedOrdering, CursorPages
from integrations.api.hook_fields import (
    HookCallFields,
    HookCallFilters,
    HookChanges,
    HookFields,
    HookValues,
    MadeHookFields,
    OneHookCallFields,
    ReplayedFields,
    SecretFields,
    SinceFields,
)
from integrations.hooks import calling, keeping, replaying
from integrations.hooks.standing import previous_until, standing_of, standings_of
from integrations.models import Hook, HookCall

EXAMPLE = OpenApiExample(
    "lead.updated",
    {
        "type": "lead.updated",
        "timestamp": "2026-11-28T09:30:00.000Z",
        "data": {
            "lead": {
                "id": "019d3f5c-6f4e-7d5e-8a51-9c1a2b3c4d5e",
                "level": "hot",
                "stage": "new",
                "phone": "+33612345678",
                "intent": "price",
                "contact": {"name": "Léa Martin", "handle": "lea.martin"},
            }
        },
    },
    description=(
        "What is posted to the address, with the headers of Standard Webhooks (webhook-id, "
        "webhook-timestamp, webhook-signature). The lead is what GET /leads/{id} returns, without "
        "its receipts; of an erased lead only its id is told. Any 2xx within 15 seconds takes it, "
        "410 ends everything, anything else is tried again for a day. Calls may come twice (by "
        "webhook-id) and in another order than things happened (by timestamp)."
    ),
    request_only=True,
)


class Hooks(ListAPIView[Hook]):
    """The workspace's outgoing webhooks, the oldest first."""

    # Its serializer is given standings, of which each tells one row.
    serializer_class = HookFields
    pagination_class = CursorPages
    filter_backends = (ClosedOrdering,)
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "created_at"

    @extend_schema(summary="Outgoing webhooks", operation_id="webhooks")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return each with how it stands; never a secret."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Hook]:
        """Return the workspace's hooks."""
        if getattr(self, "swagger_fake_view", False):
            return Hook.objects.none()
        return keeping.hooks_of(workspace_of(self.request))

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Tell how each of a page stands."""
        if args:
            workspace = workspace_of(self.request)
            whole = _owns(workspace, self.request)
            every = standings_of(keeping.hooks_of(workspace), whole=whole)
            shown = {hook.pk for hook in args[0]}
            args = ([one for one in every if one.hook.pk in shown], *args[1:])
        return super().get_serializer(*args, **kwargs)

    @extend_schema(
        summary="Make an outgoing webhook",
        request=HookValues,
        responses={201: MadeHookFields},
        examples=[EXAMPLE],
        operation_id="webhook_make",
        filters=False,
    )
    def post(self, request: Request) -> Response:
        """Make it and return its secret, this once. For owners; 402 beyond the plan.

        400 for an address that is not https or leads into a private network.
        """
        workspace = owned_workspace_of(request)
        given = read(HookValues, request)
        hook, secret = keeping.make(workspace, **given, by=by_caller(request))
        told = MadeHookFields(standing_of(hook, whole=True), context={"secret": secret})
        return Response(told.data, status=201)


class OneHook(APIView):
    """One outgoing webhook."""

    @extend_schema(summary="An outgoing webhook", responses=HookFields, operation_id="webhook_read")
    def get(self, request: Request, uid: UUID) -> Response:
        """Return how it stands; never its secret."""
        workspace = workspace_of(request)
        return _told(keeping.find_hook(workspace, uid), whole=_owns(workspace, request))

    @extend_schema(
        summary="Change an outgoing webhook",
        request=HookChanges,
        responses=HookFields,
        operation_id="webhook_change",
    )
    def patch(self, request: Request, uid: UUID) -> Response:
        """Change what is given, pause or resume; a new address is judged as at first. Owners."""
        workspace = owned_workspace_of(request)
        hook = keeping.find_hook(workspace, uid)
        given = read(HookChanges, request)
        paused = given.pop("paused", None)
        keeping.change(hook, given, by=by_caller(request))
        if paused is not None:
            keeping.set_paused(hook, paused=paused, by=by_caller(request))
        return _told(keeping.find_hook(workspace, uid), whole=True)

    @extend_schema(
        summary="Delete an outgoing webhook", responses={204: None}, operation_id="webhook_remove"
    )
    def delete(self, request: Request, uid: UUID) -> Response:
        """Delete it with its calls; what still waits is not sent. For owners."""
        hook = keeping.find_hook(owned_workspace_of(request), uid)
        keeping.remove(hook, by=by_caller(request))
        return Response(status=204)


class RotateHook(APIView):
    """A new secret."""

    @extend_schema(
        summary="Replace a webhook's secret",
        request=None,
        responses=SecretFields,
        operation_id="webhook_rotate",
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """Return a new secret, this once; for 24 hours the former one signs beside it. Owners."""
        workspace = owned_workspace_of(request)
        secret = keeping.rotate(keeping.find_hook(workspace, uid), by=by_caller(request))
        until = previous_until(keeping.find_hook(workspace, uid))
        return Response(SecretFields({"secret": secret, "previous_until": until}).data)


class TestHook(APIView):
    """A call to see whether it works."""

    @extend_schema(
        summary="Send a test to a webhook",
        request=None,
        responses=OneHookCallFields,
        operation_id="webhook_test",
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """Post `test.ping` now and return what was answered. For owners; 429 beyond 30 an hour."""
        hook = _own(request, uid)
        return Response(OneHookCallFields(calling.test(hook)).data)


class HookCalls(ListAPIView[HookCall]):
    """What was sent to one address, the latest first; kept for 30 days."""

    serializer_class = HookCallFields
    pagination_class = CursorPages
    filter_backends = (ClosedOrdering,)
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "-created_at"

    @extend_schema(
        summary="Calls of a webhook", parameters=[HookCallFilters], operation_id="webhook_calls"
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return each call with its attempts and what the last one met."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[HookCall]:
        """Return the hook's calls that fit the filters."""
        if getattr(self, "swagger_fake_view", False):
            return HookCall.objects.none()
        asked = HookCallFilters(data=self.request.query_params.dict())
        asked.is_valid(raise_exception=True)
        hook = keeping.find_hook(workspace_of(self.request), self.kwargs["uid"])
        return replaying.calls_of(hook.workspace).filter(hook=hook, **asked.validated_data)


class OneCall(APIView):
    """One call."""

    @extend_schema(
        summary="A call of a webhook", responses=OneHookCallFields, operation_id="webhook_call_read"
    )
    def get(self, request: Request, uid: UUID) -> Response:
        """Return the call with what is sent."""
        return Response(OneHookCallFields(replaying.find_call(workspace_of(request), uid)).data)


class ReplayCall(APIView):
    """Once more."""

    @extend_schema(
        summary="Send a call again",
        request=None,
        responses={202: HookCallFields},
        operation_id="webhook_call_replay",
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """Send a finished call again, under the same id. For owners; 409 while it waits."""
        workspace = workspace_of(request)
        call = replaying.find_call(workspace, uid)
        owned(workspace, request.user)
        replaying.replay(call, now=clock.now())
        return Response(HookCallFields(replaying.find_call(workspace, uid)).data, status=202)


class ReplaySince(APIView):
    """Everything that failed, once more."""

    @extend_schema(
        summary="Send calls again since a moment",
        request=SinceFields,
        responses={202: ReplayedFields},
        operation_id="webhook_replay_since",
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """Send again what failed since then, or everything; each under the same id. Owners."""
        hook = _own(request, uid)
        given = read(SinceFields, request)
        number = replaying.replay_since(hook, **given, now=clock.now())
        return Response(ReplayedFields({"calls": number}).data, status=202)


def _own(request: Request, uid: UUID) -> Hook:
    """Return an owner's hook; others learn that it is not theirs before what they may not do."""
    workspace = workspace_of(request)
    hook = keeping.find_hook(workspace, uid)
    owned(workspace, request.user)
    return hook


def _owns(workspace: Workspace, request: Request) -> bool:
    try:
        return membership_in(workspace, request.user).role == Membership.Role.OWNER
    except FlowError:
        return False


def _told(hook: Hook, *, whole: bool) -> Response:
    return Response(HookFields(standing_of(hook, whole=whole)).data)
