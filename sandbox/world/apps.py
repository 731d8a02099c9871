"""Django's registration of the sandbox's own tables."""

from django.apps import AppConfig


class WorldConfig(AppConfig):
    """The app `sandbox.world`: what the stand-ins remember."""

    name = "sandbox.world"
    default_auto_field = "django.db.models.BigAutoField"
