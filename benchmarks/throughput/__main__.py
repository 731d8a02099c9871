"""Flow IA beside the leanest that could be: `python -m benchmarks.throughput`. See README.md."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from benchmarks.throughput import table
from benchmarks.throughput.measuring import Amount, measure
from benchmarks.throughput.nestjs import start as nestjs
from benchmarks.throughput.product import start as product
from benchmarks.throughput.profiling import report
from benchmarks.throughput.services import Services, running
from benchmarks.throughput.systems import System, in_turn, known, prepared, profiled
from tests.stack import free_port


def main() -> int:
    """Measure, print, and tell by the exit code whether the targets are met."""
    asked = _asked()
    # Whoever ends this ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    amount = Amount(asked.messages, asked.slow_messages, asked.clients)
    rounds: list[table.Round] = []
    with ExitStack() as stack:
        folder = asked.keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="flowia-throughput-"))
        )
        folder.mkdir(parents=True, exist_ok=True)
        services = stack.enter_context(running(folder))
        systems = known(services, folder, settle=asked.settle)
        chosen = [systems[name] for name in _possible(asked.systems)]
        if asked.profile and not asked.steps:
            chosen = [profiled(one, asked.profile / one.name) for one in chosen]
        likes = {}
        for system in chosen:
            url = stack.enter_context(services.server.database())
            prepared(system, url, folder / f"{system.name}-prepare.log")
            likes[system.name] = url.rpartition("/")[2]
        if asked.steps:
            return _steps(asked, systems["flowia"], services, likes["flowia"])
        for number in range(asked.times):
            sys.stderr.write(f"round {number + 1} of {asked.times}, load {os.getloadavg()}\n")
            found = {
                one.name: measure(
                    one,
                    services,
                    amount,
                    like=likes[one.name],
                    folder=folder,
                    latencies=asked.latency,
                )
                for one in in_turn(chosen, number)
            }
            rounds.append({one.name: found[one.name] for one in chosen})
            _note(rounds, asked.json)
            print(f"\n{table.by_process(rounds[-1])}\n\n{table.calls(rounds[-1])}", flush=True)
    for one in chosen if asked.profile else ():
        print(f"\n{one.label}{report(asked.profile / one.name)}")
    told, met = table.targets(rounds)
    print(f"\n{table.table(rounds)}\n\n{told}")
    return int(not met)


def _steps(asked: argparse.Namespace, ours: System, services: Services, like: str) -> int:
    """Take some messages through Flow IA's pipeline step by step, without any other process."""
    services.empty_redis()
    with services.server.database(like) as database:
        command = product.steps(asked.steps, asked.profile)
        # A lead would otherwise wait until it has been still for some seconds.
        told = {**ours.environment(database, free_port()), "SYNC_SETTLE_SECONDS": "0"}
        done = subprocess.run(
            command, cwd=ours.folder, env={**told, "LOG_LEVEL": "ERROR"}, check=False
        )
    return done.returncode


def _note(rounds: list[table.Round], file: Path | None) -> None:
    """Write down what is known so far: a run that breaks off keeps its whole rounds."""
    if file:
        told = [{name: asdict(one) for name, one in each.items()} for each in rounds]
        file.write_text(json.dumps(told, indent=1), encoding="utf-8")


def _possible(names: list[str]) -> list[str]:
    """Return those that this machine can run, and say which it cannot."""
    if "nestjs" not in names:
        return names
    why_not = nestjs.missing()
    if why_not:
        print(f"NestJS + BullMQ is left out: {why_not}")
        return [name for name in names if name != "nestjs"]
    nestjs.install()
    return names


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--systems", nargs="+", default=list(table.ALL), choices=table.ALL)
    parser.add_argument("--latency", nargs="+", type=int, default=[0, 800], help="milliseconds")
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--slow-messages", type=int, default=200, help="where the model is slow")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--settle", type=float, default=0, help="Flow IA's SETTLE_SECONDS")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--json", type=Path, help="a file for everything that was measured")
    parser.add_argument("--profile", type=Path, help="a folder for profiles of Celery's workers")
    parser.add_argument("--keep", type=Path, help="a folder for the logs, which stays")
    parser.add_argument(
        "--steps", type=int, default=0, help="only Flow IA's steps, for so many messages"
    )
    asked = parser.parse_args()
    asked.systems = ["flowia"] if asked.steps else asked.systems
    return asked


if __name__ == "__main__":
    sys.exit(main())
