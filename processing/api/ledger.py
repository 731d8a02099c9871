"""The ledger by HTTP: every row of it, and the decision on one message."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import workspace_of
from accounts.models import Workspace
from flowia.lib.errors import NotFoundError
from processing.api.fields import (
    DecisionFields,
    InteractionFields,
    message_sentence,
)
from processing.api.lists import WorkspaceList
from processing.ledger import gates_of
from processing.models import InteractionEvent, Message
from processing.reading import decision_on, interactions_of, messages_of


class InteractionFilters(serializers.Serializer[Any]):
    """`conversation` and `message` are ids; `kind` is what happened."""

    conversation = serializers.UUIDField(required=False)
    message = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(choices=InteractionEvent.Kind.choices, required=False)
    outcome = serializers.CharField(required=False, allow_blank=True)


@extend_schema(summary="The ledger", parameters=[InteractionFilters])
class Interactions(WorkspaceList[InteractionEvent]):
    """Everything that happened or was deliberately not done, with its reason, latest first."""

    model = InteractionEvent
    serializer_class = InteractionFields
    filters = InteractionFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "-created_at"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[InteractionEvent]:
        """Return the rows that fit the filters."""
        columns = {"conversation": "conversation__uid", "message": "message__uid"}
        wanted = {columns.get(name, name): value for name, value in asked.items()}
        return interactions_of(workspace).filter(**wanted)


class MessageDecision(APIView):
    """Why?"""

    @extend_schema(summary="The decision on a message", responses=DecisionFields)
    def get(self, request: Request, uid: UUID) -> Response:
        """Return gates, reason, scenario, model and tokens; for a reply, of what it answers."""
        rows = messages_of(workspace_of(request)).select_related("scenario")
        message = rows.filter(uid=uid).first()
        if message is None:
            raise NotFoundError
        if message.in_reply_to_id is not None:
            message = rows.get(pk=message.in_reply_to_id)
        return Response(DecisionFields(_decision(message)).data)


def _decision(message: Message) -> dict[str, Any]:
    event = decision_on(message)
    scenario = message.scenario
    return {
        "message": message.uid,
        "outcome": message.outcome,
        "reason": message.reason,
        "sentence": message_sentence(message),
        "next_at": message.next_at,
        "gates": gates_of(event) if event else [],
        "scenario": scenario
        and {"id": scenario.uid, "name": scenario.name, "version": message.scenario_version},
        "data": event.data if event else {},
        "decided_at": event.created_at if event else None,
    }
