"""The addresses of outgoing webhooks, pages and API; before the tools', which take names."""

from django.urls import URLPattern

from flowia.lib.routes import both
from integrations.api import hooks as api
from integrations.views import hooks as pages

PAGES, API = "tools/webhooks", "integrations/webhooks"
PAGE, ONE = f"{PAGES}/<uuid:uid>", f"{API}/<uuid:uid>"

urlpatterns: list[URLPattern] = [
    *both(PAGES, pages.hooks, "webhooks"),
    *both(f"{PAGES}/new", pages.new, "webhook-new"),
    *both(PAGE, pages.hook, "webhook-page"),
    *both(f"{PAGE}/change", pages.change, "webhook-change"),
    *both(f"{PAGE}/secret", pages.secret, "webhook-secret"),
    *both(f"{PAGE}/remove", pages.remove, "webhook-remove"),
    *both(f"{PAGES}/calls/<uuid:uid>", pages.call, "webhook-call"),
    *both(API, api.Hooks.as_view(), "api-webhooks"),
    *both(ONE, api.OneHook.as_view(), "api-webhook"),
    *both(f"{ONE}/rotate", api.RotateHook.as_view(), "api-webhook-rotate"),
    *both(f"{ONE}/test", api.TestHook.as_view(), "api-webhook-test"),
    *both(f"{ONE}/calls", api.HookCalls.as_view(), "api-webhook-calls"),
    *both(f"{ONE}/replay", api.ReplaySince.as_view(), "api-webhook-replay"),
    *both(f"{API}/calls/<uuid:uid>", api.OneCall.as_view(), "api-webhook-call"),
    *both(f"{API}/calls/<uuid:uid>/replay", api.ReplayCall.as_view(), "api-webhook-call-replay"),
]
