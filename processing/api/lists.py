"""What all lists of this app have in common: a workspace, filters, pages and an order."""

from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.generics import ListAPIView
from rest_framework.serializers import Serializer

from accounts.access import workspace_of
from accounts.models import Workspace
from flowia.lib.lists import ClosedOrdering, CursorPages

Listed = TypeVar("Listed", bound=Model)


class WorkspaceList(ListAPIView[Listed]):
    """Rows of the caller's workspace; a subclass says which, and checks its own filters."""

    model: type[Listed]
    filters: type[Serializer[Any]]
    filter_backends = (ClosedOrdering,)
    pagination_class = CursorPages
    ordering_fields: ClassVar[tuple[str, ...]]
    ordering: ClassVar[str]

    def rows(self, workspace: Workspace, asked: dict[str, Any], /) -> QuerySet[Listed]:
        """Return the rows that fit `asked`, the valid filters."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Listed]:
        """Check the filters (400), find the workspace (404), return its rows."""
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()  # noqa: SLF001 - Django's documented name
        asked = self.filters(data=self.request.query_params.dict())
        asked.is_valid(raise_exception=True)
        given = {name: value for name, value in asked.validated_data.items() if value != ""}
        return self.rows(workspace_of(self.request), given)
