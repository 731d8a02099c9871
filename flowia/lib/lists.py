"""How every list of the API turns its pages and is put in order."""

from typing import Any

from django.core.exceptions import ValidationError as NotAMoment
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class CursorPages(CursorPagination):
    """`{"results", "next", "previous"}`; `?limit=` up to 200. A new row never shifts a page."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Describe `limit` and `cursor` in the OpenAPI document."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1, "default": self.page_size}
        return parameters

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page: all three are always there, the addresses or null."""
        described: dict[str, Any] = super().get_paginated_response_schema(schema)
        described["required"] = ["next", "previous", "results"]
        for name, cursor in (("next", "cD0yMDI2"), ("previous", "cj0xJnA9MjAyNg")):
            address = f"https://flowia.example/rows?cursor={cursor}"
            described["properties"][name]["example"] = address
        return described

    def get_page_size(self, request: Request) -> int | None:
        """Return the size asked for, 200 at most; anything but a number above 0 answers 400."""
        asked = request.query_params.get("limit")
        if asked is not None and not (asked.isascii() and asked.isdigit() and int(asked) > 0):
            raise ValidationError({"limit": [_("A whole number above 0 is expected.")]})
        return super().get_page_size(request)

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """Return one page; a cursor that is none of ours answers 404.

        The library checks its outer form only: what it holds is first looked at by the database.
        """
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotAMoment, ValueError) as error:
            raise NotFound(self.invalid_cursor_message) from error


class ClosedOrdering(OrderingFilter):
    """`?ordering=` takes one field of the view's `ordering_fields`, `-` for descending.

    Anything else answers 400: a list in another order than the one asked for is a trap.
    """

    def get_ordering(
        self,
        request: Request,
        queryset: QuerySet[Model],  # noqa: ARG002 - the framework's signature
        view: APIView,
    ) -> tuple[str, ...]:
        """Return the field asked for, or the view's own, and the id for equal values."""
        asked = request.query_params.get("ordering")
        allowed: tuple[str, ...] = getattr(view, "ordering_fields", ())
        if asked is not None and asked.removeprefix("-") not in allowed:
            sentence = _("Choose one of: %(fields)s.") % {"fields": ", ".join(allowed)}
            raise ValidationError({"ordering": [sentence]})
        field = str(asked or getattr(view, "ordering", "-id"))
        return (field, "-id" if field.startswith("-") else "id")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the closed list in the OpenAPI document."""
        allowed: tuple[str, ...] = getattr(view, "ordering_fields", ())
        values = [prefix + field for field in allowed for prefix in ("", "-")]
        schema = {"type": "string", "enum": values, "default": getattr(view, "ordering", "-id")}
        # A name for each in generated clients, which else call "-created_at" VALUE_1.
        schema["x-enum-varnames"] = [
            f"{value.removeprefix('-').upper()}_{'FALLING' if value[0] == '-' else 'RISING'}"
            for value in values
        ]
        return [{"name": "ordering", "in": "query", "required": False, "schema": schema}]
