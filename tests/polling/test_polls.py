"""Which rows there are, and when they are due."""

from datetime import timedelta

import pytest
from django.utils import timezone

from processing import dispatch, pipeline
from processing.wakes import Wake
from social import polling, turns
from social.models import Poll, WebhookEvent
from social.streams import Page
from tests.factories import make_account, make_workspace
from tests.polling.scene import NOW, connect, install, poll_of
from tests.processing.test_dispatch import Notes

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def test_an_account_gets_a_row_for_each_stream_once() -> None:
    account = connect()
    polling.ensure_polls(account, now=NOW)
    polling.ensure_polls(account, now=LATER)

    rows = Poll.objects.filter(social_account=account)
    assert sorted(rows.values_list("stream", flat=True)) == ["activities", "comments"]
    assert set(rows.values_list("next_at", "workspace")) == {(NOW, account.workspace_id)}


def test_an_account_that_is_connected_again_is_read_at_once() -> None:
    account = connect()
    polling.ensure_polls(account, now=NOW)
    Poll.objects.update(next_at=LATER, attempts=3, error_code="190")
    polling.ensure_polls(account, now=NOW)
    assert set(Poll.objects.values_list("next_at", flat=True)) == {LATER}

    polling.ensure_polls(account, now=NOW, at_once=True)
    rows = Poll.objects.values_list("next_at", "attempts", "error_code")
    assert set(rows) == {(NOW, 0, "")}


def test_an_account_without_streams_gets_none() -> None:
    polling.ensure_polls(make_account(make_workspace(), provider="unheard"), now=NOW)

    assert not Poll.objects.exists()


def test_the_sweep_finds_accounts_that_were_there_before() -> None:
    account, broken = connect(), connect(status="needs_login")

    assert polling.sweep(now=NOW) == 1
    assert polling.sweep(now=NOW) == 0
    assert Poll.objects.filter(social_account=account).count() == 2
    assert not Poll.objects.filter(social_account=broken).exists()


def test_the_sweep_wakes_what_rested_when_the_account_is_back() -> None:
    poll = poll_of_comments()
    Poll.objects.update(next_at=None, attempts=9, error_code="grant_refused")
    polling.sweep(now=LATER)
    poll.refresh_from_db()

    assert (poll.next_at, poll.attempts, poll.error_code) == (LATER, 0, "")


def poll_of_comments() -> Poll:
    account = connect()
    polling.ensure_polls(account, now=NOW)
    return Poll.objects.get(social_account=account, stream="comments")


def test_a_wanted_stream_is_due_now() -> None:
    poll = poll_of_comments()
    Poll.objects.update(next_at=LATER)

    assert polling.want(poll.social_account, "comments", now=NOW)
    poll.refresh_from_db()
    assert poll.next_at == NOW


@pytest.mark.parametrize(
    "fields",
    [{"next_at": None}, {"next_at": NOW}, {"next_at": LATER, "attempts": 1}],
    ids=["rests", "due", "being read, or waiting after an error"],
)
def test_wanting_changes_nothing_where_it_would_not_help(fields: dict[str, object]) -> None:
    poll = poll_of_comments()
    Poll.objects.update(**fields)

    assert not polling.want(poll.social_account, "comments", now=NOW)


def test_what_is_announced_while_a_stream_is_being_read_is_read_right_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thread may have been read a moment before its message came."""
    network = install(monkeypatch, shortest=600, longest=3600)
    account = connect()
    poll = poll_of(account)

    def meanwhile() -> Page:
        polling.want(account, "comments", now=NOW)
        return Page((), {})

    network.answers = [meanwhile, Page((), {})]
    turns.turn(poll.pk, now=NOW)
    poll.refresh_from_db()
    assert poll.next_at is not None
    soon = poll.next_at
    assert soon <= NOW + timedelta(seconds=60)
    turns.turn(poll.pk, now=soon)
    poll.refresh_from_db()
    assert poll.next_at >= soon + timedelta(seconds=500)


def test_an_unknown_stream_cannot_be_wanted() -> None:
    assert not polling.want(poll_of_comments().social_account, "unheard", now=NOW)


def test_a_due_stream_is_woken_and_what_it_brings_is_received(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = install(monkeypatch)
    network.answers = [Page(({"id": "a"},), {})]
    poll = poll_of(connect())
    Poll.objects.update(next_at=timezone.now() - timedelta(seconds=1))

    assert dispatch.due(Notes()) == [Wake("poll", poll.pk)]  # type: ignore[arg-type]
    (wake,) = pipeline.poll(poll.pk)
    assert wake == Wake("receive", WebhookEvent.objects.get().pk)
