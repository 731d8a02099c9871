"""What libraries log is told without the data that they put into their sentences."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from celery import Task
from celery.app.trace import build_tracer
from celery.exceptions import Ignore, Reject, Retry
from django.db import IntegrityError

from flowia.celery import app
from tests.written import written

pytestmark = pytest.mark.django_db  # a task of ours begins with its connection
WORDS = "glycine-en-fleur lea@exemple.fr"
DUPLICATE = (
    'duplicate key value violates unique constraint "accounts_user_email"\n'
    f"DETAIL:  Key (email)=({WORDS}) already exists."
)


class OwnError(Exception):
    """Repeats what it was given, as most errors do."""


def grouped() -> Exception:
    return ExceptionGroup(WORDS, [ValueError(WORDS), ExceptionGroup(WORDS, [KeyError(WORDS)])])


def caused() -> Exception:
    error = OwnError(WORDS)
    error.__cause__ = IntegrityError(DUPLICATE)
    error.add_note(WORDS)
    return error


FAILURES: dict[str, Callable[[], Exception]] = {
    "ValueError": lambda: ValueError(WORDS),
    "IntegrityError": lambda: IntegrityError(DUPLICATE),
    "OwnError": caused,
    "ExceptionGroup": grouped,
    "Retry": lambda: Retry(WORDS, exc=ValueError(WORDS)),
    "Reject": lambda: Reject(WORDS),
    "Ignore": lambda: Ignore(WORDS),
    "LookupError": lambda: LookupError(WORDS),
}


def run(make: Callable[[], Exception] | None) -> None:
    """Let Celery run a task of ours that fails, or returns words, as a worker does."""

    @app.task(name="tests.marked", throws=(LookupError,), shared=False)
    def marked(number: int) -> str:
        if make is not None:
            raise make()
        return WORDS

    task: Task[Any, Any] = app.tasks["tests.marked"]
    try:
        tracer = build_tracer(task.name, task, app=app)
        tracer("an-id", [7], {}, {"id": "an-id", "hostname": "here", "is_eager": True})
    finally:
        app.tasks.unregister("tests.marked")


@pytest.fixture(autouse=True)
def _all_levels() -> Any:
    trace = logging.getLogger("celery.app.trace")
    before, root = trace.level, logging.getLogger().level
    trace.setLevel(logging.DEBUG)
    yield
    trace.setLevel(before)
    logging.getLogger().setLevel(root)


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("name", FAILURES)
def test_a_failed_task_is_told_by_its_name_and_the_kind_of_error(name: str, form: str) -> None:
    with written(form) as log:
        run(FAILURES[name])

    assert "tests.marked" in log.text
    assert "an-id" in log.text
    assert name.lower() in log.text.lower()
    for word in ("glycine", "lea@", "DETAIL", "Key ("):
        assert word not in log.text


def test_the_traceback_of_a_task_still_says_where() -> None:
    with written() as log:
        run(FAILURES["IntegrityError"])

    (line,) = log.lines
    assert (line["event"], line["level"]) == ("task raised unexpected", "error")
    assert (line["task"], line["id"], line["error"]) == ("tests.marked", "an-id", "IntegrityError")
    assert "test_foreign.py" in str(line["exception"])


def test_what_a_task_returns_is_not_told() -> None:
    with written() as log:
        run(None)

    assert "tests.marked" in log.text
    assert "glycine" not in log.text


@pytest.mark.parametrize("sentence", ["went wrong: %s", "went wrong: %r"])
@pytest.mark.parametrize("logger", ["celery.worker.request", "kombu.connection", "any.library"])
def test_an_error_handed_to_a_sentence_is_told_by_its_kind(logger: str, sentence: str) -> None:
    with written() as log:
        logging.getLogger(logger).error(sentence, ValueError(WORDS))
        logging.getLogger(logger).error(sentence, ConnectionRefusedError("port 6379"))

    assert "ValueError" in log.lines[0]["event"]
    assert "glycine" not in log.text
    assert "port 6379" in log.lines[1]["event"], "what speaks of machines stays"
