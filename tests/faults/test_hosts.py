"""Two worker hosts share one Redis and one PostgreSQL; one is cut off in the middle of its work.

`python -m tests.faults.hosts` is the long form, with the leases' own time. Beside other stacks the
two hosts' workers find too little time to be heard: these run where FLOWIA_HOSTS is set.
"""

import os
from collections.abc import Iterator

import pytest

from tests.faults.conftest import Breaker
from tests.faults.hosts.cluster import Cluster, cluster
from tests.faults.hosts.network import Kind, Place, why_not
from tests.faults.hosts.scene import Crowd, thinking
from tests.faults.reckoning import reckon
from tests.journeys.driver import driving, eventually

BY_HAND = "FLOWIA_HOSTS"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(
        BY_HAND not in os.environ, reason=f"two hosts want a machine of their own: {BY_HAND}=1"
    ),
]
WORKERS = ("worker-incoming", "worker-reply", "worker-background")
ONE_HOST = 5
"""So many messages one host answers at a time."""
ANSWER_LEASE = 60
AGAIN_SECONDS = 300


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Return the product on three machines, this thread in the one in their centre."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with cluster(tmp_path_factory.mktemp("hosts"), workers=WORKERS) as running:
        yield running


@pytest.fixture
def driver(hosts: Cluster) -> Iterator[Breaker]:
    """Return a driver of it."""
    yield from driving(hosts, Breaker)


def settled(driver: Breaker, crowd: Crowd, hosts: Cluster, *, handed_off: int = 0) -> None:
    """Fail unless everybody got one answer and all workers are heard; one may have been restarted.

    So many people at most may have been handed to a human: they are told so, once.
    """
    driver.at_rest(AGAIN_SECONDS)
    fates = driver.fates()
    found = reckon(crowd.contacts, driver.sends(), fates)
    handed = {one for one in crowd.contacts if fates[one].outcome == "handoff"}
    assert len(handed) <= handed_off
    assert (found.lost, found.twice, found.unexpected) == ([], [], [])
    assert set(found.not_known) <= handed
    assert set(found.explained) <= handed
    eventually(hosts.whole, AGAIN_SECONDS, what=hosts.heard)
    assert len(hosts.ended) <= 1, hosts.ended


def test_the_work_of_a_host_that_is_cut_off_is_taken_over_and_it_comes_back_by_itself(
    hosts: Cluster, driver: Breaker
) -> None:
    crowd = Crowd(driver)
    driver.fault("openai", "latency", seconds=3, times=None)
    first = [crowd.write() for _ in range(2 * ONE_HOST)]
    eventually(lambda: thinking(driver) > ONE_HOST, what="both hosts at work")

    with hosts.net.cut("alpha", Kind.DROPPED):
        driver.forget("/faults")
        with crowd.writing(every=1.0):
            eventually(lambda: thinking(driver, for_seconds=8) > 0, what="work left behind")
        driver.end_lease("processing_message", LEFT_BEHIND, at_most=ANSWER_LEASE)
        eventually(lambda: set(first) <= crowd.answered(), AGAIN_SECONDS, what=crowd.story)
    eventually(hosts.whole, AGAIN_SECONDS, what=hosts.heard)

    with hosts.net.cut("beta", Kind.REFUSED):
        alone = [crowd.write() for _ in range(3)]
        eventually(lambda: set(alone) <= crowd.answered(), AGAIN_SECONDS, what=crowd.story)
    settled(driver, crowd, hosts)


LEFT_BEHIND = "outcome = '' AND attempts > 0 AND next_at < now() + interval '52 seconds'"


@pytest.mark.parametrize(
    ("place", "kind"),
    [(Place.DATABASE, Kind.REFUSED), (Place.REDIS, Kind.DROPPED)],
    ids=lambda value: value.name.lower(),
)
def test_a_host_without_one_of_its_roads_does_not_take_the_work_of_the_other(
    hosts: Cluster, driver: Breaker, place: Place, kind: Kind
) -> None:
    crowd = Crowd(driver)
    with hosts.net.cut("alpha", kind, place):
        with crowd.writing(every=1.0):
            eventually(lambda: len(crowd.contacts) >= 2 * ONE_HOST)
        everybody = set(crowd.contacts)
        eventually(lambda: everybody <= crowd.answered(), AGAIN_SECONDS, what=crowd.story)
    settled(driver, crowd, hosts)


def test_a_host_without_the_outside_sends_nothing_twice_and_explains_what_it_could_not_answer(
    hosts: Cluster, driver: Breaker
) -> None:
    crowd = Crowd(driver)
    with hosts.net.cut("alpha", Kind.REFUSED, Place.OUTSIDE):
        with crowd.writing(every=1.0):
            eventually(lambda: len(crowd.contacts) >= 2 * ONE_HOST)
        driver.at_rest(AGAIN_SECONDS)
    # Each try of the host counts as one of the model's three.
    settled(driver, crowd, hosts, handed_off=len(crowd.contacts) // 2)
