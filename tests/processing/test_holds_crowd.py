"""Many workers at once meet the breakers: each call counts once, one turn is one worker's."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connections, transaction

from flowia.lib import clock
from processing import pipeline
from processing.models import Delivery
from social import breakers, holds
from social.errors import ProviderError
from social.models import Breaker, ProviderPause
from tests.processing.queueing import UNKNOWN, Network, due, make_shop, one_more, queue, states

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 8
AWAY = ProviderError("unreachable", retryable=True)


def at_once(work: Callable[[int], Any], number: int) -> list[Any]:
    """Do the same work `number` times by eight workers; returns what they got, or met."""

    def one(key: int) -> Any:
        try:
            return work(key)
        except OperationalError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, range(number)))


def trouble(found: list[Any]) -> list[str]:
    return [str(one) for one in found if isinstance(one, OperationalError)]


def test_one_turn_of_a_breaker_is_one_workers() -> None:
    shop = make_shop()
    now = clock.now()
    for whose in ("account", "provider"):
        breakers.rest(shop, whose, now, now=now)
    found = at_once(lambda _: holds.admit(shop, "send", now=now), 40)

    assert trouble(found) == []
    assert found.count(None) == 1
    places = [one for one in found if one is not None]
    assert len(set(places)) == len(places) == 39


def test_calls_that_fail_at_once_open_a_breaker_once() -> None:
    accounts = [make_shop() for _ in range(1)]
    accounts += [one_more(accounts[0]) for _ in range(WORKERS - 1)]
    now = clock.now()

    def fail(key: int) -> None:
        holds.went_wrong(accounts[key % WORKERS], UNKNOWN, now=now)

    found = at_once(fail, 10 * WORKERS)

    assert trouble(found) == []
    opened = Breaker.objects.filter(opened_until__isnull=False)
    assert set(opened.values_list("opens", flat=True)) == {1}
    assert opened.count() == WORKERS + 1
    assert ProviderPause.objects.count() == 1


def test_answers_leave_once_while_the_network_fails_and_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(breakers, "FIRST_GAP_SECONDS", 0.02)
    monkeypatch.setattr(breakers, "SMALLEST_GAP_SECONDS", 0.01)
    monkeypatch.setattr(breakers, "OPEN_SECONDS", 0.2)
    shop = make_shop()
    network = Network(monkeypatch)
    for account in (shop, one_more(shop)):
        queue(account, 20, now=clock.now())
    network.down(AWAY)
    met = trouble(_round())
    network.up()
    for _ in range(60):
        if states() == {"sent": 40}:
            break
        Delivery.objects.filter(status="queued").update(next_at=clock.now())
        met += trouble(_round())

    assert met == []
    assert states() == {"sent": 40}
    assert len(network.taken) == len(set(network.taken)) == 40


def _round() -> list[Any]:
    keys = list(due(clock.now()))
    # Every delivery twice: the broker may tell two workers.
    return at_once(lambda key: pipeline.send(keys[key % len(keys)]), 2 * len(keys)) if keys else []


def test_a_turn_is_no_longer_taken_when_what_took_it_is_undone() -> None:
    shop = make_shop()
    now = clock.now()
    breakers.rest(shop, "account", now, now=now)
    with transaction.atomic():
        assert holds.admit(shop, "send", now=now) is None
        transaction.set_rollback(True)

    assert holds.admit(shop, "send", now=now) is None
