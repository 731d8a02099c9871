"""Copies of a workspace by HTTP, for its owners."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit
from accounts.access import owned_workspace_of
from accounts.models import Workspace
from flowia.lib.address import client_address
from processing.api.lists import WorkspaceList
from processing.privacy.api.files import ZIP
from processing.privacy.files import file_of_export
from processing.privacy.models import Export
from processing.privacy.rights import ask_export

COPY = {
    "id": "01993a4e-7c3b-7d21-9f0a-3c5e8b1d2f40",
    "status": "running",
    "done": 400,
    "total": 12873,
    "size": 0,
    "created_at": "2026-11-20T12:00:00Z",
    "finished_at": None,
    "expires_at": None,
    "error_code": "",
}


class ExportFields(serializers.Serializer[Any]):
    """One copy: how many of its rows are written, and until when its file is kept."""

    id = serializers.UUIDField(source="uid")
    status = serializers.ChoiceField(choices=Export.Status.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    size = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    error_code = serializers.CharField()


EXAMPLES = [OpenApiExample("under way", value=COPY, response_only=True)]


class Exports(WorkspaceList[Export]):
    """The workspace's copies, the latest first; for owners."""

    model = Export
    serializer_class = ExportFields
    filters = serializers.Serializer
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "-created_at"

    def rows(self, workspace: Workspace, _asked: dict[str, Any]) -> QuerySet[Export]:
        """Return the workspace's exports; 403 for members."""
        owned_workspace_of(self.request)
        return Export.objects.filter(workspace=workspace)

    @extend_schema(summary="Exports of the workspace", examples=EXAMPLES)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the exports, for owners: 403 for members."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="Export the workspace",
        request=None,
        responses={202: ExportFields},
        examples=EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        """Ask for a copy of all rows; while one is under way, that one is answered."""
        workspace = owned_workspace_of(request)
        by = audit.by(request.user, client_address(request))
        export = ask_export(workspace, by=by, language=get_language() or "fr")
        return Response(ExportFields(export).data, status=202)


class ExportFile(APIView):
    """The file of one copy."""

    @extend_schema(summary="Download an export", responses=ZIP)
    def get(self, request: Request, uid: UUID) -> FileResponse:
        """Return the zip, for owners; 409 while it is not ready, 404 once it is deleted."""
        workspace = owned_workspace_of(request)
        by = audit.by(request.user, client_address(request))
        return file_of_export(workspace, uid, by=by)
