"""Our own OpenAPI document, held against the running server by schemathesis' command line."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from redis import Redis

from flowia.embedded import BASE_DIR
from tests.processes.web import web

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
CONFIG = Path(__file__).with_name("schemathesis.toml")
SECONDS = int(os.environ.get("DOCUMENT_SECONDS", "30"))
LONGER = 4
"""So many times as long on a machine that could ask next to nothing meanwhile."""
# They end the sign-in that the others use, or take along the rows that the others look for; each
# has tests of its own.
ENDINGS = ("POST /auth/logout", "DELETE /contacts/{uid}", "DELETE /auth/sessions")
SEED = """
import json
from tests.callers import tokens_of
from tests.isolation.world import make_world
world = make_world()
print(json.dumps({"rows": world.ids, "access": tokens_of(world.people["owner"]).access}))
"""
TOO_MANY = "429"
OFTEN = 8


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "anonymous"])
def test_every_answer_is_one_that_the_document_describes(
    tmp_path: Path, valkey_server: str, *, signed_in: bool
) -> None:
    Redis.from_url(valkey_server).flushall()
    patient = {"REDIS_URL": valkey_server, "API_REQUESTS_PER_MINUTE": "1000000"}
    with web(tmp_path, patient, workers=2, seed=SEED) as address:
        seeded = json.loads((tmp_path / "seed.out").read_text(encoding="utf-8"))
        options = ["--checks", "all", "--seed", "1", "--no-color"]
        if signed_in:
            options += ["-H", f"Authorization: Bearer {seeded['access']}"]
            options += [f"--exclude-name={one}" for one in ENDINGS]
        told = {"ROWS": json.dumps(seeded["rows"]), "LIMITS": valkey_server}
        for seconds in (SECONDS, LONGER * SECONDS):
            time = ["--max-time", str(seconds)]
            done = schemathesis(tmp_path, [f"{address}/schema", *options, *time], told)
            if done.returncode or not signed_in or rows_read(answers(tmp_path)) > 1:
                break

    (tmp_path / "told.txt").write_text(done.stdout, encoding="utf-8")
    assert done.returncode == 0, done.stdout[-6000:]
    said_something(answers(tmp_path), signed_in=signed_in)


def schemathesis(
    folder: Path, options: list[str], told: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    hooks = {"SCHEMATHESIS_HOOKS": "tests.processes.hooks", "PYTHONPATH": str(BASE_DIR)}
    return subprocess.run(
        [str(Path(sys.executable).with_name("st")), "--config-file", str(CONFIG), "run", *options],
        cwd=folder,
        env={**os.environ, **hooks, **told, "CALLS": str(folder / "calls.tsv")},
        capture_output=True,
        text=True,
        check=False,
    )


def answers(folder: Path) -> dict[str, Counter[str]]:
    """Return for each operation how often it answered with which status."""
    found: dict[str, Counter[str]] = {}
    for line in (folder / "calls.tsv").read_text(encoding="utf-8").splitlines():
        operation, status = line.split("\t")
        found.setdefault(operation, Counter())[status] += 1
    return found


def said_something(found: dict[str, Counter[str]], *, signed_in: bool) -> None:
    """Fail if the doors mostly refused, or if no row behind an id was ever read.

    A slow machine asks some operations two or three times: that says nothing of a door.
    """
    often = {name: one for name, one in found.items() if one.total() >= OFTEN}
    shut = {name: dict(one) for name, one in often.items() if one[TOO_MANY] > one.total() / 4}
    assert not shut, shut
    assert not signed_in or rows_read(found) > 1, found


def rows_read(found: dict[str, Counter[str]]) -> int:
    """Return how often a row behind an id was read."""
    reads = [name for name in found if name.startswith("GET ") and "{uid}" in name]
    return sum(found[name]["200"] for name in reads)
