"""Django's registration of the plug board, for its commands and checks."""

from importlib import import_module

from django.apps import AppConfig


class FlowiaConfig(AppConfig):
    """The app `flowia`: no models, only commands, checks and templates' context."""

    name = "flowia"

    def ready(self) -> None:
        """Register the system checks."""
        import_module("flowia.checks")
