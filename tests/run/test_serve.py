"""`make serve`: the environment's own database and Redis, no sandbox, no demo."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowia.run.valkey import binary
from tests import postgres
from tests.stack import Stack, fetch, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen(
        [binary(), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    yield f"redis://127.0.0.1:{port}/3"
    server.terminate()
    server.wait()


def test_named_services_are_used_and_the_demo_is_gone(
    tmp_path: Path, redis_url: str, postgres_server: postgres.Server
) -> None:
    var = tmp_path / "var"
    var.mkdir()
    (var / "demo.env").write_text("FLOWIA_DEMO=1\n", encoding="utf-8")
    with postgres_server.database() as database:
        stack = Stack(var, {"DATABASE_URL": database, "REDIS_URL": redis_url})
        stack.start("--serve")
        try:
            parts = fetch(f"{stack.web_url}/health/ready")[1]["parts"]
            assert parts["database"]["vendor"] == "postgresql"
            assert not {"valkey", "sandbox"} & set(stack.pids)
            assert not (var / "demo.env").exists()
            assert not list(var.glob("*.sqlite3"))
            members = stack.manage(
                *(
                    "shell",
                    "-v0",
                    "-c",
                    "from accounts.models import *; print(User.objects.count())",
                )
            )
            assert members.stdout.strip() == "0", members.stderr
        finally:
            stack.stop()
