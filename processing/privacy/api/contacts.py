"""Contacts by HTTP: the list, one of them, their copy, their erasure."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit
from accounts.access import owned_workspace_of, workspace_of
from accounts.models import Workspace
from flowia.lib.address import client_address
from flowia.lib.errors import NotFoundError
from processing.api.lists import WorkspaceList
from processing.models import Contact
from processing.privacy.api.fields import ERASED, PERSON, ContactDetails, ErasureFields
from processing.privacy.api.files import ZIP
from processing.privacy.files import copy_of_contact
from processing.privacy.models import Erasure
from processing.privacy.rights import erase_contact


class ContactFilters(serializers.Serializer[Any]):
    """`account` is the network's id; `search` looks into contacts' names."""

    account = serializers.CharField(required=False, allow_blank=True)
    search = serializers.CharField(required=False, allow_blank=True)


@extend_schema(
    summary="Contacts",
    parameters=[ContactFilters],
    examples=[OpenApiExample("a person", value=PERSON, response_only=True)],
)
class Contacts(WorkspaceList[Contact]):
    """The people outside whom the workspace knows, the newest first."""

    model = Contact
    serializer_class = ContactDetails
    filters = ContactFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at", "name")
    ordering: ClassVar[str] = "-created_at"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[Contact]:
        """Return the contacts that fit the filters."""
        columns = {"account": "social_account__external_id", "search": "name__icontains"}
        wanted = {columns[name]: value for name, value in asked.items()}
        return contacts_of(workspace).filter(**wanted)


class OneContact(APIView):
    """One person outside."""

    @extend_schema(
        summary="One contact",
        responses=ContactDetails,
        examples=[OpenApiExample("a person", value=PERSON, response_only=True)],
    )
    def get(self, request: Request, uid: UUID) -> Response:
        """Return the person."""
        return Response(ContactDetails(_find(workspace_of(request), uid)).data)

    @extend_schema(
        summary="Erase a contact",
        responses={202: ErasureFields},
        examples=[OpenApiExample("on its way", value=ERASED, response_only=True)],
    )
    def delete(self, request: Request, uid: UUID) -> Response:
        """Erase the person everywhere, for owners: 403 for members; twice is once.

        Nothing is sent to them once `status` is `erased`. `tools` tells where their row is still
        to be taken away.
        """
        workspace = owned_workspace_of(request)
        by = audit.by(request.user, client_address(request))
        erasure = erase_contact(workspace, uid, by=by)
        return Response(ErasureFields(erasure).data, status=202)


class ContactExport(APIView):
    """A copy of everything kept about one person."""

    @extend_schema(summary="Export a contact", responses=ZIP)
    def get(self, request: Request, uid: UUID) -> StreamingHttpResponse:
        """Return a zip with `data.json` and a page for people, `index.html`."""
        contact = _find(workspace_of(request), uid)
        by = audit.by(request.user, client_address(request))
        return copy_of_contact(contact, by=by)


@extend_schema(
    summary="Erasures",
    examples=[OpenApiExample("on its way", value=ERASED, response_only=True)],
)
class Erasures(WorkspaceList[Erasure]):
    """The contacts that were erased, by number, the latest first."""

    model = Erasure
    serializer_class = ErasureFields
    filters = serializers.Serializer
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "-created_at"

    def rows(self, workspace: Workspace, _asked: dict[str, Any]) -> QuerySet[Erasure]:
        """Return the workspace's erasures."""
        return Erasure.objects.filter(workspace=workspace)


def contacts_of(workspace: Workspace) -> QuerySet[Contact]:
    """Return the workspace's contacts with their accounts."""
    return Contact.objects.filter(workspace=workspace).select_related("social_account", "workspace")


def _find(workspace: Workspace, uid: UUID) -> Contact:
    found = contacts_of(workspace).filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found
