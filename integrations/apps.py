"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    """The app `integrations`."""

    name = "integrations"
    verbose_name = _("Tools")
    default_auto_field = "django.db.models.BigAutoField"
