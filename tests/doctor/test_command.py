"""`manage.py doctor` in a process of its own: dead services, refused settings, a house in order."""

import json
import secrets
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from django.core.management import call_command
from django.utils import translation
from pytest_django import Settings
from redis import Redis

from flowia.doctoring import outside
from flowia.doctoring.examining import examine
from flowia.doctoring.findings import Finding, Findings, bad, good, look
from flowia.embedded import BASE_DIR
from flowia.lib.crypto import make_key
from flowia.lib.http import Answer, UnreachableError
from flowia.lib.notes import KEY as NOTES
from flowia.management.commands import doctor
from tests import migrated, valkey
from tests.doctor.found import told
from tests.doctor.test_redis import living
from tests.stack import clean_environment, free_port

NEVER = "hush-hush-never-print-this"
PREPARE = """
from django.contrib.auth import get_user_model
from django.core.management import call_command
get_user_model().objects.create_superuser("operator@shop.example", None)
call_command("collectstatic", "--noinput", "--verbosity", "0", "--ignore", "redoc")
"""
MACHINES = {"files.room"}
"""What depends on where the tests run."""


def manage(var: Path, environment: Mapping[str, str], *words: str) -> Any:
    env = clean_environment({"FLOWIA_VAR": str(var), **environment})
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def levels(done: Any) -> dict[str, str]:
    findings = json.loads(done.stdout)["findings"]
    return {one["code"]: one["level"] for one in findings}


