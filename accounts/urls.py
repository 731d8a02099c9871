"""The addresses of `accounts`."""

from django.urls import URLPattern, path

from accounts import api, views
from flowia.lib.routes import both

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    *both("login", views.sign_in, "login"),
    *both("logout", views.sign_out, "logout"),
    *both("auth/login", api.Login.as_view(), "api-login"),
    *both("auth/me", api.Me.as_view(), "api-me"),
]
