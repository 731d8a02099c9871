"""docs/api.md is true: its blocks are run against the running product, one after the other."""

import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest

from flowia.embedded import BASE_DIR
from integrations.hooks.signing import headers_for, make_secret
from tests.documentation.blocks import Block, blocks_of, script_of
from tests.journeys.driver import Driver, driving
from tests.stack import Stack

PAGE = BASE_DIR / "docs/api.md"
CODE = re.compile(r"code = \"(\w+)\"")
OF_THE_LIBRARIES = {"not_authenticated", "token_not_valid"}
SOURCES = ("flowia", "accounts", "billing", "social", "processing", "integrations")
SECONDS = 400


def blocks(language: str) -> list[Block]:
    return [one for one in blocks_of(PAGE) if one.language == language]


@pytest.fixture
def driver(sqlite_stack: Stack) -> Iterator[Driver]:
    yield from driving(sqlite_stack, Driver)


def be_the_newest(driver: Driver) -> None:
    """Let somebody write and be answered: the page speaks of the newest conversation.

    What earlier tests began may still come, and be newer.
    """
    driver.at_rest()
    for _ in range(5):
        contact = driver.write("Bonjour, combien coûte la lampe Aube ?")
        driver.answer_to(contact)
        newest = driver.api("/conversations?limit=1")["results"][0]
        if newest["id"] == driver.conversation(contact)["id"]:
            return
    pytest.fail(f"something else is newer again and again: {newest['id']}")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_block_prints_what_it_says(sqlite_stack: Stack, driver: Driver) -> None:
    if shutil.which("curl") is None or shutil.which("bash") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no curl or no bash")
    be_the_newest(driver)
    programs, mark = blocks("sh"), f"== {secrets.token_hex(8)}"
    script = script_of(programs, mark)
    for shown, real in (("8000", sqlite_stack.port), ("8001", sqlite_stack.sandbox_port)):
        script = script.replace(f"http://127.0.0.1:{shown}\n", f"http://127.0.0.1:{real}\n")

    try:
        done = subprocess.run(
            ["bash"],
            input=script,
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    finally:
        driver.rows("UPDATE processing_scenario SET autonomy = 'auto'")
        driver.rows("DELETE FROM integrations_hookcall")
        driver.rows("DELETE FROM integrations_hook")

    outputs = done.stdout.split(f"{mark}\n")
    wrong = [
        f"line {one.line} printed {output!r}, not {one.printed!r}"
        for one, output in zip(programs, outputs, strict=False)
        if not one.fits(output)
    ]
    assert wrong == [], done.stderr
    assert done.returncode == 0, done.stderr
    assert len(outputs) == len(programs) + 1


def test_the_shown_program_knows_our_signature_and_no_other() -> None:
    (shown,) = blocks("python")
    names: dict[str, object] = {}
    exec(shown.text, names)
    is_ours = names["is_ours"]
    assert callable(is_ours)
    secret, body, now = make_secret(), b'{"type": "test.ping"}', int(time.time())
    headers = headers_for([make_secret(), secret], uid="019d", at=now, body=body)
    old = headers_for([secret], uid="019d", at=now - 400, body=body)

    assert is_ours(secret, headers, body)
    assert not is_ours(secret, headers, body + b" ")
    assert not is_ours(make_secret(), headers, body)
    assert not is_ours(secret, old, body)


def test_the_codes_of_errors_are_the_products() -> None:
    table = PAGE.read_text(encoding="utf-8").split("## Errors")[1].split("## Being told")[0]
    rows = [line.split("|") for line in table.splitlines() if re.match(r"\| \d", line)]
    named = {code for row in rows for code in re.findall(r"`(\w+)`", row[3])}
    known = {
        code
        for folder in SOURCES
        for path in (BASE_DIR / folder).rglob("*.py")
        for code in CODE.findall(path.read_text(encoding="utf-8"))
    }

    assert named - known - OF_THE_LIBRARIES == set()
    assert len(named) > len(rows)
