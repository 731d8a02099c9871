"""Connecting by a member's own session: whose it is shows in a browser, and what becomes of it."""

from collections.abc import Callable

import pytest
from django.utils.translation import gettext_lazy

from accounts.models import AuditEntry, User, Workspace
from flowia.lib.errors import FlowError, NotFoundError
from social import consents, joining
from social.joining import NetworkStoppedError, NoBrowserError
from social.models import Consent, Poll, ProviderPause, SocialAccount
from social.providers.linkedin import acting
from social.providers.linkedin.browser import Outcome
from social.sessioning import Statement
from tests.factories import make_account, make_member
from tests.social.linkedin.exports import exported
from tests.social.linkedin.fake import OWNER, FakeLinkedIn
from tests.social.sessions.joined import (
    ANNA,
    changed_statement,
    fresh,
    marie,
    workspace,
)
from tests.social.sessions.members import Hand, connected, join, kept, session_of
from tests.social.sessions.steps import look

__all__ = ["marie", "workspace"]


@pytest.mark.django_db
def test_a_session_is_looked_at_once_and_then_its_account_works(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    row = join(marie, workspace)
    assert (row.status, row.external_id) == ("connecting", f"pending:{row.uid}")
    assert linkedin.jobs == []
    look(row)
    look(row)

    living = fresh(row)
    assert linkedin.whats() == ["visit"]
    assert (living.status, living.external_id, living.name) == ("active", *OWNER.values())
    assert living.check_next_at is None
    session = session_of(row)
    assert (session.state, session.busy_until, session.stopped_at) == ("ok", None, None)
    assert Poll.objects.get(stream="inbox").next_at == time.now
    # What LinkedIn rotated in the visit is what is kept.
    values = {one["name"]: one["value"] for one in kept(row)["cookies"]}
    assert values["JSESSIONID"] == '"ajax:1"'
    assert all("linkedin.com" in one["domain"] for one in kept(row)["cookies"])


@pytest.mark.django_db
def test_the_proof_of_the_consent_is_kept_with_the_words_of_its_language(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    row = join(marie, workspace)
    found = Consent.objects.get()
    statement = consents.statement_of("linkedin", "session")
    assert statement is not None
    assert found.version == statement.version
    assert found.digest == consents.digest_of(statement, "fr")
    paused = Statement("session", "1", (gettext_lazy("paused"),))
    assert consents.digest_of(paused, "fr") != consents.digest_of(paused, "en")
    assert (found.user_uid, found.address, found.given_at, found.withdrawn_at) == (
        marie.uid,
        "203.0.113.7",
        time.now,
        None,
    )
    assert AuditEntry.objects.filter(action="account.session_given").count() == 1
    time.move(minutes=1)
    join(marie, workspace, account=row)
    assert list(Consent.objects.order_by("pk").values_list("withdrawn_at", flat=True)) == [
        time.now,
        None,
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("prepare", "error"),
    [
        (lambda patch: patch.setattr(acting, "find_browser", lambda _named: None), NoBrowserError),
        (lambda _patch: ProviderPause.objects.create(provider="linkedin"), NetworkStoppedError),
        (
            lambda patch: patch.setattr(consents, "statement_of", changed_statement),
            consents.OldStatementError,
        ),
    ],
    ids=["no browser", "paused", "statement changed"],
)
def test_what_cannot_be_taken_in_leaves_nothing(
    time: Hand,
    linkedin: FakeLinkedIn,
    workspace: Workspace,
    marie: User,
    monkeypatch: pytest.MonkeyPatch,
    *,
    prepare: Callable[[pytest.MonkeyPatch], object],
    error: type[FlowError],
) -> None:
    statement = consents.statement_of("linkedin", "session")
    assert statement is not None
    prepare(monkeypatch)
    agreed = consents.Agreed(version=statement.version, language="fr")
    with pytest.raises(error):
        joining.join(workspace, "linkedin", exported(), agreed, user=marie)
    assert not SocialAccount.objects.exists()
    assert not Consent.objects.exists()


@pytest.mark.django_db
def test_an_account_of_another_workspace_or_network_cannot_be_connected_again(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    for foreign in (connected(), make_account(workspace)):
        with pytest.raises(NotFoundError):
            join(marie, workspace, account=foreign)


@pytest.mark.django_db
def test_connecting_twice_with_the_same_session_is_one_account_and_one_look(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    first = join(marie, workspace)
    second = join(marie, workspace)
    assert first.pk == second.pk
    look(second)
    look(first)
    assert linkedin.whats() == ["visit"]
    assert fresh(first).status == "active"


@pytest.mark.django_db
def test_two_people_of_a_workspace_who_connect_at_once_keep_their_own(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    hers = join(marie, workspace, li_at="maries")
    annas = join(make_member(workspace), workspace, li_at="annas")
    look(hers)
    linkedin.owner = dict(ANNA)
    look(annas)
    assert [(one.status, one.external_id) for one in SocialAccount.objects.order_by("pk")] == [
        ("active", OWNER["id"]),
        ("active", ANNA["id"]),
    ]


@pytest.mark.django_db
def test_one_person_who_gives_two_sessions_at_once_gets_one_account(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    first = join(marie, workspace, li_at="one")
    second = join(marie, workspace, li_at="two")
    look(first)
    look(second)
    account = SocialAccount.objects.get()
    assert (account.pk, account.status) == (first.pk, "active")
    values = {one["name"]: one["value"] for one in kept(account)["cookies"]}
    assert values["li_at"] == "two"
    assert Consent.objects.filter(withdrawn_at=None).get().social_account == account
    assert Consent.objects.filter(social_account=account).count() == 2


@pytest.mark.django_db
def test_a_row_that_never_got_through_is_used_again(
    time: Hand, linkedin: FakeLinkedIn, workspace: Workspace, marie: User
) -> None:
    linkedin.strange = [Outcome("needs_login", detail="path")]
    first = join(marie, workspace, li_at="stale")
    look(first)
    assert (fresh(first).status, fresh(first).status_reason) == ("needs_login", "needs_login")
    assert session_of(first).sealed == ""
    second = join(marie, workspace, li_at="fresh")
    assert second.pk == first.pk
    look(second)
    assert fresh(first).status == "active"
