"""The courier: posts webhooks to the product, now or a little later, again when refused.

Meta tries again for 36 hours; the sandbox tries a handful of times with growing delays. What
waits lies in memory: stopping the sandbox loses it, as the page says of everything pending.
"""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests
from django.db import close_old_connections

from sandbox import settings
from sandbox.world import meta
from sandbox.world.hooks import Hook

WEBHOOK_PATH = "/social-accounts/meta/webhook"
TIMEOUT_SECONDS = 20
RETRY_SECONDS = (1, 3, 9, 27, 60, 120)
UNREACHABLE = 0
OK = 200
# Not a status of the product's: it was not told.
HELD = 202

log = logging.getLogger(__name__)


def post(hook: Hook) -> int:
    """Post one signed webhook; return the product's status, 0 when nobody answered."""
    try:
        answer = requests.post(
            settings.PUBLIC_URL + WEBHOOK_PATH,
            data=hook.body,
            headers=meta.headers_for(hook.body, secret=hook.secret),
            timeout=TIMEOUT_SECONDS,
        )
    except requests.RequestException:
        return UNREACHABLE
    return answer.status_code


def post_until_taken(
    hook: Hook, *, attempt: int = 0, on_status: Callable[[int], None] | None = None
) -> None:
    """Post `hook`, and again later as long as the product does not answer 200.

    `on_status` hears the status of every attempt.
    """
    status = post(hook)
    if on_status:
        on_status(status)
    if status != OK and attempt < len(RETRY_SECONDS):
        retry_later(hook, attempt=attempt, on_status=on_status)


def retry_later(
    hook: Hook, *, attempt: int = 0, on_status: Callable[[int], None] | None = None
) -> None:
    """Post `hook` again after the delay that belongs to `attempt`."""
    later(
        RETRY_SECONDS[attempt],
        lambda: post_until_taken(hook, attempt=attempt + 1, on_status=on_status),
    )


def later(seconds: float, job: Callable[[], None]) -> None:
    """Run `job` in the background in `seconds`."""
    _queue.put(time.monotonic() + seconds, job)


class _Queue:
    """Jobs ordered by their moment; its threads start with the first job."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.jobs: list[tuple[float, int, Callable[[], None]]] = []
        self.order = itertools.count()
        self.started = False

    def put(self, at: float, job: Callable[[], None]) -> None:
        with self.changed:
            heapq.heappush(self.jobs, (at, next(self.order), job))
            if not self.started:
                self.started = True
                threading.Thread(target=self.run, name="courier", daemon=True).start()
            self.changed.notify()

    def run(self) -> None:
        pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="courier")
        while True:
            pool.submit(_run_quietly, self.next_job())

    def next_job(self) -> Callable[[], None]:
        with self.changed:
            while True:
                wait = self.jobs[0][0] - time.monotonic() if self.jobs else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self.jobs)[2]
                self.changed.wait(wait)


def _run_quietly(job: Callable[[], None]) -> None:
    try:
        job()
    except Exception:
        log.exception("a background job of the sandbox failed")
    finally:
        close_old_connections()


_queue = _Queue()
