"""Workers in threads of their own, over rows that the broker tells them twice."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue

from django.db import OperationalError, connections

from flowia.lib import clock
from processing import pipeline
from tests.processing.queueing import due, states

WORKERS = 6
Step = Callable[[int], object]


def crowd(step: Step, keys: Iterable[int]) -> None:
    """Let the workers take every row, the whole list twice, as a broker that repeats itself."""
    rows: SimpleQueue[int] = SimpleQueue()
    for key in [*(once := list(keys)), *once]:
        rows.put(key)

    def work() -> None:
        try:
            while True:
                # As in the product: a row whose worker the database stopped is due again.
                with suppress(OperationalError):
                    step(rows.get_nowait())
        except Empty:
            return
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        for one in [pool.submit(work) for _ in range(WORKERS)]:
            one.result()


def settle(seconds: float) -> None:
    """Look what is unconfirmed up until nothing is, or so much time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and states().keys() - {"sent"}:
        pipeline.sweep()
        crowd(pipeline.settle, due(clock.now(), "unconfirmed"))
        crowd(pipeline.send, due(clock.now()))
        time.sleep(0.05)
