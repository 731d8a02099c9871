"""The stand-in's database under many at once."""

import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from sandbox.database import base
from tests.sandbox.conftest import Sandbox
from tests.sandbox.stripe_world import open_shop

AT_ONCE = 16


def test_of_many_that_write_at_once_nobody_waits_far_longer_than_the_others(
    sandbox: Sandbox,
) -> None:
    shop = open_shop(sandbox)
    took: list[float] = []

    def subscribe(_one: int) -> None:
        began = time.monotonic()
        shop.subscribe()
        took.append(time.monotonic() - began)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(subscribe, range(3 * AT_ONCE)))
    assert max(took) < 3 * statistics.median(took), sorted(took)


def test_writers_are_let_through_in_their_order() -> None:
    line, order, began = base.Line(), [], threading.Semaphore(0)

    def write(number: int) -> None:
        began.release()
        line.take()
        order.append(number)
        line.leave()

    line.take()
    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for number, writer in enumerate(writers):
        writer.start()
        began.acquire()
        while line.waiting() <= number:
            time.sleep(0.001)
    line.leave()
    for writer in writers:
        writer.join(5)
    assert order == list(range(8))
