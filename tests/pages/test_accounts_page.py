"""The pages of accounts: at a glance, the truth of one, what owners may do and teammates see."""

import re
from collections.abc import Iterator

import pytest

from accounts.models import AuditEntry, User, Workspace
from social.models import SocialAccount
from tests.callers import Queries, browser, clock_queries
from tests.factories import make_account, make_member, make_workspace
from tests.social.connected import BACK, begin, make_glow
from tests.social.glow import Glow, glow_at_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def glow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Glow]:
    with glow_at_work(monkeypatch) as found:
        yield found


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


def page(user: User, address: str = "/accounts") -> str:
    answer = browser(user, "en").get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def do(user: User, account: SocialAccount, **form: str) -> str:
    address = f"/accounts/{account.uid}"
    return str(browser(user, "en").post(address, form, follow=True).content.decode())


def test_a_newcomer_is_shown_the_way(glow: Glow, owner: User) -> None:
    shown = page(owner)
    assert "Connect the first account" in shown
    assert "Connect Glow" in shown


def test_a_teammate_is_told_who_can(glow: Glow, workspace: Workspace) -> None:
    shown = page(make_member(workspace, "member"))
    assert "Only an owner of this workspace can do that." in shown
    assert "Connect Glow" not in shown


def test_a_server_without_keys_says_so(owner: User) -> None:
    assert "No network is set up on this server yet" in page(owner)


def test_each_account_stands_there_with_its_state(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    make_glow(workspace, name="First")
    make_glow(workspace, name="Second", status="needs_login")
    make_glow(workspace, name="Third", status="disconnected", secrets={})
    make_glow(make_workspace("Ailleurs"), name="Foreign")
    shown = page(owner)
    assert shown.index("First") < shown.index("Second") < shown.index("Third")
    assert "Foreign" not in shown
    assert "Nothing leaves until you connect it again" in shown


def test_the_list_costs_the_same_however_long(
    glow: Glow, owner: User, workspace: Workspace, django_assert_num_queries: Queries
) -> None:
    client = browser(owner)
    make_glow(workspace)
    client.get("/accounts")
    with django_assert_num_queries(7 + clock_queries()):
        client.get("/accounts")
    for _more in range(5):
        make_glow(workspace)
    with django_assert_num_queries(7 + clock_queries()):
        client.get("/accounts")


def test_missing_permissions_are_told_once_to_whom_it_happened(glow: Glow, owner: User) -> None:
    client = browser(owner, "en")
    glow.grants("g1", scopes=("write",))
    back = {"code": "c1", "state": begin(client)["state"]}
    shown = client.get(BACK, back, follow=True).content.decode()
    assert "Nothing was connected" in shown
    assert "to read what people write" in shown
    assert "to answer comments" not in shown
    assert "Nothing was connected" not in client.get("/accounts").content.decode()


@pytest.mark.parametrize("missing", ["read", "nonsense"])
def test_a_link_cannot_make_the_page_say_that_nothing_was_connected(
    glow: Glow, owner: User, missing: str
) -> None:
    shown = page(owner, f"/accounts?provider=glow&login=front&missing={missing}")
    assert "Nothing was connected" not in shown


def test_the_truth_of_one_account(glow: Glow, owner: User, workspace: Workspace) -> None:
    account = make_glow(workspace, scopes=["read"], lacks={"comments": "scope"}, unannounced=3)
    shown = page(owner, f"/accounts/{account.uid}")
    for words in (
        "Ask for the permissions again",
        "What is possible here",
        "The permission for it was not given.",
        "Signs of life",
        "Technical details",
        "Not given: to answer comments",
        "<code>messages</code>",
    ):
        assert words in shown, words
    assert account.sealed_credentials not in shown


def test_an_owner_pauses_and_resumes(glow: Glow, owner: User, workspace: Workspace) -> None:
    account = make_glow(workspace)
    assert "You paused it" in do(owner, account, do="pause")
    assert "Everything works" in do(owner, account, do="resume")
    rows = AuditEntry.objects.filter(chain=str(workspace.uid)).order_by("number")
    told = list(rows.values_list("action", flat=True))
    assert told == ["account.paused", "account.resumed"]


def test_automatic_answers_are_agreed_to_by_a_tick_and_taken_back(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    account = make_glow(workspace)
    assert "Tick the sentence that you agree to first." in do(owner, account, do="agree")
    account.refresh_from_db()
    assert account.automation_agreed_at is None
    assert "Agreed to since" in do(owner, account, do="agree", agreed="1")
    account.refresh_from_db()
    assert account.automation_agreed_by == owner.uid
    assert "every answer here waits for your approval" in do(owner, account, do="withdraw")


def test_a_look_says_when_the_network_told_nothing(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    account = make_glow(workspace)
    glow.service.answer(200, {"scopes": ["read", "write"], "fields": ["comments", "messages"]})
    assert "We looked again just now." in do(owner, account, do="check")
    glow.service.answers.clear()
    glow.service.answer(503, {"retryable": True})
    assert "The network told us nothing just now." in do(owner, account, do="check")


def test_an_account_of_another_workspace_is_nowhere(owner: User) -> None:
    foreign = make_account(make_workspace("Ailleurs"))
    client = browser(owner)
    for path in ("", "/disconnect"):
        assert client.get(f"/accounts/{foreign.uid}{path}").status_code == 404
        assert client.post(f"/accounts/{foreign.uid}{path}", {"do": "pause"}).status_code == 404


def test_a_disconnected_account_offers_the_way_back_alone(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    account = make_glow(workspace, status="disconnected", secrets={})
    shown = page(owner, f"/accounts/{account.uid}")
    assert "Connect again" in shown
    assert "Disconnect…" not in shown


def test_every_page_of_the_house_leads_to_the_accounts(owner: User) -> None:
    head = page(owner, "/inbox").split("<main")[0]
    assert re.search(r'<a href="/accounts"[^>]*>Accounts</a>', head)


def test_open_pages_are_told_what_changed(glow: Glow, workspace: Workspace, owner: User) -> None:
    account = make_glow(workspace)
    client, live = browser(owner, "en"), {"X-Fragment": "1"}
    for address in ("/accounts", f"/accounts/{account.uid}"):
        SocialAccount.objects.update(status="active")
        first, same = (client.get(address, headers=live).content.decode() for _time in range(2))
        SocialAccount.objects.update(status="needs_login", status_reason="revoked")
        changed = client.get(address, headers=live).content.decode()
        assert "<html" not in first
        assert version_of(first) == version_of(same) != version_of(changed)
        assert "Nothing leaves until you connect it again" in changed


def version_of(fragment: str) -> str:
    return fragment.partition('data-version="')[2].partition('"')[0]
