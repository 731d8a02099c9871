"""What every system under test stands in: servers, the sandbox as the outside world, a clock."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flowia.embedded import BASE_DIR
from flowia.run.supervisor import SANDBOX
from sandbox import demo
from tests.faults.storm.keeper import Keeper, Kept
from tests.faults.storm.planning import Said
from tests.faults.storm.servers import Broker, Database, make_database
from tests.stack import clean_environment, fetch, free_ports, wait_until

SPACING = 30.0
"""Seconds between two automatic messages of a conversation; 300 in production. Who writes again in
a storm does so sooner than that after the first answer: the pause has to hold the second back."""
MODEL_PER_MINUTE = 200
"""Calls of the model: about as many as two cores get through, so that the limit is met."""
READY_SECONDS = 600
CLOCK = """
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static volatile long long *shift;
__attribute__((constructor)) static void begin(void) {
    const char *name = getenv("STORM_CLOCK");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    void *found = file < 0 ? MAP_FAILED : mmap(0, 8, PROT_READ, MAP_SHARED, file, 0);
    if (found != MAP_FAILED) shift = found;
    if (file >= 0) close(file);
}
int clock_gettime(clockid_t id, struct timespec *told) {
    int failed = syscall(SYS_clock_gettime, id, told);
    if (!failed && shift && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        told->tv_sec += *shift;
    return failed;
}
int gettimeofday(struct timeval *restrict told, void *restrict zone) {
    struct timespec now;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    (void)zone;
    if (told) { told->tv_sec = now.tv_sec; told->tv_usec = now.tv_nsec / 1000; }
    return failed;
}
time_t time(time_t *told) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (told) *told = now.tv_sec;
    return now.tv_sec;
}
"""
"""The wall clock of a process, so many seconds off as a shared file says; others tick as ever."""


WROTE = """
INSERT OR IGNORE INTO world_phonemessage
 (account, account_id, contact, name, author, mid, text, attachments, metadata, status, at)
 VALUES (?, ?, ?, '', 'contact', ?, ?, '[]', '', 200, ?)
"""


@dataclass
class World:
    """The outside of one run, in one folder."""

    folder: Path
    keeper: Keeper = field(default_factory=Keeper)
    model_per_minute: int = MODEL_PER_MINUTE
    ports: list[int] = field(default_factory=lambda: free_ports(3))

    def start(self) -> None:
        """Start PostgreSQL, Redis and the sandbox."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir()
        self.database: Database = make_database()
        self.broker = Broker(self.keeper, self.folder / "redis")
        self.broker.start()
        self.clock = self._clock()
        python = [sys.executable, "-m", "gunicorn"]
        command = [*python, *SANDBOX.format(port=self.ports[1]).split()]
        told = {**self.environment(), "FLOWIA_VAR": str(self.folder / "world")}
        self.keeper.add(Kept("sandbox", command, told, BASE_DIR, self.folder / "sandbox.log"))
        assert wait_until(self._sandbox_answers, READY_SECONDS), "the sandbox does not answer"

    @property
    def web(self) -> str:
        """Where the system under test has to listen."""
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def sandbox(self) -> str:
        """Where the outside world listens."""
        return f"http://127.0.0.1:{self.ports[1]}"

    @property
    def logs(self) -> Path:
        """Where the system under test logs."""
        return self.folder / "logs"

    def environment(self) -> dict[str, str]:
        """Return a clean environment that points at all this."""
        web, sandbox, mail = (str(port) for port in self.ports)
        demo_names = demo.environment(port=web, sandbox_port=sandbox, mail_port=mail)
        return clean_environment(
            {
                **demo_names,
                "PORT": web,
                "SANDBOX_PORT": sandbox,
                "SANDBOX_MAIL_PORT": mail,
                "DATABASE_URL": self.database.url,
                "REDIS_URL": self.broker.url,
                "FLOWIA_VAR": str(self.folder / "var"),
                "PYTHONUTF8": "1",
                "SETTLE_SECONDS": "0.3",
                "LOOK_UP_SECONDS": "2",
                "SYNC_SETTLE_SECONDS": "1",
                "NOTION_REQUESTS_PER_SECOND": "100",
                "MIN_SECONDS_BETWEEN_MESSAGES": str(SPACING),
                "ACCOUNT_CHECK_SECONDS": "3600",
                "AI_REQUESTS_PER_MINUTE": str(self.model_per_minute),
            }
        )

    def clock_of(self, name: str) -> dict[str, str]:
        """Return the environment by which a process has a clock of its own; empty without one."""
        if self.clock is None:
            return {}
        (self.folder / f"clock-{name}").write_bytes(bytes(8))
        place = str(self.folder / f"clock-{name}")
        return {"LD_PRELOAD": str(self.clock), "STORM_CLOCK": place}

    def shift(self, name: str, seconds: int) -> None:
        """Let the wall clock of a process be so many seconds off from now on."""
        with (self.folder / f"clock-{name}").open("r+b") as file:
            file.write(seconds.to_bytes(8, "little", signed=True))

    def fault(self, **asked: Any) -> None:
        """Let the outside world misbehave (`sandbox.world.faults`)."""
        status, answer = fetch(f"{self.sandbox}/faults", asked)
        assert status == 200, answer

    def wrote(self, said: Said, at: float) -> None:
        """Let the network know a message that a person writes at a moment (in seconds)."""
        kind = "instagram" if said.account == demo.INSTAGRAM_ID else "messenger"
        text = said.text.encode("utf-8", "replace").decode()
        moment = datetime.fromtimestamp(at, UTC).replace(tzinfo=None).isoformat(" ")
        with closing(sqlite3.connect(self.book, timeout=20, isolation_level=None)) as database:
            database.execute(WROTE, (kind, said.account, said.contact, said.mid, text, moment))

    @property
    def book(self) -> Path:
        """The outside world's own database."""
        return self.folder / "world" / "sandbox.sqlite3"

    def calm(self) -> None:
        """Let the outside world work again."""
        with closing(sqlite3.connect(self.book, timeout=20, isolation_level=None)) as database:
            database.execute("DELETE FROM world_fault")

    def stop(self, *, keep: bool = False) -> None:
        """End everything; `keep` leaves the database's files for a post-mortem."""
        self.keeper.stop()
        if hasattr(self, "database"):
            self.database.stop(keep=keep)

    def _sandbox_answers(self) -> bool:
        try:
            return fetch(f"{self.sandbox}/calls?since_id=999999999")[0] == 200
        except OSError:
            return False

    def _clock(self) -> Path | None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None or sys.platform != "linux":
            return None
        source, made = self.folder / "clock.c", self.folder / "clock.so"
        source.write_text(CLOCK, encoding="utf-8")
        words = [compiler, "-shared", "-fPIC", "-O1", "-o", str(made), str(source)]
        done = subprocess.run(words, capture_output=True, check=False)
        return made if done.returncode == 0 else None


def environment_of(world: World, more: Mapping[str, str]) -> dict[str, str]:
    """Return the world's environment with more names in it."""
    return {**world.environment(), **more}
