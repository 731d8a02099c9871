"""Django's registration of the app that gives the product its two demo commands."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """The app `sandbox`: templates, static files, translations and the two commands; no table."""

    name = "sandbox"
    default_auto_field = "django.db.models.BigAutoField"
