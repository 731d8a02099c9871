"""Signing in with Google by HTTP, for programs that got an ID token from Google themselves."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import doors, google, limits
from accounts.api.doors import Door, answer, read
from accounts.api.fields import GoogleFields, TokenFields
from flowia.lib.address import client_address, plain


class Google(Door):
    """Sign in with Google."""

    @extend_schema(
        summary="Sign in with Google",
        description="The ID token must be made for our client id, and is taken once. A Google"
        " account that nobody has connected opens the account of the same address where Google and"
        " we both verified it; else 409 `link_needs_password`. A new address makes a new person"
        " with a workspace.",
        request=GoogleFields,
        responses=TokenFields,
        operation_id="auth_google",
        examples=[OpenApiExample("a token", value={"id_token": "eyJhbGciOi…"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Exchange an ID token for tokens; 401 when Google did not make it for us.

        404 where signing in with Google is not set up, 503 while Google cannot be reached.
        """
        limits.knock(plain(request), "google")
        asked = read(GoogleFields, request)
        identity = google.identity_in(asked["id_token"])
        google.take(asked["id_token"])
        user = google.person_for(identity, address=client_address(plain(request)))
        return answer(doors.enter_program(plain(request), user), cookie=asked["cookie"])
