"""Rests and operators' stops are the outside account's, whichever cookies open it, and where."""

from datetime import timedelta

import pytest

from accounts import audit
from accounts.models import User, Workspace
from social import sessions, switching
from social.disconnecting import disconnect
from social.models import BrowserSession, SocialAccount
from social.truth import truth_of
from tests.factories import make_member, make_user, make_workspace
from tests.social.linkedin.fake import FakeLinkedIn
from tests.social.sessions.members import Hand, by, connected, join, session_of
from tests.social.sessions.steps import look

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(time: Hand, linkedin: FakeLinkedIn) -> SocialAccount:
    found = connected()
    linkedin.owner = {"id": found.external_id, "name": found.name}
    return found


@pytest.fixture
def marie(account: SocialAccount) -> User:
    return make_member(account.workspace)


def rest(account: SocialAccount, time: Hand, hours: float, **session: object) -> None:
    values = {"state": "cooldown", "detail": "refused_999", "cooldowns": 2, **session}
    until = time.now + timedelta(hours=hours)
    BrowserSession.objects.filter(social_account=account).update(until=until, **values)


def fresh(account: SocialAccount) -> SocialAccount:
    return SocialAccount.objects.get(pk=account.pk)


@pytest.mark.parametrize("disconnected", [False, True])
def test_a_rest_outlives_connecting_again_and_the_account_is_looked_at_after_it(
    account: SocialAccount, marie: User, linkedin: FakeLinkedIn, time: Hand, *, disconnected: bool
) -> None:
    rest(account, time, 8)
    until = session_of(account).until
    if disconnected:
        disconnect(account, by=by(marie))
        time.move(minutes=2)
    join(marie, account.workspace, account=fresh(account))
    time.move(minutes=2)
    look(account)

    assert linkedin.whats() == []
    told = truth_of(fresh(account), now=time.now)
    assert (told.state, told.held_until) == ("cooldown", until)
    session = session_of(account)
    assert (session.cooldowns, session.detail) == (2, "refused_999")
    assert fresh(account).check_next_at == until
    time.move(hours=8)
    look(account)
    assert linkedin.whats() == ["visit"]
    session = session_of(account)
    assert (fresh(account).status, session.until, session.cooldowns) == ("active", None, 0)


def test_rests_in_a_row_go_on_being_counted_with_fresh_cookies(
    account: SocialAccount, marie: User, time: Hand, linkedin: FakeLinkedIn
) -> None:
    rest(account, time, -1)
    join(marie, account.workspace, account=account)
    session = session_of(account)
    assert (session.state, session.detail, session.until, session.cooldowns) == ("new", "", None, 2)
    assert fresh(account).check_next_at == time.now


def test_a_rest_goes_on_when_the_session_was_given_without_naming_the_account(
    account: SocialAccount, marie: User, time: Hand, linkedin: FakeLinkedIn
) -> None:
    rest(account, time, 8)
    row = join(marie, account.workspace)
    look(row)
    assert not SocialAccount.objects.filter(pk=row.pk).exists()
    later = sessions.resting(fresh(account), "read", now=time.now)
    assert later is not None
    assert (later.why, later.until) == ("cooldown", time.now + timedelta(hours=8))
    assert session_of(account).cooldowns == 2


@pytest.fixture
def elsewhere(account: SocialAccount) -> User:
    """Somebody of another workspace, to whom the account is connected once it is free."""
    return make_member(make_workspace(timezone="Europe/Paris"))


def moves(account: SocialAccount, marie: User, elsewhere: User) -> SocialAccount:
    """Disconnect the account and connect it in the other workspace."""
    disconnect(fresh(account), by=by(marie))
    row = join(elsewhere, Workspace.objects.get(memberships__user=elsewhere))
    look(row)
    row.refresh_from_db()
    assert (row.external_id, row.status) == (account.external_id, "active")
    return row


def test_a_rest_goes_with_the_outside_account_into_another_workspace(
    account: SocialAccount, marie: User, elsewhere: User, time: Hand
) -> None:
    rest(account, time, 24, detail="refused_challenge", cooldowns=3)
    row = moves(account, marie, elsewhere)
    later = sessions.resting(row, "read", now=time.now)
    assert later is not None
    assert (later.why, later.until) == ("cooldown", time.now + timedelta(hours=24))
    assert session_of(row).cooldowns == 3


def test_an_operators_stop_goes_with_it_until_an_operator_lifts_it_everywhere(
    account: SocialAccount, marie: User, elsewhere: User, time: Hand
) -> None:
    operator = make_user(is_staff=True)
    ours = audit.by(operator, operator=True)
    switching.stop(account, user=operator, by=ours)
    row = moves(account, marie, elsewhere)
    later = sessions.resting(row, "read", now=time.now)
    assert later is not None
    assert later.why == "stopped"
    with pytest.raises(switching.StoppedByUsError):
        switching.go_on(row, by=by(elsewhere))
    assert switching.go_on(row, by=ours)
    assert not BrowserSession.objects.filter(stopped_at__isnull=False).exists()


def test_a_members_stop_stays_in_their_workspace(
    account: SocialAccount, marie: User, elsewhere: User, time: Hand
) -> None:
    switching.stop(account, user=marie, by=by(marie))
    row = moves(account, marie, elsewhere)
    assert sessions.resting(row, "read", now=time.now) is None
