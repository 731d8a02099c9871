"""Django's registration of the Stripe stand-in's own tables."""

from django.apps import AppConfig


class StripeConfig(AppConfig):
    """The app `sandbox.stripe`: Stripe's objects, its events, their deliveries, used keys."""

    name = "sandbox.stripe"
    label = "stripe"
    default_auto_field = "django.db.models.BigAutoField"
