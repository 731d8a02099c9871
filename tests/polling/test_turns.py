"""One turn of a stream: claimed once, stored with its cursor, and followed by another."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from pytest_django import Settings

from social import meter, polling
from social.models import Poll, SocialAccount, WebhookEvent
from social.streams import Page
from social.turns import LEASE, MOST_PAGES, turn
from tests.polling.scene import NOW, Network, connect, install, poll_of

pytestmark = pytest.mark.django_db
ITEM = {"kind": "youtube#comment", "id": "a"}


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    return install(monkeypatch)


def seconds_to_next(poll: Poll) -> float:
    poll.refresh_from_db()
    assert poll.next_at is not None
    return (poll.next_at - NOW).total_seconds()


def test_a_page_is_stored_like_a_call_with_the_cursor_behind_it(network: Network) -> None:
    account = connect(external_id="UC1")
    poll = poll_of(account)
    network.answers = [Page((ITEM,), {"at": 1})]

    (stored,) = turn(poll.pk, now=NOW)

    event = WebhookEvent.objects.get(pk=stored)
    assert json.loads(bytes(event.body)) == {
        "account": {"kind": "youtube", "external_id": "UC1"},
        "stream": "comments",
        "items": [ITEM],
    }
    assert (event.provider, event.stream, event.status) == ("youtube", "comments", "received")
    assert (event.social_account, event.next_at) == (account, NOW)
    poll.refresh_from_db()
    assert (poll.cursor, poll.last_at, poll.found_at) == ({"at": 1}, NOW, NOW)
    account.refresh_from_db()
    assert account.last_poll_at == NOW


def test_an_empty_page_moves_the_cursor_and_stores_nothing(network: Network) -> None:
    poll = poll_of(connect())
    network.answers = [Page((), {"at": 1})]

    assert turn(poll.pk, now=NOW) == []
    poll.refresh_from_db()
    assert (poll.cursor, poll.found_at) == ({"at": 1}, None)


def test_of_two_callers_one_gets_the_turn(network: Network) -> None:
    poll = poll_of(connect())
    turn(poll.pk, now=NOW)

    assert turn(poll.pk, now=NOW) == []
    assert len(network.asked) == 1


def test_pages_are_read_on_from_the_cursor_before(network: Network) -> None:
    poll = poll_of(connect())
    network.answers = [
        Page((ITEM,), {"at": 1}, more=True),
        Page(({**ITEM, "id": "b"},), {"at": 2}),
    ]

    assert len(turn(poll.pk, now=NOW)) == 2
    assert network.asked == [{}, {"at": 1}]


def test_a_turn_without_end_goes_on_in_the_next_one_which_comes_at_once(network: Network) -> None:
    poll = poll_of(connect())
    network.answers = [Page((), {"at": 1}, more=True)]
    turn(poll.pk, now=NOW)

    assert len(network.asked) == MOST_PAGES
    assert seconds_to_next(poll) < 60


def test_a_crash_before_the_page_is_written_leaves_neither(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = poll_of(connect())
    network.answers = [Page((ITEM,), {"at": 1})]
    with monkeypatch.context() as patched:
        patched.setattr(WebhookEvent.objects, "bulk_create", _crash)
        with pytest.raises(DatabaseError):
            turn(poll.pk, now=NOW)
    poll.refresh_from_db()
    assert (poll.cursor, WebhookEvent.objects.count()) == ({}, 0)

    assert turn(poll.pk, now=NOW + LEASE) != []
    poll.refresh_from_db()
    assert poll.cursor == {"at": 1}


def _crash(*_rows: object, **_options: object) -> None:
    raise DatabaseError


def test_the_same_page_read_twice_is_one_call(network: Network) -> None:
    poll = poll_of(connect())
    network.answers = [Page((ITEM,), {"at": 1})]
    turn(poll.pk, now=NOW)

    assert turn(poll.pk, now=NOW + timedelta(hours=2)) == []
    assert WebhookEvent.objects.count() == 1


def test_the_same_words_on_two_accounts_are_two_calls(network: Network) -> None:
    network.answers = [Page((ITEM,), {"at": 1})]

    assert len([turn(poll_of(connect()).pk, now=NOW) for _ in range(2)]) == 2
    assert WebhookEvent.objects.count() == 2


def test_who_connects_an_account_next_hears_what_was_read_before_too(network: Network) -> None:
    network.answers = [Page((ITEM,), {"at": 1})]
    first = connect(external_id="UC1")
    assert turn(poll_of(first).pk, now=NOW)
    SocialAccount.objects.filter(pk=first.pk).update(status="disconnected")

    assert turn(poll_of(connect(external_id="UC1")).pk, now=NOW)


def test_what_goes_back_and_forth_is_heard_each_time(network: Network) -> None:
    shown, held = Page(({**ITEM, "status": "published"},), {}), Page((ITEM,), {})
    network.answers = [held, shown, held]
    poll = poll_of(connect())
    heard = []
    for hour in range(3):
        Poll.objects.update(next_at=NOW)
        heard.append(len(turn(poll.pk, now=NOW + timedelta(hours=hour))))

    assert heard == [1, 1, 1]


def test_who_wakes_after_the_lease_changes_nothing(network: Network) -> None:
    poll = poll_of(connect())

    def slept() -> Page:
        Poll.objects.filter(pk=poll.pk).update(next_at=NOW + timedelta(hours=3))
        return Page((ITEM,), {"at": 1})

    network.answers = [slept]

    assert turn(poll.pk, now=NOW) == []
    poll.refresh_from_db()
    assert (poll.cursor, WebhookEvent.objects.count()) == ({}, 0)
    assert poll.next_at == NOW + timedelta(hours=3)


def test_a_turn_that_never_ends_comes_again_less_and_less_often(network: Network) -> None:
    poll = poll_of(connect())
    network.answers = [RuntimeError("a bug")]
    now, waits = NOW, []
    for _ in range(8):
        with pytest.raises(RuntimeError):
            turn(poll.pk, now=now)
        poll.refresh_from_db()
        assert poll.next_at is not None
        waits.append((poll.next_at - now).total_seconds() / 60)
        now = poll.next_at

    assert waits == [5, 5, 5, 10, 20, 40, 80, 120]


# --- the rhythm --------------------------------------------------------------------------------
def test_what_is_found_makes_the_next_turn_come_sooner(network: Network) -> None:
    poll = poll_of(connect())
    Poll.objects.update(seconds=1600)
    network.answers = [Page((ITEM,), {})]
    turn(poll.pk, now=NOW)

    assert seconds_to_next(poll) == pytest.approx(800, rel=0.1)


def test_silence_makes_the_next_turn_come_later_up_to_the_longest(network: Network) -> None:
    poll = poll_of(connect())
    now, waits = NOW, []
    for _ in range(10):
        turn(poll.pk, now=now)
        poll.refresh_from_db()
        assert poll.next_at is not None
        waits.append((poll.next_at - now).total_seconds())
        now = poll.next_at

    assert waits[0] == pytest.approx(450, rel=0.1)
    assert waits[-1] == pytest.approx(3600, rel=0.1)


def test_turns_that_begin_together_do_not_stay_together(network: Network) -> None:
    polls = [poll_of(connect()) for _ in range(10)]
    for poll in polls:
        turn(poll.pk, now=NOW)

    assert len({round(seconds_to_next(poll)) for poll in polls}) > 5


def test_a_small_budget_stretches_the_wait(network: Network, settings: Settings) -> None:
    settings.YOUTUBE_DAILY_UNITS = 30
    poll = poll_of(connect())
    turn(poll.pk, now=NOW)

    # 20 of 21 units are left for 20 hours, a turn costs one and a half on the whole; and who finds
    # nothing uses half of what they may.
    assert seconds_to_next(poll) == pytest.approx(1.5 * 2 * 3600, rel=0.1)


def test_without_units_nothing_is_asked(network: Network) -> None:
    account = connect()
    poll = poll_of(account)
    meter.spent("youtube", now=NOW)
    turn(poll.pk, now=NOW)

    assert network.asked == []
    poll.refresh_from_db()
    assert (poll.error_code, poll.attempts) == ("no_units_left", 0)
    assert seconds_to_next(poll) == 20 * 3600


# --- accounts that are not read ----------------------------------------------------------------
def test_an_account_to_connect_again_rests_until_it_is(network: Network) -> None:
    account = connect(status="needs_login")
    poll = poll_of(account)
    turn(poll.pk, now=NOW)
    poll.refresh_from_db()
    assert (poll.next_at, network.asked) == (None, [])

    polling.ensure_polls(account, now=NOW)
    poll.refresh_from_db()
    assert poll.next_at == NOW


@pytest.mark.parametrize(
    ("fields", "minutes"),
    [
        ({"lacks": {"comments": "missing_scope"}}, 60),
        ({"held_until": NOW + timedelta(minutes=7)}, 7),
    ],
)
def test_an_account_that_cannot_be_read_now_is_looked_at_later(
    network: Network, fields: dict[str, Any], minutes: int
) -> None:
    poll = poll_of(connect(**fields))
    turn(poll.pk, now=NOW)

    assert network.asked == []
    assert seconds_to_next(poll) == minutes * 60


def test_a_paused_account_is_read_all_the_same(network: Network) -> None:
    turn(poll_of(connect(status="paused")).pk, now=NOW)

    assert len(network.asked) == 1


def test_a_cursor_is_stored_without_what_databases_refuse(network: Network) -> None:
    poll = poll_of(connect())
    network.answers = [Page((), {"a\x00": ["\ud800", float("nan"), 1.5, None, True]})]
    turn(poll.pk, now=NOW)
    poll.refresh_from_db()

    assert poll.cursor == {"a": ["?", None, 1.5, None, True]}
