"""Our own OpenAPI document, held against the running server by schemathesis' command line."""

import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis

from tests.processes.web import web
from tests.stack import fetch

pytestmark = pytest.mark.slow
CONFIG = Path(__file__).with_name("schemathesis.toml")
SECONDS = "8"
# They end the very sign-in that the others use; each has its tests in tests/accounts.
ENDINGS = ("/auth/logout",)


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "anonymous"])
def test_every_answer_is_one_that_the_document_describes(
    tmp_path: Path, valkey_server: str, *, signed_in: bool
) -> None:
    Redis.from_url(valkey_server).flushall()
    patient = {"REDIS_URL": valkey_server, "API_REQUESTS_PER_MINUTE": "1000000"}
    with web(tmp_path, patient, workers=2) as address:
        options = ["--max-time", SECONDS, "--checks", "all", "--seed", "1", "--no-color"]
        if signed_in:
            options += ["-H", f"Authorization: Bearer {registered(address)}"]
            options += [f"--exclude-path={one}" for one in ENDINGS]
        command = [str(Path(sys.executable).with_name("st")), "--config-file", str(CONFIG)]
        done = subprocess.run(
            [*command, "run", f"{address}/schema", *options],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-6000:]


def registered(address: str) -> str:
    person = {"email": "lea@exemple.fr", "password": "un-mot-de-passe-long"}
    status, body = fetch(f"{address}/auth/register", person)
    assert status == 201, body
    return str(body["access"])
