"""Whoever agreed has left the workspace: nobody acts in their name, and their session is gone."""

import pytest

from accounts import audit, members
from accounts.models import Letter, Membership, User
from social import consents, sessions
from social.models import Consent, SocialAccount
from social.pacing import Later
from social.truth import truth_of
from tests.factories import make_member
from tests.social.linkedin.fake import FakeLinkedIn
from tests.social.sessions.members import Hand, agree, connected, join, session_of
from tests.social.sessions.steps import look, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(time: Hand) -> SocialAccount:
    """An account whose member has a colleague."""
    found = connected()
    make_member(found.workspace)
    return found


def giver(account: SocialAccount) -> User:
    return User.objects.get(
        uid=Consent.objects.get(social_account=account, kind="session").user_uid
    )


def leave(user: User) -> None:
    members.remove(Membership.objects.get(user=user), by=audit.SYSTEM)


def fresh(account: SocialAccount) -> SocialAccount:
    return SocialAccount.objects.get(pk=account.pk)


@pytest.mark.parametrize("capability", ["read", "send", "visit"])
@pytest.mark.parametrize("erased", [False, True])
def test_nothing_runs_for_who_has_left_and_their_session_is_deleted(
    account: SocialAccount, time: Hand, capability: str, *, erased: bool
) -> None:
    member = giver(account)
    agree(account, member, "automation")
    SocialAccount.objects.update(automation_agreed_at=time.now, automation_agreed_by=member.uid)
    if erased:
        member.delete()
    else:
        leave(member)
    assert not consents.holds(account, "session")
    assert not consents.automates(fresh(account))
    told = truth_of(fresh(account), now=time.now)
    assert told.standing is not None
    assert (told.standing.agreed, told.standing.automated) == (False, False)
    begun = sessions.begin(account, capability, now=time.now)
    assert isinstance(begun, Later)

    session, row = session_of(account), fresh(account)
    assert (session.sealed, session.expires_at) == ("", None)
    assert (row.status, row.status_reason) == ("needs_login", "left")
    assert row.automation_agreed_at is None
    assert not Consent.objects.filter(withdrawn_at=None).exists()
    told = truth_of(row, now=time.now)
    assert told.action is not None
    assert (told.state, told.action.code) == ("needs_login", "reconnect")
    assert "a quitté l’espace de travail" in told.sentence


def test_the_next_reading_tells_the_owners_once_and_another_may_connect_it(
    account: SocialAccount, time: Hand, linkedin: FakeLinkedIn
) -> None:
    linkedin.owner = {"id": account.external_id, "name": account.name}
    read(account)
    leave(giver(account))
    for _ in range(3):
        time.move(minutes=20)
        read(account)
    assert linkedin.whats() == ["inbox"]
    assert Letter.objects.filter(subject_uid=account.uid).count() == 1
    colleague = make_member(account.workspace)
    join(colleague, account.workspace, account=fresh(account))
    look(account)
    assert fresh(account).status == "active"
    assert sessions.resting(fresh(account), "read", now=time.now) is None


def test_a_colleague_who_leaves_changes_nothing(account: SocialAccount, time: Hand) -> None:
    leave(User.objects.exclude(pk=giver(account).pk).get())
    assert sessions.resting(account, "read", now=time.now) is None
    assert session_of(account).sealed
