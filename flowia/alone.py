"""Nothing of the product runs while its tables are replaced: looked for, and kept so."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from redis import Redis
from redis.exceptions import RedisError

from flowia.embedded import var_dir
from flowia.lib.redis import redis_client
from flowia.run import lock
from flowia.watching import workers
from processing.dispatch import last_tick

LATELY_SECONDS = 20
"""What was heard within so many seconds may run: who hangs says nothing for a while."""
LISTEN_SECONDS = 12.0
"""Who runs says so again within this time, whatever their clock says (each five seconds)."""


@contextmanager
def nothing_runs() -> Iterator[None]:
    """Let nothing start in this folder meanwhile; raises CommandError while anything runs.

    What other machines run is known by Redis alone: beat and the workers, not the web processes.
    """
    folder = var_dir() / "run"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        # Where nobody may write, no run of this folder ever began.
        held = _take(folder) if folder.is_dir() else nullcontext()
    except OSError as error:
        raise CommandError(_("Run this as the user that runs Flow IA: %s") % error) from error
    if held is None:
        raise CommandError(_("Flow IA is running: stop every process first."))
    with held:
        refuse_who_was_heard()
        yield


def _take(folder: Path) -> IO[bytes] | None:
    there = (var_dir() / lock.NAME).exists()
    held = lock.take(var_dir())
    if held and not there:
        give_to_owner(folder, like=var_dir())
        give_to_owner(var_dir() / lock.NAME, like=var_dir())
    return held


def give_to_owner(file: Path | int, *, like: Path) -> None:
    """Give what root made to whom `like` belongs: the product runs as that user.

    Never what a link of that name leads to: the folder's owner may have put it there.
    """
    whose = like.stat()
    if os.geteuid() != 0 or whose.st_uid == 0:
        return
    if isinstance(file, int):
        os.fchown(file, whose.st_uid, whose.st_gid)
    else:
        os.chown(file, whose.st_uid, whose.st_gid, follow_symlinks=False)


def refuse_who_was_heard() -> None:
    """Raise CommandError while beat or a worker says in Redis that it lives."""
    try:
        heard = _heard(redis_client())
    except RedisError:
        return
    if heard:
        raise CommandError(
            _("Flow IA was running just now (%s): stop every process, and try in half a minute.")
            % ", ".join(heard)
        )


def _heard(client: Redis) -> list[str]:
    """Return who was heard lately, or is heard now; waits where notes of others are there.

    Notes are by the clocks of those who write them, which may be far off: a note that is old by
    ours, or of tomorrow, says nothing by itself.
    """
    before, now = _notes(client), time.time()
    lately = [name for name, at in before.items() if abs(now - at) < LATELY_SECONDS]
    if lately or not before:
        return lately
    time.sleep(LISTEN_SECONDS)
    return [name for name, at in _notes(client).items() if before.get(name) != at]


def _notes(client: Redis) -> dict[str, float]:
    tick = last_tick(client)
    return {**({} if tick is None else {"beat": tick}), **workers.notes(client)}
