"""What a browser sees of a session, by whatever service, stops what it must and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from flowia.lib import clock
from processing import pipeline
from processing.models import Conversation, Delivery
from social import polling
from social.models import BrowserSession, Drift, Poll, SocialAccount
from social.running import READ, SEND, VISIT
from tests.contracts.frame import samples
from tests.networks.browsed import Browser, browser, make_browsed_shop
from tests.processing.queueing import queue

pytestmark = pytest.mark.django_db
CLOSE = timedelta(minutes=1)
SAMPLE = samples("linkedin")[0]
HOUR, DAY = timedelta(hours=1), timedelta(hours=24)


@dataclass(frozen=True)
class Seen:
    """A state of a session with its detail, and what follows for the account."""

    state: str
    detail: str = ""
    status: str = "active"
    rest: timedelta | None = None

    def __str__(self) -> str:
        return f"{self.state} {self.detail}".strip()


SEEN = (
    Seen("needs_login", "login_page", status="needs_login"),
    Seen("checkpoint", "checkpoint", status="needs_login"),
    Seen("restricted", "restricted", status="needs_login"),
    Seen("cooldown", "status_429", rest=2 * HOUR),
    Seen("cooldown", "refused_999", rest=8 * HOUR),
    Seen("cooldown", "refused_challenge", rest=DAY),
    Seen("unknown", "no_navigation", rest=2 * HOUR),
)


def visit(account: SocialAccount) -> None:
    SocialAccount.objects.filter(pk=account.pk).update(check_next_at=clock.now())
    pipeline.check(account.pk)


def detect_new_messages(account: SocialAccount) -> None:
    polling.ensure_polls(account, now=clock.now(), at_once=True)
    _poll(account, "inbox")


def read_dm(account: SocialAccount) -> None:
    polling.want_thread(account, ["2-fil", "ACoAAInventeCamille"], now=clock.now())
    _poll(account, "thread")


def _poll(account: SocialAccount, stream: str) -> None:
    rows = Poll.objects.filter(social_account=account, stream=stream)
    rows.update(next_at=clock.now(), error_code="")
    pipeline.poll(rows.get().pk)


def send_dm(account: SocialAccount) -> None:
    pipeline.send_by_browser(_delivery(account).pk)


def look_up(account: SocialAccount) -> None:
    delivery = _delivery(account)
    gone = {"status": "unconfirmed", "begun_at": clock.now()}
    Delivery.objects.filter(pk=delivery.pk).update(**gone)
    pipeline.settle(delivery.pk)


def _delivery(account: SocialAccount) -> Delivery:
    (found,) = queue(account, now=clock.now())
    named = {"external_id": f"2-fil-{found.pk}", "category": Conversation.Category.LEAD}
    Conversation.objects.filter(pk=found.message.conversation_id).update(**named)
    return found


Service = Callable[[SocialAccount], None]
SERVICES: dict[Service, str] = {
    visit: VISIT,
    detect_new_messages: READ,
    read_dm: READ,
    look_up: READ,
    send_dm: SEND,
}
each_service = pytest.mark.parametrize("service", SERVICES, ids=lambda one: one.__name__)


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Browser:
    return browser(monkeypatch, settings)


def plays(played: Browser, service: Service, **outcome: Any) -> None:
    sends = {"result": "not_sent", "why": outcome["state"]} if service is send_dm else {}
    played.plays(**outcome, **sends)


@each_service
@pytest.mark.parametrize("seen", SEEN, ids=str)
def test_a_session_that_is_not_well_stops_every_service_of_its_account(
    played: Browser, service: Service, seen: Seen
) -> None:
    account = make_browsed_shop()
    plays(played, service, state=seen.state, detail=seen.detail)
    now = clock.now()
    service(account)

    assert len(played.asked) == 1
    account.refresh_from_db()
    session = BrowserSession.objects.get()
    needs_login = seen.status == "needs_login"
    assert (session.state, session.detail) == (seen.state, seen.detail)
    assert account.status == seen.status
    assert account.status_reason == (seen.state if needs_login else "")
    assert bool(session.sealed) is not needs_login
    rest = session.until - now if session.until else None
    assert (rest is None) is (seen.rest is None)
    assert rest is None or abs(rest - (seen.rest or rest)) < CLOSE

    for again in SERVICES:
        account.refresh_from_db()
        again(account)
    assert len(played.asked) == 1


@pytest.mark.parametrize("service", [visit, detect_new_messages, read_dm, look_up])
def test_a_second_refusal_in_a_row_rests_longer(played: Browser, service: Service) -> None:
    account = make_browsed_shop()
    plays(played, service, state="cooldown", detail="status_429")
    for hours in (2, 8, 24, 24):
        BrowserSession.objects.update(until=None)
        SocialAccount.objects.update(held_until=None)
        account.refresh_from_db()
        now = clock.now()
        service(account)
        until = BrowserSession.objects.get().until
        assert until is not None
        assert abs(until - now - hours * HOUR) < CLOSE


@each_service
def test_a_changed_page_stops_what_was_done_for_all_accounts_and_nothing_else(
    played: Browser, service: Service
) -> None:
    account, other = make_browsed_shop(), make_browsed_shop("ACoAAInventeAnne")
    plays(played, service, state="drift", missing="composer", snapshot="<main></main>")
    service(account)

    drift = Drift.objects.get()
    capability = SERVICES[service]
    assert (drift.capability, drift.missing, drift.for_all) == (capability, "composer", True)
    assert BrowserSession.objects.get(social_account=account).sealed
    account.refresh_from_db()
    assert account.status == "active"
    for again, what in SERVICES.items():
        if what != capability:
            continue
        account.refresh_from_db()
        again(account)
        again(other)
    assert len(played.asked) == 1
    for another, what in SERVICES.items():
        if what == capability:
            continue
        before = len(played.asked)
        owner = {"id": other.external_id, "name": "Anne"}
        played.plays(state="ok", owner=owner, messages=(SAMPLE,))
        another(other)
        assert len(played.asked) > before, another.__name__


@each_service
def test_a_run_that_broke_off_says_nothing_of_the_session(
    played: Browser, service: Service
) -> None:
    account = make_browsed_shop()
    plays(played, service, state="failed", detail="network")
    service(account)

    session = BrowserSession.objects.get()
    account.refresh_from_db()
    assert (session.state, session.until, session.busy_until) == ("ok", None, None)
    assert session.sealed
    assert account.status == "active"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"result": "unconfirmed", "why": "no_answer"}, "unconfirmed"),
        ({"result": "unconfirmed", "why": "status_500"}, "unconfirmed"),
        ({"result": "", "state": "failed"}, "unconfirmed"),
        ({"result": "sent", "sent": None}, "unconfirmed"),
        ({"result": "not_sent", "why": "status_403"}, "refused"),
        ({"result": "not_sent", "why": "sent_elsewhere"}, "refused"),
    ],
    ids=str,
)
def test_what_was_clicked_is_unsent_only_where_that_is_certain(
    played: Browser, said: dict[str, Any], status: str
) -> None:
    account = make_browsed_shop()
    played.plays(**{"state": "ok", "clicked": True, **said})
    send_dm(account)

    assert Delivery.objects.get().status == status


def test_a_machine_without_a_browser_costs_no_attempt(played: Browser, settings: Settings) -> None:
    account = make_browsed_shop()
    settings.LINKEDIN_BROWSER_EXECUTABLE = "/nowhere/chromium"
    send_dm(account)

    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, played.asked) == ("queued", 0, [])
    assert delivery.message.reason == "paced_no_browser"


def test_a_thread_that_is_not_certain_is_left_and_its_account_goes_on(played: Browser) -> None:
    account = make_browsed_shop()
    played.plays(state="ok", detail="ambiguous_name")
    read_dm(account)

    poll = Poll.objects.get(stream="thread")
    account.refresh_from_db()
    assert (poll.cursor["wanted"], poll.error_code, poll.next_at) == ([], "", None)
    assert account.held_until is None
