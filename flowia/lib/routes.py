"""Addresses that exist with and without a trailing slash, and are documented once."""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

Endpoint = tuple[str, str, str, Callable[..., Any]]


def both(
    route: str, view: Callable[..., HttpResponseBase], name: str | None = None
) -> list[URLPattern]:
    """Return `route` (written without its slash, under `name`) and its twin with a slash."""
    return [path(route, view, name=name), path(f"{route}/", view)]


def documented(endpoints: list[Endpoint], **_options: Any) -> list[Endpoint]:
    """Leave the twins out of the OpenAPI document (drf-spectacular's preprocessing hook)."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]
