"""The web process alone, as production runs it: gunicorn with several workers, a real Redis."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flowia.embedded import BASE_DIR
from tests import migrated
from tests.stack import clean_environment, fetch, free_port, wait_until

OK = 200


@contextmanager
def web(
    var: Path, environment: Mapping[str, str], *, workers: int = 4, seed: str = ""
) -> Iterator[str]:
    """Run gunicorn on a fresh database in `var` and return its address.

    What the Python code `seed` prints, when it has filled the database, is in `var/seed.out`.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    env = clean_environment(
        {"FLOWIA_VAR": str(var), "PORT": str(port), "LOG_LEVEL": "WARNING", **environment}
    )
    if not migrated.copy_to(var / "flowia.sqlite3"):
        migrated.migrate(env)
    (var / "static").mkdir(exist_ok=True)
    if seed:
        shell = [sys.executable, "manage.py", "shell", "--no-imports", "-c", seed]
        with (var / "seed.out").open("wb") as output:
            subprocess.run(shell, cwd=BASE_DIR, env=env, check=True, stdout=output)
    command = [sys.executable, "-m", "gunicorn", "flowia.wsgi", "-c", "python:flowia.server"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
    process = subprocess.Popen(command, cwd=BASE_DIR, env=env, stderr=(var / "web.err").open("wb"))
    try:
        assert wait_until(lambda: lives(address), 60), (var / "web.err").read_text()
        yield address
    finally:
        process.terminate()
        process.wait(30)


def lives(address: str) -> bool:
    try:
        return fetch(f"{address}/health")[0] == OK
    except OSError:
        return False
