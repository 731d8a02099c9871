"""News of the plan on top of every page: which, for whom, until when, and how they are put away."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Invitation, User, Workspace
from billing import subscribing
from billing.differences import News
from billing.models import PlanChange, Subscription
from flowia.lib import clock
from tests.callers import browser
from tests.factories import make_member, make_workspace

pytestmark = pytest.mark.django_db
NOTE = re.compile(
    r'<aside class="note unproven([^"]*)" aria-label="News of your plan">(.*?)</aside>', re.DOTALL
)


@pytest.fixture
def workspace() -> Workspace:
    found = make_workspace()
    Subscription.objects.create(workspace=found, plan="premium", paid_plan="premium")
    return found


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


def happens(workspace: Workspace, reason: str, **data: str) -> PlanChange:
    subscribing.tell(workspace.pk, News(reason, "premium", "premium", data))
    return PlanChange.objects.latest("pk")


def awaited(workspace: Workspace, *, invoice: str = "in_1") -> None:
    Subscription.objects.filter(workspace=workspace).update(open_invoice_id=invoice)


def note(user: User, address: str = "/inbox/leads", client: Client | None = None) -> str:
    """The text of the note, "" without one; one that asks for a payment begins with "!"."""
    shown = html.unescape((client or browser(user, "en")).get(address).content.decode())
    found = NOTE.search(shown)
    if found is None:
        return ""
    words = " ".join(re.sub(r"<[^>]+>", " ", found[2]).split())
    return f"{'!' if 'error' in found[1] else ''}{words}"


def put_away(user: User, change: PlanChange | str, **form: str) -> int:
    named = change if isinstance(change, str) else str(change.uid)
    return browser(user).post("/plan/seen", {"change": named, **form}).status_code


def test_the_latest_news_stand_on_every_page(workspace: Workspace, owner: User) -> None:
    assert note(owner) == ""
    happens(workspace, "plan_started")
    happens(workspace, "cancel_undone")

    for address in ("/inbox", "/inbox/leads", "/tools", "/settings/members"):
        assert note(owner, address) == (
            "The plan Premium goes on: its cancellation was taken back. See the plan Put away"
        )
    # On the page of the plan itself there is nowhere to go.
    assert "See the plan" not in note(owner, "/plan")
    assert "goes on" in note(make_member(workspace, "member"))


def test_they_are_for_the_members_alone(workspace: Workspace, owner: User) -> None:
    happens(workspace, "plan_started")
    stranger = make_member(make_workspace())
    invitation = Invitation.objects.create(
        workspace=workspace,
        email=stranger.email,
        role="member",
        invited_by=owner,
        expires_at=clock.now() + timedelta(days=1),
    )

    for address in ("/inbox/leads", "/plan", f"/invitation/{invitation.uid}"):
        assert note(stranger, address) == ""
    assert note(owner, "/login") == ""


def test_after_thirty_days_they_are_history(workspace: Workspace, owner: User) -> None:
    happens(workspace, "plan_started")
    for days, shown in ((29, True), (31, False)):
        PlanChange.objects.update(created_at=clock.now() - timedelta(days=days))
        assert bool(note(owner)) is shown


def test_put_away_by_one_they_are_away_for_all_with_what_came_before(
    workspace: Workspace, owner: User
) -> None:
    happens(workspace, "plan_started")
    second = happens(workspace, "cancel_undone")
    assert put_away(make_member(workspace, "member"), second) == 302

    assert note(owner) == ""
    assert PlanChange.objects.filter(seen_at=None).count() == 0


def test_an_old_tab_puts_nothing_newer_away(workspace: Workspace, owner: User) -> None:
    old = happens(workspace, "plan_started")
    happens(workspace, "cancel_undone")
    for _ in range(2):
        assert put_away(owner, old) == 302

    assert "goes on" in note(owner)


def test_a_tab_of_another_workspace_puts_its_own_news_away(
    workspace: Workspace, owner: User
) -> None:
    other = make_workspace()
    other.memberships.create(user=owner, role="owner")
    mine, theirs = happens(workspace, "plan_started"), happens(other, "plan_started")
    client = browser(owner)
    client.get(f"/inbox/leads?workspace={other.uid}")
    client.post("/plan/seen", {"change": str(mine.uid), "workspace": str(workspace.uid)})
    client.post("/plan/seen", {"change": str(mine.uid), "workspace": str(other.uid)})

    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert mine.seen_at is not None
    assert theirs.seen_at is None


@pytest.mark.parametrize("named", ["", "nonsense", "019d3f5c-6f4e-7d5e-8a51-9c1a2b3c4d5e"])
def test_what_does_not_exist_is_not_put_away(workspace: Workspace, owner: User, named: str) -> None:
    happens(workspace, "plan_started")

    assert put_away(owner, named) == 302
    assert note(owner)


def test_nobody_else_puts_them_away(workspace: Workspace, owner: User) -> None:
    change = happens(workspace, "plan_started")

    assert put_away(make_member(make_workspace()), change) == 302
    assert Client().post("/plan/seen", {"change": str(change.uid)}).status_code == 302
    assert note(owner)


@pytest.mark.parametrize(
    ("to", "leads"),
    [
        ("/inbox/leads?show=hot", "/inbox/leads?show=hot"),
        ("", "/plan"),
        ("https://evil.example/", "/plan"),
        ("//evil.example/", "/plan"),
        ("/\\evil.example", "/plan"),
        ("javascript:alert(1)", "/plan"),
        ("/%2e%2e//evil.example", "/plan"),
        ("/plan/seen", "/plan"),
    ],
)
def test_afterwards_one_stays_on_this_site(
    workspace: Workspace, owner: User, to: str, leads: str
) -> None:
    change = happens(workspace, "plan_started")
    answer = browser(owner).post("/plan/seen", {"change": str(change.uid), "next": to})

    assert answer["Location"] == leads


def test_a_payment_that_is_awaited_comes_first_and_only_owners_put_it_away(
    workspace: Workspace, owner: User
) -> None:
    failed = happens(workspace, "payment_failed", until="")
    later = happens(workspace, "cancel_planned", until="2027-03-14T12:00:00+00:00")
    awaited(workspace)
    mate = make_member(workspace, "member")

    asked = "!The payment for Premium failed. Pay or change the card"
    assert note(owner) == f"{asked} Put away"
    assert note(mate) == asked
    for change in (failed, later):
        assert put_away(mate, change) == 403
    assert put_away(owner, failed) == 302
    assert "was cancelled" in note(owner)


def test_once_it_is_paid_nothing_asks_for_it(workspace: Workspace, owner: User) -> None:
    happens(workspace, "payment_failed", until="")
    awaited(workspace)
    assert note(owner).startswith("!")
    awaited(workspace, invoice="")
    happens(workspace, "payment_repaired")

    assert note(owner).startswith("The payment went through")
    # Another invoice, months later, is not about that failure.
    awaited(workspace, invoice="in_2")
    assert note(owner).startswith("The payment went through")


def test_a_confirmation_that_was_given_is_no_news(workspace: Workspace, owner: User) -> None:
    happens(workspace, "payment_action", invoice="in_1")
    awaited(workspace)
    assert note(owner).startswith("!Your bank asks you to confirm the payment for Premium.")
    awaited(workspace, invoice="")

    assert note(owner) == ""
