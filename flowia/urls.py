"""The only place that names every app's addresses."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from flowia import health

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^health/?$", health.live, name="health"),
    re_path(r"^health/ready/?$", health.ready, name="health-ready"),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("social.urls")),
    path("", include("processing.urls")),
]
