"""Alive without touching anything; ready only when every part is, and quiet about it."""

import pytest
from django.test import Client
from pytest_django import Settings

from flowia.lib import clock
from social import sessions
from social.models import Drift


@pytest.mark.parametrize("path", ["/health", "/health/"])
def test_alive_touches_nothing(client: Client, path: str) -> None:
    # Without the db fixture, a query would raise.
    assert client.get(path).json()["status"] == "ok"


@pytest.mark.parametrize("host", ["172.19.3.4:8000", "healthcheck.railway.app", "nobody knows"])
def test_a_platform_asks_under_a_name_of_its_own(
    client: Client, settings: Settings, host: str
) -> None:
    settings.ALLOWED_HOSTS = ["app.example.com"]
    settings.SECURE_SSL_REDIRECT = True

    for path in ("/health", "/health/"):
        assert client.get(path, headers={"host": host}).json()["status"] == "ok"
    assert client.get("/login", headers={"host": host}, secure=True).status_code == 400


@pytest.mark.django_db
def test_without_redis_it_names_what_fails(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response.json()["failing"] == ["redis", "queues", "beat"]
    assert response.json()["parts"]["database"]["ok"] is True
    assert "Service Unavailable" not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("told", [True, False, None])
def test_a_missing_browser_and_changed_pages_are_told_and_fail_nothing(
    told: bool | None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "browser_told", lambda: told)
    for capability, lifted in (("send", None), ("read", clock.now())):
        Drift.objects.create(
            provider="meta", capability=capability, found_at=clock.now(), lifted_at=lifted
        )
    body = client.get("/health/ready").json()
    assert body["parts"]["sessions"] == {
        "ok": True, "browser": told, "changed_pages": ["meta send"],
    }  # fmt: skip
    assert "sessions" not in body["failing"]
