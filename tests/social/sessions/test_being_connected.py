"""What people do while an account is being connected, and what a browser then does by itself."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections

from accounts.models import User, Workspace
from social import consents, joining, switching
from social.accounts import set_paused
from social.models import BrowserSession, SocialAccount
from social.providers.linkedin.browser import Outcome
from tests.factories import make_member, make_workspace
from tests.social.linkedin.fake import FakeLinkedIn
from tests.social.sessions.members import Hand, by, join
from tests.social.sessions.steps import look
from tests.social.test_session_truth import change_text

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(timezone="Europe/Paris")


@pytest.fixture
def marie(workspace: Workspace) -> User:
    return make_member(workspace)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_a_form_that_is_sent_twice_at_once_is_one_account(
    monkeypatch: pytest.MonkeyPatch,
    time: Hand,
    linkedin: FakeLinkedIn,
    workspace: Workspace,
    marie: User,
) -> None:
    """Two browsers with one session end it: they must never be two rows with a turn each."""
    both, real = Barrier(2, timeout=2), joining._keep

    def keep(*given: Any) -> None:
        with suppress(BrokenBarrierError):  # the other one waits for this one: as it should
            both.wait()
        real(*given)

    monkeypatch.setattr(joining, "_keep", keep)

    def click(_number: int) -> None:
        try:
            join(marie, workspace)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(click, range(2)))
    assert SocialAccount.objects.count() == 1
    assert BrowserSession.objects.count() == 1


@pytest.mark.django_db
def test_a_look_that_is_tried_again_by_itself_keeps_the_working_hours(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    """She connects in the evening; LinkedIn asks for two hours of calm, which end at night."""
    time.move(hours=8)  # half past six in Paris
    linkedin.strange = [Outcome("cooldown", detail="status_429")]
    account = join(marie, workspace)
    look(account)
    account.refresh_from_db()
    assert account.check_next_at is not None
    again = account.check_next_at.astimezone(PARIS)
    assert (again.date(), again.hour) == (time.now.date() + timedelta(days=1), 9)
    time.move(hours=3)
    look(account)
    assert linkedin.whats() == ["visit"]


@pytest.mark.django_db
def test_a_first_look_that_waits_for_its_turn_comes_at_any_hour(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    """She waits in front of the page: another browser of hers is just about to end."""
    time.move(hours=10)
    account = join(marie, workspace)
    BrowserSession.objects.update(busy_until=time.now + timedelta(seconds=30))
    look(account)
    time.move(minutes=2)
    look(account)
    assert linkedin.whats() == ["visit"]


@pytest.mark.django_db
def test_what_is_paused_while_being_connected_is_paused_once_it_works(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    account = join(marie, workspace)
    assert set_paused(account, paused=True, by=by(marie))
    assert not set_paused(account, paused=True, by=by(marie))
    look(account)
    account.refresh_from_db()
    assert account.status == "paused"
    account = join(marie, workspace, account=account)
    assert set_paused(account, paused=False, by=by(marie))
    look(account)
    account.refresh_from_db()
    assert account.status == "active"


@pytest.mark.django_db
def test_who_allows_again_while_being_connected_is_looked_at_again(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    account = join(marie, workspace)
    switching.stop(account, user=marie, by=by(marie))
    look(account)
    time.move(minutes=5)
    switching.go_on(account, by=by(marie))
    look(account)
    assert linkedin.whats() == ["visit"]


@pytest.mark.django_db
def test_who_agrees_again_while_being_connected_is_looked_at_again(
    time: Hand,
    linkedin: FakeLinkedIn,
    workspace: Workspace,
    marie: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = join(marie, workspace)
    change_text(monkeypatch)
    look(account)
    assert linkedin.whats() == []
    time.move(minutes=5)
    read = consents.Agreed(version="2027-01-01", language="fr")
    switching.agree_again(account, read, user=marie, by=by(marie))
    look(account)
    assert linkedin.whats() == ["visit"]
