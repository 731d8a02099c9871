"""People and workspaces that go at the same moment: an owner stays, and nobody waits for ever."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from accounts import audit, doors, members
from accounts.models import AuditChain, Membership, User, Workspace
from billing import closing
from billing.models import Closing, Subscription
from processing.models import Contact
from processing.privacy import leaving, retention
from tests.factories import make_account, make_contact, make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 1.0


def together(*works: Callable[[], Any]) -> list[str]:
    """Do all works at once, each on a connection of its own; return the names of their errors."""
    errors: list[str] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - whatever it was, the test names it
            errors.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


class Meeting:
    """Lets two threads pass at the same moment; one that nobody joins goes on alone."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2, timeout=PATIENCE)

    def after(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return `work` that meets the other thread once its answer is read."""

        def done(*given: Any, **named: Any) -> Any:
            answer = work(*given, **named)
            if hasattr(answer, "exists"):
                # What a later look would find is not what was decided by.
                answer = _Read(answer)
            self.meet()
            return answer

        return done

    def meet(self) -> None:
        with suppress(threading.BrokenBarrierError):
            self.barrier.wait()


class _Read:
    """The answer of a query as it was when it was asked."""

    def __init__(self, rows: Any) -> None:
        self.rows = list(rows)

    def exists(self) -> bool:
        return bool(self.rows)

    def __iter__(self) -> Any:
        return iter(self.rows)


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> Meeting:
    """Two checks for other people meet after they were made."""
    met = Meeting()
    monkeypatch.setattr(leaving, "needed_in", met.after(leaving.needed_in))
    monkeypatch.setattr(members, "_keep_an_owner", met.after(members._keep_an_owner))
    return met


def leave(user: User) -> Callable[[], None]:
    return lambda: leaving.erase_person(user, by=audit.by(user))


def shared(people: int) -> tuple[Workspace, list[User]]:
    workspace = make_workspace("Atelier")
    return workspace, [make_member(workspace) for _ in range(people)]


def test_two_last_people_leave_no_workspace_behind(meeting: Meeting) -> None:
    _workspace, people = shared(2)
    assert together(*map(leave, people)) == []
    assert not User.objects.exists()
    assert not Workspace.objects.exists()


def test_two_owners_do_not_both_count_on_the_other(meeting: Meeting) -> None:
    workspace, people = shared(2)
    make_member(workspace, "member")
    assert together(*map(leave, people)) == ["OnlyOwnerError"]
    assert workspace.memberships.filter(role="owner").count() == 1


@pytest.mark.parametrize("how", ["demoted", "removed"])
def test_an_owner_goes_while_the_other_one_leaves(how: str, meeting: Meeting) -> None:
    workspace, people = shared(2)
    make_member(workspace, "member")
    other = workspace.memberships.get(user=people[1])
    end: Callable[[], Any] = lambda: members.remove(other, by=audit.SYSTEM)  # noqa: E731 - one of two
    if how == "demoted":
        end = lambda: members.change_role(other, "member", by=audit.SYSTEM)  # noqa: E731 - the other
    assert together(leave(people[0]), end) in (["OnlyOwnerError"], ["LastOwnerError"])
    assert workspace.memberships.filter(role="owner").count() == 1


class Crossing:
    """Two moments that wait for each other a little, so that both hold their first lock."""

    def __init__(self) -> None:
        self.here, self.there = threading.Event(), threading.Event()

    def pass_here(self) -> None:
        self.here.set()
        self.there.wait(PATIENCE)

    def pass_there(self) -> None:
        self.there.set()
        self.here.wait(PATIENCE)


def test_a_person_and_a_workspace_go_without_a_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    own, crossing = make_workspace("Own"), Crossing()
    common, (boss,) = shared(1)
    user = make_member(own)
    Membership.objects.create(workspace=common, user=user, role="member")
    record, close = audit.record, audit.close_chain

    def recorded(action: str, **named: Any) -> Any:
        record(action, **named)
        if named.get("data", {}).get("workspace") == str(own.uid):
            crossing.pass_here()

    def closed(key: str) -> Any:
        told = close(key)
        if key == str(common.uid):
            crossing.pass_there()
        return told

    monkeypatch.setattr(audit, "record", recorded)
    monkeypatch.setattr(audit, "close_chain", closed)
    by = audit.by(boss)
    end = lambda: leaving.erase_workspace(common, confirm="Atelier", by=by)  # noqa: E731 - a work
    assert together(leave(user), end) == []
    assert list(User.objects.all()) == [boss]
    assert not Workspace.objects.exists()
    assert audit.broken_at(audit.OPERATORS) is None


def test_a_purge_and_a_sign_in_do_not_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, user = make_workspace("W1"), make_workspace("W2"), make_user()
    crossing, record = Crossing(), audit.record
    for workspace in (first, second):
        Membership.objects.create(workspace=workspace, user=user, role="owner")
        audit.record("workspace.opened", by=audit.SYSTEM, workspace=workspace)
    for workspace in (second, first):
        make_contact(make_account(workspace))
    Contact.objects.update(created_at=timezone.now() - timedelta(days=5000))

    def recorded(action: str, **named: Any) -> Any:
        record(action, **named)
        if (action, named.get("workspace")) == ("contact.erased", second):
            crossing.pass_here()
        if (action, named.get("workspace")) == ("sign_in.began", first):
            crossing.pass_there()

    monkeypatch.setattr(audit, "record", recorded)
    sign_in = lambda: doors.enter_program(RequestFactory().post("/x"), user)  # noqa: E731 - a work
    assert together(retention.purge, sign_in) == []
    assert not Contact.objects.exists()


def test_an_entry_that_comes_while_its_chain_closes_goes_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace, (owner,) = shared(1)
    audit.record("thing.done", by=audit.SYSTEM, workspace=workspace)
    closing, close = threading.Event(), audit.close_chain

    def closed(key: str) -> Any:
        told = close(key)
        closing.set()
        threading.Event().wait(PATIENCE / 2)
        return told

    def late() -> None:
        closing.wait(PATIENCE)
        audit.record("thing.done", by=audit.SYSTEM, workspace=workspace)

    monkeypatch.setattr(audit, "close_chain", closed)
    by = audit.by(owner)
    end = lambda: leaving.erase_workspace(workspace, confirm="Atelier", by=by)  # noqa: E731 - a work
    assert together(end, late) == []
    assert list(AuditChain.objects.values_list("key", flat=True)) == [audit.OPERATORS]


def test_a_customer_made_while_their_workspace_is_erased_is_closed_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody clicks on a plan after the look for customers, before the last row is gone."""
    workspace = make_workspace()
    close = closing.close_workspace
    calls: list[Workspace] = []

    def meanwhile(gone: Workspace) -> None:
        close(gone)
        if not calls:
            # What another process commits: `row_of`, then `take_customer`.
            Subscription.objects.create(workspace=workspace, customer_id="cus_meanwhile")
        calls.append(gone)

    monkeypatch.setattr(closing, "close_workspace", meanwhile)
    leaving.erase_workspace(workspace, confirm=workspace.name, by=audit.SYSTEM)

    assert not Subscription.objects.exists()
    assert Closing.objects.filter(customer_id="cus_meanwhile").exists()
