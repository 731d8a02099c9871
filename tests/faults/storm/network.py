"""A network that brings its calls as networks do: again and again, until they are taken."""

import heapq
import http.client
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.faults.storm.planning import Parcel, Said
from tests.journeys.envelopes import signed

THREADS = 8
TIMEOUT = 20.0
"""Seconds after which a network gives a call up, as Meta does."""
PAUSES = (0.5, 1.0, 2.0, 4.0)
TAKEN = 200
NO_ANSWER = 0
REFUSED = range(400, 500)


@dataclass(frozen=True)
class Brought:
    """One attempt to bring a parcel: `status` 0 when nobody answered; times in seconds.

    `mids` are the messages that it told; of a `forged` one none, for nobody said them.
    """

    key: str
    mids: tuple[str, ...]
    status: int
    at: float
    seconds: float
    attempt: int
    poison: bool = False
    forged: bool = False


@dataclass
class Network:
    """Brings parcels to `address`; `brought` is its log, the ground truth of what was taken.

    `written` hears of each message when it is written, before it is brought for the first time.
    """

    address: str
    rate: float
    may_go_on: Callable[[], bool] = lambda: True
    given_up: Callable[[], bool] = lambda: False
    written: Callable[[Said, float], None] = lambda _said, _at: None
    brought: list[Brought] = field(default_factory=list)
    on_first: Callable[[int], None] = lambda _number: None
    _due: list[tuple[float, int, Parcel, int]] = field(default_factory=list)
    _bodies: dict[str, bytes] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _order: Iterable[int] = field(default_factory=itertools.count)
    _open: int = 0
    _over: bool = False

    def bring(self, parcels: Iterable[Parcel]) -> None:
        """Bring all parcels; returns when the last was given to a thread, or when given up."""
        for _ in range(THREADS):
            threading.Thread(target=self._work, daemon=True).start()
        told, at = 0, time.monotonic()
        for parcel in parcels:
            while not self.may_go_on():
                if self.given_up():
                    return
                time.sleep(0.1)
            # What the gate held back is not made up for.
            at = max(at + 1 / self.rate, time.monotonic())
            time.sleep(max(0.0, at - time.monotonic()))
            self._put(time.monotonic() + parcel.delay, parcel, 0)
            told += 0 if parcel.forged or "again" in parcel.key else len(parcel.said)
            self.on_first(told)

    def finish(self, seconds: float) -> int:
        """Wait until everything was taken; return how many calls were not."""
        limit = time.monotonic() + seconds
        with self._changed:
            while self._open and time.monotonic() < limit:
                self._changed.wait(0.2)
            self._over = True
            self._changed.notify_all()
            return self._open

    def _put(self, at: float, parcel: Parcel, attempt: int) -> None:
        with self._changed:
            if attempt == 0:
                self._open += 1
            heapq.heappush(self._due, (at, next(iter(self._order)), parcel, attempt))
            self._changed.notify()

    def _next(self) -> tuple[Parcel, int] | None:
        with self._changed:
            while not self._over:
                wait = self._due[0][0] - time.monotonic() if self._due else 1.0
                if self._due and wait <= 0:
                    _at, _number, parcel, attempt = heapq.heappop(self._due)
                    return parcel, attempt
                self._changed.wait(max(0.001, wait))
        return None

    def _work(self) -> None:
        while (found := self._next()) is not None:
            parcel, attempt = found
            status = self._attempt(parcel, attempt)
            if status == TAKEN or ((parcel.poison or parcel.forged) and status in REFUSED):
                with self._changed:
                    self._open -= 1
                    self._changed.notify_all()
            else:
                pause = PAUSES[min(attempt, len(PAUSES) - 1)]
                self._put(time.monotonic() + pause, parcel, attempt + 1)

    def _attempt(self, parcel: Parcel, attempt: int) -> int:
        at = time.time()
        said = () if parcel.forged else parcel.said
        with self._changed:
            known = parcel.key in self._bodies
            body = self._bodies.setdefault(parcel.key, parcel.body(at))
        if not known:
            for one in said:
                self.written(one, at)
        headers = signed(body, "another secret") if parcel.forged else signed(body)
        at, started = time.time(), time.monotonic()
        status = post(self.address, body, headers)
        self.brought.append(
            Brought(
                parcel.key,
                tuple(one.mid for one in said),
                status,
                at,
                time.monotonic() - started,
                attempt,
                poison=bool(parcel.poison),
                forged=parcel.forged,
            )
        )
        return status


def post(address: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post once; return the status, 0 when there was no answer."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT)
    try:
        connection.request("POST", parts.path, body, dict(headers))
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return NO_ANSWER
    else:
        return response.status
    finally:
        connection.close()
