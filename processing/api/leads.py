"""Leads by HTTP."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from accounts.models import Workspace
from processing.api.fields import LeadFields
from processing.api.lists import WorkspaceList
from processing.models import Lead
from processing.reading import leads_of


class LeadFilters(serializers.Serializer[Any]):
    """`contact` is the network's id; `search` looks into contacts' names."""

    contact = serializers.CharField(required=False, allow_blank=True)
    level = serializers.ChoiceField(choices=Lead.Level.choices, required=False)
    search = serializers.CharField(required=False, allow_blank=True)


@extend_schema(summary="Leads", parameters=[LeadFilters])
class Leads(WorkspaceList[Lead]):
    """Contacts with their interest and the words that show it, the latest change first."""

    model = Lead
    serializer_class = LeadFields
    filters = LeadFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("updated_at", "created_at")
    ordering: ClassVar[str] = "-updated_at"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[Lead]:
        """Return the leads that fit the filters."""
        columns = {"contact": "contact__external_id", "search": "contact__name__icontains"}
        wanted = {columns.get(name, name): value for name, value in asked.items()}
        return leads_of(workspace).filter(**wanted)
