"""One run from its first second to its last: restarts, a second try, Ctrl-C, and the next day.

Its folder's name holds everything that breaks configuration files.
"""

import os
import re
import signal
import stat
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import Stack, fetch, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
RESTART_SECONDS = 40


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("a b é %x ;y #z+'q\"")
    found = Stack(folder, {"SETTLE_SECONDS": "0.2", "LANG": "en_US.UTF-8"})
    found.start()
    yield found
    found.kill()


@pytest.mark.parametrize("name", ["worker-incoming", "worker-reply", "beat", "web", "sandbox"])
def test_a_killed_process_is_started_again(running: Stack, name: str) -> None:
    before = running.pids[name]
    os.kill(before, signal.SIGKILL)

    assert wait_until(lambda: running.pids[name] != before, RESTART_SECONDS)
    assert wait_until(running.ready, RESTART_SECONDS)


def test_a_killed_valkey_comes_back_and_the_workers_find_it(running: Stack) -> None:
    before = running.pids["valkey"]
    os.kill(before, signal.SIGKILL)

    assert wait_until(lambda: running.pids["valkey"] != before, RESTART_SECONDS)
    assert wait_until(running.ready, RESTART_SECONDS)


def own_megabytes(pid: int) -> float:
    """Return what a process has written to and shares with no other."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    return (
        sum(int(found) for found in re.findall(r"^Private_Dirty: +(\d+)", rollup, re.MULTILINE))
        / 1024
    )


def children_of(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    return [int(child) for child in told.split()]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is shared")
def test_processes_share_what_the_product_loads(running: Stack) -> None:
    assert wait_until(running.ready, RESTART_SECONDS)
    names = ("worker-incoming", "worker-reply", "worker-background", "web")
    parents = [running.pids[name] for name in names]
    alive = [*parents, *(child for parent in parents for child in children_of(parent))]

    assert len(alive) == 4 + 5 + 3 + 2 + 2
    # Each would have over 100 MB of its own if it had imported the product by itself.
    assert max(own_megabytes(pid) for pid in alive) < 60
    shown = Path(f"/proc/{running.pids['worker-reply']}/comm").read_text(encoding="utf-8")
    assert shown == "worker-reply\n"


@pytest.mark.timeout(600)
def test_a_supervisor_that_is_asked_to_begins_everything_anew(running: Stack) -> None:
    told = running.var / "demo.env"
    before = told.read_text(encoding="utf-8")
    try:
        for token in ("the-first-token", "the-second-token"):
            told.write_text(f"{before}METRICS_TOKEN={token}\n", encoding="utf-8")
            begin_anew(running)
            asked = {"Authorization": f"Bearer {token}"}
            request = urllib.request.Request(f"{running.web_url}/metrics", headers=asked)
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert answer.status == 200
    finally:
        told.write_text(before, encoding="utf-8")


def begin_anew(running: Stack) -> None:
    before, keeper = running.pids["web"], running.var / "run" / "supervisord.pid"
    assert wait_until(running.ready, RESTART_SECONDS)
    os.kill(int(keeper.read_text(encoding="utf-8")), signal.SIGHUP)

    assert wait_until(lambda: running.pids.get("web", before) != before, 2 * RESTART_SECONDS)
    assert wait_until(running.ready, 2 * RESTART_SECONDS)


def answers(url: str) -> bool:
    """Tell whether there is an answer; a process that was just killed may still be starting."""
    try:
        return fetch(url)[0] == 200
    except OSError:
        return False


def test_a_customer_is_answered(running: Stack) -> None:
    assert wait_until(lambda: answers(running.sandbox_url + "/counts"), RESTART_SECONDS)
    said = running.manage("sandbox_say", "Bonjour, combien coûte la lampe Aube ?")

    assert said.returncode == 0, said.stdout + said.stderr
    assert "89" in said.stdout


def test_the_password_of_redis_is_nowhere_to_be_seen(running: Stack) -> None:
    services = running.var / "services.env"
    password = services.read_text(encoding="utf-8").split(":")[2].split("@")[0]

    assert len(password) > 30
    assert not [line for line in running.survivors().values() if password in line]
    for path in (services, running.var / "run" / "valkey.conf", running.var / "secrets.env"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_run_says_where_the_first_one_is(running: Stack) -> None:
    second = running.manage("up")

    assert second.returncode == 1
    assert second.stdout.count("\n") == 1
    assert running.web_url in second.stdout
    assert running.ready()


def test_nothing_listens_to_the_outside(running: Stack) -> None:
    ports = {f"{port:04X}" for port in (running.port, running.sandbox_port, running.mail_port)}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {row[1].split(":")[0] for row in rows if row[1].split(":")[1] in ports}

    assert listening == {"0100007F"}


def test_ctrl_c_in_the_terminal_and_a_second_start(running: Stack) -> None:
    """A terminal sends Ctrl-C to everybody it sees; the next start finds the data."""
    assert running.process is not None
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.wait(80) == 0
    running.assert_nothing_left(3)
    log = (running.var / "log" / "supervisord.log").read_text(encoding="utf-8")
    assert "SIGKILL" not in log.rpartition("received SIGTERM")[2]

    running.start()

    assert "Preparing" not in running.output
    shown = running.manage(
        "shell", "-v0", "-c", "from processing.models import *;print(Message.objects.count())"
    )
    assert shown.stdout.strip().endswith("2"), shown.stdout
    running.stop(signal.SIGTERM)
