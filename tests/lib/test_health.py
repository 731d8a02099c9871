"""Alive without touching anything; ready only when every part is, and quiet about it."""

import pytest
from django.test import Client


@pytest.mark.parametrize("path", ["/health", "/health/"])
def test_alive_touches_nothing(client: Client, path: str) -> None:
    # Without the db fixture, a query would raise.
    assert client.get(path).json()["status"] == "ok"


@pytest.mark.django_db
def test_without_redis_it_names_what_fails(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response.json()["failing"] == ["redis", "queues", "beat"]
    assert response.json()["parts"]["database"]["ok"] is True
    assert "Service Unavailable" not in caplog.text
