"""The one address: Meta's webhook."""

from django.urls import path

from benchmarks.throughput.limit.views import webhook

urlpatterns = [path("social-accounts/meta/webhook", webhook)]
