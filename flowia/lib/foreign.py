"""What libraries write about requests and tasks, told again without the data they put into it."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

from flowia.lib.redaction import exception_message

Event = MutableMapping[str, Any]
REPR_OF_ERROR = re.compile(r"[A-Za-z_][\w.]*(?=\()")
VERB = re.compile(r"\] ([a-z]+)")


def in_our_words(_logger: Any, _method: str, event: Event) -> Event:
    """Tell a library's record again (a processor of structlog, for records that are not ours).

    Exceptions among its arguments are told by their type, since their words repeat data.
    """
    record: logging.LogRecord = event["_record"]
    arguments = event.pop("positional_args", None)
    if isinstance(arguments, tuple) and any(isinstance(one, BaseException) for one in arguments):
        event["event"] = str(record.msg) % tuple(map(_without_words, arguments))
    if record.name == "celery.app.trace":
        return _of_task(record, event)
    # The request's own line tells the path, as far as it may be told; the reason of a refused form
    # repeats the caller's Origin or Referer after a dash.
    if record.name == "django.request" and record.msg == "%s: %s" and arguments:
        event["event"] = str(arguments[0])
    if record.name == "django.security.csrf" and arguments:
        event["event"] = f"Forbidden ({str(arguments[0]).partition(' - ')[0]})"
    elif record.name.startswith("django.security."):
        # Any scanner can send an unknown host or a thousand fields: no errors of ours.
        event["event"] = f"refused by Django ({record.name.rpartition('.')[2]})"
        event["level"] = "warning"
        event.pop("exc_info", None)
    return event


def _without_words(argument: Any) -> Any:
    if not isinstance(argument, BaseException):
        return argument
    name = type(argument).__name__
    return f"{name}: {exception_message(name, str(argument))}"


def _of_task(record: logging.LogRecord, event: Event) -> Event:
    """Celery writes the exception's words, or what a task returned, into its sentence."""
    data = getattr(record, "data", None)
    if not isinstance(data, dict):
        return event
    verb = VERB.search(str(record.msg))
    event["event"] = f"task {verb[1] if verb else data.get('description', 'told')}"
    event["task"], event["id"] = data.get("name"), data.get("id")
    kind = record.exc_info[0] if record.exc_info else None
    said = REPR_OF_ERROR.match(str(data.get("exc") or ""))
    if kind is not None:
        event["error"] = kind.__name__
    elif said:
        event["error"] = said[0]
    return event
