"""Front ends elsewhere: the origins that are named, and no others."""

import pytest
from django.test import Client
from pytest_django import Settings

OURS = "https://app.exemple.fr"
pytestmark = pytest.mark.django_db
ORIGINS = {
    OURS: True,
    "http://app.exemple.fr": False,
    "https://app.exemple.fr:8443": False,
    "https://exemple.fr": False,
    "https://evil.app.exemple.fr": False,
    "https://app.exemple.fr.evil.example": False,
    "https://app-exemple.fr": False,
    "https://app.exemple.fr@evil.example": False,
    "null": False,
    "https://evil.example": False,
}


@pytest.fixture(autouse=True)
def _one_origin(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [OURS]


@pytest.mark.parametrize(("origin", "allowed"), ORIGINS.items())
@pytest.mark.parametrize("address", ["/auth/me", "/nothing"])
def test_only_the_named_origin_may_read(origin: str, allowed: bool, address: str) -> None:
    answer = Client(headers={"Origin": origin}).get(address)
    preflight = Client(headers={"Origin": origin, "Access-Control-Request-Method": "GET"})
    asked = preflight.options(address)

    for one in (answer, asked):
        assert one.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert one.headers.get("Access-Control-Allow-Credentials") == ("true" if allowed else None)
    assert (asked.status_code, asked.content) == (200, b"")


def test_nobody_is_allowed_by_default(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = []

    answer = Client(headers={"Origin": OURS}).get("/health")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_front_end_may_send_and_read_what_it_needs() -> None:
    headers = {"Origin": OURS, "Access-Control-Request-Method": "POST"}
    asked = Client(headers=headers).options("/auth/me").headers

    allowed = set(asked["Access-Control-Allow-Headers"].split(", "))
    assert {"x-workspace", "x-csrf-token", "idempotency-key", "x-request-id"} <= allowed
    read = set(asked["Access-Control-Expose-Headers"].split(", "))
    assert read >= {"X-RateLimit-Limit", "X-RateLimit-Remaining", "Retry-After", "X-Request-ID"}
    assert "TRACE" not in asked["Access-Control-Allow-Methods"]


def test_the_admin_is_for_no_other_origin() -> None:
    answer = Client(headers={"Origin": OURS}).get("/admin/login/")
    assert "Access-Control-Allow-Origin" not in answer.headers
