"""The files around the product say the same as the product: .env.example, Procfile, Makefile."""

import os
import re
import subprocess
import sys
from pathlib import Path

import environ

from flowia.embedded import BASE_DIR
from flowia.run.plan import Plan
from flowia.run.supervisor import CONFIG, WEB, WORKERS, programs, write_config
from tests.names import product_names

# `make run` writes these two itself, into var/demo.env.
WRITTEN = {"FLOWIA_DEMO", "SANDBOX_URL"}
OFFERED = re.compile(r"^#([A-Z][A-Z0-9_]+)=", re.MULTILINE)


def example() -> str:
    return (BASE_DIR / ".env.example").read_text(encoding="utf-8")


def plan(var: Path, *, serve: bool = False, **told: str) -> Plan:
    return Plan(serve=serve, told=told, var=var, port=8000, sandbox_port=8001, mail_port=8002)


def test_the_example_names_what_the_settings_read() -> None:
    assert set(OFFERED.findall(example())) == product_names() - WRITTEN


def test_an_untouched_copy_of_the_example_changes_nothing(tmp_path: Path) -> None:
    class Copied(environ.Env):  # type: ignore[misc] # the library has no types
        ENVIRON: dict[str, str] = {}  # noqa: RUF012 - the library's own way

    (tmp_path / ".env").write_text(example(), encoding="utf-8")
    Copied.read_env(tmp_path / ".env")

    assert Copied.ENVIRON == {}


def test_the_procfile_runs_the_same_processes(tmp_path: Path) -> None:
    lines = (BASE_DIR / "Procfile").read_text(encoding="utf-8").splitlines()
    commands = dict(line.split(": ", 1) for line in lines)

    assert set(commands) == {one.name for one in programs(plan(tmp_path, serve=True))} | {"release"}
    for queue, (name, concurrency) in WORKERS.items():
        assert f"-Q {queue} -c {concurrency} -n {name}@%h" in commands[name]
    assert "gunicorn flowia.wsgi -c python:flowia.server" in commands["web"]
    assert "flowia.wsgi -c python:flowia.server" in WEB


def test_a_named_redis_is_used_instead_of_our_own(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    write_config(plan(tmp_path, serve=True, REDIS_URL="redis://elsewhere/0"))
    config = (tmp_path / CONFIG).read_text(encoding="utf-8")

    assert "[program:web]" in config
    assert "valkey" not in config
    assert "sandbox" not in config


def test_every_name_of_the_example_may_be_left_blank(tmp_path: Path) -> None:
    blank = dict.fromkeys(product_names() - {"FLOWIA_VAR"}, "")
    told = {"PATH": os.environ["PATH"], "FLOWIA_VAR": str(tmp_path), **blank}
    asked = "from flowia import settings; print(settings.DATABASES, settings.SETTLE_SECONDS)"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=BASE_DIR,
        env=told,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "sqlite3" in done.stdout
