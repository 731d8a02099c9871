"""Django's registration of the lead tools' tables, which are filled with the demo's."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ToolsConfig(AppConfig):
    """The app `sandbox.tools`: Airtable, Google Sheets and Notion, and a page on them."""

    name = "sandbox.tools"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the demo's tables there as soon as the database has room for them."""
        post_migrate.connect(_fill, sender=self)


def _fill(**_kwargs: Any) -> None:
    # The tables' code can be loaded only once every app is.
    from sandbox.tools import cast  # noqa: PLC0415

    cast.restore()
