"""Django's registration of the plug board, for its commands and checks."""

from django.apps import AppConfig


class FlowiaConfig(AppConfig):
    """The app `flowia`: no models, only commands, checks and templates' context."""

    name = "flowia"
