"""A member's own data by HTTP: their copy and their erasure."""

from typing import Any, cast

from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit
from accounts.api.fields import Password
from accounts.models import User
from flowia.lib.address import client_address, plain
from processing.privacy.api.files import GONE, ZIP
from processing.privacy.files import copy_of_person
from processing.privacy.rights import erase_me


class PasswordFields(serializers.Serializer[Any]):
    """The caller's password, once more; who has none signed in less than ten minutes ago."""

    password = Password(required=False, allow_blank=True, default="")


class MyErasure(APIView):
    """The end of an account."""

    @extend_schema(
        summary="Erase me",
        request=PasswordFields,
        responses={204: GONE},
        examples=[OpenApiExample("sure", value={"password": "…"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Erase the caller, and workspaces in which nobody else is left.

        400 for a wrong password, 409 while they are the only owner of a workspace with others, or
        when they have no password and signed in over ten minutes ago (`sign_in_again`), 429 after
        too many wrong passwords.
        """
        fields = PasswordFields(data=request.data)
        fields.is_valid(raise_exception=True)
        password = fields.validated_data["password"]
        erase_me(plain(request), cast("User", request.user), password)
        return Response(status=204)


class MyExport(APIView):
    """A copy of everything kept about the caller."""

    @extend_schema(summary="Export my data", responses=ZIP)
    def get(self, request: Request) -> StreamingHttpResponse:
        """Return a zip with `data.json` and a page for people, `index.html`."""
        user = cast("User", request.user)
        return copy_of_person(user, by=audit.by(user, client_address(plain(request))))
