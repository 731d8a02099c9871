"""What every test gets: no network but this machine's, throw-away data, running stacks."""

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from pytest_django import Settings
from redis import Redis
from xdist.scheduler import LoadScopeScheduling

from accounts import append_only
from flowia.lib import ratelimit
from flowia.lib.redis import redis_client
from tests import postgres, valkey
from tests.stack import Stack

STACK_FOLDERS = {"journeys", "faults", "browser"}
QUICK = {
    "SETTLE_SECONDS": "1",
    "MIN_SECONDS_BETWEEN_MESSAGES": "2",
    "OPENAI_API_KEY": "sk-marked-4f1d9c7e",
    "API_REQUESTS_PER_MINUTE": "100000",
    "AI_REQUESTS_PER_MINUTE": "100000",
}
"""How the running stacks differ from the demo: quicker, with a key that can be recognised, and
with room for tests that look ten times a second."""


class OutsideError(RuntimeError):
    """A test tried to reach the outside."""


def _only_this_machine(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
            raise OutsideError(f"A test tried to reach {address[0]}: use a stand-in.")
        return connect(self, address)

    return guarded


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database",
        action="store_true",
        help="run only the quick tests that use the database (for a second database)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: starts or stops real processes; all run in CI")
    if not getattr(django_settings, "THROW_AWAY", False):
        pytest.exit("Tests run with DJANGO_SETTINGS_MODULE=tests.settings only.", returncode=3)
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, _only_this_machine(getattr(socket.socket, name)))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--only-database`, keep the quick tests that use the database."""
    if config.getoption("--only-database"):
        chosen = [item for item in items if _is_database_test(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


class ByFolder(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Gives a file's tests to one worker, and all tests of one running stack to one worker.

    So that a stack is started once. (xdist's own groups are lost with pytest 9.2, which keeps
    the ids of its tests elsewhere.)
    """

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.split("/")[1]
        if "[postgres" in nodeid:
            return "postgres"
        if "[sqlite" in nodeid or folder in STACK_FOLDERS:
            return "sqlite"
        return nodeid.split("::", maxsplit=1)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFolder:
    """Tell xdist how to share the tests out."""
    return ByFolder(config, log)


def _is_database_test(item: pytest.Item) -> bool:
    if "tests/isolation/" in item.nodeid:
        return False  # who reaches what does not depend on the database; one walk is enough
    names = getattr(item, "fixturenames", [])
    uses = item.get_closest_marker("django_db") is not None or "db" in names
    return uses and not set(names) & {"stack", "sqlite_stack", "postgres_stack"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let tests on SQLite be emptied: it deletes row by row, which the audit log refuses."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            append_only.unguard(connection)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """Return a PostgreSQL server; skips where there is none, and fails in CI."""
    with postgres.server() as found:
        if found is None:
            reason = "no PostgreSQL: set TEST_DATABASE_URL or install postgresql"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
        yield found


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a running Valkey."""
    with valkey.server(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture
def live_redis(valkey_server: str, settings: Settings) -> Iterator[Redis]:
    """Let the code under test use a real, empty Redis."""
    settings.REDIS_URL = valkey_server
    redis_client.cache_clear()
    ratelimit.forget_failure()
    redis_client().flushall()
    yield redis_client()
    redis_client.cache_clear()


@pytest.fixture(scope="session")
def sqlite_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Return the running product on SQLite, with its demo data and sandbox."""
    yield from _running(tmp_path_factory.mktemp("sqlite"), {})


@pytest.fixture(scope="session")
def postgres_stack(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: postgres.Server
) -> Iterator[Stack]:
    """Return the running product on PostgreSQL, with its demo data and sandbox."""
    with postgres_server.database() as url:
        yield from _running(tmp_path_factory.mktemp("postgres"), {"DATABASE_URL": url})


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def stack(request: pytest.FixtureRequest) -> Stack:
    """Return each of the two running stacks in turn."""
    found: Stack = request.getfixturevalue(f"{request.param}_stack")
    return found


def _running(var: Path, environment: dict[str, str]) -> Iterator[Stack]:
    running = Stack(var, {**QUICK, **environment})
    # A key that can be looked for in the logs; the stand-in takes any.
    running.environment["OPENAI_BASE_URL"] = f"{running.sandbox_url}/openai/v1"
    running.start()
    try:
        yield running
    finally:
        running.stop()
