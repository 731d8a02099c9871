"""Signing in by API, and who the caller is."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer
from rest_framework_simplejwt.views import TokenObtainPairView

from accounts.models import Membership, User


class LoginFields(TokenObtainPairSerializer):
    """`email` (in any case) and `password`."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        """Return the two tokens; a wrong pair answers 401."""
        attrs["email"] = attrs["email"].strip().lower()
        return super().validate(attrs)


class Tokens(serializers.Serializer[Any]):
    """What a caller sends from now on: `Authorization: Bearer <access>`."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class WorkspaceFields(serializers.Serializer[Any]):
    """A workspace the caller works in, with its plan."""

    id = serializers.UUIDField(source="uid")
    name = serializers.CharField()
    plan = serializers.SerializerMethodField()

    def get_plan(self, workspace: Any) -> str:
        """A workspace without a subscription is on Freemium."""
        subscription = getattr(workspace, "subscription", None)
        return subscription.plan if subscription else "freemium"


class MembershipFields(serializers.Serializer[Any]):
    """A workspace and the caller's role in it."""

    workspace = WorkspaceFields()
    role = serializers.ChoiceField(choices=Membership.Role.choices)


class MeFields(serializers.Serializer[Any]):
    """The caller."""

    id = serializers.UUIDField(source="uid")
    email = serializers.EmailField()
    memberships = serializers.SerializerMethodField()

    @extend_schema_field(MembershipFields(many=True))
    def get_memberships(self, user: User) -> list[dict[str, Any]]:
        """The caller's workspaces, the oldest membership first."""
        rows = user.memberships.select_related("workspace__subscription").order_by("id")
        return list(MembershipFields(rows, many=True).data)


@extend_schema(
    summary="Sign in",
    request=LoginFields,
    responses=Tokens,
    examples=[
        OpenApiExample(
            "by e-mail",
            value={"email": "camille@atelier-lumiere.example", "password": "…"},
            request_only=True,
        )
    ],
)
class Login(TokenObtainPairView):
    """Exchange e-mail and password for an access and a refresh token; 401 when they are wrong."""

    serializer_class = LoginFields


class Me(APIView):
    """Who the caller is; `POST` and `GET` answer the same."""

    @extend_schema(summary="Who am I", responses=MeFields, operation_id="auth_me_read")
    def get(self, request: Request) -> Response:
        """Return the caller with their workspaces and roles."""
        return Response(MeFields(request.user).data)

    @extend_schema(
        summary="Who am I", request=None, responses=MeFields, operation_id="auth_me_post"
    )
    def post(self, request: Request) -> Response:
        """Return the caller with their workspaces and roles."""
        return self.get(request)
