"""Django's registration of the app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """The app `billing`."""

    name = "billing"
    verbose_name = _("Plans and quotas")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what letters about plans tell; tables exist only by now."""
        wording = import_module("accounts.wording")
        facts = import_module("billing.telling").facts_of_change
        wording.told_by(wording.Kind.PLAN_NEWS, facts)
