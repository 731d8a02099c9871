"""What is done with the links of letters: a new password, a proved address, joining."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit, doors, limits, members
from accounts import links as letters_links
from accounts.access import person
from accounts.api.doors import Door, answer, read
from accounts.api.fields import (
    EmailOnly,
    LinkFields,
    MembershipFields,
    PasswordReset,
    TokenFields,
)
from flowia.lib.address import client_address, plain


class AskReset(Door):
    """Forgotten the password."""

    @extend_schema(
        summary="Ask for a link to choose a new password",
        description="The answer is the same whether or not the address has an account.",
        request=EmailOnly,
        responses={204: None},
        operation_id="auth_password_reset",
    )
    def post(self, request: Request) -> Response:
        """Send a letter with a link that works once, for an hour."""
        asked = read(EmailOnly, request)
        limits.knock(plain(request), "reset", email=asked["email"])
        doors.ask_for_reset(asked["email"])
        return Response(status=204)


class Reset(Door):
    """A new password by link."""

    @extend_schema(
        summary="Choose a new password",
        description="Every sign-in ends; the answer begins a new one.",
        request=PasswordReset,
        responses=TokenFields,
        operation_id="auth_password_reset_confirm",
    )
    def post(self, request: Request) -> Response:
        """Set the password of the link's person; 400 `dead_link` for a used or old link."""
        limits.knock(plain(request), "link")
        asked = read(PasswordReset, request)
        address = client_address(plain(request))
        user = doors.reset_password(asked["token"], asked["password"], address=address)
        return answer(doors.enter_program(plain(request), user), cookie=False)


class AskVerification(APIView):
    """Prove the address."""

    @extend_schema(
        summary="Ask for a link that proves my address",
        request=None,
        responses={204: None},
        operation_id="auth_verification",
    )
    def post(self, request: Request) -> Response:
        """Send the caller a letter; nothing when the address is proved already."""
        user = person(request.user)
        limits.knock(plain(request), "letter", email=user.email)
        doors.ask_for_verification(user)
        return Response(status=204)


class Verify(APIView):
    """The address is proved."""

    @extend_schema(
        summary="Prove an address",
        request=LinkFields,
        responses={204: None},
        operation_id="auth_verification_confirm",
    )
    def post(self, request: Request) -> Response:
        """Take the link's token; 400 `dead_link` for an old one, 409 for another's."""
        limits.knock(plain(request), "link")
        asked = read(LinkFields, request)
        user, address = person(request.user), client_address(plain(request))
        doors.verify_address(asked["token"], user, address=address)
        return Response(status=204)


class AcceptInvitation(APIView):
    """Join a workspace."""

    @extend_schema(
        summary="Accept an invitation",
        request=LinkFields,
        responses=MembershipFields,
        operation_id="invitation_accept",
    )
    def post(self, request: Request) -> Response:
        """Join with the link's token; 409 when it was sent to another address."""
        limits.knock(plain(request), "link")
        asked = read(LinkFields, request)
        user = person(request.user)
        invitation = letters_links.read_invitation(asked["token"])
        by = audit.by(user, client_address(plain(request)))
        return Response(MembershipFields(members.accept(invitation, user, by=by)).data)
