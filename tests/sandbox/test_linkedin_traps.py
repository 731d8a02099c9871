"""What can go wrong on LinkedIn's stand-in, asked for by options."""

import time
from typing import Any

import pytest
import requests

from sandbox.linkedin import traps
from tests.sandbox.conftest import Sandbox
from tests.sandbox.linkedin import Browser, control, english, order, thread_of, urn


@pytest.fixture(autouse=True)
def at_first(sandbox: Sandbox) -> None:
    order(sandbox, "reset")


@pytest.fixture
def browser(sandbox: Sandbox) -> Browser:
    return Browser.of(sandbox)


WALLS = {
    "login": (302, "/linkedin/login?session_redirect="),
    "uas_login": (302, "/linkedin/uas/login?"),
    "authwall": (302, "/linkedin/authwall?"),
    "checkpoint": (302, "/linkedin/checkpoint/challenge/"),
    "challenge": (302, "/linkedin/challenge/"),
    "challenge_error": (302, "challenge_global_internal_error"),
    "chooser": (200, 'id="rememberme-div"'),
    "sign_in": (200, "<title>Sign in | LinkedIn</title>"),
    "redirect_loop": (302, "/linkedin/messaging/"),
    "999": (999, ""),
    "429": (429, "too many requests"),
    "too_many_requests": (200, "too many requests"),
    "restricted": (200, "Votre compte est restreint"),
    "error": (500, ""),
    "unknown": (200, "qx-root"),
}
SCRIPTED = {
    "login_script": "%2Flinkedin%2Flogin",
    "authwall_script": "%252Fmessaging%252F",
    "signup_script": "%2Flinkedin%2Fsignup",
    "checkpoint_script": "%2Flinkedin%2Fcheckpoint",
    "challenge_error_script": "challenge_global_internal_error",
}


def test_every_gate_is_told_here() -> None:
    assert set(traps.GATES) == WALLS.keys() | SCRIPTED.keys() | {"hang", "cut"}


@pytest.mark.parametrize(("kind", "status", "sign"), [(kind, *WALLS[kind]) for kind in WALLS])
def test_a_wall_stands_where_the_page_was(
    sandbox: Sandbox, browser: Browser, kind: str, status: int, sign: str
) -> None:
    order(sandbox, "options", gate=kind)
    answer = browser.see()
    assert answer.status_code == status
    assert sign in answer.headers.get("Location", "") + answer.text
    if kind in {"429", "too_many_requests"}:
        assert "<main" not in answer.text
    [seen] = control(sandbox, "requests")["requests"]
    assert (seen["status"], seen["trap"]) == (status, kind)


@pytest.mark.parametrize(("kind", "where"), list(SCRIPTED.items()))
def test_a_script_leads_away_from_a_page_that_is_whole(
    sandbox: Sandbox, browser: Browser, kind: str, where: str
) -> None:
    order(sandbox, "options", gate=kind, gate_ms=120)
    page = browser.see()
    assert page.status_code == 200
    assert 'data-leads-ms="120"' in page.text
    assert where in page.text.partition('data-leads="')[2].partition('"')[0]
    assert '<script id="page"' in page.text


def test_the_walls_have_addresses_of_their_own(sandbox: Sandbox, browser: Browser) -> None:
    order(sandbox, "options", gate="checkpoint")
    there = browser.see().headers["Location"].removeprefix("/linkedin")
    assert "vérification de sécurité" in browser.see(there).text
    assert Browser(sandbox).see("/login").status_code == 200


ANSWERS = {
    "401": 401,
    "403": 403,
    "429": 429,
    "999": 999,
    "500": 500,
    "login": 302,
    "html": 200,
    "no_root": 200,
}


