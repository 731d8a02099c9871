"""The audit log: added to, never changed, and a hole shows."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db.models import F

from accounts import audit
from accounts.models import AuditChain, AuditEntry, Membership, Workspace
from tests.accounts.tampering import unguard
from tests.callers import caller
from tests.factories import make_member, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture(autouse=True)
def by_hand(request: pytest.FixtureRequest, db: None) -> None:
    """The tests write past the triggers; those with many writers leave them on."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        unguard()


def write(workspace: Workspace, times: int = 5) -> str:
    for number in range(times):
        audit.record("thing.done", by=audit.SYSTEM, workspace=workspace, data={"n": number})
    return str(workspace.uid)


def test_a_chain_that_nobody_touched_holds(workspace: Workspace) -> None:
    assert audit.broken_at(write(workspace)) is None


def test_a_chain_without_entries_holds() -> None:
    assert audit.broken_at("nothing") is None


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_removed_entry_shows_the_last_one_too(workspace: Workspace, number: int) -> None:
    key = write(workspace)
    AuditEntry.objects.filter(chain=key, number=number).delete()

    assert audit.broken_at(key) == number


@pytest.mark.parametrize(
    "change", [{"action": "other"}, {"data": {"n": 9}}, {"address": "x"}, {"actor_kind": "member"}]
)
def test_a_changed_entry_shows(workspace: Workspace, change: dict[str, object]) -> None:
    key = write(workspace)
    AuditEntry.objects.filter(chain=key, number=2).update(**change)

    assert audit.broken_at(key) == 2


def test_an_entry_put_in_later_shows(workspace: Workspace) -> None:
    key = write(workspace)
    AuditEntry.objects.filter(chain=key, number__gte=4).update(number=F("number") + 10)
    AuditEntry.objects.create(
        chain=key, number=4, actor_kind="system", action="x", at=workspace.created_at, digest="d"
    )

    assert audit.broken_at(key) == 4


def test_a_chain_whose_head_was_lost_shows(workspace: Workspace) -> None:
    key = write(workspace)
    AuditChain.objects.filter(key=key).delete()

    assert audit.broken_at(key) == 1


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_one_unbroken_chain(workspace: Workspace) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: write(workspace, 3), range(8)))

    assert audit.broken_at(str(workspace.uid)) is None
    assert AuditEntry.objects.count() == 24


def test_owners_read_their_own_chain_alone(workspace: Workspace) -> None:
    write(workspace)
    write(make_workspace("Ailleurs"), 2)
    body = caller(make_member(workspace)).get("/audit?limit=3").json()

    assert [row["number"] for row in body["results"]] == [5, 4, 3]
    assert body["next"]


def test_members_do_not_read_it(workspace: Workspace) -> None:
    answer = caller(make_member(workspace, "member")).get("/audit")

    assert (answer.status_code, answer.json()["code"]) == (403, "role_too_small")


def test_what_concerns_a_person_stands_in_each_of_their_workspaces(workspace: Workspace) -> None:
    user = make_member(workspace)
    Membership.objects.create(user=user, workspace=make_workspace("Autre"))
    audit.record_for_person("thing.done", user, by=audit.by(user, "192.0.2.1"))

    assert AuditEntry.objects.filter(action="thing.done", actor_uid=user.uid).count() == 2
