"""The long form: `python -m tests.faults.hosts --seconds 120 --kind dropped --place database`.

One of two worker hosts is cut off for so long while people go on writing. It prints how things
stand every ten seconds, then what became of everybody; the end is 1 when something was sent twice
or lost, or when a worker did not come back. A worker that ended is started again, as a supervisor
does, and named.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.conftest import Breaker
from tests.faults.hosts.cluster import Cluster, cluster
from tests.faults.hosts.network import Kind, Place, why_not
from tests.faults.hosts.scene import Crowd, sessions, thinking
from tests.faults.reckoning import reckon
from tests.journeys.driver import driving, eventually
from tests.stack import wait_until

EVERY_SECONDS = 10
REST_SECONDS = 300


def main() -> int:
    """Start everything, cut, heal, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--kind", choices=[kind.value for kind in Kind], default="dropped")
    places = [place.name.lower() for place in Place]
    parser.add_argument("--place", choices=places, action="append", default=[])
    parser.add_argument("--every", type=float, default=1.0, help="seconds between two who write")
    parser.add_argument("--model", type=float, default=1.0, help="seconds the model takes")
    asked = parser.parse_args()
    reason = why_not()
    if reason:
        sys.exit(reason)
    with (
        tempfile.TemporaryDirectory(prefix="flowia-hosts-") as folder,
        cluster(Path(folder)) as found,
    ):
        say(f"two hosts: {', '.join(sorted(found.heard()))}")
        return max(_play(found, driver, asked) for driver in driving(found, Breaker))


def say(line: str) -> None:
    """Print a line at once: whoever watches wants to see it while it happens."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _play(found: Cluster, driver: Breaker, asked: argparse.Namespace) -> int:
    crowd, started = Crowd(driver), time.monotonic()

    def tell(what: str) -> None:
        alive = sum(name.endswith("@alpha") for name in found.heard())
        known = sessions(driver, found.net.hosts["alpha"].address)
        seconds = time.monotonic() - started
        say(f"{seconds:5.0f} s {what}: alpha: {alive} heard, {known} sessions; {crowd.story()}")

    driver.fault("openai", "latency", seconds=asked.model, times=None)
    places = [Place[name.upper()] for name in asked.place]
    with crowd.writing(every=asked.every):
        eventually(lambda: thinking(driver) > 0)
        with found.net.cut("alpha", Kind(asked.kind), *places):
            for _ in range(int(asked.seconds // EVERY_SECONDS)):
                time.sleep(EVERY_SECONDS)
                tell("cut")
    healed = time.monotonic()
    back = wait_until(found.whole, REST_SECONDS)
    tell(f"all heard {time.monotonic() - healed:.0f} s after it was healed" if back else "missing")
    driver.at_rest(REST_SECONDS)
    tell("at rest")
    reckoned = reckon(crowd.contacts, driver.sends(), driver.fates())
    again = driver.rows("SELECT COUNT(*) FROM processing_message WHERE attempts > 1")[0][0]
    say(
        f"{len(crowd.contacts)} wrote, {len(reckoned.answered)} answered, {len(reckoned.explained)}"
        f" with a reason, {again} taken over; wrong: {reckoned.wrong or 'nothing'}; slowest"
        f" acknowledgement {crowd.slowest:.2f} s; restarted: {found.ended or 'none'}"
    )
    return int(bool(reckoned.wrong or not back))


if __name__ == "__main__":
    sys.exit(main())
