"""A turn that fails: what becomes of the account, its token, its network, and the next turn."""

from datetime import datetime, timedelta

import pytest

from social import meter
from social.errors import ProviderError
from social.models import Poll, ProviderPause, SocialAccount, UnitTotal
from social.streams import Page
from social.truth import truth_of
from social.turns import turn
from tests.polling.scene import NOW, Network, connect, install, poll_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    return install(monkeypatch)


def seconds_to_next(poll: Poll) -> float:
    poll.refresh_from_db()
    assert poll.next_at is not None
    return (poll.next_at - NOW).total_seconds()


ERRORS: list[tuple[ProviderError, float]] = [
    (ProviderError("too_fast", retryable=True), 60),
    (ProviderError("too_fast", retryable=True, retry_after=420), 420),
    (ProviderError("comments_disabled"), 3600),
    (ProviderError("token_refused", needs_refresh=True), 60),
    (ProviderError("held", retryable=True, retry_after=900, holds="account"), 900),
    (
        ProviderError("api_not_switched_on", retryable=True, retry_after=1800, holds="provider"),
        1800,
    ),
    (ProviderError("no_comments", lacks="comments"), 3600),
    (ProviderError(meter.SPENT, retryable=True, retry_after=60, holds="provider"), 20 * 3600),
]


@pytest.mark.parametrize(("error", "wait"), ERRORS, ids=lambda one: getattr(one, "code", ""))
def test_after_an_error_there_is_a_next_turn(
    network: Network, error: ProviderError, wait: float
) -> None:
    poll = poll_of(connect())
    network.answers = [error]

    assert turn(poll.pk, now=NOW) == []
    assert seconds_to_next(poll) == wait
    assert poll.error_code == error.code


def after(network: Network, error: ProviderError) -> tuple[SocialAccount, Poll]:
    account = connect()
    poll = poll_of(account)
    network.answers = [error]
    turn(poll.pk, now=NOW)
    account.refresh_from_db()
    poll.refresh_from_db()
    return account, poll


def test_dead_credentials_are_noted_and_nothing_is_asked_again(network: Network) -> None:
    account, poll = after(network, ProviderError("grant_refused", needs_login=True))

    assert (account.status, account.status_reason) == ("needs_login", "grant_refused")
    assert poll.next_at is None


def test_a_refused_token_is_renewed_at_once(network: Network) -> None:
    account, _ = after(network, ProviderError("token_refused", needs_refresh=True))

    assert (account.status, account.refresh_next_at) == ("active", NOW)


def test_a_token_that_is_refused_again_and_again_must_be_granted_anew(network: Network) -> None:
    account, poll = after(network, ProviderError("token_refused", needs_refresh=True))
    now = NOW
    while poll.next_at is not None:
        now = poll.next_at
        turn(poll.pk, now=now)
        poll.refresh_from_db()
    account.refresh_from_db()

    assert account.status == "needs_login"
    assert now - NOW < timedelta(minutes=10)


def test_turns_that_failed_otherwise_are_no_refusals_of_the_token(network: Network) -> None:
    account, poll = after(network, ProviderError("unreachable", retryable=True))
    away = network.answers[0]
    network.answers = [away, away, away, ProviderError("401", needs_refresh=True)]
    for _ in range(4):
        Poll.objects.update(next_at=NOW)
        turn(poll.pk, now=NOW)
    account.refresh_from_db()

    assert (account.status, account.refresh_next_at) == ("active", NOW)


def test_an_account_that_was_disconnected_meanwhile_is_not_renewed(network: Network) -> None:
    account = connect()
    poll = poll_of(account)

    def gone() -> Page:
        SocialAccount.objects.update(status="disconnected")
        raise ProviderError("401", needs_refresh=True)

    network.answers = [gone]
    turn(poll.pk, now=NOW)
    account.refresh_from_db()
    assert account.refresh_next_at is None


def test_a_page_that_nobody_can_read_is_told(network: Network) -> None:
    account = connect(automation_agreed_at=NOW, login="google")
    poll = poll_of(account)
    network.answers = [TypeError("poison")]
    with pytest.raises(TypeError):
        turn(poll.pk, now=NOW)

    Poll.objects.update(created_at=NOW)
    assert truth_of(account, now=NOW + timedelta(hours=7)).state == "silent"


def test_a_missing_ability_is_noted(network: Network) -> None:
    account, _ = after(network, ProviderError("no_comments", lacks="comments"))

    assert account.lacks == {"comments": "no_comments"}


def test_a_held_account_holds_its_answers_too(network: Network) -> None:
    error = ProviderError("held", retryable=True, retry_after=900, holds="account")
    account, _ = after(network, error)

    assert account.held_until == NOW + timedelta(seconds=900)
    assert account.held_reason == "held"


def test_a_network_that_waits_is_asked_by_nobody(network: Network) -> None:
    other = poll_of(connect())
    error = ProviderError("off", retryable=True, retry_after=1800, holds="provider")
    after(network, error)

    assert seconds_to_next(other) == 1800
    assert ProviderPause.objects.get(provider="youtube").until == NOW + timedelta(seconds=1800)


def test_google_knows_better_what_is_left_of_the_day(network: Network) -> None:
    account, _ = after(network, ProviderError(meter.SPENT, retryable=True, holds="provider"))

    assert isinstance(meter.take(account, "reply", now=NOW), datetime)
    total = UnitTotal.objects.get()
    assert total.used == total.most


def test_a_network_that_does_not_answer_is_asked_less_and_less_often(network: Network) -> None:
    _, poll = after(network, ProviderError("unreachable", retryable=True))
    waits = []
    for _ in range(8):
        assert poll.next_at is not None
        now = poll.next_at
        turn(poll.pk, now=now)
        poll.refresh_from_db()
        assert poll.next_at is not None
        waits.append((poll.next_at - now).total_seconds())

    assert waits == [120, 240, 480, 960, 1920, 3600, 3600, 3600]
    network.answers = [Page((), {})]
    turn(poll.pk, now=now + timedelta(hours=1))
    poll.refresh_from_db()
    assert (poll.attempts, poll.error_code) == (0, "")
