"""The tools' limits, kept by every thread of every process together."""

import json
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest
from pytest_django import Settings
from redis import Redis

from flowia.embedded import BASE_DIR
from flowia.lib import ratelimit
from integrations import pacing
from integrations.contracts import Connection, ConnectorError, Item, Rate
from tests.integrations.contract import Subject, items, lead

CALLER = """
import json, sys, threading, time
from django.conf import settings
settings.configure(REDIS_URL=sys.argv[1])
from integrations.contracts import ConnectorError, Rate
from integrations.pacing import wait_turn
rates = [Rate(key, limit, seconds) for key, limit, seconds in json.loads(sys.argv[2])]
until, calls = time.monotonic() + float(sys.argv[3]), []
def work():
    while time.monotonic() < until:
        try:
            wait_turn(rates)
        except ConnectorError as error:
            time.sleep(0.05)
        else:
            calls.append(time.monotonic())
threads = [threading.Thread(target=work) for _ in range(8)]
[one.start() for one in threads], [one.join() for one in threads]
print(json.dumps(calls))
"""


def callers(url: str, rates: list[Rate], *, number: int, seconds: float) -> list[float]:
    """Run processes of eight threads each that call as often as they may; the calls' moments."""
    told = json.dumps([[rate.key, rate.limit, rate.seconds] for rate in rates])
    command = [sys.executable, "-c", CALLER, url, told, str(seconds)]
    processes = [
        subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)
        for _ in range(number)
    ]
    return sorted(at for one in processes for at in json.loads(one.communicate()[0]))


def most_within(times: list[float], seconds: float) -> int:
    return max(sum(1 for at in times if start <= at < start + seconds) for start in times)


@pytest.fixture(autouse=True)
def fresh() -> None:
    pacing.forget()
    ratelimit.forget_failure()


def test_sixteen_threads_of_two_processes_stay_below_the_tools_limit(
    valkey_server: str, live_redis: Redis
) -> None:
    calls = callers(valkey_server, [Rate("base-1", 4, 1)], number=2, seconds=8)
    assert most_within(calls, 1) <= 5
    assert len(calls) >= 12


def test_a_call_counts_for_every_limit_it_falls_under(
    valkey_server: str, live_redis: Redis
) -> None:
    rates = [Rate("base-2", 6, 1), Rate("token-2", 3, 1)]
    calls = callers(valkey_server, rates, number=2, seconds=5)
    assert most_within(calls, 1) <= 4


def test_nothing_is_taken_of_one_limit_that_another_refuses(live_redis: Redis) -> None:
    wide, narrow = Rate("w", 5, 60), Rate("n", 1, 60)
    pacing.wait_turn([wide, narrow])
    for _ in range(10):
        with pytest.raises(ConnectorError):
            pacing.wait_turn([wide, narrow])
    for _ in range(4):
        pacing.wait_turn([wide])
    with pytest.raises(ConnectorError):
        pacing.wait_turn([wide])


def test_a_window_is_longer_than_the_tools(live_redis: Redis) -> None:
    rate = Rate("k", 2, 1)
    begin = time.monotonic()
    for _ in range(3):
        pacing.wait_turn([rate])
    assert time.monotonic() - begin >= 1 + pacing.LEEWAY_SECONDS


def test_nobody_sleeps_for_long(live_redis: Redis) -> None:
    rate = Rate("k", 1, 60)
    pacing.wait_turn([rate])
    begin = time.monotonic()
    with pytest.raises(ConnectorError) as error:
        pacing.wait_turn([rate])
    assert time.monotonic() - begin < 1
    assert (error.value.code, error.value.retryable, error.value.throttled) == ("paced", True, True)
    assert error.value.retry_after is not None
    assert 55 < error.value.retry_after <= 61


def test_limits_do_not_touch_each_other(live_redis: Redis) -> None:
    pacing.wait_turn([Rate("a", 1, 60)])
    pacing.wait_turn([Rate("b", 1, 60)])


def test_without_redis_a_process_takes_a_part_of_the_limit() -> None:
    rate, calls = Rate("k", 8, 1), list[float]()

    def work() -> None:
        for _ in range(2):
            try:
                pacing.wait_turn([rate])
            except ConnectorError:
                return
            calls.append(time.monotonic())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert most_within(sorted(calls), 1) <= 2
    assert len(calls) > 2


def test_without_redis_nothing_is_taken_of_one_limit_that_another_refuses() -> None:
    wide, narrow = Rate("w", 8, 60), Rate("n", 4, 60)
    pacing.wait_turn([wide, narrow])
    with pytest.raises(ConnectorError):
        pacing.wait_turn([wide, narrow])
    pacing.wait_turn([wide])


def paced(tool: Subject) -> Connection:
    return replace(tool.connection, wait_turn=pacing.wait_turn)


def rates(tool: Subject) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = tool.tools.rates()
    return {key: rate for key, rate in found.items() if key.startswith(tool.kind.service)}


def test_notion_never_sees_more_than_it_takes(notion: Subject, live_redis: Redis) -> None:
    notion.tools.options(notion_per_second=3, notion_window_seconds=2)
    for start in (0, 10):
        records = [lead(number) for number in range(start, start + 10)]
        list(notion.connector.push(paced(notion), items(records)))
    assert [rate["refused"] for rate in rates(notion).values()] == [0]


def test_airtable_never_sees_more_than_it_takes(airtable: Subject, live_redis: Redis) -> None:
    airtable.tools.options(airtable_per_base=5, airtable_per_token=50)
    for start in range(0, 200, 50):
        records = [lead(number) for number in range(start, start + 50)]
        list(airtable.connector.push(paced(airtable), items(records)))
    found = rates(airtable)
    assert {rate["refused"] for rate in found.values()} == {0}
    assert max(rate["most_per_second"] for rate in found.values()) <= 5
    assert len(airtable.rows()) == 200


def test_google_sheets_is_left_alone_before_its_minute_is_used_up(
    sheets: Subject, live_redis: Redis, settings: Settings
) -> None:
    settings.GOOGLE_SHEETS_REQUESTS_PER_MINUTE = 12
    sheets.tools.options(sheets_reads=15, sheets_writes=15)
    for number in range(3):
        list(sheets.connector.push(paced(sheets), [Item(lead(number))]))
    with pytest.raises(ConnectorError) as error:
        list(sheets.connector.push(paced(sheets), [Item(lead(3))]))
    assert (error.value.code, error.value.throttled) == ("paced", True)
    assert {rate["refused"] for rate in rates(sheets).values()} == {0}
    assert len(sheets.rows()) == 3
