"""Asked to stop in the middle of their work, all processes end in time; others take the work on."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from flowia.embedded import BASE_DIR
from tests import migrated, postgres
from tests.journeys.driver import eventually
from tests.journeys.envelopes import envelope, message, new_contact, signed
from tests.stack import fetch
from tests.upgrade.rehearsal import WORKERS_FIRST, World, world
from tests.upgrade.release import Release, Stopped
from tests.upgrade.traffic import OK, WEBHOOK, Fronts

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
QUESTION = "Bonjour, combien coûte la lampe Aube ?"
PLATFORM_SECONDS = 25
SLOW_MACHINE = 2
"""How much later a busy machine may be; what the product waits for by itself is in the figure."""
CROWD = 12
WAITS = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


class Shop:
    """One running product whose processes are asked to end one by one, or all together."""

    def __init__(self, around: World, release: Release) -> None:
        self.around, self.release = around, release

    def write(self) -> str:
        """Let a new person write."""
        contact = new_contact()
        assert self.post(contact) == OK
        return contact

    def post(self, contact: str) -> int:
        """Post a person's question; 0 when nobody takes it."""
        body = envelope(message(contact, QUESTION))
        headers = {name.replace("-", "_"): value for name, value in signed(body).items()}
        try:
            return Fronts([self.release.port]).ask("POST", WEBHOOK, body, **headers)[0]
        except OSError:
            return 0

    def fault(self, service: str, kind: str, **more: Any) -> None:
        """Let the next call of a service fail so."""
        told = {"service": service, "kind": kind, **more}
        assert fetch(f"{self.around.sandbox}/faults", told)[0] == OK

    def faults(self) -> int:
        """Return how many faults nobody met yet."""
        return len(fetch(f"{self.around.sandbox}/faults")[1]["faults"])

    def one(self, sql: str) -> Any:
        """Return the first value of a statement."""
        return self.around.rows(sql)[0][0]

    def stop_all(self) -> dict[str, Stopped]:
        """Ask everything to end at once."""
        names = list(self.release.running)
        with ThreadPoolExecutor(len(names)) as askers:
            return {one.name: one for one in askers.map(self.release.stop, names)}


@pytest.fixture
def shop(postgres_server: postgres.Server, tmp_path: Any) -> Iterator[Shop]:
    with world(tmp_path, postgres_server, BASE_DIR, like=migrated.template()) as around:
        release = Release(BASE_DIR, tmp_path / "shop", around.environment)
        release.prepare()
        release.run("manage.py", "migrate", "--verbosity", "0")
        release.run("manage.py", "sandbox_seed")
        around.rows("UPDATE billing_subscription SET plan = 'ultra'")
        release.start(*WORKERS_FIRST)
        try:
            release.wait_for("/health/ready")
            yield Shop(around, release)
        finally:
            release.end_all()


def test_whatever_is_at_work_ends_in_time_and_nothing_is_lost_or_said_twice(shop: Shop) -> None:
    contacts = [shop.write()]
    eventually(lambda: shop.around.reckoned(contacts).answered == contacts)

    sending = in_mid_send(shop)
    thinking = in_mid_thought(shop)
    crowd = [shop.write() for _ in range(CROWD)]
    with in_mid_webhook(shop) as (asked, answers):
        stopped, taken = stop_all_while_people_write(shop)
    assert answers == [OK]

    assert {name: one.code for name, one in stopped.items()} == dict.fromkeys(stopped, 0)
    slowest = max(one.seconds for one in stopped.values())
    assert slowest <= PLATFORM_SECONDS * SLOW_MACHINE, stopped
    held = "status = 'sending' OR (status = 'queued' AND next_at > now() + interval '5 seconds')"
    assert shop.one(f"SELECT COUNT(*) FROM processing_delivery WHERE {held}") == 0
    leased = "outcome = '' AND next_at > now() + interval '5 seconds'"
    assert shop.one(f"SELECT COUNT(*) FROM processing_message WHERE {leased}") == 0
    assert shop.one("SELECT COUNT(*) FROM social_webhookevent WHERE status = 'failed'") == 0
    assert "given back" in shop.release.log("worker-incoming")

    assert fetch(f"{shop.around.sandbox}/faults")[0] == OK
    shop.release.start(*WORKERS_FIRST)
    shop.release.wait_for("/health")
    everybody = [*contacts, sending, thinking, *crowd, asked, *taken]
    assert shop.around.left() == 0
    reckoning = shop.around.reckoned(everybody)
    assert reckoning.wrong == {}
    assert sorted(reckoning.answered) == sorted(everybody)


def test_beat_ends_in_time_though_the_database_keeps_its_round_waiting(shop: Shop) -> None:
    with psycopg.connect(shop.around.url) as database:
        database.execute("LOCK TABLE social_webhookevent IN ACCESS EXCLUSIVE MODE")
        eventually(lambda: shop.one(WAITS) > 0, what="beat's round waits")
        stopped = shop.release.stop("beat")

    assert (stopped.code, stopped.seconds <= PLATFORM_SECONDS) == (0, True), stopped


def test_beat_ends_in_time_though_its_very_first_question_waits(shop: Shop) -> None:
    shop.release.stop("beat")
    with psycopg.connect(shop.around.url) as database:
        database.execute("LOCK TABLE django_celery_beat_periodictask IN ACCESS EXCLUSIVE MODE")
        shop.release.start("beat")
        eventually(lambda: shop.one(WAITS) > 0, what="beat waits for its schedule")
        stopped = shop.release.stop("beat")

    assert (stopped.code, stopped.seconds <= PLATFORM_SECONDS) == (0, True), stopped


def stop_all_while_people_write(shop: Shop) -> tuple[dict[str, Stopped], list[str]]:
    """Ask everything to end; return how it did, and who was told meanwhile that we have it."""
    over, taken, said = threading.Event(), list[str](), set[int]()

    def write() -> None:
        while not over.wait(0.2):
            contact = new_contact()
            status = shop.post(contact)
            said.add(status)
            if status == OK:
                taken.append(contact)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        stopped = shop.stop_all()
    finally:
        over.set()
        writing.join()
    assert said <= {0, OK}, "refused at the door, or taken"
    return stopped, taken


def in_mid_send(shop: Shop) -> str:
    """Return a person whose answer the network has taken, and says nothing for long."""
    shop.fault("graph", "timeout_after_acceptance", seconds=40, operation="send")
    contact = shop.write()
    eventually(lambda: shop.faults() == 0, what="the network has the message")
    return contact


def in_mid_thought(shop: Shop) -> str:
    """Return a person for whom the model thinks for ever."""
    shop.fault("openai", "latency", seconds=60)
    contact = shop.write()
    eventually(lambda: shop.faults() == 0, what="the model is thinking")
    return contact


class in_mid_webhook:  # noqa: N801 - read as a sentence
    """A webhook on its way, which the database takes only some seconds later."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.answers, self.contact = shop, list[int](), new_contact()

    def __enter__(self) -> tuple[str, list[int]]:
        self.database = psycopg.connect(self.shop.around.url)
        self.database.execute("LOCK TABLE social_webhookevent IN EXCLUSIVE MODE")
        self.posting = threading.Thread(
            target=lambda: self.answers.append(self.shop.post(self.contact))
        )
        self.posting.start()
        eventually(lambda: self.shop.one(WAITS) > 0, what="the webhook waits")
        threading.Timer(3, self._let_go).start()
        return self.contact, self.answers

    def _let_go(self) -> None:
        self.database.rollback()
        self.database.close()

    def __exit__(self, *_error: object) -> None:
        self.posting.join()
