"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SocialConfig(AppConfig):
    """The app `social`."""

    name = "social"
    verbose_name = _("Networks")
    default_auto_field = "django.db.models.BigAutoField"
