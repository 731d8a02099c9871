"""The doors by HTTP: registering, signing in, refreshing, signing out, a new password."""

from contextlib import suppress
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.exceptions import InvalidToken

from accounts import audit, cookies, doors, guessing, limits, tokens
from accounts.access import person
from accounts.api.fields import (
    LoginFields,
    PasswordChange,
    RefreshFields,
    RegisteredFields,
    RegisterFields,
    TokenFields,
)
from accounts.authentication import sign_in_behind
from accounts.proving import check_password
from flowia.lib.address import client_address, plain

EXAMPLE = {"email": "camille@atelier-lumiere.example", "password": "une phrase de passe"}


class Door(APIView):
    """A door: whoever knocks is not signed in yet."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class Login(Door):
    """Sign in."""

    @extend_schema(
        summary="Sign in",
        request=LoginFields,
        responses=TokenFields,
        operation_id="auth_login",
        examples=[OpenApiExample("by e-mail", value=EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Exchange e-mail and password for tokens; 401 when they are wrong."""
        limits.knock(plain(request), "login")
        asked = read(LoginFields, request)
        user = doors.person_with(plain(request), asked["email"], asked["password"])
        response = answer(doors.enter_program(plain(request), user), cookie=asked["cookie"])
        guessing.remember_device(plain(request), response, user)
        return response


class Register(Door):
    """Register."""

    @extend_schema(
        summary="Register",
        request=RegisterFields,
        responses={201: RegisteredFields},
        operation_id="auth_register",
        examples=[OpenApiExample("an owner", value=EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Make a person and their workspace, and sign them in."""
        asked = read(RegisterFields, request)
        limits.knock(plain(request), "register")
        cookie = asked.pop("cookie")
        user, workspace = doors.register(plain(request), doors.NewPerson(**asked))
        pair = doors.enter_program(plain(request), user)
        empty = {"access": "", "refresh": "", "csrf": None}
        more = RegisteredFields({"user": user, "workspace": workspace, **empty})
        return answer(pair, cookie=cookie, status=201, more=more.data)


class Refresh(Door):
    """Exchange a refresh token for the next pair."""

    @extend_schema(
        summary="Refresh the tokens",
        description="The refresh token comes as Bearer, or in the http-only cookie together with"
        " `X-CSRF-Token`, which repeats `csrf` of the answer before. An old one used again ends"
        " its whole family.",
        responses=TokenFields,
        operation_id="auth_refresh_read",
    )
    def get(self, request: Request) -> Response:
        """Return the next pair; 401 for a dead token, 403 for a cookie without its proof."""
        return self._refresh(request, _bearer(request))

    @extend_schema(
        summary="Refresh the tokens",
        request=RefreshFields,
        responses=TokenFields,
        operation_id="auth_refresh_post",
    )
    def post(self, request: Request) -> Response:
        """Return the next pair for the token in the body, or as `GET` does."""
        asked = read(RefreshFields, request)
        return self._refresh(request, asked["refresh"] or _bearer(request))

    def _refresh(self, request: Request, token: str) -> Response:
        limits.knock(plain(request), "refresh")
        own, cookie = token, False
        if not token:
            own, cookie = cookies.token_from(plain(request)), True
        if not own:
            raise tokens.DeadTokenError
        return answer(tokens.rotate(own, **_place(request)), cookie=cookie)


class Logout(APIView):
    """Sign out."""

    permission_classes = (AllowAny,)

    def perform_authentication(self, request: Request) -> None:
        """Take a dead access token for none: a living refresh token may stand in the body."""
        with suppress(InvalidToken):
            super().perform_authentication(request)

    @extend_schema(
        summary="Sign out",
        description="Ends the sign-in of the access token; without a living one, that of the"
        " refresh token in the body or the cookie. Its access and refresh tokens are dead at once.",
        request=RefreshFields,
        responses={204: None},
        operation_id="auth_logout",
    )
    def post(self, request: Request) -> Response:
        """End the sign-in; 401 when there is none."""
        asked = read(RefreshFields, request)
        sign_in = sign_in_behind(request)
        if sign_in is None:
            token = asked["refresh"] or cookies.token_from(plain(request))
            sign_in = tokens.sign_in_of(token)
        by = audit.by(sign_in.user, client_address(plain(request)))
        doors.end_sign_in(sign_in, sign_in.End.SIGNED_OUT, by)
        response = Response(status=204)
        cookies.take_away(response)
        return response


class Password(APIView):
    """A new password."""

    @extend_schema(
        summary="Change the password",
        description="Every sign-in ends, in browsers and programs; the answer begins a new one. A"
        " Google account is disconnected, unless `keep_google` is true.",
        request=PasswordChange,
        responses=TokenFields,
        operation_id="auth_password",
    )
    def post(self, request: Request) -> Response:
        """Change the caller's password; 400 when the current one is wrong."""
        asked = read(PasswordChange, request)
        limits.knock(plain(request), "login")
        user = check_password(
            plain(request), person(request.user), asked["current"], field="current"
        )
        by = audit.by(user, client_address(plain(request)))
        doors.change_password(
            user,
            asked["new"],
            by=by,
            action="password.changed",
            keep_google=asked["keep_google"],
            field="new",
        )
        return answer(doors.enter_program(plain(request), user), cookie=False)


def read(fields: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return what the body says, checked by `fields`; raises ValidationError."""
    serializer = fields(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def answer(
    pair: tokens.Pair, *, cookie: bool, status: int = 200, more: dict[str, Any] | None = None
) -> Response:
    """Return the tokens; with `cookie`, the refresh token only as an http-only cookie.

    Its proof then stands in the body as well: a front end on another host cannot read our cookies.
    """
    body = {
        **(more or {}),
        "access": pair.access,
        "refresh": None if cookie else pair.refresh,
        "csrf": cookies.proof(pair.sign_in) if cookie else None,
    }
    response = Response(body, status=status, headers={"Cache-Control": "no-store"})
    if cookie:
        cookies.give(response, pair)
    return response


def _bearer(request: Request) -> str:
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind == "Bearer" else ""


def _place(request: Request) -> dict[str, str]:
    device = request.headers.get("User-Agent", "")
    return {"address": client_address(plain(request)), "device": device[:300]}
