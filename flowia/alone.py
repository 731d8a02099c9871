"""Nothing of the product runs while its tables are replaced: looked for, and kept so."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from redis import Redis
from redis.exceptions import RedisError

from flowia.embedded import var_dir
from flowia.lib.redis import redis_client
from flowia.run import lock
from flowia.watching import workers
from processing.dispatch import seconds_since_tick

RUNS_SECONDS = 10
"""Beat that was heard within so many seconds runs."""


@contextmanager
def nothing_runs() -> Iterator[None]:
    """Let nothing start in this folder meanwhile; raises CommandError while anything runs.

    What other machines run is known by Redis alone: beat and the workers, not the web processes.
    """
    folder = var_dir() / "run"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not folder.is_dir():
        # Where nobody may write, no run of this folder ever began.
        refuse_who_was_heard()
        yield
        return
    held = lock.take(var_dir())
    if held is None:
        raise CommandError(_("Flow IA is running: stop every process first."))
    with held:
        refuse_who_was_heard()
        yield


def refuse_who_was_heard() -> None:
    """Raise CommandError while beat or a worker says in Redis that it lives."""
    try:
        heard = list(_heard(redis_client()))
    except RedisError:
        return
    if heard:
        raise CommandError(
            _("Flow IA was running just now (%s): stop every process, and try in half a minute.")
            % ", ".join(heard)
        )


def _heard(client: Redis) -> Iterator[str]:
    age = seconds_since_tick(client)
    if age is not None and age < RUNS_SECONDS:
        yield "beat"
    yield from (one.name for one in workers.known(client) if one.alive)
