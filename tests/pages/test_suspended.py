"""Where a workspace is suspended, no page promises an answer."""

import html

import pytest

from accounts.models import User, Workspace
from billing.models import Quota, Subscription
from billing.quotas import usage
from flowia.lib import clock
from tests.callers import browser
from tests.factories import make_conversation, make_member, make_message, make_workspace

pytestmark = pytest.mark.django_db
SAID = "Nothing is answered: the plan is suspended"
PROMISES = ("The assistant answers", "The assistant sends again", "New messages from", "larger")


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


def read(user: User, address: str) -> str:
    """The page without the offers, which speak of plans and not of this workspace."""
    shown = html.unescape(browser(user, "en").get(address).content.decode())
    return shown.split('id="plans"')[0]


@pytest.mark.parametrize("why", ["operator", "customer_deleted"])
@pytest.mark.parametrize("used", [3, 10])
@pytest.mark.parametrize("plan", ["freemium", "ultra"])
def test_no_page_of_a_suspended_workspace_promises_an_answer(
    workspace: Workspace, owner: User, why: str, used: int, plan: str
) -> None:
    Subscription.objects.create(
        workspace=workspace, plan=plan, suspended_at=clock.now(), suspended_for=why
    )
    Quota.objects.create(workspace=workspace, day=usage(workspace).day, used=used)
    thread = make_conversation(workspace)

    for address, times in (("/inbox", 1), (f"/inbox/{thread.uid}", 2), ("/plan", 1)):
        shown = read(owner, address)
        assert shown.count(SAID) == times
        assert [one for one in PROMISES if one in shown] == []


def test_what_waits_for_the_quota_has_no_hour_while_suspended(
    workspace: Workspace, owner: User
) -> None:
    thread = make_conversation(workspace)
    until = usage(workspace).renews_at
    make_message(thread, reason="quota_waits", next_at=until, sent_at=clock.now())
    address = f"/inbox/{thread.uid}"
    assert "Waits for one of the day's messages" in read(owner, address)
    Subscription.objects.create(
        workspace=workspace, plan="freemium", suspended_at=clock.now(), suspended_for="operator"
    )

    assert "Waits for one of the day's messages" not in read(owner, address)


def test_a_workspace_that_goes_on_says_nothing_of_it(workspace: Workspace, owner: User) -> None:
    Subscription.objects.create(workspace=workspace, plan="premium")
    thread = make_conversation(workspace)

    assert SAID not in read(owner, "/inbox")
    assert "The assistant answers" in read(owner, f"/inbox/{thread.uid}")
