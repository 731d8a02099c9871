"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """The app `billing`."""

    name = "billing"
    verbose_name = _("Plans and quotas")
    default_auto_field = "django.db.models.BigAutoField"
