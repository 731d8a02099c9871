"""What puts tables back works alone: whoever runs is heard, whatever their clock says."""

import errno
import io
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from redis import Redis

from accounts import backups
from flowia import alone
from flowia.embedded import var_dir
from flowia.run import lock
from flowia.watching import workers
from processing.dispatch import TICK

DAY = 86_400.0
NAME = "worker-reply@here"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")


def after() -> None:
    call_command("after_restore", stdout=io.StringIO())


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(alone, "LISTEN_SECONDS", 1.0)
    yield
    backups.went_on_until.cache_clear()


def tick(client: Redis, at: float) -> None:
    client.set(TICK, at)


def note(client: Redis, at: float) -> None:
    client.hset(workers.KEY, NAME, json.dumps({"at": at, "queues": ["autoReply"]}))


SIGNS = [(tick, "beat"), (note, NAME)]


@contextmanager
def alive(client: Redis, say: Callable[[Redis, float], None], *, apart: float) -> Iterator[None]:
    """Let somebody say that they live, four times a second, by a clock that is `apart`."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(0.25):
            say(client, time.time() + apart)

    say(client, time.time() + apart)
    talking = threading.Thread(target=go_on)
    talking.start()
    try:
        yield
    finally:
        over.set()
        talking.join()


@pytest.mark.django_db
@pytest.mark.parametrize(("say", "name"), SIGNS)
@pytest.mark.parametrize("apart", [0.0, -300.0, DAY])
def test_whoever_lives_is_in_the_way_whatever_their_clock_says(
    live_redis: Redis, say: Callable[[Redis, float], None], name: str, apart: float
) -> None:
    with alive(live_redis, say, apart=apart), pytest.raises(CommandError, match=name):
        after()


@pytest.mark.django_db
@pytest.mark.parametrize(("say", "name"), SIGNS)
def test_whoever_was_heard_a_moment_ago_may_only_hang(
    live_redis: Redis, say: Callable[[Redis, float], None], name: str
) -> None:
    say(live_redis, time.time() - 15)

    with pytest.raises(CommandError, match=name):
        after()


@pytest.mark.django_db
@pytest.mark.parametrize("apart", [-3600.0, DAY])
def test_what_the_dead_noted_is_not_in_the_way_whatever_their_clock_said(
    live_redis: Redis, apart: float
) -> None:
    for say, _name in SIGNS:
        say(live_redis, time.time() + apart)

    after()


@pytest.mark.django_db
def test_any_process_of_a_run_of_this_folder_is_in_the_way() -> None:
    (var_dir() / "run").mkdir(exist_ok=True)
    held = lock.take(var_dir())
    assert held is not None

    with held, pytest.raises(CommandError):
        after()
    after()


def test_who_may_not_write_where_runs_are_noted_is_told_who_may(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(alone, "var_dir", lambda: tmp_path)
    (tmp_path / "run" / "up.lock").mkdir(parents=True)

    with pytest.raises(CommandError, match=r"up\.lock"), alone.nothing_runs():
        pass


def test_who_may_not_even_look_there_is_told_who_may(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    really = Path.stat

    def look(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.name == "up.lock":
            raise PermissionError(errno.EACCES, "not yours", str(path))
        return really(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(alone, "var_dir", lambda: tmp_path)
    monkeypatch.setattr(Path, "stat", look)

    with pytest.raises(CommandError, match=r"up\.lock"), alone.nothing_runs():
        pass


@needs_root
def test_root_gives_nothing_away_that_a_link_leads_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    var, roots = tmp_path / "var", tmp_path / "roots"
    roots.mkdir()
    (var / "run").mkdir(parents=True)
    (var / "run" / "up.lock").symlink_to(roots / "made")
    monkeypatch.setattr(alone, "var_dir", lambda: var)
    os.chown(var, 12_345, 12_345)

    with alone.nothing_runs():
        pass
    (var / "run" / "up.lock").unlink()
    (var / "run").rmdir()
    (var / "run").symlink_to(roots)
    with alone.nothing_runs():
        pass

    assert (roots.stat().st_uid, (roots / "made").stat().st_uid) == (0, 0)


@needs_root
def test_what_root_makes_belongs_to_whom_the_product_runs_as(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(alone, "var_dir", lambda: tmp_path)
    os.chown(tmp_path, 12_345, 12_345)

    with alone.nothing_runs():
        pass

    assert {path.stat().st_uid for path in tmp_path.rglob("*")} == {12_345}
