"""Erasing a workspace by HTTP."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit
from accounts.access import owned_workspace_of, person
from accounts.proving import prove
from flowia.lib.address import client_address, plain
from flowia.lib.fields import Text
from processing.privacy.api.people import PasswordFields
from processing.privacy.leaving import erase_workspace


class ConfirmFields(PasswordFields):
    """`confirm` is the workspace's name, written out, beside the caller's password."""

    confirm = Text(max_length=150)


class OutsideFields(serializers.Serializer[Any]):
    """Rows that stay in one tool."""

    tool = serializers.CharField()
    rows = serializers.IntegerField()


class LeftFields(serializers.Serializer[Any]):
    """What stays in the customer's own tools, for them to delete there."""

    left_outside = OutsideFields(many=True)


class WorkspaceErasure(APIView):
    """The end of a workspace."""

    @extend_schema(
        summary="Erase the workspace",
        request=ConfirmFields,
        responses={200: LeftFields},
        examples=[
            OpenApiExample(
                "by its name",
                value={"confirm": "Atelier Lumière", "password": "…"},
                request_only=True,
            ),
            OpenApiExample(
                "rows in Notion",
                value={"left_outside": [{"tool": "Notion", "rows": 42}]},
                response_only=True,
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Erase every row, file and token for good, for owners.

        400 for a wrong name or password, 409 while messages are leaving, or when the caller has no
        password and signed in over ten minutes ago (`sign_in_again`), 429 after too many passwords.
        """
        workspace = owned_workspace_of(request)
        fields = ConfirmFields(data=request.data)
        fields.is_valid(raise_exception=True)
        prove(plain(request), person(request.user), fields.validated_data["password"])
        by = audit.by(request.user, client_address(plain(request)))
        left = erase_workspace(workspace, confirm=fields.validated_data["confirm"], by=by)
        return Response(LeftFields({"left_outside": left}).data)
