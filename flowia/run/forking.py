"""Supervisor, with the product imported once: its programs are forked from it, not started anew.

Twenty processes that each import the product weigh five times what they share when one has imported
it for all, and a worker that died is back in a tenth of the time. Everything else is supervisor's:
names, logs, signals, restarts. A program that is not the product's is started as usual.

`python -m flowia.run.forking -c CONFIG`, in the folder of the product; CONFIG is found from
`FLOWIA_VAR`, which it then works in.
"""

import atexit
import gc
import os
import runpy
import signal
import ssl
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from celery.app.utils import find_app
from django.core.management import call_command
from django.db import OperationalError, connection
from django.urls import reverse
from supervisor.options import ServerOptions
from supervisor.states import SupervisorStates
from supervisor.supervisord import go

from flowia.run import leash

SHARED = (
    *("celery.bin.celery", "celery.apps.worker", "celery.concurrency.prefork", "celery.beat"),
    *("kombu.transport.redis", "flowia.schedule"),
    *("gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "flowia.server"),
    *(
        "processing.ai.client",
        "openai.resources.responses",
        "django.contrib.staticfiles.storage",
        "django.template.loader",
    ),
)
"""What one or the other program would import by itself."""
WARMING = "processing.warming"
CHECKED = "CELERY_SKIP_CHECKS"
"""Celery's name for: nobody has to repeat the system checks (`flowia/lib/refusals.py` obeys)."""
CELERY = ["celery", "-A", "flowia"]
WEB = ["gunicorn", "flowia.wsgi"]
INHERITED = (signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR2)
"""The signals that supervisor handles itself: a program begins with the system's own ways."""


class Forking(ServerOptions):  # type: ignore[misc] # supervisor has no types
    """Supervisor's options, of which one is how a forked child becomes its program."""

    def execve(self, filename: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """Become the program: by running its module if it is the product's, else by exec."""
        command = ours(argv)
        if command is None:
            super().execve(filename, argv, env)
        else:
            os.environ.update(env)
            _become(command)


def ours(argv: Sequence[str]) -> list[str] | None:
    """Return the module and its arguments of a command line of the product's, else None."""
    if "-m" not in argv:
        return None
    command = list(argv[argv.index("-m") + 1 :])
    known = (CELERY, WEB)
    return command if any(command[: len(start)] == start for start in known) else None


def warm() -> None:
    """Import what the programs need, and build what each would build at its first use.

    Nothing of it may leave a connection open or a thread running. `flowia.wsgi` stays out: it makes
    the web process less patient with Redis than workers are. Raises SystemCheckError; each process
    by itself would refuse wrong settings (`flowia.lib.refusals`).
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowia.settings")
    import django  # noqa: PLC0415 - the environment first

    django.setup()
    app = find_app(CELERY[2])
    app.loader.import_default_modules()
    for name in SHARED:
        import_module(name)
    if not os.environ.get(CHECKED):
        call_command("check")
        os.environ[CHECKED] = "1"
    reverse("login")
    ssl.create_default_context()
    with suppress(OperationalError):
        connection.ensure_connection()
        import_module(WARMING).build()
    connection.close()
    gc.collect()
    # What a collection never visits is never written to, so that it stays shared after a fork.
    gc.freeze()


def _become(command: Sequence[str]) -> None:
    """Run the module as `python -m` would, and end the process; never returns."""
    code: object = 1
    try:
        for number in INHERITED:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        leash.hold(0)
        leash.be_called(os.environ.get("SUPERVISOR_PROCESS_NAME", ""))
        module, *sys.argv[1:] = command
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - supervisor's own frames must not see it
        traceback.print_exc()
    finally:
        _end(code)


def _end(code: object) -> None:
    """End as an interpreter does: what was registered is called, what was written is written."""
    if code is not None and not isinstance(code, int):
        with suppress(OSError):
            sys.stderr.write(f"{code}\n")
        code = 1
    # Whoever read what is written may be gone.
    try:
        atexit._run_exitfuncs()  # noqa: SLF001 - as multiprocessing ends its children
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code or 0)


def main() -> None:
    """Import the product, then be supervisor."""
    # Settings write what stands in `.env` into the environment.
    given = {**os.environ}
    os.environ[leash.SUPERVISOR] = str(os.getpid())
    os.chdir(Path(os.environ["FLOWIA_VAR"]))
    warm()
    options = Forking()
    options.realize(sys.argv[1:], doc=__doc__)
    options.first, options.test = True, False
    go(options)
    if options.mood == SupervisorStates.RESTARTING:
        # Asked by SIGHUP: everything anew, so that changed settings count.
        os.chdir(os.environ["FLOWIA_ROOT"])
        again = [sys.executable, "-m", "flowia.run.forking", *sys.argv[1:]]
        os.execve(again[0], again, given)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
