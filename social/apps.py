"""Django's registration of the app."""

from django.apps import AppConfig


class SocialConfig(AppConfig):
    """The app `social`."""

    name = "social"
    default_auto_field = "django.db.models.BigAutoField"
