"""Our OpenAPI document makes a typed client, and the example program works with it."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowia.document import written
from tests.client import EXAMPLE, PACKAGE, generate
from tests.journeys.driver import Driver, driving
from tests.stack import Stack, free_port, wait_until

PROGRAM = EXAMPLE / "program.py"
WORDS = "Bonjour, je prends la lampe Aube, rappelez-moi au 06 12 34 56 78"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which a client was made."""
    if importlib.util.find_spec("openapi_python_client") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no openapi-python-client")
    folder = tmp_path_factory.mktemp("client")
    done = generate(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def driver(sqlite_stack: Stack) -> Iterator[Driver]:
    yield from driving(sqlite_stack, Driver)


def command(made: Path, driver: Driver, *words: str) -> dict[str, Any]:
    """Return how `subprocess` runs the example."""
    environment = {**os.environ, "FLOWIA_URL": driver.stack.web_url, "PYTHONUTF8": "1"}
    environment["PYTHONPATH"] = f"{made}{os.pathsep}{environment.get('PYTHONPATH', '')}"
    return {"args": [sys.executable, str(PROGRAM), *words], "env": environment, "text": True}


def printed(made: Path, driver: Driver, *words: str) -> str:
    done = subprocess.run(
        **command(made, driver, *words), capture_output=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def test_the_document_makes_a_client_without_a_warning(made: Path) -> None:
    drafts = {path.stem for path in (made / PACKAGE / "api" / "drafts").glob("drafts_*.py")}

    assert {"drafts_list", "drafts_approve", "drafts_edit", "drafts_reject"} <= drafts


def test_names_of_operations_are_plain_and_each_is_used_once() -> None:
    operations = [
        one["operationId"]
        for ways in json.loads(written("en", "json"))["paths"].values()
        for one in ways.values()
    ]

    assert all(name.isidentifier() for name in operations)
    assert len(operations) == len(set(operations))
    assert "drafts_approve" in operations


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_example_lists_reads_approves_and_is_told(made: Path, driver: Driver) -> None:
    driver.rows("UPDATE processing_scenario SET autonomy = 'draft' WHERE kind = 'reply'")
    port = free_port()
    listening = command(made, driver, "listen", "--port", str(port), "--times", "1")
    with subprocess.Popen(**listening, stdout=subprocess.PIPE) as receiver:
        try:
            assert receiver.stdout is not None
            assert "listening" in receiver.stdout.readline()
            contact = str(driver.say(WORDS)["contact"])
            assert wait_until(lambda: driver.conversation(contact), 180)
            assert wait_until(lambda: driver.outcome(contact)[0] == "hold", 180)
            told, _ = receiver.communicate(timeout=180)
        finally:
            receiver.kill()
            driver.rows("UPDATE processing_scenario SET autonomy = 'auto'")
    conversation = driver.conversation(contact)["id"]

    assert told.split() == ["lead.created", "hot", "+33612345678"]
    assert driver.rows("SELECT COUNT(*) FROM integrations_hook WHERE name = 'Example'") == [(0,)]
    assert "+33612345678" in printed(made, driver, "leads")
    assert f"contact: {WORDS}" in printed(made, driver, "conversation", conversation)
    draft = driver.api(f"/drafts?conversation={conversation}")["results"][0]["id"]
    assert "queued" in printed(made, driver, "approve", draft)
    assert driver.answer_to(contact, 180)
