"""Leads by HTTP: the list, one of them, a table for spreadsheets, and members' corrections."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import member_name, workspace_of
from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.errors import InvalidError, NotFoundError
from processing import leading
from processing.api.lead_fields import LeadChanges, LeadFields, OneLeadFields
from processing.api.lists import WorkspaceList
from processing.lead_reading import leads_of
from processing.leadsheet import sheet_of
from processing.models import Lead

COLUMNS = {"contact": "contact__external_id"}


class LeadFilters(serializers.Serializer[Any]):
    """`contact` is the network's id; `search` looks into contacts' names and phone numbers."""

    contact = serializers.CharField(required=False, allow_blank=True)
    level = serializers.ChoiceField(choices=Lead.Level.choices, required=False)
    stage = serializers.ChoiceField(choices=Lead.Stage.choices, required=False)
    search = serializers.CharField(required=False, allow_blank=True)


@extend_schema(summary="Leads", parameters=[LeadFilters])
class Leads(WorkspaceList[Lead]):
    """Contacts with their interest and the words that show it, the latest change first."""

    model = Lead
    serializer_class = LeadFields
    filters = LeadFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("updated_at", "created_at", "name", "warmth")
    ordering: ClassVar[str] = "-updated_at"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[Lead]:
        """Return the leads that fit the filters."""
        return leads_of(workspace, **{COLUMNS.get(name, name): one for name, one in asked.items()})


class CSVRenderer(JSONRenderer):
    """Lets callers ask for text/csv; the table writes itself, errors stay JSON."""

    media_type = "text/csv"
    format = "csv"


class LeadTable(APIView):
    """All leads that fit the filters, for spreadsheets."""

    renderer_classes = (JSONRenderer, CSVRenderer)

    @extend_schema(
        summary="Leads as CSV",
        parameters=[LeadFilters],
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, "One line per lead.")},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Return the table, the newest lead first: semicolons, UTF-8 with its mark."""
        asked = LeadFilters(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        given = {COLUMNS.get(name, name): one for name, one in asked.validated_data.items() if one}
        workspace = workspace_of(request)
        return sheet_of(workspace, leads_of(workspace, **given))


class OneLead(APIView):
    """One lead."""

    @extend_schema(summary="One lead", responses=OneLeadFields)
    def get(self, request: Request, uid: UUID) -> Response:
        """Return the lead with its words, its conversation and its pushes."""
        return Response(OneLeadFields(find_lead(request, uid)).data)

    @extend_schema(summary="Correct a lead", request=LeadChanges, responses=OneLeadFields)
    def patch(self, request: Request, uid: UUID) -> Response:
        """Set level, stage or both; a level that a member set stays until it is given back."""
        lead = find_lead(request, uid)
        asked = LeadChanges(data=request.data)
        asked.is_valid(raise_exception=True)
        if not asked.validated_data:
            raise InvalidError(errors={"level": [_("Name a level, a stage, or both.")]})
        by = member_name(request.user)
        leading.correct(lead, **asked.validated_data, by=by, now=clock.now())
        return Response(OneLeadFields(find_lead(request, uid)).data)


class ResetLevel(APIView):
    """The contact's words decide again."""

    @extend_schema(summary="Give a lead's level back", request=None, responses=OneLeadFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Let the contact's words decide on the level again; twice is once."""
        by = member_name(request.user)
        leading.give_back(find_lead(request, uid), by=by, now=clock.now())
        return Response(OneLeadFields(find_lead(request, uid)).data)


def find_lead(request: Request, uid: UUID) -> Lead:
    """Return the caller's lead; raises NotFoundError when it is not theirs."""
    found = leads_of(workspace_of(request)).filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found
