"""Every kind of answer carries every security header."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from flowia.headers import OFF

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.security.urls")]

POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}
GOLDEN = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in OFF),
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
LARGE = {"data": "x" * 1_048_577, "content_type": "application/json"}
KINDS: dict[str, tuple[int, str, str, dict[str, Any]]] = {
    "a page": (200, "get", "/login", {}),
    "the API": (200, "get", "/health", {}),
    "the docs": (200, "get", "/docs", {}),
    "the schema": (200, "get", "/schema", {}),
    "the admin": (302, "get", "/admin/login/", {}),
    "a file": (200, "get", "/static/seen.txt", {}),
    "a redirect": (302, "get", "/inbox", {}),
    "a preflight": (
        200,
        "options",
        "/nothing",
        {"headers": {"Access-Control-Request-Method": "X"}},
    ),
    "400": (400, "post", "/auth/login", {"data": "{", "content_type": "application/json"}),
    "a strange host": (400, "get", "/login", {"headers": {"Host": "evil.example"}}),
    "401": (401, "get", "/auth/me", {}),
    "404": (404, "get", "/nothing", {}),
    "405": (405, "delete", "/auth/login", {}),
    "413": (413, "post", "/auth/login", LARGE),
    "415": (415, "post", "/auth/login", {"data": "<a/>", "content_type": "text/xml"}),
    "429": (429, "get", "/busy", {}),
    "500": (500, "get", "/crash", {}),
}

NOT_OFFERED = {(kind, "text/html") for kind in ("the schema", "400", "401", "405", "415")}
NOT_OFFERED.add(("the docs", "application/json"))


@pytest.fixture
def client(settings: Settings) -> Client:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    Path(settings.STATIC_ROOT, "seen.txt").write_text("seen", encoding="utf-8")
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_every_answer_carries_every_header(client: Client, kind: str, accept: str) -> None:
    status, method, address, options = KINDS[kind]
    headers = {"Accept": accept, **options.get("headers", {})}
    if (kind, accept) in NOT_OFFERED:
        headers["Accept"] = "*/*"
    answer = getattr(client, method)(address, secure=True, **{**options, "headers": headers})

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in GOLDEN} == GOLDEN
    assert {part.strip() for part in answer["Content-Security-Policy"].split(";")} == POLICY
    assert answer["X-Request-ID"]


def test_the_way_to_https_carries_them_too(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/login")

    assert answer.status_code == 301
    assert answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_files_are_not_open_to_other_origins(client: Client) -> None:
    assert "Access-Control-Allow-Origin" not in client.get("/static/seen.txt").headers
