"""The addresses of `social`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
