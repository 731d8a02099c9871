"""The addresses of plans and payments."""

from django.urls import URLPattern

from billing.webhook import webhook
from flowia.lib.routes import both

urlpatterns: list[URLPattern] = [
    # Stripe does not follow redirects: both forms of the address answer by themselves.
    *both("billing/webhook", webhook, "stripe-webhook"),
]
