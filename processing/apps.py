"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProcessingConfig(AppConfig):
    """The app `processing`."""

    name = "processing"
    verbose_name = _("Conversations")
    default_auto_field = "django.db.models.BigAutoField"
