"""Django's registration of LinkedIn's tables, which are filled with the demo's members."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LinkedinConfig(AppConfig):
    """The app `sandbox.linkedin`: people, browser sessions, threads, messages, what was asked."""

    name = "sandbox.linkedin"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the demo's members and threads there as soon as the tables are."""
        post_migrate.connect(_fill, sender=self)


def _fill(**_kwargs: Any) -> None:
    # The tables' code can be loaded only once every app is.
    from sandbox.linkedin import cast  # noqa: PLC0415

    cast.restore()
