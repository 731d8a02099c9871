"""Django's registration of the app."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """The app `integrations`."""

    name = "integrations"
    default_auto_field = "django.db.models.BigAutoField"
