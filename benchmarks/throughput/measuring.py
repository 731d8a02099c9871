"""One system measured: acknowledgements alone, then the whole pipeline."""

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.throughput.costs import Cost, trees
from benchmarks.throughput.services import Services
from benchmarks.throughput.systems import Running, System, started
from flowia.embedded import BASE_DIR

WARM = 60
"""Messages before anything counts: what is loaded at the first use is loaded."""
STILL_SECONDS = 180.0
"""Without any news from the stand-in for so long, a run has failed."""
TAIL_SECONDS = 6.0
"""After the last send and lead: what a system puts off (figures, sweeps) is its cost as well."""
IDLE_SECONDS = 5.0
LOOK_SECONDS = 0.1


@dataclass
class Acks:
    """Acknowledgements: how many a second, and the latencies in milliseconds."""

    per_second: float
    p50: float
    p95: float
    p99: float
    cpu: float
    """Milliseconds of the web's processor per webhook."""
    load_cpu: float
    """The same of the load itself."""


@dataclass
class Pipeline:
    """The whole way of `messages` messages; processor in milliseconds per message, PSS in MB."""

    messages: int
    acks: Acks
    per_second: float
    leads_per_second: float
    cpu: dict[str, float]
    beside: dict[str, float]
    work: dict[str, float]
    """What PostgreSQL and Redis did for a message, as they count it."""
    idle_cpu: float
    """Milliseconds of the processor in a second without work."""
    pss_idle: dict[str, float]
    pss: dict[str, float]
    calls: dict[str, float]
    tokens_in: float
    tokens_out: float
    twice: int

    @property
    def cpu_sum(self) -> float:
        """All processes of the system, per message."""
        return sum(self.cpu.values())

    @property
    def pss_sum(self) -> float:
        """All processes of the system, after the load."""
        return sum(self.pss.values())


@dataclass
class Result:
    """What was measured of a system; pipelines by the model's latency in milliseconds."""

    name: str
    acks: Acks | None = None
    pipelines: dict[int, Pipeline] = field(default_factory=dict)


@dataclass(frozen=True)
class Amount:
    """How much is sent: messages where the model takes no time, where it does, and clients."""

    messages: int
    slow_messages: int
    clients: int


def measure(
    system: System,
    services: Services,
    amount: Amount,
    *,
    like: str,
    folder: Path,
    latencies: list[int],
) -> Result:
    """Measure one system on copies of its prepared database."""
    result = Result(system.name)
    services.world.ask("/latency?0")
    with services.server.database(like) as database:
        services.empty_redis()
        with started(system, database, folder, only_web=True) as one:
            _load(one.port, 0, WARM * 4, amount.clients)
            before = trees(one.pids)
            told = _load(one.port, 10_000, amount.messages, amount.clients)
            cost = trees(one.pids)["web"].seconds - before["web"].seconds
            result.acks = _acks(told, cost)
    with services.server.database(like) as database:
        services.empty_redis()
        with started(system, database, folder) as one:
            first = 100_000
            whole_way(one, services, first, WARM, amount.clients)
            for latency in latencies:
                first += 100_000
                messages = amount.slow_messages if latency else amount.messages
                services.world.ask(f"/latency?{latency / 1000}")
                _say(f"  {system.label}: {messages} messages, the model takes {latency} ms")
                result.pipelines[latency] = _pipeline(
                    one, services, first, messages, amount.clients
                )
    return result


def _pipeline(
    one: Running, services: Services, first: int, messages: int, clients: int
) -> Pipeline:
    resting = trees(one.pids)
    time.sleep(IDLE_SECONDS)
    before = trees(one.pids, memory=True)
    beside = trees(services.pids)
    used = {name: before[name].seconds - resting[name].seconds for name in before}
    begun = services.counted(one.database)
    told, counts = whole_way(one, services, first, messages, clients)
    time.sleep(TAIL_SECONDS)
    after, beside_after = trees(one.pids, memory=True), trees(services.pids)
    done = services.counted(one.database)
    cpu = _per_message(before, after, messages)
    took = counts["last_send"] - told["started"]
    return Pipeline(
        messages=messages,
        acks=_acks(told, after["web"].seconds - before["web"].seconds),
        per_second=messages / took,
        leads_per_second=messages / (counts["last_lead"] - told["started"]),
        cpu=cpu,
        beside=_per_message(beside, beside_after, messages),
        work={name: (done[name] - number) / messages for name, number in begun.items()},
        idle_cpu=sum(used.values()) / IDLE_SECONDS * 1000,
        pss_idle={name: cost.megabytes for name, cost in before.items()},
        pss={name: cost.megabytes for name, cost in after.items()},
        calls={name: number / messages for name, number in counts["calls"].items()},
        tokens_in=counts["tokens_in"] / messages,
        tokens_out=counts["tokens_out"] / messages,
        twice=len(counts["again"]),
    )


def whole_way(
    one: Running, services: Services, first: int, messages: int, clients: int
) -> tuple[Any, Any]:
    """Send messages and wait until all are answered and their leads written down."""
    services.world.ask("/forget")
    told = _load(one.port, first, messages, clients)
    seen: tuple[int, int] = (-1, -1)
    limit = time.monotonic() + STILL_SECONDS
    while True:
        counts = services.world.ask("/counts")
        now = (counts["answered"], counts["leads"])
        if min(now) >= messages:
            return told, services.world.ask("/counts")
        if now != seen:
            seen, limit = now, time.monotonic() + STILL_SECONDS
        one.check()
        if time.monotonic() > limit:
            sys.exit(f"Of {messages} messages {now[0]} were answered, {now[1]} leads written.")
        time.sleep(LOOK_SECONDS)


def _load(port: int, first: int, messages: int, clients: int) -> Any:
    command = [sys.executable, "-m", "benchmarks.throughput.load"]
    for name, value in (
        ("port", port), ("first", first), ("messages", messages), ("clients", clients),
    ):  # fmt: skip
        command += [f"--{name}", str(value)]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"The load broke off:\n{done.stderr[-2000:]}")
    told = json.loads(done.stdout)
    if told["bad"]:
        sys.exit(f"Webhooks were refused: {Counter(told['bad']).most_common(3)}")
    return told


def _acks(told: Any, cost: float) -> Acks:
    taken = sorted(told["taken"])
    number = len(taken)
    p50, p95, p99 = (
        taken[min(number - 1, int(number * part))] * 1000 for part in (0.5, 0.95, 0.99)
    )
    each = 1000 / number
    return Acks(number / told["seconds"], p50, p95, p99, cost * each, told["cpu"] * each)


def _per_message(
    before: dict[str, Cost], after: dict[str, Cost], messages: int
) -> dict[str, float]:
    return {name: (after[name].seconds - before[name].seconds) * 1000 / messages for name in before}


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
