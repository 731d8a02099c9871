"""What every test gets: no network but this machine's, throw-away data, running stacks."""

import gc
import ipaddress
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import translation
from pytest_django import Settings
from redis import Redis
from xdist.scheduler import LoadScopeScheduling

from accounts import append_only
from flowia.lib import ratelimit
from flowia.lib.redis import redis_client
from social.providers import registry
from tests import migrated, postgres, valkey
from tests.check import STORMS
from tests.stack import Stack

STACK_FOLDERS = {"journeys", "faults", "browser", "documentation"}
HOSTS = "tests/faults/test_hosts.py"
ALONE = (STORMS, HOSTS)
"""They have a running product of their own each, and need not wait for the others'."""
OPERATORS = " for operators"
WALKS = tuple(f"tests/walk/test_{name}.py" for name in ("browser", "without_scripts", "words"))
LONGEST = (
    *("sqlite", "postgres", *ALONE, *WALKS, *(f"{walk}{OPERATORS}" for walk in WALKS)),
    *("tests/run/test_stop.py", "tests/isolation/test_walk.py"),
    *("tests/processing/test_replaying.py", "tests/run/test_life.py"),
    *("tests/billing/test_orderings.py", "tests/integrations/test_five_hundred.py"),
    *("tests/processing/test_lost_answers.py", "tests/processes/test_minute.py"),
    *("tests/processes/test_document.py", "tests/run/test_serve.py"),
    *("tests/encryption/test_rehearsal.py", "tests/processing/test_prompt.py"),
    *("tests/run/test_refusals.py", "tests/isolation/test_foreign_ids.py"),
    *("tests/contracts/test_fuzz.py", "tests/networks/test_error_table.py"),
    *("tests/polling/test_week.py", "tests/processing/test_storm.py"),
    *("tests/upgrade/test_upgrade.py", "tests/upgrade/test_workers_stop.py"),
    "tests/upgrade/test_stops.py",
)
"""What one worker does for half a minute or longer; begun first, so that none waits for another
at the end."""
SAME_EVERYWHERE = (
    *("tests/isolation/", "tests/networks/test_error_table.py", "tests/polling/test_week.py"),
    "tests/billing/test_orderings.py",
)
"""Who reaches what, what a code means, what any order of events ends in, how a day is shared:
no database decides on it."""
AT_LENGTH = "tests/integrations/test_five_hundred.py::test_five_hundred"
"""It takes minutes and cannot be shortened: on the second database with `--long` alone."""
ONE_STACK = (
    *("tests/journeys/test_fair_quota.py", "tests/journeys/test_repetition.py"),
    "tests/faults/test_broker.py::test_redis_killed",
)
"""What is seen of the running product on PostgreSQL, where there is one; of the one on SQLite with
`--long` alone."""
QUICK = {
    "SETTLE_SECONDS": "1",
    "MIN_SECONDS_BETWEEN_MESSAGES": "2",
    "LINKEDIN_SEND_SECONDS": "1",
    # A browser costs seconds of computing: tests say when one reads.
    "LINKEDIN_POLL_SECONDS": "3600",
    # Looks at the accounts of other tests would meet the faults that are meant for sends.
    "ACCOUNT_CHECK_SECONDS": "21600",
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
    parser.addoption(
        "--long",
        action="store_true",
        help="run everything, and in full what else is run in a short form (CONTRIBUTING.md)",
    )


def pytest_configure(config: pytest.Config) -> None:
    # Read once, before any test changes a setting: what accounts can do is data.
    assert registry.CAPABILITIES
    config.addinivalue_line("markers", "slow: starts or stops real processes; all run in CI")
    if not getattr(django_settings, "THROW_AWAY", False):
        pytest.exit("Tests run with DJANGO_SETTINGS_MODULE=tests.settings only.", returncode=3)
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, _only_this_machine(getattr(socket.socket, name)))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes longest first; with `--only-database`, keep what uses the database."""
    sizes = Counter(scope_of(item.nodeid) for item in items)
    rank = {scope: number - len(LONGEST) for number, scope in enumerate(LONGEST)}
    items.sort(key=lambda item: (rank.get(scope := scope_of(item.nodeid), 0), -sizes[scope]))
    if config.getoption("--only-database"):
        _keep(config, items, _is_database_test)
        if not config.getoption("--long"):
            _keep(config, items, lambda item: not item.nodeid.startswith(AT_LENGTH))
    elif not config.getoption("--long") and postgres.is_there():
        _keep(config, items, _is_in_short_form)


def _keep(
    config: pytest.Config, items: list[pytest.Item], wanted: Callable[[pytest.Item], bool]
) -> None:
    chosen = [item for item in items if wanted(item)]
    config.hook.pytest_deselected(items=[item for item in items if not wanted(item)])
    items[:] = chosen


def _is_in_short_form(item: pytest.Item) -> bool:
    return "[sqlite" not in item.nodeid or not item.nodeid.startswith(ONE_STACK)


def pytest_collection_finish() -> None:
    """Let the collector of garbage look at what tests make, not at ten thousand collected tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


class ByFolder(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Gives a file's tests to one worker, and all tests of one running stack to one worker.

    So that a stack is started once. (xdist's own groups are lost with pytest 9.2, which keeps
    the ids of its tests elsewhere.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def scope_of(nodeid: str) -> str:
    """Return what one worker does as a whole: a running stack's tests, or a file.

    The walk over all pages is halved: operators' pages are as many as all others.
    """
    for alone in ALONE:
        if nodeid.startswith(alone):
            return alone
    if "[postgres" in nodeid:
        return "postgres"
    if "[sqlite" in nodeid or nodeid.split("/")[1] in STACK_FOLDERS:
        return "sqlite"
    path = nodeid.split("::", maxsplit=1)[0]
    return f"{path}{OPERATORS}" if path in WALKS and "[operator " in nodeid else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFolder:
    """Tell xdist how to share the tests out, in the order in which they were collected."""
    config.option.loadscopereorder = False
    return ByFolder(config, log)


def _is_database_test(item: pytest.Item) -> bool:
    if item.nodeid.startswith(SAME_EVERYWHERE):
        return False
    names = getattr(item, "fixturenames", [])
    uses = item.get_closest_marker("django_db") is not None or "db" in names
    return uses and not set(names) & {"stack", "sqlite_stack", "postgres_stack"}


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether tests that repeat something do so as often as they were asked to, or in short."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(autouse=True)
def _in_french() -> None:
    """Begin each test in the product's own language, whatever the last one's callers read."""
    translation.activate(django_settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool, django_db_modify_db_settings: None) -> bool:
    """Begin with a copy of the file that was migrated for the whole run, where there is one.

    On PostgreSQL the settings name the database to copy.
    """
    if connection.vendor != "sqlite":
        return django_db_keepdb
    return migrated.copy_to(Path(connection.settings_dict["TEST"]["NAME"])) or django_db_keepdb


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
    var = tmp_path_factory.mktemp("sqlite")
    migrated.copy_to(var / "flowia.sqlite3")
    yield from _running(var, {})


@pytest.fixture(scope="session")
def postgres_stack(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: postgres.Server
) -> Iterator[Stack]:
    """Return the running product on PostgreSQL, with its demo data and sandbox."""
    with postgres_server.database(like=migrated.template()) as url:
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