@pytest.mark.parametrize(("kind", "status"), list(ANSWERS.items()))
def test_voyager_answers_as_it_is_told(
    sandbox: Sandbox, browser: Browser, kind: str, status: int
) -> None:
    order(sandbox, "options", voyager=kind)
    answer = browser.query("conversations", "()")
    assert answer.status_code == status
    assert "messengerConversations" not in answer.text


def test_one_call_alone_can_fail(sandbox: Sandbox, browser: Browser) -> None:
    order(sandbox, "options", voyager_messages="500")
    thread = thread_of(sandbox, "Zoé Martin")
    assert browser.query("messages", f"(conversationUrn:{urn(thread)})").status_code == 500
    assert browser.ask("GET", "/me").status_code == 200
    assert len(browser.conversations()["elements"]) == 20


# What the browser is told (0: nothing), and how many messages are kept.
SENDS = {
    "400": (400, 0),
    "401": (401, 0),
    "403": (403, 0),
    "422": (422, 0),
    "429": (429, 0),
    "999": (999, 0),
    "500": (500, 0),
    "503": (503, 0),
    "checkpoint": (302, 0),
    "500_kept": (500, 1),
    "no_urn": (200, 1),
    "late": (200, 1),
    "hang": (0, 1),
    "cut": (0, 1),
    "hang_before": (0, 0),
    "cut_before": (0, 0),
    "twice": (200, 2),
}


def test_every_end_of_a_send_is_told_here() -> None:
    assert SENDS.keys() == traps.SENDS.keys()
    assert {kind for kind, (_, kept) in SENDS.items() if kept} == traps.KEEPS


@pytest.mark.parametrize(("kind", "told", "kept"), [(kind, *SENDS[kind]) for kind in SENDS])
def test_a_message_ends_as_it_is_told(
    sandbox: Sandbox, browser: Browser, kind: str, told: int, kept: int
) -> None:
    order(sandbox, "options", send=kind, hang_ms=150, times=1)
    thread = urn(thread_of(sandbox, "Zoé Martin"))
    if told:
        answer = browser.create(thread, token="first")
        assert answer.status_code == told
        assert ("entityUrn" in answer.text) == (kind in {"late", "twice"})
    else:
        with pytest.raises(requests.ConnectionError):
            browser.create(thread, token="first")
    sent = control(sandbox, "sent")
    assert [(one["status"], one["kept"]) for one in sent["attempts"]] == [(told, kept)]
    assert len(sent["messages"]) == kept
    assert browser.create(thread, "Encore", "second").status_code == 200


def test_a_browser_that_repeats_an_unanswered_call_is_not_answered_either(
    sandbox: Sandbox, browser: Browser
) -> None:
    order(sandbox, "options", send="cut", times=1)
    thread = urn(thread_of(sandbox, "Zoé Martin"))
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            browser.create(thread, token="same")
    sent = control(sandbox, "sent")
    assert [one["kept"] for one in sent["attempts"]] == [1, 0]
    assert len(sent["messages"]) == 1


def test_a_page_that_hangs_says_nothing_and_lets_go(sandbox: Sandbox, browser: Browser) -> None:
    order(sandbox, "options", gate="hang", hang_ms=150, times=1)
    with pytest.raises(requests.ConnectionError):
        browser.see()
    order(sandbox, "options", gate="hang", hang_ms=60_000)
    for _ in range(20):
        with pytest.raises(requests.Timeout):
            browser.call("GET", "/messaging/", timeout=0.05)
    began = time.monotonic()
    control(sandbox, "members")
    assert time.monotonic() - began < 5
    assert {one["status"] for one in control(sandbox, "requests")["requests"]} == {0}


def test_a_trap_is_for_one_member_and_for_so_many_requests(
    sandbox: Sandbox, browser: Browser
) -> None:
    grace = Browser.of(sandbox, member=english(sandbox))
    order(sandbox, "options", gate="999", member=english(sandbox), times=2)
    assert browser.see().status_code == 200
    assert [grace.see().status_code for _ in range(3)] == [999, 999, 200]


