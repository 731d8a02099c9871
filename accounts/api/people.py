"""The caller: who they are, and where they are signed in."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit, doors, notifications, signins
from accounts.access import membership_in, person, workspace_of
from accounts.api.doors import read
from accounts.api.fields import MeChanges, MeFields, SignInFields
from accounts.authentication import sign_in_behind
from accounts.models import SignIn
from flowia.lib.address import client_address, plain
from flowia.lib.errors import NotFoundError
from flowia.lib.lists import ClosedOrdering, CursorPages


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

    @extend_schema(
        summary="Change my name, language, theme or e-mails",
        request=MeChanges,
        responses=MeFields,
        operation_id="auth_me_change",
    )
    def patch(self, request: Request) -> Response:
        """Change the caller's name, language, theme, or whether e-mails come in this workspace."""
        asked = read(MeChanges, request)
        user = person(request.user)
        mail = asked.pop("told_by_mail", None)
        if mail is not None:
            notifications.tell_by_mail(membership_in(workspace_of(request), user), wanted=mail)
        for field, value in asked.items():
            setattr(user, field, value)
        if asked:
            user.save(update_fields=list(asked))
        return self.get(request)


@extend_schema_view(get=extend_schema(summary="Where am I signed in", operation_id="auth_sessions"))
class Sessions(ListAPIView[SignIn]):
    """Where the caller is signed in, the place seen last first."""

    serializer_class = SignInFields
    pagination_class = CursorPages
    filter_backends = (ClosedOrdering,)
    ordering_fields: ClassVar[tuple[str, ...]] = ("seen_at", "created_at")
    ordering: ClassVar[str] = "-seen_at"

    def get_queryset(self) -> QuerySet[SignIn]:
        """Return the caller's living sign-ins."""
        if getattr(self, "swagger_fake_view", False):
            return SignIn.objects.none()
        return signins.living_of(person(self.request.user))

    def get_serializer_context(self) -> dict[str, Any]:
        """Add the sign-in that this very call came with."""
        return {**super().get_serializer_context(), "here": sign_in_behind(self.request)}

    @extend_schema(
        summary="Sign out everywhere else", responses={204: None}, operation_id="auth_sessions_end"
    )
    def delete(self, request: Request) -> Response:
        """End every sign-in of the caller but this one."""
        user = person(request.user)
        doors.end_other_sign_ins(user, sign_in_behind(request), _by(request))
        return Response(status=204)


class OneSession(APIView):
    """One place where the caller is signed in."""

    @extend_schema(
        summary="Sign out one place", responses={204: None}, operation_id="auth_session_end"
    )
    def delete(self, request: Request, uid: UUID) -> Response:
        """End one of the caller's sign-ins; 404 when it is not theirs."""
        sign_in = find_sign_in(request.user, uid)
        doors.end_sign_in(sign_in, SignIn.End.SIGNED_OUT_ELSEWHERE, _by(request))
        return Response(status=204)


def find_sign_in(user: object, uid: UUID) -> SignIn:
    """Return the person's own living sign-in; raises NotFoundError."""
    found = signins.living_of(person(user)).select_related("user").filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found


def _by(request: Request) -> audit.By:
    return audit.by(request.user, client_address(plain(request)))