def test_dead_services_end_nothing_else_and_no_secret_is_printed(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        began = time.monotonic()
        done = manage(
            tmp_path,
            {
                "DATABASE_URL": f"postgresql://flowia:{NEVER}@127.0.0.1:{port}/flowia",
                "REDIS_URL": f"redis://:{NEVER}@127.0.0.1:{port}/0",
                "EMAIL_URL": f"smtp://me:{NEVER}@127.0.0.1:{free_port()}",
                "OPENAI_API_KEY": NEVER,
                "META_APP_SECRET": NEVER,
                "METRICS_TOKEN": NEVER,
            },
            "doctor",
            "--json",
        )
        assert time.monotonic() - began < 200
    assert done.returncode == 1, done.stderr
    found = levels(done)
    assert {one: found[one] for one in ("database.silent", "redis.silent", "mail.away")} == {
        "database.silent": "bad", "redis.silent": "bad", "mail.away": "bad",
    }  # fmt: skip
    assert found["files.static"] == "bad"
    assert found["model.key"] == "good"
    assert NEVER not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PUBLIC_URL": "https://shop.example"}, "TRUSTED_PROXIES is missing from"),
        ({"EMAIL_TIMEOUT": NEVER}, "EMAIL_TIMEOUT cannot be read"),
        ({"ENCRYPTION_KEY": NEVER}, "ENCRYPTION_KEY: each key must be the base64"),
    ],
)
def test_settings_that_cannot_be_loaded_are_told_in_the_same_way(
    environment: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    done = manage(tmp_path, environment, "doctor")
    assert done.returncode == 1
    assert any(line.startswith(f"✗ {sentence}") for line in done.stdout.splitlines()), done.stdout
    assert NEVER not in done.stdout + done.stderr


@contextmanager
def mail_server() -> Iterator[int]:
    port = free_port()
    server = Controller(Sink(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield port
    finally:
        server.stop()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_house_in_order_has_nothing_broken_and_nothing_to_look_at(tmp_path: Path) -> None:
    with valkey.server(tmp_path) as redis_url, mail_server() as port:
        environment = {
            "PUBLIC_URL": "https://shop.example",
            "ALLOWED_HOSTS": "shop.example",
            "TRUSTED_PROXIES": "none",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "JWT_SIGNING_KEY": secrets.token_urlsafe(50),
            "ENCRYPTION_KEY": make_key(),
            "REDIS_URL": redis_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "OPENAI_API_KEY": "k",
            "AI_REQUESTS_PER_MINUTE_IN_ALL": "500",
            "META_APP_ID": "1",
            "META_APP_SECRET": "2",
            "META_VERIFY_TOKEN": "3",
            "STRIPE_SECRET_KEY": "sk_live_x",
            "STRIPE_WEBHOOK_SECRET": "whsec_x",
            "METRICS_TOKEN": "t",
        }
        if not migrated.copy_to(tmp_path / "flowia.sqlite3"):
            migrated.migrate({"FLOWIA_VAR": str(tmp_path), **environment})
        done = manage(tmp_path, environment, "shell", "--no-imports", "-c", PREPARE)
        assert done.returncode == 0, done.stderr
        client = Redis.from_url(redis_url, decode_responses=True)
        client.config_set("appendonly", "yes")
        with living(client):
            for name in ("invariants", "backup"):
                client.hset(NOTES, name, json.dumps({"at": time.time(), "broken": 0}))
            done = manage(tmp_path, environment, "doctor", "--json")
    found = {code: level for code, level in levels(done).items() if code not in MACHINES}
    assert [code for code, level in found.items() if level != "good"] == ["database.sqlite"]
    assert done.returncode == 0 or levels(done)["files.room"] == "bad"


def test_all_is_well_is_said_where_nothing_else_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LOOKS", {"a": lambda: iter([good("a", "A works.")])})
    monkeypatch.setattr("django.conf.settings.LANGUAGE_CODE", "en")
    output = StringIO()
    call_command("doctor", stdout=output)
    assert output.getvalue() == "✓ A works.\nAll is well.\n"


def test_what_is_broken_stands_last_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def mixed() -> Findings:
        yield bad("b", "B is broken.", "mend b")
        yield look("c", "C looks odd.")
        yield good("a", "A works.")

    monkeypatch.setattr(doctor, "LOOKS", {"a": mixed})
    monkeypatch.setattr("django.conf.settings.LANGUAGE_CODE", "en")
    output = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=output)
    assert ended.value.code == 1
    assert output.getvalue().splitlines() == [
        "✓ A works.", "! C looks odd.", "✗ B is broken.", "    → mend b",
        "Broken: 1. To look at: 1.",
    ]  # fmt: skip


def test_a_look_that_breaks_or_hangs_ends_no_other() -> None:
    def breaks() -> Findings:
        yield good("before", "Before.")
        raise RuntimeError(NEVER)

    def hangs() -> Findings:
        yield look("before", "Before.")
        time.sleep(30)

    looks = {"one": breaks, "two": hangs, "three": lambda: iter([good("three", "Three.")])}
    found = examine(looks, language="en", seconds=0.5)
    assert [(one.level, one.code) for one in found] == [
        ("good", "before"), ("bad", "one.broken"),
        ("look", "before"), ("bad", "two.late"),
        ("good", "three"),
    ]  # fmt: skip
    assert NEVER not in " ".join(one.says for one in found)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (smtplib.SMTPAuthenticationError(535, NEVER.encode()), "mail.login"),
        (smtplib.SMTPServerDisconnected(NEVER), "mail.away"),
        (TimeoutError(NEVER), "mail.away"),
    ],
)
def test_a_mail_server_that_lets_nobody_in_is_told(
    error: Exception, code: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    def refused(_self: Any) -> None:
        raise error

    monkeypatch.setattr("django.core.mail.backends.smtp.EmailBackend.open", refused)
    (says,) = told(outside.look_at_mail).values()
    assert list(told(outside.look_at_mail)) == [code]
    assert NEVER not in says


ONLINE: list[tuple[Any, tuple[int, Any] | None, str]] = [
    (outside.look_at_model, (200, {}), "model.there"),
    (outside.look_at_model, (401, {}), "model.refused"),
    (outside.look_at_model, (404, {}), "model.unknown"),
    (outside.look_at_model, (503, {}), "model.odd"),
    (outside.look_at_model, None, "model.away"),
    (outside.look_at_meta, (200, {}), "meta"),
    (outside.look_at_meta, (400, {}), "meta.app"),
    (outside.look_at_meta, None, "meta.away"),
    (outside.look_at_ourselves, (200, {"version": "0.0.0"}), "web.version"),
    (outside.look_at_ourselves, (200, "another page"), "web.other"),
    (outside.look_at_ourselves, (502, None), "web.other"),
    (outside.look_at_ourselves, None, "web.away"),
]


@pytest.mark.parametrize(("asks", "answer", "code"), ONLINE)
def test_what_services_outside_answer_is_told(
    asks: Any,
    answer: tuple[int, Any] | None,
    code: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENAI_API_KEY", "META_APP_ID", "META_APP_SECRET"):
        setattr(settings, name, NEVER)

    def call(*_given: Any, **_more: Any) -> Answer:
        if answer is None:
            raise UnreachableError(may_have_arrived=False)
        return Answer(*answer, {})

    monkeypatch.setattr("flowia.lib.http.call", call)
    with translation.override("en"):
        (one,) = list[Finding](asks())
    assert one.code == code
    assert NEVER not in one.says + one.do


def test_a_clock_that_is_wrong_is_told_by_what_others_say(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OPENAI_API_KEY = "k"
    long_ago = {"Date": "Sat, 01 Nov 2025 10:00:00 GMT"}
    monkeypatch.setattr("flowia.lib.http.call", lambda *_a, **_b: Answer(200, {}, long_ago))
    assert told(outside.look_at_model)["clock"].startswith("bad: This machine's clock")


def test_what_stripe_does_not_know_of_us_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    ours = f"{settings.PUBLIC_URL}/billing/webhook"
    hooks: list[dict[str, str]] = []
    prices: list[Any] = [None]
    monkeypatch.setattr("billing.gateway.listed", lambda _kind: hooks)
    monkeypatch.setattr("billing.gateway.price_of", lambda _plan, _period: prices[0])
    assert told(outside.look_at_stripe) == {
        "stripe.webhook": "bad: Stripe knows no webhook of ours:"
        " what is paid is seen a night late.",
        "stripe.prices": "bad: At Stripe there is no price for flowia_premium_month,"
        " flowia_ultra_month, flowia_ultra_year.",
    }
    hooks.append({"url": ours, "status": "enabled"})
    prices[0] = object()
    assert list(told(outside.look_at_stripe)) == ["stripe"]
