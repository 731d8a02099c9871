"""A task that cannot reach the database is handed back: another machine may be able to.

Without this a host that lost its way to PostgreSQL fails each task at once, is free for the next,
and takes from the queue whatever the healthy hosts have no hand for: all of it.
"""

import time
from typing import Any

import structlog
from celery.contrib.django.task import DjangoTask
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from kombu.exceptions import OperationalError as BrokerAwayError

log = structlog.get_logger("flowia.handing")
REST_SECONDS = 5.0
"""So long a child without a database takes nothing more."""


class HandingBack(DjangoTask):  # type: ignore[type-arg] # no arguments in common
    """A task that asks for its connection before it begins.

    The connection is the one of the task before: only what broke, or is older than `CONN_MAX_AGE`,
    is made anew, as Django does between requests.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run, or put the wake-up back into its queue and rest; called directly, just run."""
        if not self.request.called_directly:
            if not self.request.is_eager:
                close_old_connections()
            try:
                connection.ensure_connection()
            except (OperationalError, InterfaceError) as error:
                self._hand_back(args, kwargs, error)
                return None
        return super().__call__(*args, **kwargs)

    def _hand_back(self, args: Any, kwargs: Any, error: Exception) -> None:
        log.warning("no database, handed back", task=self.name, error=type(error).__name__)
        try:
            self.apply_async(args, kwargs, retry=False)
        except (BrokerAwayError, OSError):
            log.warning("nor a broker", task=self.name)
        time.sleep(REST_SECONDS)