def test_what_is_set_for_a_member_goes_before_what_is_set_for_all(
    sandbox: Sandbox, browser: Browser
) -> None:
    order(sandbox, "options", gate="999")
    told = order(sandbox, "options", gate="429", member=control(sandbox, "export")["member"])
    assert [
        (one["value"], bool(one["member"])) for one in told["set"] if one["name"] == "gate"
    ] == [
        ("999", False),
        ("429", True),
    ]
    assert browser.see().status_code == 429


def test_taking_every_trap_away_leaves_the_build(sandbox: Sandbox, browser: Browser) -> None:
    before = browser.page()["queries"]
    order(sandbox, "options", gate="999", page_size=3, gate_ms=5)
    sandbox.delete("/linkedin/sandbox/options")
    assert browser.page()["queries"] == before
    assert [one["name"] for one in control(sandbox, "options")["set"]] == ["build"]


PAGES: tuple[dict[str, Any], ...] = (
    {"renamed": {"composer": 1, "send": "unknown"}},
    {"missing": ["send"]},
    {"overlay": "other"},
    {"stale": "never"},
    {"reorders_ms": 300},
    {"composer": "doubles"},
    {"list_more": "button"},
)


@pytest.mark.parametrize("trap", PAGES)
def test_how_a_page_behaves_is_decided_when_it_is_loaded(
    sandbox: Sandbox, browser: Browser, trap: dict[str, Any]
) -> None:
    order(sandbox, "options", **trap, times=1)
    [(name, value)] = trap.items()
    assert browser.page()["behaves"][name] == value
    assert browser.page()["behaves"][name] != value


def test_an_address_of_a_thread_can_be_broken(sandbox: Sandbox, browser: Browser) -> None:
    path = f"/messaging/thread/{thread_of(sandbox, 'Zoé Martin')['thread']}/"
    order(sandbox, "options", deep_link="wrong", times=1)
    assert browser.page(path)["opens"] == "wrong"
    order(sandbox, "options", deep_link="404", times=1)
    assert browser.see(path).status_code == 404
    assert browser.page(path)["opens"].startswith("2-")


def test_an_empty_inbox_has_its_root_and_another_form_other_roots(
    sandbox: Sandbox, browser: Browser
) -> None:
    order(sandbox, "options", empty=True, times=1)
    assert browser.conversations()["elements"] == []
    order(sandbox, "options", conversations_root="ByRecipients", messages_root="ByConversation")
    told = browser.query("conversations", "()").json()["data"]
    assert list(told) == ["messengerConversationsByRecipients"]
    order(sandbox, "options", json_form="normalized")
    assert browser.page()["form"] == "normalized"


@pytest.mark.parametrize("when", ["opening", "typing"])
def test_the_contact_writes_just_then(sandbox: Sandbox, browser: Browser, when: str) -> None:
    thread = thread_of(sandbox, "Zoé Martin")
    order(sandbox, "options", arrives=when, arrives_text="Au fait…", times=1)
    path = "/voyagerMessagingDashMessengerConversations?action=typing"
    assert [len(browser.messages(urn(thread))) for _ in range(2)] == [
        1,
        2 if when == "opening" else 1,
    ]
    for _ in range(2):
        assert browser.ask("POST", path, json={"conversationUrn": urn(thread)}).ok
    said = control(sandbox, "messages", thread=thread["thread"])["messages"]
    assert [one["text"] for one in said].count("Au fait…") == 1


def test_the_token_is_looked_at_unless_it_is_told_otherwise(
    sandbox: Sandbox, browser: Browser
) -> None:
    order(sandbox, "options", csrf=False, rotate=False)
    before = dict(browser.cookies)
    assert browser.create(urn(thread_of(sandbox, "Zoé Martin")), **{"csrf-token": "x"}).ok
    browser.see()
    assert browser.cookies["JSESSIONID"] == before["JSESSIONID"]
