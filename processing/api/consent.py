"""A contact's consent by HTTP: what members were told by other ways."""

from collections.abc import Callable
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import workspace_of
from accounts.api.workspace import by_caller
from flowia.lib.errors import NotFoundError
from processing import consent
from processing.api.fields import ContactFields
from processing.models import Contact


class OptOut(APIView):
    """They want no messages."""

    @extend_schema(summary="Opt a contact out", request=None, responses=ContactFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Write to them no more, on any account; what waits is called off. Twice is once."""
        return _noted(request, uid, consent.opt_out)


class OptIn(APIView):
    """They accept messages again."""

    @extend_schema(summary="Opt a contact in again", request=None, responses=ContactFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Let the assistant answer them again, on every account. Twice is once."""
        return _noted(request, uid, consent.opt_in)


def _noted(request: Request, uid: UUID, note: Callable[..., None]) -> Response:
    rows = Contact.objects.filter(workspace=workspace_of(request), uid=uid)
    found = rows.select_related("social_account", "workspace").first()
    if found is None:
        raise NotFoundError
    note(found, by=by_caller(request))
    return Response(ContactFields(rows.get()).data)
