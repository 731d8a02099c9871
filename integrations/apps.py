"""Django's registration of the app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    """The app `integrations`."""

    name = "integrations"
    verbose_name = _("Tools")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what letters about tools and webhooks tell; tables exist only by now."""
        wording = import_module("accounts.wording")
        facts = import_module("integrations.hooks.telling").facts_of_hook
        wording.told_by(wording.Kind.WEBHOOK_OFF, facts)
        facts = import_module("integrations.letters").facts_of_tool
        wording.told_by(wording.Kind.TOOL_STATE, facts)
