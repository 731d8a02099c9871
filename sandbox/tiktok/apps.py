"""Django's registration of the TikTok stand-in's own tables."""

from django.apps import AppConfig


class TikTokConfig(AppConfig):
    """The app `sandbox.tiktok`: accounts that were allowed, messages, comments, webhooks."""

    name = "sandbox.tiktok"
    label = "tiktok"
    default_auto_field = "django.db.models.BigAutoField"
