"""Django's registration of the app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SocialConfig(AppConfig):
    """The app `social`."""

    name = "social"
    verbose_name = _("Networks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what letters about accounts tell, and who hears of another time zone.

        Tables exist only by now.
        """
        wording = import_module("accounts.wording")
        facts = import_module("social.telling").facts_of_account
        wording.told_by(wording.Kind.ACCOUNT_STATE, facts)
        zone_changed = import_module("social.switching").zone_changed
        import_module("accounts.workspaces").when_zone_changes(zone_changed)
