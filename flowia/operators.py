"""Django's registration of the admin, with our site instead of its own."""

from typing import Any

from django.contrib.admin.apps import AdminConfig
from django.db.models import Field


class OperatorAdminConfig(AdminConfig):
    """The app `django.contrib.admin`, for operators."""

    default_site = "flowia.admin.OperatorSite"

    def ready(self) -> None:
        """Register the pages, and give empty values a name in the filters beside every list."""
        super().ready()
        from django.contrib.admin import FieldListFilter  # noqa: PLC0415 - it needs the apps

        from flowia.lib.capped import NamedValues  # noqa: PLC0415 - as above

        FieldListFilter.register(_is_plain_text, NamedValues, take_priority=True)


def _is_plain_text(field: "Field[Any, Any]") -> bool:
    return field.get_internal_type() == "CharField" and not field.choices
