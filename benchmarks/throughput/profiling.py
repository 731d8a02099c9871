"""Where a worker's processor time goes: `celery … -I benchmarks.throughput.profiling`.

Each process of the pool writes one file of cProfile's into the folder BENCHMARK_PROFILES when it
ends. What is counted is processor time, not time that passes; the profiler itself is slow, so that
only the shares tell anything.
"""

import cProfile
import io
import os
import pstats
import sys
import time
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init, worker_process_shutdown

FOLDER = "BENCHMARK_PROFILES"
LINES = 60
PROFILE = cProfile.Profile(time.process_time)


@worker_process_init.connect
def begin(**_options: Any) -> None:
    """Count from here on."""
    PROFILE.enable()


@worker_process_shutdown.connect
def end(**_options: Any) -> None:
    """Write down what was counted."""
    PROFILE.disable()
    queue = sys.argv[sys.argv.index("-Q") + 1]
    PROFILE.dump_stats(Path(os.environ[FOLDER]) / f"{queue}.{os.getpid()}.prof")


def report(folder: Path) -> str:
    """Return what cost the most in the processes of each queue that left profiles in `folder`."""
    text = io.StringIO()
    for queue in sorted({one.name.partition(".")[0] for one in folder.glob("*.prof")}):
        text.write(f"\n{queue}\n")
        found = pstats.Stats(*map(str, folder.glob(f"{queue}.*.prof")), stream=text)
        for order in ("tottime", "cumulative"):
            found.sort_stats(order).print_stats(LINES)
    return text.getvalue() or "no profile was left"
