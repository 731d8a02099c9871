"""How gunicorn serves the product (`gunicorn flowia.wsgi -c python:flowia.server`), and its lines.

gunicorn's settings are this module's variables
(https://docs.gunicorn.org/en/stable/configure.html); its command line comes after them.
"""

import gc
import logging
import os
import sys
from typing import Any

from django.conf import settings
from gunicorn.glogging import Logger

from flowia.lib.address import shortened
from flowia.lib.logging import configure

INVALID = "Invalid request from ip="


class ServerLog(Logger):  # type: ignore[misc] # gunicorn has no types
    """gunicorn's own lines, written as all others are, and without what a caller sent."""

    def setup(self, cfg: Any) -> None:
        """Let the lines go to the product's handlers; the stricter of the two levels counts."""
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowia.settings")
        self.cfg = cfg
        configure(settings.LOGGING)
        self.error_log.propagate = True
        levels = (self.LOG_LEVELS[cfg.loglevel.lower()], logging.getLogger().level)
        self.loglevel = max(levels)
        self.error_log.setLevel(self.loglevel)

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Write a warning; of a request that is none, by which rule and from which network."""
        if not msg.startswith(INVALID):
            super().warning(msg, *args, **kwargs)
            return
        error = sys.exc_info()[0]
        network = shortened(msg.removeprefix(INVALID).partition(": ")[0])
        kind = error.__name__ if error is not None else "unknown"
        super().warning("invalid request (%s) from %s", kind, network or "a socket")

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Write an error with its traceback; the address it happened at may hold anything."""
        del args
        sentence = msg.partition(" %s")[0] if isinstance(msg, str) else type(msg).__name__
        super().exception(sentence, **kwargs)

    def access(self, *_request: Any) -> None:
        """Write nothing: the product logs its requests itself, without addresses and queries."""


def pre_fork(_server: Any, _worker: Any) -> None:
    """Let no collection write to what the workers share, see `flowia.celery.share`."""
    gc.freeze()


logger_class = ServerLog
workers = 2
worker_class = "gthread"
threads = 4
preload_app = True
timeout = 60
graceful_timeout = 20
control_socket_disable = True
# The longest that gunicorn offers; a longer line is refused by a page of gunicorn's own.
limit_request_line = 8190
