"""Production refuses to start with what is missing, weak or made by itself."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from flowia.embedded import BASE_DIR
from flowia.production import is_production, public_url, refusal
from tests.stack import clean_environment

KEY = base64.b64encode(bytes(range(32))).decode()
GOOD = {
    "PUBLIC_URL": "https://flow.exemple.fr",
    "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUV",
    "JWT_SIGNING_KEY": "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvut",
    "ENCRYPTION_KEY": KEY,
    "TRUSTED_PROXIES": "none",
    "ALLOWED_HOSTS": "flow.exemple.fr",
}
MAIL = {"EMAIL_URL": "smtp+tls://user:password@mail.exemple.fr:587"}
WRONG = [
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "court"),
    ("SECRET_KEY", "a" * 60),
    ("SECRET_KEY", "django-insecure-" + GOOD["SECRET_KEY"]),
    ("JWT_SIGNING_KEY", ""),
    ("JWT_SIGNING_KEY", "x" * 31),
    ("JWT_SIGNING_KEY", GOOD["SECRET_KEY"]),
    ("JWT_SIGNING_KEY", "a" * 40),
    ("JWT_SIGNING_KEY", "changeme" * 5),
    ("JWT_SIGNING_KEY", "abcdefghijklm" * 3),
    ("JWT_SIGNING_KEY", "please-change-me-before-production-9"),
    ("ENCRYPTION_KEY", ""),
    ("ENCRYPTION_KEY", base64.b64encode(bytes(32)).decode()),
    ("ENCRYPTION_KEY", base64.b64encode(b"0123456789abcdef" * 2).decode()),
    ("ENCRYPTION_KEY", f"{KEY},{base64.b64encode(bytes(32)).decode()}"),
    ("ENCRYPTION_KEY", "pas-du-base64"),
    ("ENCRYPTION_KEY", base64.b64encode(bytes(16)).decode()),
    ("ENCRYPTION_KEY", f"{KEY},{KEY}"),
    ("TRUSTED_PROXIES", ""),
    ("TRUSTED_PROXIES", "everybody"),
    ("TRUSTED_PROXIES", "0.0.0.0/0"),
    ("TRUSTED_PROXIES", "10.0.0.0/8,::/0"),
    ("ALLOWED_HOSTS", ""),
    ("ALLOWED_HOSTS", "*"),
    ("ALLOWED_HOSTS", "autre.exemple.fr"),
    ("CORS_ALLOWED_ORIGINS", "null"),
    ("CORS_ALLOWED_ORIGINS", "*"),
    ("CORS_ALLOWED_ORIGINS", "https://app.exemple.fr/x"),
    ("CORS_ALLOWED_ORIGINS", "http://app.exemple.fr"),
    ("PUBLIC_URL", "https://flow.exemple.fr/app"),
    ("PUBLIC_URL", "https://camille@flow.exemple.fr"),
    ("PUBLIC_URL", "https://flow.exemple.fr?x=1"),
]
CELERY = ["-m", "celery", "-A", "flowia"]
COMMANDS = [
    ["manage.py", "check"],
    ["-m", "gunicorn", "flowia.wsgi", "-c", "python:flowia.server", "--bind", "127.0.0.1:0"],
    [*CELERY, "worker"],
    ["-m", "flowia.run", "--serve"],
]


def start(var: Path, command: list[str], **told: str) -> "subprocess.CompletedProcess[str]":
    environment = clean_environment({"FLOWIA_VAR": str(var), "LANG": "en_US.UTF-8", **told})
    (var / "static").mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, *command],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_good_settings_are_not_refused() -> None:
    assert refusal(GOOD) == ""


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_named_without_its_value(name: str, value: str) -> None:
    said = refusal({**GOOD, name: value})

    assert name in said
    assert len(value) < 5 or value not in said


@pytest.mark.slow
@pytest.mark.parametrize("command", [*COMMANDS[1:3], [*CELERY, "beat", "--pidfile="]], ids=str)
def test_no_process_runs_with_a_setting_that_is_refused(tmp_path: Path, command: list[str]) -> None:
    settings = {**GOOD, **MAIL, "REDIS_URL": "redis://127.0.0.1:1/0"}
    done = start(tmp_path, command, **settings, META_GRAPH_URL="http://graph.example")

    assert done.returncode != 0
    assert "META_GRAPH_URL must begin with https:// in production." in done.stderr
    assert "Traceback" not in done.stderr


def test_the_secret_of_stripe_s_webhook_is_made_with_a_key_and_without_it(tmp_path: Path) -> None:
    told = {**GOOD, **MAIL, "STRIPE_SECRET_KEY": "sk_live_of_nobody", "FLOWIA_DEMO": ""}
    done = start(tmp_path, ["manage.py", "check"], **told)

    assert done.returncode == 0, done.stderr
    assert "stripe_setup prints it" in done.stderr


@pytest.mark.parametrize(
    "address",
    ["HTTPS://flow.exemple.fr", " https://flow.exemple.fr", "https://Flow.Exemple.fr/"],
)
def test_https_is_production_however_it_is_written(address: str) -> None:
    assert is_production(address)
    assert public_url(address) == GOOD["PUBLIC_URL"]
    assert refusal({**GOOD, "PUBLIC_URL": address}) == ""
    assert "SECRET_KEY" in refusal({"PUBLIC_URL": address})


def test_the_settings_know_production_however_it_is_written(tmp_path: Path) -> None:
    told = {**GOOD, "PUBLIC_URL": " HTTPS://Flow.Exemple.fr/"}
    ask = (
        "from flowia import settings as s; print(s.PRODUCTION, s.PUBLIC_URL, s.REFRESH_COOKIE_NAME)"
    )
    done = start(tmp_path, ["-c", ask], **told)

    assert done.stdout.split() == [
        *("True", "https://flow.exemple.fr", "__Secure-flowia_refresh")
    ], done.stderr


def test_no_sibling_of_our_host_can_plant_a_session_or_a_form_s_token(tmp_path: Path) -> None:
    """RFC 6265bis, section 4.1.3.2: `__Host-` asks for Secure, the path / and no Domain."""
    ask = (
        "from flowia import settings; from django.conf import settings as s\n"
        "for kind in ('SESSION', 'CSRF'):\n"
        "    what = ('NAME', 'SECURE', 'PATH', 'DOMAIN')\n"
        "    print(*(getattr(s, f'{kind}_COOKIE_{one}') for one in what))"
    )
    told = {**GOOD, "DJANGO_SETTINGS_MODULE": "flowia.settings"}
    done = start(tmp_path, ["-c", ask], **told)

    assert done.stdout.splitlines() == [
        "__Host-flowia_session True / None",
        "__Host-flowia_csrf True / None",
    ], done.stderr


def test_without_https_the_names_are_plain(tmp_path: Path) -> None:
    ask = "from flowia import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME)"
    done = start(tmp_path, ["-c", ask])

    assert done.stdout.split() == ["flowia_session", "flowia_csrf"], done.stderr


def test_the_demo_is_refused() -> None:
    assert "FLOWIA_DEMO" in refusal(GOOD, demo=True)


@pytest.mark.parametrize("word", ["0", "false", " No "])
def test_the_operators_second_factor_is_not_switched_off(word: str) -> None:
    assert "OPERATOR_SECOND_FACTOR" in refusal({**GOOD, "OPERATOR_SECOND_FACTOR": word})


def test_an_empty_environment_is_for_development() -> None:
    assert refusal({}) == ""
    assert "ENCRYPTION_KEY" in refusal({"ENCRYPTION_KEY": "x"})


@pytest.mark.parametrize("command", COMMANDS, ids=["check", "gunicorn", "celery", "serve"])
def test_nothing_starts_and_every_name_is_said_at_once(tmp_path: Path, command: list[str]) -> None:
    done = start(tmp_path, command, PUBLIC_URL=GOOD["PUBLIC_URL"])
    said = done.stdout + done.stderr

    assert done.returncode not in {0, None}
    assert "Traceback" not in said
    for name in set(GOOD) - {"PUBLIC_URL"}:
        assert name in said


def test_the_deployment_check_is_clean(tmp_path: Path) -> None:
    done = start(
        tmp_path, ["manage.py", "check", "--deploy", "--fail-level", "WARNING"], **GOOD, **MAIL
    )
    assert done.returncode == 0, done.stderr
