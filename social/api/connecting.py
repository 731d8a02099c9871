"""Connecting by HTTP: the way to the consent page, the way back, and choosing."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponse, HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import limits
from accounts.access import owned_workspace_of, person
from accounts.oauth import safe_return
from flowia.lib import clock
from flowia.lib.address import client_address, plain
from social import choosing, connecting
from social.api.fields import (
    AuthUrlAsked,
    AuthUrlFields,
    CallbackAsked,
    ChoiceFields,
    ChosenFields,
    ConnectOutcomeFields,
    OptionFields,
    SocialAccountFields,
)
from social.models import Connecting
from social.truth import truths_of
from social.views.connecting import finish_page
from social.ways import way_of


class AuthUrl(APIView):
    """Where a person gives us an account."""

    @extend_schema(
        summary="The address of a network's consent page",
        parameters=[AuthUrlAsked],
        responses=AuthUrlFields,
    )
    def get(self, request: Request, provider: str) -> Response:
        """Return the address; its state is used once, by this browser session. For owners."""
        workspace = owned_workspace_of(request)
        asked = AuthUrlAsked(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        way = way_of(provider, asked.validated_data.get("login", ""))
        limits.knock(plain(request), "connect")
        url = connecting.begin(
            plain(request),
            way,
            user=person(request.user),
            workspace=workspace,
            return_to=safe_return(
                plain(request), asked.validated_data.get("return_to", ""), otherwise=""
            ),
            again=asked.validated_data["again"],
        )
        return Response({"url": url})


class Callback(APIView):
    """Where a network sends the person back to: a page for browsers, JSON for programs."""

    permission_classes = (AllowAny,)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Give browsers their page, and leave the state alone for who only looks (HEAD)."""
        if request.method == "HEAD":
            way_of(kwargs["provider"])
            return HttpResponse()
        if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
            return finish_page(request, **kwargs)
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(
        summary="Back from a network's consent page",
        parameters=[CallbackAsked],
        responses=ConnectOutcomeFields,
        auth=[],
    )
    def get(self, request: Request, provider: str) -> Response:
        """Connect the account, or return the list to choose from.

        400 for a state that is not this session's and for a refused consent; 409 when permissions
        are missing (`errors` names them) or another workspace has the account.
        """
        limits.knock(plain(request), "connect")
        asked = CallbackAsked(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        given = {name: str(one) for name, one in asked.validated_data.items()}
        attempt = connecting.come_back(plain(request), provider, given.get("state", ""))
        address = client_address(plain(request))
        return _outcome(connecting.complete(attempt, given, address=address))


class Choices(APIView):
    """The accounts that one consent opened."""

    @extend_schema(
        summary="Accounts to choose from", responses=ChoiceFields, operation_id="connecting_read"
    )
    def get(self, request: Request, uid: UUID) -> Response:
        """Return the list, for who got it. For owners."""
        return Response(_choice(_find(request, uid)))

    @extend_schema(
        summary="Connect the chosen accounts",
        request=ChosenFields,
        responses=ConnectOutcomeFields,
        operation_id="connecting_choose",
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """Connect the named ones, all or none; the list is used up then. For owners."""
        row = _find(request, uid)
        asked = ChosenFields(data=request.data)
        asked.is_valid(raise_exception=True)
        user, address = person(request.user), client_address(plain(request))
        wanted = asked.validated_data["accounts"]
        return _outcome(connecting.choose(row, wanted, user=user, address=address))


def _find(request: Request, uid: UUID) -> Connecting:
    return choosing.find(owned_workspace_of(request), uid, person(request.user))


def _choice(row: Connecting) -> dict[str, Any]:
    return {"id": str(row.uid), "options": OptionFields(choosing.options_of(row), many=True).data}


def _outcome(outcome: connecting.Outcome) -> Response:
    truths: Any = truths_of(outcome.accounts, now=clock.now())
    told = SocialAccountFields(truths, many=True)
    return Response(
        {
            "accounts": told.data,
            "choose": _choice(outcome.choose) if outcome.choose else None,
        }
    )
