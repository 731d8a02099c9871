"""An hour at half of what the product can do: does anything grow? See README.md."""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from redis import Redis

from benchmarks.soak.samples import PART, Sample, look, verdict
from benchmarks.throughput.measuring import whole_way
from benchmarks.throughput.services import Services, running
from benchmarks.throughput.systems import Running, known, prepared, started
from flowia.embedded import BASE_DIR
from tests.stack import wait_until

WARM, TRIED = 100, 300
CLIENTS = 8
FIRST = 1_000_000
REST_SECONDS = 300.0


def main() -> int:
    """Run, look, print; 1 when something grew or somebody was not answered once."""
    asked = _asked()
    # Whoever ends this ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flowia-soak-")))
        services = stack.enter_context(running(folder))
        system = known(services, folder, settle=0)["flowia"]
        database = stack.enter_context(services.server.database())
        prepared(system, database, folder / "prepare.log")
        services.empty_redis()
        one = stack.enter_context(started(system, database, folder))
        rate = asked.rate or half_of_what_it_can(one, services)
        print(f"{rate:.1f} messages a second for {asked.minutes:.0f} minutes", flush=True)
        samples, sent = soak(one, services, rate, asked)
        answered = wait_for(services, sent)
    if asked.json:
        told = [asdict(sample) for sample in samples]
        asked.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    lines, flat = verdict(samples)
    print("\n".join([*lines, "", f"sent {sent}, answered {answered[0]}, twice {answered[1]}"]))
    return int(not flat or answered != (sent, 0))


def half_of_what_it_can(one: Running, services: Services) -> float:
    """Return half of the messages a second that the product answers at most."""
    whole_way(one, services, 0, WARM, CLIENTS)
    told, counts = whole_way(one, services, WARM, TRIED, CLIENTS)
    most: float = TRIED / (counts["last_send"] - told["started"])
    print(f"{most:.1f} messages a second at most", flush=True)
    return most / 2


def soak(
    one: Running, services: Services, rate: float, asked: argparse.Namespace
) -> tuple[list[Sample], int]:
    """Let people write at that rate, and look meanwhile; return the looks and how many wrote."""
    services.world.ask("/forget")
    seconds, redis = asked.minutes * 60, Redis.from_url(services.redis)
    command = [sys.executable, "-m", "benchmarks.soak.load"]
    told = {"port": one.port, "first": FIRST, "rate": rate, "seconds": seconds}
    for name, value in told.items():
        command += [f"--{name}", str(value)]
    samples, begun = list[Sample](), time.monotonic()
    with subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True) as load:
        while load.poll() is None:
            time.sleep(asked.every)
            one.check()
            samples.append(look(one, redis, (time.monotonic() - begun) / 60))
            print(samples[-1].line(), flush=True)
        said = load.stdout.read() if load.stdout else ""
    if load.returncode:
        sys.exit("A webhook was refused.")
    # The last look may have come after the end.
    return [each for each in samples if each.minute * 60 <= seconds], int(said)


def wait_for(services: Services, sent: int) -> tuple[int, int]:
    """Return how many people were answered in the end, and how many twice."""
    wait_until(lambda: services.world.ask("/counts")["answered"] >= sent, REST_SECONDS)
    counts = services.world.ask("/counts")
    return int(counts["answered"]), len(counts["again"])


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=0.0, help="messages a second; half the most")
    parser.add_argument("--every", type=float, default=30.0, help="seconds between two looks")
    parser.add_argument("--json", type=Path, help="a file for every look")
    asked = parser.parse_args()
    # A look that comes after the end does not count.
    needed = (PART + 1) * asked.every / 60
    if asked.minutes < needed:
        parser.error(
            f"a verdict takes {needed:g} minutes: {PART} looks, one every {asked.every:g} seconds,"
            " and the time of one more"
        )
    return asked


if __name__ == "__main__":
    sys.exit(main())
