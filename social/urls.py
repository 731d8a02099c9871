"""The addresses of `social`; each exists with and without a trailing slash."""

from django.urls import URLPattern, re_path

from social import webhooks

urlpatterns: list[URLPattern] = [
    re_path(r"^social-accounts/(?P<provider>meta)/webhook/?$", webhooks.webhook, name="webhook"),
]
