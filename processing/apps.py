"""Django's registration of the app."""

from django.apps import AppConfig


class ProcessingConfig(AppConfig):
    """The app `processing`."""

    name = "processing"
    default_auto_field = "django.db.models.BigAutoField"
