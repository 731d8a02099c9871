"""Tasks for a worker of the tests: one that waits for long, one that also hears nothing.

`celery worker --include tests.upgrade.endless`; what they did stands in the Redis of the run.
"""

import time

from celery import shared_task

from flowia.lib.leases import StopNowError
from flowia.lib.redis import redis_client

BEGUN = "begun"
LONG = 120


@shared_task
def wait(number: int) -> None:
    """Wait, the first time; be done at once when the work is taken on."""
    if redis_client().rpush(BEGUN, number) == 1:
        time.sleep(LONG)


@shared_task
def hear_nothing(number: int) -> None:
    """Wait, whatever comes."""
    redis_client().rpush(BEGUN, number)
    until = time.monotonic() + LONG
    while time.monotonic() < until:
        try:
            time.sleep(1)
        except StopNowError:
            continue
