"""A hundred requests a minute: over four web processes, to the one."""

import http.client
import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis

from tests.processes.web import web
from tests.stack import fetch

pytestmark = pytest.mark.slow
REQUESTS = int(os.environ.get("MINUTE_REQUESTS", "1000"))
THREADS = 40


def ask(address: str, access: str, times: int) -> Counter[int]:
    """Ask `times` over one kept-alive connection, and count the answers."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
    answers: Counter[int] = Counter()
    for _ in range(times):
        connection.request("GET", "/auth/me", headers={"Authorization": f"Bearer {access}"})
        response = connection.getresponse()
        response.read()
        answers[response.status] += 1
    connection.close()
    return answers


def test_of_thousands_of_requests_exactly_a_hundred_pass(
    tmp_path: Path, valkey_server: str
) -> None:
    Redis.from_url(valkey_server).flushall()
    with web(tmp_path, {"REDIS_URL": valkey_server}) as address:
        person = {"email": "lea@exemple.fr", "password": "un-mot-de-passe-long"}
        _status, body = fetch(f"{address}/auth/register", person)
        started = time.monotonic()
        with ThreadPoolExecutor(THREADS) as pool:
            each = [REQUESTS // THREADS] * THREADS
            counts = list(pool.map(lambda times: ask(address, body["access"], times), each))
        seconds = time.monotonic() - started

    total = sum(counts, Counter[int]())
    assert seconds < 60, "the window had moved on"
    assert total == {200: 100, 429: REQUESTS - 100}, f"in {seconds:.0f} s"
