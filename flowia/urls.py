"""The only place that names every app's addresses."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView

from flowia import health
from flowia.document import Document
from flowia.lib.routes import both
from flowia.watching import metrics
from social import webhooks

handler400 = "flowia.pages.bad_request"
handler403 = "flowia.pages.forbidden"
handler404 = "flowia.pages.not_found"
handler500 = "flowia.pages.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    # First: nothing is called as often, and each address is looked for in this order.
    re_path(r"^social-accounts/(?P<provider>[a-z]+)/webhook/?$", webhooks.webhook, name="webhook"),
    re_path(r"^health/?$", health.live, name="health"),
    re_path(r"^health/ready/?$", health.ready, name="health-ready"),
    re_path(r"^metrics/?$", metrics.show, name="metrics"),
    *both("schema", Document.as_view(), "schema"),
    *both("docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), "docs"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    # Before the others: it adds what erases to addresses that they have too.
    path("", include("processing.privacy.urls")),
    path("", include("accounts.urls")),
    path("", include("social.urls")),
    path("", include("billing.urls")),
    # Before the tools, whose addresses take any name.
    path("", include("integrations.hooks.urls")),
    path("", include("processing.urls")),
]
