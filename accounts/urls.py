"""The addresses of `accounts`."""

from django.urls import URLPattern

from accounts import api
from flowia.lib.routes import both

urlpatterns: list[URLPattern] = [
    *both("auth/login", api.Login.as_view(), "api-login"),
    *both("auth/me", api.Me.as_view(), "api-me"),
]
