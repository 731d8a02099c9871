"""Django's registration of YouTube's tables, which are filled with the demo's channels."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class YoutubeConfig(AppConfig):
    """The app `sandbox.youtube`: channels, videos, comments, grants, tokens and the meter."""

    name = "sandbox.youtube"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the demo's channels and videos there as soon as the tables are."""
        post_migrate.connect(_fill, sender=self)


def _fill(**_kwargs: Any) -> None:
    # The tables' code can be loaded only once every app is.
    from sandbox.youtube import cast  # noqa: PLC0415

    cast.restore()
