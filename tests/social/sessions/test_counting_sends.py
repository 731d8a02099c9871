"""What counts as a send of the day: what was begun for good, wherever the account is connected."""

from datetime import timedelta

import pytest
from django.db import transaction

from social import pacing, sessions
from social.disconnecting import disconnect
from social.models import SentDay, SocialAccount
from social.pacing import Later
from social.providers.registry import PROVIDERS
from social.running import SEND
from social.sessioning import Pace
from tests.factories import make_member, make_workspace
from tests.social.linkedin.fake import FakeLinkedIn
from tests.social.sessions.members import Hand, by, connected, join
from tests.social.sessions.steps import look

pytestmark = pytest.mark.django_db


def begin(account: SocialAccount, time: Hand) -> sessions.Run | Later:
    with transaction.atomic():
        return sessions.begin(account, SEND, now=time.now)


def send(account: SocialAccount, time: Hand) -> sessions.Run:
    """Send one message as soon as it may leave."""
    for _ in range(5):
        run = begin(account, time)
        if isinstance(run, sessions.Run):
            time.move(seconds=20)
            run.end()
            return run
        time.now = run.until
    raise AssertionError(run)


def why(account: SocialAccount, time: Hand) -> str:
    found = begin(account, time)
    return found.why if isinstance(found, Later) else "may"


def test_a_send_that_certainly_did_not_leave_is_given_back_and_its_pause_stays(time: Hand) -> None:
    account = connected()
    run = begin(account, time)
    assert isinstance(run, sessions.Run)
    sessions.uncount(account, run.begun_at)
    run.end()

    assert SentDay.objects.get().sent == 0
    assert why(account, time) == "gap"
    time.move(seconds=181)
    assert why(account, time) == "may"


def test_after_midnight_the_day_of_the_send_is_given_back_and_no_other(time: Hand) -> None:
    account = connected(works_from=0, works_until=24, works_days=list(range(7)))
    time.now = time.now.replace(hour=22, minute=55)
    run = begin(account, time)
    assert isinstance(run, sessions.Run)
    run.end()
    time.move(minutes=10)
    send(account, time)
    sessions.uncount(account, run.begun_at)

    assert [row.sent for row in SentDay.objects.order_by("day")] == [0, 1]


def test_what_is_rolled_back_was_never_counted(time: Hand) -> None:
    account = connected()
    with transaction.atomic():
        assert isinstance(sessions.begin(account, SEND, now=time.now), sessions.Run)
        transaction.set_rollback(True)
    assert not SentDay.objects.exists()
    assert why(account, time) == "may"


def test_no_send_begins_that_might_leave_after_the_working_hours(time: Hand) -> None:
    account = connected()
    time.now = time.now.replace(hour=17, minute=56, second=1)
    assert why(account, time) == "hours"
    time.now = time.now.replace(minute=55)
    assert why(account, time) == "may"


def test_the_pause_begins_when_the_browser_is_gone(time: Hand) -> None:
    account = connected()
    run = begin(account, time)
    assert isinstance(run, sessions.Run)
    for _ in range(3):
        time.move(seconds=45)
        assert run.keep_going()
    run.end()
    gone = time.now
    time.now = gone + timedelta(seconds=119)
    assert why(account, time) == "gap"
    time.now = gone + timedelta(seconds=181)
    assert why(account, time) == "may"


def test_after_a_worker_that_vanished_the_pause_counts_from_the_last_it_may_have_sent(
    time: Hand,
) -> None:
    account = connected()
    run = begin(account, time)
    assert isinstance(run, sessions.Run)
    begun = time.now
    time.now = begun + pacing.LONGEST_RUN + timedelta(seconds=119)
    assert why(account, time) == "gap"


def test_asking_whether_a_send_may_leave_counts_nothing(time: Hand) -> None:
    account = connected()
    for _ in range(30):
        assert sessions.resting(account, SEND, now=time.now) is None
    assert not SentDay.objects.exists()
    for _ in range(5):
        send(account, time)
    found = sessions.resting(account, SEND, now=time.now)
    assert found is not None
    assert found.why == "gap"
    time.now = found.until
    found = sessions.resting(account, SEND, now=time.now)
    assert found is not None
    assert found.why == "cap"
    # Nine o'clock in Paris, the next morning.
    assert (found.until.day, found.until.hour) == (1, 8)


def test_connecting_again_on_the_same_day_goes_on_with_its_count(
    time: Hand, linkedin: FakeLinkedIn
) -> None:
    account = connected()
    user = make_member(account.workspace)
    linkedin.owner = {"id": account.external_id, "name": "Marie Conseil"}
    for _ in range(4):
        send(account, time)
    disconnect(account, by=by(user))
    row = join(user, account.workspace)
    look(row)

    living = SocialAccount.objects.get()
    assert living.pk == account.pk
    assert living.status == "active"
    send(living, time)
    time.move(seconds=181)
    assert why(living, time) == "cap"
    assert SentDay.objects.get().sent == 5


def test_another_workspace_goes_on_with_the_accounts_count_and_pause(
    time: Hand, linkedin: FakeLinkedIn
) -> None:
    account = connected()
    linkedin.owner = {"id": account.external_id, "name": "Marie Conseil"}
    for _ in range(3):
        send(account, time)
    disconnect(account, by=by(make_member(account.workspace)))
    elsewhere = make_workspace(timezone="Europe/Paris")
    row = join(make_member(elsewhere), elsewhere)
    look(row)
    row.refresh_from_db()

    assert row.status == "active"
    assert why(row, time) == "gap"
    for _ in range(2):
        send(row, time)
    time.move(seconds=181)
    assert why(row, time) == "cap"
    time.move(days=1)
    # The first day of this row was the first of its use here: its cap grows from there.
    for _ in range(7):
        send(row, time)
    time.move(seconds=181)
    assert why(row, time) == "cap"


def test_what_the_page_tells_of_today_is_what_is_allowed(time: Hand) -> None:
    account = connected()
    assert today_of(account, time).most == 5
    send(account, time)
    today = today_of(account, time)
    assert (today.sent, today.most) == (1, 5)
    assert today.next_at is not None
    assert today.next_at >= time.now + timedelta(seconds=120)
    time.move(days=1)
    tomorrow = today_of(account, time)
    assert (tomorrow.sent, tomorrow.most) == (0, 7)


def today_of(account: SocialAccount, time: Hand) -> pacing.Today:
    """What the page tells, which must be what decides: the cap of `wait` and the count of rows."""
    return pacing.todays_of([(account, pace_of(account))], time.now)[account.pk]


def pace_of(account: SocialAccount) -> Pace:
    rules = PROVIDERS[account.provider].session
    assert rules is not None
    return rules.pace()
