"""Webhook endpoints and events over the API."""

import re
import secrets
from typing import Any

from sandbox import settings
from sandbox.stripe import clock, delivering, front, paging, store
from sandbox.stripe.delivering import PATH
from sandbox.stripe.errors import missing, no_such, refuse
from sandbox.stripe.events import KEPT_DAYS
from sandbox.stripe.models import Delivery, Event, Thing
from sandbox.stripe.params import clearable, each, flag, merged, metadata, text
from sandbox.stripe.showing import Json, listed, shown

MOST_ENDPOINTS = 16
VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?")
NAME = re.compile(r"\*|[a-z_0-9]+(\.[a-z_0-9]+)+")
LOOPBACK = re.compile(r"https?://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?/")
UNDELIVERED = (Delivery.State.WAITING, Delivery.State.HELD, Delivery.State.FAILED)


def _type(value: Any, name: str) -> str:
    found = text()(value, name)
    if not NAME.fullmatch(found):
        raise refuse(f"Invalid {name}: {found}", param=name)
    return str(found)


def _version(value: Any, name: str) -> str:
    if not isinstance(value, str) or not VERSION.fullmatch(value):
        raise refuse(f"Invalid Stripe API version: {value}", param=name)
    return value


def _url(value: Any, name: str) -> str:
    """Take an address of the product or of this machine: the sandbox posts nowhere else."""
    found = str(text()(value, name))
    if not found.startswith(f"{settings.PUBLIC_URL}/") and not LOOPBACK.match(found):
        sentence = "Invalid URL: the stand-in reaches the product and this machine alone."
        raise refuse(sentence, code="url_invalid", param=name)
    return found


ENDPOINT: dict[str, Any] = {
    "url": _url,
    "enabled_events": each(_type, 500),
    "description": clearable(text()),
    "metadata": metadata,
}


@front.operation(
    "webhook_endpoints.create",
    needs=("url", "enabled_events"),
    api_version=_version,
    connect=flag,
    **ENDPOINT,
)
def create(params: Json) -> Json:
    """Keep an endpoint; its secret is shown now and never again."""
    if not params["enabled_events"]:
        raise missing("enabled_events")
    if Thing.objects.filter(kind="webhook_endpoint", deleted=False).count() >= MOST_ENDPOINTS:
        raise refuse(f"There are at most {MOST_ENDPOINTS} webhook endpoints.")
    params.pop("connect", None)
    usual: Json = {
        "api_version": None,
        "application": None,
        "description": None,
        "metadata": {},
        "status": "enabled",
    }
    secret = _secret(params["url"])
    row = store.keep("webhook_endpoint", {**usual, **params}, hidden={"secret": secret})
    return {**shown(row), "secret": secret}


def _secret(url: str) -> str:
    """Return the secret of a new endpoint.

    The first one at the demo's own address has the environment's secret, as if its owner had
    written it there; any other has one of its own.
    """
    known = Thing.objects.filter(kind="webhook_endpoint", deleted=False, data__url=url).exists()
    if url == settings.PUBLIC_URL + PATH and not known:
        return str(settings.STRIPE_WEBHOOK_SECRET)
    return f"whsec_{secrets.token_urlsafe(24)}"


@front.operation("webhook_endpoints.retrieve")
def endpoint(_params: Json, *, uid: str) -> Json:
    """Return an endpoint, without its secret."""
    return shown(store.alive("webhook_endpoint", uid))


@front.operation("webhook_endpoints.update", disabled=flag, **ENDPOINT)
def update(params: Json, *, uid: str) -> Json:
    """Change an endpoint; never its version."""
    row = store.alive("webhook_endpoint", uid)
    if "disabled" in params:
        params["status"] = "disabled" if params.pop("disabled") else "enabled"
    if "metadata" in params:
        params["metadata"] = merged(row.data["metadata"], params["metadata"])
    store.change(row, **params)
    return shown(row)


@front.operation("webhook_endpoints.delete")
def delete(_params: Json, *, uid: str) -> Json:
    """Delete an endpoint: what was on its way to it is not posted any more."""
    row = store.alive("webhook_endpoint", uid)
    row.deleted = True
    row.save()
    return shown(row)


@front.operation("webhook_endpoints.list", **paging.CURSORS)
def list_(params: Json) -> Json:
    """Return endpoints, newest first."""
    return paging.things("webhook_endpoint", params, "/v1/webhook_endpoints")


@front.operation("events.retrieve")
def event(_params: Json, *, uid: str) -> Json:
    """Return an event of the last thirty days."""
    oldest = clock.now() - KEPT_DAYS * clock.DAY
    row = Event.objects.filter(uid=uid, created__gte=oldest).first()
    if row is None:
        raise no_such("event", uid)
    return delivering.body_of(row)


@front.operation(
    "events.list", type=text(), types=each(text(), 20), delivery_success=flag, **paging.DATED
)
def list_events(params: Json) -> Json:
    """Return the events of the last thirty days, newest first."""
    rows = Event.objects.filter(created__gte=clock.now() - KEPT_DAYS * clock.DAY)
    if "type" in params and "types" in params:
        raise refuse("Only one of type, types.", param="types")
    if "type" in params:
        wanted = params["type"]
        star = wanted.endswith("*")
        rows = rows.filter(type__startswith=wanted[:-1]) if star else rows.filter(type=wanted)
    if "types" in params:
        rows = rows.filter(type__in=params["types"])
    if "delivery_success" in params:
        missed = Delivery.objects.filter(state__in=UNDELIVERED).values("event")
        good = params["delivery_success"]
        rows = rows.exclude(pk__in=missed) if good else rows.filter(pk__in=missed)
    found, more = paging.page(rows, params)
    return listed([delivering.body_of(one) for one in found], "/v1/events", more=more)
