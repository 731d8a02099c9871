"""Errors for Sentry, or a server that speaks its language, when SENTRY_DSN names one.

An event tells which exception at which lines under which request id; no values, no request, no
person. Only the fields named here leave the house.
"""

import importlib
from typing import Any

from flowia.lib.redaction import exception_message, redacted

KEPT = (
    "event_id",
    "timestamp",
    "level",
    "platform",
    "release",
    "environment",
    "logger",
    "transaction",
    "sdk",
)
FRAME = ("filename", "module", "function", "lineno", "in_app")


def report_errors(dsn: str, *, version: str, environment: str) -> None:
    """Send unhandled errors of web and workers to `dsn`; the library is loaded only here."""
    sentry = importlib.import_module("sentry_sdk")
    django = importlib.import_module("sentry_sdk.integrations.django")
    celery = importlib.import_module("sentry_sdk.integrations.celery")
    sentry.init(
        dsn=dsn,
        release=version,
        environment=environment,
        # Those of the model and of Stripe would send prompts and customers.
        auto_enabling_integrations=False,
        integrations=[django.DjangoIntegration(), celery.CeleryIntegration()],
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        before_send=scrubbed,
    )


def scrubbed(event: dict[str, Any], _hint: dict[str, Any]) -> dict[str, Any]:
    """Return the event with nothing but where the error happened and its redacted words."""
    kept = {name: redacted(event[name]) for name in KEPT if name in event}
    values = event.get("exception", {}).get("values", [])
    return {**kept, "exception": {"values": [_exception(value) for value in values]}}


def _exception(value: dict[str, Any]) -> dict[str, Any]:
    name = str(value.get("type"))
    frames = (value.get("stacktrace") or {}).get("frames", [])
    return {
        "type": name,
        "module": value.get("module"),
        "value": exception_message(name, str(value.get("value"))),
        "stacktrace": {"frames": [{key: frame.get(key) for key in FRAME} for frame in frames]},
    }
