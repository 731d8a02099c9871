"""A member's own session by HTTP: what is to be agreed to, and giving one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import limits
from accounts.access import owned_workspace_of, person, workspace_of
from accounts.api.idempotency import KEY, idempotent
from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.address import client_address, plain
from social import consents, joining
from social.accounts import find_account
from social.api.fields import SocialAccountFields
from social.api.session_fields import SessionGiven, StatementsAsked, StatementsFields
from social.models import Consent, SocialAccount
from social.truth import truth_of


class JoinedFields(SocialAccountFields):
    """The account, being connected, and what is worth knowing about what was given."""

    notes = serializers.ListField(child=serializers.CharField())


EXAMPLE = OpenApiExample(
    "An extension's export",
    value={
        "cookies": [{"name": "…", "value": "…", "domain": "…", "path": "/", "secure": True}],
        "consent": {"version": "2026-11-29", "language": "en", "accepted": True},
    },
    request_only=True,
)


class Connect(APIView):
    """Connecting an account by its member's own session."""

    @extend_schema(
        summary="Connect by a member's own session",
        request=SessionGiven,
        parameters=[KEY],
        responses={201: JoinedFields},
        examples=[EXAMPLE],
        operation_id="session_connect",
    )
    @idempotent
    def post(self, request: Request, provider: str) -> Response:
        """Keep the session sealed; a browser looks within minutes whether it works. For owners.

        400 with what is missing, 404 for networks that are not connected this way, 409
        `statement_changed` when another version of the text is in force, 503 `no_browser` or
        `provider_paused`. `health` of the account tells what came of the look.
        """
        workspace = owned_workspace_of(request)
        joining.rules_of(provider)
        limits.knock(plain(request), "connect")
        asked = SessionGiven(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        account = find_account(workspace, wanted["account"]) if "account" in wanted else None
        row, given = joining.join(
            workspace,
            provider,
            wanted["cookies"],
            _agreed(request, wanted["consent"]),
            user=person(request.user),
            account=account,
        )
        told = SocialAccountFields(truth_of(row, now=clock.now())).data
        return Response({**told, "notes": joining.notes_of(given)}, status=201)


class Statements(APIView):
    """The texts to agree to."""

    @extend_schema(
        summary="What a member agrees to",
        parameters=[StatementsAsked],
        responses=StatementsFields,
        operation_id="session_consent",
    )
    def get(self, request: Request, provider: str) -> Response:
        """Return both texts in the caller's language, and since when they are agreed to."""
        workspace, rules = workspace_of(request), joining.rules_of(provider)
        asked = StatementsAsked(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        named = asked.validated_data.get("account")
        account = find_account(workspace, named) if named else None
        told = {}
        for kind in Consent.Kind.values:
            statement = rules.statement(kind)
            told[kind] = {
                "version": statement.version,
                "language": get_language() or "",
                "paragraphs": [str(one) for one in statement.paragraphs],
                "accepted_at": _accepted(workspace, provider, account, kind, statement.version),
            }
        return Response(StatementsFields(told).data)


def _agreed(request: Request, given: Mapping[str, Any]) -> consents.Agreed:
    return consents.Agreed(
        version=given["version"],
        language=given.get("language") or get_language() or "",
        address=client_address(plain(request)),
    )


def _accepted(
    workspace: Workspace, provider: str, account: SocialAccount | None, kind: str, version: str
) -> datetime | None:
    rows = Consent.objects.filter(
        workspace=workspace, provider=provider, kind=kind, version=version, withdrawn_at=None
    )
    if account is not None:
        rows = rows.filter(social_account=account)
    return rows.order_by("-given_at").values_list("given_at", flat=True).first()
