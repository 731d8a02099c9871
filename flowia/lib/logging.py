"""Logs: one line per event, JSON or console, with the request id that follows a message.

Tracebacks are written without local variables, and most without the exception's own words: they
would carry tokens and message texts. What still looks like a secret is replaced (`redaction`).
"""

import logging
import logging.config
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog

from flowia.lib.foreign import in_our_words
from flowia.lib.redaction import exception_message, one_line, redacted

Event = MutableMapping[str, Any]
SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
UNTOUCHED = frozenset({"level", "timestamp", "logger"})


def configure(options: dict[str, str]) -> None:
    """Set up logging from `{"level": "INFO", "format": "json" | "console", "file": ""}`.

    With a file, every line also goes there; it may be shared by all processes.
    """
    # A line that cannot be formatted must not print its arguments to standard error.
    logging.raiseExceptions = False
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handlers = _handlers(options.get("file", ""))
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"flow": {"()": formatter, "form": options["format"]}},
            "handlers": handlers,
            "root": {"handlers": list(handlers), "level": options["level"]},
            "loggers": {
                # Their lines carry addresses with ids and say nothing that our own rows don't.
                "httpx": {"level": "WARNING"},
                "httpx2": {"level": "WARNING"},
                "notion_client": {"level": "ERROR"},
                "stripe": {"level": "WARNING"},
                # One line per task and second says nothing that the ledger does not.
                "celery": {"level": "WARNING"},
                "django.server": {"level": "WARNING"},
                # A refused or malformed webhook is an ordinary event, written by the view.
                "django.request": {"level": "ERROR"},
            },
        }
    )


def formatter(form: str) -> structlog.stdlib.ProcessorFormatter:
    """Return what makes a line of any record, ours or a library's: "json" or "console"."""
    renderer: list[Any] = [structlog.processors.JSONRenderer(ensure_ascii=False), _closed]
    if form == "console":
        renderer = [in_words, structlog.dev.ConsoleRenderer()]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*SHARED, in_our_words],
        pass_foreign_args=True,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            without_secrets,
            *renderer,
        ],
    )


def without_secrets(_logger: Any, _method: str, event: Event) -> Event:
    """Redact every value of an event, and what its exceptions say."""
    _silence(event.get("exception") or [])
    return {
        key: value if key in UNTOUCHED else redacted(value, key) for key, value in event.items()
    }


def _silence(errors: list[Event]) -> None:
    for error in errors:
        error["exc_value"] = exception_message(error["exc_type"], error["exc_value"])
        error["exc_notes"] = []
        error["syntax_error"] = None
        for inner in error.get("exceptions") or []:  # of an ExceptionGroup
            _silence(inner)


def in_words(_logger: Any, _method: str, event: Event) -> Event:
    """Turn an event into lines for people: values cannot break a line or colour a terminal."""
    errors = event.pop("exception", None)
    told = {key: _escaped(value) for key, value in event.items()}
    return told if errors is None else {**told, "exception": "\n".join(_traceback(errors))}


def _closed(_logger: Any, _method: str, line: str) -> str:
    """JSON leaves U+2028 and the C1 controls as they are; terminals and viewers obey them."""
    return str(one_line(line))


def _escaped(value: Any) -> Any:
    return one_line(value if isinstance(value, str | int | float | None) else repr(value))


def _traceback(errors: list[Event]) -> Iterator[str]:
    """Each line is set in, so that none passes for the beginning of another event."""
    for error in reversed(errors):
        for frame in error["frames"]:
            yield one_line(f"    {frame['filename']}:{frame['lineno']} in {frame['name']}")
        yield one_line(f"    {error['exc_type']}: {error['exc_value']}")


def _handlers(file: str) -> dict[str, Any]:
    handlers: dict[str, Any] = {"stderr": {"class": "logging.StreamHandler", "formatter": "flow"}}
    if file:
        shared = {"class": "flowia.lib.logfile.SharedFile", "path": file, "formatter": "flow"}
        handlers["file"] = shared
    return handlers


def follow(request_id: str) -> None:
    """Bind a request's id to every log line of the work that goes on in its name."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
