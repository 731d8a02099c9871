"""Whoever asks for a look, or connects again, brings no browser sooner than its pause allows."""

from datetime import timedelta
from itertools import pairwise

import pytest

from social.checking import check_now
from social.disconnecting import disconnect
from social.models import Poll, SocialAccount
from social.truth import truth_of
from tests.factories import make_member
from tests.social.linkedin.fake import FakeLinkedIn
from tests.social.sessions.members import Hand, by, connected, join
from tests.social.sessions.steps import look, read

pytestmark = pytest.mark.django_db
QUARTER = timedelta(minutes=15)


@pytest.fixture
def account(time: Hand, linkedin: FakeLinkedIn) -> SocialAccount:
    found = connected()
    linkedin.owner = {"id": found.external_id, "name": found.name}
    return found


def fresh(account: SocialAccount) -> SocialAccount:
    return SocialAccount.objects.get(pk=account.pk)


def test_looks_that_are_asked_for_come_no_oftener_than_every_quarter_of_an_hour(
    account: SocialAccount, linkedin: FakeLinkedIn, time: Hand
) -> None:
    moments = []
    for _minute in range(40):
        if fresh(account).check_next_at is None:
            check_now(fresh(account))
        runs = len(linkedin.jobs)
        look(account)
        moments += [time.now] * (len(linkedin.jobs) - runs)
        time.move(minutes=1)
    assert linkedin.whats() == ["visit"] * 3
    assert all(later - sooner >= QUARTER
               for sooner, later in pairwise(moments))  # fmt: skip


def test_no_look_and_no_connecting_again_makes_a_list_due_before_its_time(
    account: SocialAccount, linkedin: FakeLinkedIn, time: Hand
) -> None:
    read(account)
    began, marie = time.now, make_member(account.workspace)
    time.move(minutes=2)
    join(marie, account.workspace, account=account)
    look(account)
    time.move(minutes=2)
    disconnect(fresh(account), by=by(marie))
    time.move(minutes=2)
    join(marie, account.workspace, account=fresh(account))
    look(account)
    assert fresh(account).status == "active"
    assert linkedin.whats() == ["inbox", "visit", "visit"]
    poll = Poll.objects.get(stream="inbox")
    assert poll.next_at is not None
    assert began + QUARTER <= poll.next_at <= began + QUARTER * 2


def test_what_waits_to_be_looked_at_already_is_not_put_off(
    account: SocialAccount, time: Hand
) -> None:
    read(account)
    soon = time.now + timedelta(minutes=1)
    SocialAccount.objects.filter(pk=account.pk).update(check_next_at=soon)
    assert check_now(fresh(account)).check_next_at == soon
    assert truth_of(fresh(account), now=time.now).state == "working"
