"""Deployments whose settings or files are wrong, each with the sentence that says so."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from flowia.doctoring import configuration
from tests.doctor.found import found, told

ADDRESSES = [
    (
        {"PUBLIC_URL": "http://127.0.0.1:8000"},
        "settings.local",
        "look: PUBLIC_URL is of this machine alone",
    ),
    (
        {"PUBLIC_URL": "http://shop.example", "ALLOWED_HOSTS": ["shop.example"]},
        "settings.http",
        "bad: PUBLIC_URL does not begin with https://",
    ),
    (
        {"PUBLIC_URL": "https://shop.example", "ALLOWED_HOSTS": ["other.example"]},
        "settings.hosts",
        "bad: ALLOWED_HOSTS does not name shop.example",
    ),
    (
        {"ALLOWED_HOSTS": ["*"]},
        "settings.any_host",
        "bad: ALLOWED_HOSTS takes every host",
    ),
    ({"DEBUG": True}, "settings.debug", "bad: DEBUG is on"),
    ({"METRICS_TOKEN": ""}, "settings.metrics", "look: METRICS_TOKEN is not set"),
    (
        {"PRODUCTION": True, "META_GRAPH_URL": "http://graph.test"},
        "settings.flowia.E001",
        "bad: META_GRAPH_URL must begin with https://",
    ),
]
SERVICES = [
    ({"OPENAI_API_KEY": ""}, "model.key", "bad: OPENAI_API_KEY is not set"),
    (
        {"PRODUCTION": True, "OPENAI_API_KEY": "k", "AI_REQUESTS_PER_MINUTE_IN_ALL": None},
        "model.minute",
        "look: All businesses together ask the model 60 times a minute.",
    ),
    (
        {"OPENAI_API_KEY": "k", "OPENAI_MODEL": "o4-mini"},
        "model.gone",
        "bad: The model o4-mini stopped answering on 2026-10-23.",
    ),
    ({}, "networks", "bad: No network is set up"),
    (
        {"META_APP_ID": "1", "META_APP_SECRET": ""},
        "networks.META_APP_SECRET",
        "bad: META_APP_ID is set, and META_APP_SECRET is not.",
    ),
    (
        {"TIKTOK_APP_SECRET": "1"},
        "networks.TIKTOK_APP_ID",
        "bad: TIKTOK_APP_SECRET is set, and TIKTOK_APP_ID is not.",
    ),
    (
        {"META_APP_ID": "1", "META_APP_SECRET": "2", "META_VERIFY_TOKEN": ""},
        "networks.verify_token",
        "bad: META_VERIFY_TOKEN is not set",
    ),
    ({"STRIPE_SECRET_KEY": ""}, "stripe.off", "look: STRIPE_SECRET_KEY is not set"),
    (
        {"STRIPE_SECRET_KEY": "sk_live_x", "PRODUCTION": False},
        "stripe.live",
        "bad: A live key of Stripe, and PUBLIC_URL is no production",
    ),
    (
        {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"},
        "mail.files",
        "look: EMAIL_URL is not set",
    ),
]


@pytest.mark.parametrize(("changes", "code", "sentence"), ADDRESSES)
def test_settings_that_are_wrong_are_told(
    changes: dict[str, Any], code: str, sentence: str, settings: Settings
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert told(configuration.look_at_settings)[code].startswith(sentence)


@pytest.mark.parametrize(("changes", "code", "sentence"), SERVICES)
def test_services_that_are_not_set_up_are_told(
    changes: dict[str, Any], code: str, sentence: str, settings: Settings
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert told(configuration.look_at_services)[code].startswith(sentence)


def test_secrets_that_the_product_made_are_named_and_their_file_but_never_their_value(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configuration, "completed", lambda *_told: {})
    one = found(configuration.look_at_settings)["settings.own_secrets"]
    assert "SECRET_KEY, JWT_SIGNING_KEY, ENCRYPTION_KEY" in one.says
    assert str(settings.VAR_DIR / "secrets.env") in one.says
    for value in (settings.SECRET_KEY, settings.JWT_SIGNING_KEY, *settings.ENCRYPTION_KEYS):
        assert value not in one.says + one.do


def test_static_files_that_are_missing_or_of_another_version_are_told(
    settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path / "gathered"
    settings.STATICFILES_DIRS = [tmp_path / "ours"]
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "a.css").write_text("a", encoding="utf-8")
    assert told(configuration.look_at_files)["files.static"].startswith("bad: The static files")
    manifest = tmp_path / "gathered" / "staticfiles.json"
    manifest.parent.mkdir()
    manifest.write_text(json.dumps({"paths": {"a.css": "a.1.css"}}), encoding="utf-8")
    assert told(configuration.look_at_files)["files.static_old"].startswith("bad: The static files")
    (tmp_path / "gathered" / "a.1.css").write_text("a", encoding="utf-8")
    assert (
        told(configuration.look_at_files)["files.static"] == "good: The static files are gathered."
    )
    (tmp_path / "ours" / "new.css").write_text("b", encoding="utf-8")
    assert "files.static_old" in told(configuration.look_at_files)


def test_texts_that_are_not_compiled_are_told(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    settings.LOCALE_PATHS = [tmp_path]
    source, compiled = folder / "django.po", folder / "django.mo"
    source.write_text("", encoding="utf-8")
    assert told(configuration.look_at_files)["files.texts"].startswith(
        "bad: The texts in fr are not"
    )
    compiled.write_text("", encoding="utf-8")
    os.utime(compiled, (1, 1))
    assert told(configuration.look_at_files)["files.texts_old"].startswith("look: The texts in fr")
    source.unlink()  # an image holds the compiled ones alone
    assert told(configuration.look_at_files)["files.texts"] == "good: The texts are compiled."


@pytest.mark.parametrize(("free", "level"), [(2**29, "bad"), (2**31, "look"), (2**40, "good")])
def test_a_disk_that_is_nearly_full_is_told(
    free: int, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        def __init__(self) -> None:
            self.free = free

    monkeypatch.setattr("shutil.disk_usage", lambda _folder: Usage())
    assert found(configuration.look_at_files)["files.room"].level == level


@pytest.mark.parametrize(
    ("closed", "letters", "said"),
    [
        ("var", True, {"files.letters"}),
        ("var", False, set()),
        ("var/exports", True, {"files.exports"}),
        ("", True, set()),
    ],
)
def test_a_folder_that_cannot_be_written_into_is_told(
    closed: str,
    letters: bool,
    said: set[str],
    *,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "var" / "exports").mkdir(parents=True)
    settings.VAR_DIR, settings.EMAIL_FILE_PATH = tmp_path / "var", str(tmp_path / "var" / "mail")
    kind = "filebased" if letters else "smtp"
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{kind}.EmailBackend"
    monkeypatch.setattr("os.access", lambda path, _how: path != tmp_path / closed)

    names = set(told(configuration.look_at_files))
    assert names & {"files.exports", "files.letters"} == said
