"""The trust ladder by HTTP: where each intent stands, and what owners decide."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit
from accounts.access import owned_workspace_of
from accounts.models import Workspace
from flowia.lib.address import client_address
from flowia.lib.errors import NotFoundError
from processing import trust
from processing.api.draft_fields import TrustFields
from processing.api.lists import WorkspaceList
from processing.models import Trust
from processing.reading import trusts_of


class TrustFilters(serializers.Serializer[Any]):
    """`stage` is the rung; `scenario` is an id."""

    stage = serializers.ChoiceField(choices=Trust.Stage.choices, required=False)
    scenario = serializers.UUIDField(required=False)


@extend_schema(summary="The trust ladder", parameters=[TrustFilters])
class Trusts(WorkspaceList[Trust]):
    """What each intent has earned in each scenario, the newest first."""

    model = Trust
    serializer_class = TrustFields
    filters = TrustFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "-created_at"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[Trust]:
        """Return the rungs that fit the filters."""
        columns = {"scenario": "scenario__uid"}
        return trusts_of(workspace).filter(
            **{columns.get(name, name): value for name, value in asked.items()}
        )


class Accept(APIView):
    """Trust earned."""

    @extend_schema(summary="Accept automatic answers", request=None, responses=TrustFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Let the intent answer by itself, for owners; 409 when that is not proposed."""
        return _moved(request, uid, trust.accept)


class Decline(APIView):
    """Not yet."""

    @extend_schema(summary="Decline automatic answers", request=None, responses=TrustFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Go on with drafts, for owners; the count of approvals begins anew."""
        return _moved(request, uid, trust.decline)


class TakeBack(APIView):
    """No more."""

    @extend_schema(summary="Stop automatic answers", request=None, responses=TrustFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Let the intent's answers wait for approval again, for owners."""
        return _moved(request, uid, trust.take_back)


def _moved(request: Request, uid: UUID, move: Callable[..., None]) -> Response:
    rows = trusts_of(owned_workspace_of(request)).filter(uid=uid)
    found = rows.first()
    if found is None:
        raise NotFoundError
    move(found, by=audit.by(request.user, client_address(request)))
    return Response(TrustFields(rows.get()).data)
