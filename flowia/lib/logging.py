"""Logs: one line per event, JSON or console, with the request id that follows a message.

Tracebacks are written without local variables: they would carry tokens and message texts.
"""

import logging
import logging.config
from typing import Any

import structlog

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(options: dict[str, str]) -> None:
    """Set up logging from `{"level": "INFO", "format": "json" | "console"}`."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "flow": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": SHARED,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        *_renderers(options["format"]),
                    ],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "flow"}},
            "root": {"handlers": ["stderr"], "level": options["level"]},
            "loggers": {
                # Their lines carry addresses with ids and say nothing that our own rows don't.
                "httpx": {"level": "WARNING"},
                "httpx2": {"level": "WARNING"},
                "notion_client": {"level": "ERROR"},
                # One line per task and second says nothing that the ledger does not.
                "celery": {"level": "WARNING"},
                "django.server": {"level": "WARNING"},
                # A refused or malformed webhook is an ordinary event, written by the view.
                "django.request": {"level": "ERROR"},
            },
        }
    )


def _renderers(form: str) -> list[Any]:
    if form == "console":
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [
        structlog.processors.ExceptionRenderer(
            structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        ),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


def follow(request_id: str) -> None:
    """Bind a request's id to every log line of the work that goes on in its name."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
