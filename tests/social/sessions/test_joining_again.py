"""The same person again, another one, another workspace; and what happens while a browser looks."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts import audit
from accounts.models import User, Workspace
from social import accounts, consents, sessions, switching
from social.disconnecting import disconnect
from social.models import BrowserSession, Consent, SocialAccount
from social.providers.linkedin.browser import Job, Outcome
from social.refusing import TakenElsewhereError
from tests.factories import make_conversation, make_member, make_workspace
from tests.social.linkedin.fake import OWNER, FakeLinkedIn
from tests.social.sessions.joined import (
    ANNA,
    changed_statement,
    fresh,
    marie,
    workspace,
)
from tests.social.sessions.members import Hand, agree, by, connected, join, kept, session_of
from tests.social.sessions.steps import look

__all__ = ["marie", "workspace"]


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["active", "paused", "needs_login", "disconnected"])
def test_the_same_persons_older_account_gets_the_session_and_keeps_what_it_had(
    status: str, time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    old = join(marie, workspace, li_at="old")
    look(old)
    old = fresh(old)
    make_conversation(workspace, account=old)
    switching.set_hours(old, start=7, end=12, days=[1, 2], by=by(marie))
    agree(old, marie, "automation")
    if status == "disconnected":
        disconnect(old, by=by(marie))
    else:
        SocialAccount.objects.filter(pk=old.pk).update(status=status)
    row = join(marie, workspace, li_at="new")
    assert row.pk != old.pk
    time.move(minutes=1)
    look(row)

    living = SocialAccount.objects.get()
    assert living.pk == old.pk
    assert living.status == ("paused" if status == "paused" else "active")
    values = {one["name"]: one["value"] for one in kept(living)["cookies"]}
    assert values["li_at"] == "new"
    session = session_of(living)
    assert (session.works_from, session.works_until, session.works_days) == (7, 12, [1, 2])
    assert sessions.resting(living, "visit", now=time.now) is None
    assert BrowserSession.objects.count() == 1
    living_consents = Consent.objects.filter(withdrawn_at=None, social_account=living)
    agreed = {"session"} if status == "disconnected" else {"session", "automation"}
    assert set(living_consents.values_list("kind", flat=True)) == agreed


@pytest.mark.django_db
@pytest.mark.parametrize("before", [True, False])
def test_what_was_agreed_to_on_the_row_being_connected_holds_for_the_older_account(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User, *, before: bool
) -> None:
    old = join(marie, workspace, li_at="old")
    look(old)
    if before:
        automate(old, marie)
    time.move(minutes=1)
    row = join(marie, workspace, li_at="new")
    automate(row, marie)
    look(row)

    living = SocialAccount.objects.get()
    assert (living.pk, living.status) == (old.pk, "active")
    assert (living.automation_agreed_at, living.automation_agreed_by) == (time.now, marie.uid)
    assert Consent.objects.filter(kind="automation", withdrawn_at=None).count() == 1


def automate(account: SocialAccount, user: User) -> None:
    statement = consents.statement_of("linkedin", "automation")
    assert statement is not None
    agreed = (statement.version, "fr")
    accounts.agree(fresh(account), user=user, agreed=True, by=by(user), statement=agreed)


@pytest.mark.django_db
def test_the_session_of_another_person_is_not_this_accounts(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    row = join(marie, workspace)
    look(row)
    linkedin.owner = dict(ANNA)
    time.move(minutes=5)
    join(marie, workspace, account=fresh(row), li_at="annas")
    look(row)

    found = fresh(row)
    assert (found.status, found.status_reason) == ("needs_login", "other_person")
    assert found.external_id == OWNER["id"]
    assert session_of(row).sealed == ""


@pytest.mark.django_db
def test_an_account_that_another_workspace_has_is_turned_away(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    look(join(marie, workspace))
    elsewhere = make_workspace()
    row = join(make_member(elsewhere), elsewhere, li_at="again")
    look(row)
    assert (fresh(row).status, fresh(row).status_reason) == ("needs_login", "taken_elsewhere")
    assert session_of(row).sealed == ""
    assert SocialAccount.objects.filter(status="active").get().workspace == workspace


@pytest.mark.django_db
def test_a_disconnected_account_that_another_workspace_took_is_told_at_once(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    row = join(marie, workspace)
    look(row)
    disconnect(fresh(row), by=by(marie))
    elsewhere = make_workspace()
    look(join(make_member(elsewhere), elsewhere))
    with pytest.raises(TakenElsewhereError):
        join(marie, workspace, account=fresh(row), li_at="again")
    assert fresh(row).status == "disconnected"
    assert session_of(row).sealed == ""


@pytest.mark.django_db(transaction=True)
def test_of_two_workspaces_that_connect_one_account_at_once_one_gets_it(
    time: Hand, linkedin: FakeLinkedIn
) -> None:
    rows = []
    for number in range(2):
        workspace = make_workspace(timezone="Europe/Paris")
        rows.append(join(make_member(workspace), workspace, li_at=f"session-{number}"))
    together = Barrier(2, timeout=20)

    def arrive(job: Job) -> None:
        together.wait()

    linkedin.meanwhile = arrive

    def work(row: SocialAccount) -> None:
        try:
            look(row)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, rows))
    found = sorted((fresh(one).status, fresh(one).status_reason) for one in rows)
    assert found == [("active", ""), ("needs_login", "taken_elsewhere")]
    (loser,) = SocialAccount.objects.filter(status="needs_login")
    assert session_of(loser).sealed == ""


@pytest.mark.django_db
@pytest.mark.parametrize("deed", ["disconnected", "given anew"])
def test_what_happens_while_the_browser_looks_comes_before_what_it_saw(
    deed: str, time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    row = join(marie, workspace, li_at="one")

    def meanwhile(_job: Job) -> None:
        linkedin.meanwhile = lambda _job: None
        if deed == "disconnected":
            disconnect(fresh(row), by=by(marie))
        else:
            join(marie, workspace, account=fresh(row), li_at="two")

    linkedin.meanwhile = meanwhile
    look(row)
    found = fresh(row)
    if deed == "disconnected":
        assert found.status == "disconnected"
        assert session_of(row).sealed == ""
        assert found.check_next_at is None
        return
    assert found.status == "connecting"
    values = {one["name"]: one["value"] for one in kept(row)["cookies"]}
    assert values["li_at"] == "two"
    assert found.check_next_at is not None
    time.now = found.check_next_at
    look(row)
    assert fresh(row).status == "active"


OUTCOMES: list[tuple[Any, str, str, float | None]] = [
    (Outcome("needs_login"), "needs_login", "needs_login", None),
    (Outcome("checkpoint"), "needs_login", "checkpoint", None),
    (Outcome("restricted"), "needs_login", "restricted", None),
    (Outcome("cooldown", detail="status_429"), "connecting", "cooldown", 2),
    (Outcome("cooldown", detail="refused_challenge"), "connecting", "cooldown", 24),
    (Outcome("unknown", snapshot="<p></p>"), "connecting", "unknown", 2),
    (Outcome("drift", missing="nav"), "connecting", "drift", 0.25),
    (Outcome("failed", detail="killed_time"), "connecting", "failed", 5 / 60),
    (Outcome("ok", owner=None), "connecting", "unknown", 2),
    (RuntimeError("ours"), "connecting", "not_readable", 1 / 60),
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcome", "status", "code", "hours"),
    OUTCOMES,
    ids=lambda one: one.state if isinstance(one, Outcome) else None,
)
def test_what_a_first_look_meets_is_told_and_tried_again_ever_more_rarely(
    time: Hand,
    linkedin: FakeLinkedIn,
    workspace: Workspace,
    marie: User,
    *,
    outcome: Outcome | Exception,
    status: str,
    code: str,
    hours: float | None,
) -> None:
    linkedin.strange = [outcome] * 100
    row = join(marie, workspace)
    began = time.now
    try_look(row)
    found = fresh(row)
    assert (found.status, found.check_error) == (status, code)
    if hours is None:
        assert found.check_next_at is None
        time.move(days=3)
        look(row)
        assert linkedin.whats() == ["visit"]
        return
    assert found.check_next_at is not None
    runs = 0
    while time.now < began + timedelta(days=3):
        time.now = fresh(row).check_next_at or began + timedelta(days=4)
        try_look(row)
        runs += 1
    assert len(linkedin.jobs) <= 16
    assert runs <= 300


def try_look(row: SocialAccount) -> None:
    with suppress(RuntimeError):
        look(row)


@pytest.mark.django_db
def test_an_operators_stop_outlives_disconnecting_and_connecting_again(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    row = join(marie, workspace)
    look(row)
    operator = make_member(make_workspace(), is_staff=True)
    switching.stop(fresh(row), user=operator, by=audit.by(operator, operator=True))
    disconnect(fresh(row), by=by(marie))
    time.move(hours=1)
    # Whoever stopped it may have left by now.
    User.objects.filter(pk=operator.pk).update(is_staff=False)
    again = join(marie, workspace, li_at="again")
    look(again)
    living = SocialAccount.objects.get()
    assert living.pk == row.pk
    later = sessions.resting(living, "read", now=time.now)
    assert later is not None
    assert later.why == "stopped"
    with pytest.raises(switching.StoppedByUsError):
        join(marie, workspace, account=living, li_at="more")


@pytest.mark.django_db
def test_a_new_version_of_the_statement_rests_the_account_until_it_is_agreed_to(
    time: Hand, linkedin: FakeLinkedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = connected()
    monkeypatch.setattr(consents, "statement_of", changed_statement)
    for capability in ("read", "send", "visit"):
        later = sessions.resting(account, capability, now=time.now)
        assert later is not None
        assert later.why == "consent"
    agree(account, make_member(account.workspace))
    assert sessions.resting(account, "read", now=time.now) is None


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_two_agreements_of_which_one_holds(time: Hand) -> None:
    account = connected()
    user = make_member(account.workspace)
    together = Barrier(4)

    def work(_number: int) -> None:
        together.wait()
        try:
            agree(account, user, "automation")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    given = Consent.objects.filter(kind="automation")
    assert given.count() == 4
    assert given.filter(withdrawn_at=None).count() == 1
