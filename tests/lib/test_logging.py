"""Log lines: one per event, nothing secret, nothing forged, none lost."""

import json
import logging
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from flowia.embedded import BASE_DIR
from flowia.lib.logfile import SharedFile
from flowia.lib.logging import formatter
from flowia.lib.redaction import own_secrets, redacted, redacted_text
from flowia.reporting import scrubbed

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
SECRETS = [
    "lea.martin@exemple.fr",
    "+33 6 12 34 56 78",
    "06 12 34 56 78",
    "Bearer abcdef123456",
    JWT,
    "access_token=EAAB1234567890abcdef",
    "postgresql://flowia:motdepasse@db/flowia",
    "sk-marked-4f1d9c7e",
]
PLAIN = ["2026-11-23T13:33:07Z", "conversation 1234567890123456", "page /inbox", "200 in 12 ms"]


def line(form: str, event: Any, **more: Any) -> str:
    record = logging.LogRecord("x", logging.INFO, "f.py", 1, event, (), more.get("exc_info"))
    return formatter(form).format(record)


def test_a_long_word_before_an_at_sign_costs_little() -> None:
    started = time.process_time()
    redacted_text("a" * 40_000 + "@")

    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("text", SECRETS)
def test_what_looks_like_a_secret_is_gone(text: str) -> None:
    marks = [
        word for word in text.replace("=", " ").split() if len(word) > 6 and word != "access_token"
    ]
    assert "…" in redacted_text(f"avant {text} après")
    assert not [word for word in marks if word in redacted_text(text) and word != "Bearer"]


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted_text(text) == text


@pytest.mark.parametrize("key", ["access_token", "Password", "Cookie", "email", "phone", "text"])
def test_what_stands_under_a_telling_name_is_gone(key: str) -> None:
    assert redacted({"deep": [{key: "glycine"}]}) == {"deep": [{key: "…"}]}


def test_our_own_secrets_are_gone(settings: Settings) -> None:
    settings.META_APP_SECRET = "glycine-en-fleur"
    own_secrets.cache_clear()
    assert "glycine" not in redacted_text("the answer was glycine-en-fleur")
    own_secrets.cache_clear()


@pytest.mark.parametrize("form", ["json", "console"])
def test_values_cannot_break_a_line(form: str) -> None:
    text = line(form, "a\nb \x1b[31mred %s %(x)d \u2028end")
    assert len(text.splitlines()) == 1
    assert "\x1b[31mred" not in text


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_library_cannot_tell_words_in_its_traceback(form: str) -> None:
    try:
        int("glycine\n{forged}")
    except ValueError:
        text = line(form, "failed", exc_info=sys.exc_info())
    assert "ValueError" in text
    assert "test_logging.py" in text
    assert "glycine" not in text
    assert "forged" not in text


def test_a_report_says_where_and_nothing_else() -> None:
    frame = {"filename": "a.py", "lineno": 1, "vars": {"x": "glycine"}}
    error = {"type": "ValueError", "value": "glycine", "stacktrace": {"frames": [frame]}}
    event: dict[str, Any] = {"exception": {"values": [error]}, "level": "error"}
    for name in ("request", "user", "extra", "breadcrumbs", "contexts", "logentry"):
        event[name] = {"data": "glycine"}
    sent = json.dumps(scrubbed(event, {}))
    assert "glycine" not in sent
    assert "a.py" in sent


WRITER = """
import logging, sys
from flowia.lib.logfile import SharedFile
handler = SharedFile(sys.argv[1], most_bytes=400_000, kept=50)
for number in range(2000):
    text = f"{sys.argv[2]} {number} " + "x" * (number % 900) + " end"
    handler.emit(logging.LogRecord("x", 20, "f", 1, text, (), None))
"""


def test_four_writers_lose_and_tear_no_line(tmp_path: Path) -> None:
    path = tmp_path / "flow.log"
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [subprocess.Popen([*command, name], cwd=BASE_DIR) for name in "abcd"]
    assert [writer.wait() for writer in writers] == [0] * 4

    files = [one for one in tmp_path.iterdir() if not one.name.endswith(".lock")]
    lines = [text for one in files for text in one.read_text().splitlines()]
    assert len(files) > 4
    assert all(text.endswith(" end") for text in lines)
    found = {tuple(text.split(" ")[:2]) for text in lines}
    assert found == {(name, str(number)) for name in "abcd" for number in range(2000)}


def test_a_file_renamed_by_another_is_followed(tmp_path: Path) -> None:
    handler = SharedFile(str(tmp_path / "flow.log"))
    (tmp_path / "flow.log").rename(tmp_path / "old.log")
    handler.emit(logging.LogRecord("x", 20, "f", 1, "here", (), None))
    assert (tmp_path / "flow.log").read_text() == "here\n"
