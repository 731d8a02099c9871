"""LinkedIn's stand-in when nothing goes wrong: its pages, their calls, cookies and controls."""

import json
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.sandbox.conftest import Sandbox
from tests.sandbox.linkedin import NORMAL, Browser, control, english, order, thread_of, urn


@pytest.fixture(autouse=True)
def at_first(sandbox: Sandbox) -> None:
    order(sandbox, "reset")


@pytest.fixture
def browser(sandbox: Sandbox) -> Browser:
    return Browser.of(sandbox)


def test_each_page_says_what_it_opens_in_the_accounts_own_language(
    sandbox: Sandbox, browser: Browser
) -> None:
    thread = thread_of(sandbox, "Zoé Martin")["thread"]
    for path, opens in [
        ("/messaging/", "newest"),
        ("/messaging/thread/new/", "new"),
        (f"/messaging/thread/{quote(thread, safe='')}/", thread),
        ("/messaging/thread/2-unknown/", "wrong"),
    ]:
        page = browser.page(path)
        assert (page["opens"], page["words"]["list"]) == (opens, "Liste des conversations")
    grace = Browser.of(sandbox, member=english(sandbox))
    assert grace.page()["words"]["list"] == "Conversation List"
    assert grace.see("/feed/").status_code == 200
    assert grace.see("/").headers["Location"] == "/linkedin/feed/"


def test_listing_conversations_opens_none_and_reading_one_marks_it(
    sandbox: Sandbox, browser: Browser
) -> None:
    first = browser.conversations()["elements"][0]
    assert (first["unreadCount"], first["read"]) == (1, False)
    assert control(sandbox, "opened")["opened"] == []
    told = {"conversationUrn": first["entityUrn"], "how": "click"}
    path = "/voyagerMessagingDashMessengerConversations?action=markRead"
    assert browser.ask("POST", path, json=told).status_code == 200
    [opening] = control(sandbox, "opened")["opened"]
    assert (opening["how"], opening["unread"]) == ("click", 1)
    assert first["backendUrn"].endswith(opening["thread_id"])
    assert browser.conversations()["elements"][0]["unreadCount"] == 0


def test_a_long_inbox_comes_in_pages_of_twenty(browser: Browser) -> None:
    first = browser.conversations()
    rest = browser.conversations(f",nextCursor:{first['metadata']['nextCursor']}")
    urns = [one["entityUrn"] for one in first["elements"] + rest["elements"]]
    assert len(first["elements"]) == 20
    assert len(set(urns)) == len(urns) == 35
    assert rest["metadata"]["nextCursor"] is None


def test_the_inbox_has_the_cases_that_are_easy_to_confuse(browser: Browser) -> None:
    found = browser.conversations()["elements"]
    kinds: dict[str, int] = {"group": 0, "sponsored": 0, "organization": 0}
    names: dict[str, set[str]] = {}
    for one in found:
        [mine] = [
            who
            for who in one["conversationParticipants"]
            if (who["participantType"]["member"] or {}).get("distance") == "SELF"
        ]
        assert mine["participantType"]["member"]["firstName"]["text"] == "Camille"
        kinds["group"] += one["groupChat"]
        kinds["sponsored"] += "SPONSORED" in one["categories"]
        for who in one["conversationParticipants"]:
            kinds["organization"] += who["participantType"]["organization"] is not None
            if member := who["participantType"]["member"]:
                name = f"{member['firstName']['text']} {member['lastName']['text']}"
                names.setdefault(name, set()).add(who["hostIdentityUrn"])
    assert kinds == {"group": 1, "sponsored": 1, "organization": 1}
    assert len(names["Thomas Petit"]) == 2
    assert len(names["Inès Caron"]) == 1


def test_both_forms_of_the_list_tell_the_same(browser: Browser) -> None:
    plain = browser.conversations()["elements"]
    owner = f"urn%3Ali%3Afsd_profile%3A{browser.page()['owner']}"
    answer = browser.query("conversations", f"(mailboxUrn:{owner})", Accept=NORMAL)
    assert answer.headers["Content-Type"].startswith(NORMAL)
    told = answer.json()
    included = {one["entityUrn"]: one for one in told["included"]}
    urns = told["data"]["data"]["messengerConversationsByCategoryQuery"]["*elements"]
    assert urns == [one["entityUrn"] for one in plain]
    first = included[urns[0]]
    [last] = first["messages"]["*elements"]
    assert included[last]["body"]["text"] == plain[0]["messages"]["elements"][0]["body"]["text"]
    assert included[last]["*conversation"] == urns[0]
    who = included[included[last]["*sender"]]
    assert (
        who["hostIdentityUrn"] == plain[0]["messages"]["elements"][0]["sender"]["hostIdentityUrn"]
    )


def test_a_message_is_kept_once_for_each_origin_token(sandbox: Sandbox, browser: Browser) -> None:
    thread = thread_of(sandbox, "Zoé Martin")
    answers = [browser.create(urn(thread), "Bonjour\n\nZoé", "token-1").json() for _ in "ab"]
    assert answers[0]["value"]["entityUrn"] == answers[1]["value"]["entityUrn"]
    assert answers[0]["value"]["deliveredAt"] > 1_700_000_000_000
    sent = control(sandbox, "sent")
    assert [one["kept"] for one in sent["attempts"]] == [1, 0]
    assert [(one["text"], one["thread"]) for one in sent["messages"]] == [
        ("Bonjour\n\nZoé", thread["thread"])
    ]
    newest = browser.messages(urn(thread))[0]
    assert newest["entityUrn"] == answers[0]["value"]["entityUrn"]
    assert newest["originToken"] == "token-1"


def test_every_call_needs_the_csrf_token_and_what_was_tried_is_remembered(
    sandbox: Sandbox, browser: Browser
) -> None:
    thread = urn(thread_of(sandbox, "Zoé Martin"))
    for token in ("", "ajax:1", browser.cookies["JSESSIONID"]):
        assert browser.create(thread, **{"csrf-token": token}).status_code == 403
    assert browser.ask("GET", "/me", headers={"csrf-token": "x"}).status_code == 403
    sent = control(sandbox, "sent")
    assert [(one["status"], one["kept"]) for one in sent["attempts"]] == [(403, 0)] * 3
    assert sent["messages"] == []


def test_a_mailbox_is_nobody_elses(sandbox: Sandbox, browser: Browser) -> None:
    grace = Browser.of(sandbox, member=english(sandbox))
    thread = urn(thread_of(sandbox, "Zoé Martin"))
    assert grace.create(thread).status_code == 400
    assert grace.query("messages", f"(conversationUrn:{thread})").status_code == 404
    owner = f"urn%3Ali%3Afsd_profile%3A{browser.page()['owner']}"
    assert grace.query("conversations", f"(mailboxUrn:{owner})").status_code == 403
    assert grace.ask("GET", "/me").json()["miniProfile"]["firstName"] == "Grace"


def test_cookies_rotate_with_each_page_and_li_at_decides(
    sandbox: Sandbox, browser: Browser
) -> None:
    before = dict(browser.cookies)
    browser.see()
    assert browser.cookies["JSESSIONID"] != before["JSESSIONID"]
    assert browser.cookies["JSESSIONID"].startswith('"ajax:')
    assert browser.cookies["lidc"] != before["lidc"]
    assert Browser(sandbox, dict(before)).see().status_code == 200
    order(sandbox, "options", strict=True)
    for _ in range(2):
        Browser(sandbox, dict(browser.cookies)).see()
    assert browser.see().headers["Location"].startswith("/linkedin/login?")


def test_a_part_of_the_cookies_runs_in_circles_and_none_leads_to_the_login(
    sandbox: Sandbox, browser: Browser
) -> None:
    alone = Browser(sandbox, {"li_at": browser.cookies["li_at"]})
    assert alone.see().headers["Location"] == "/linkedin/messaging/"
    assert Browser(sandbox).see().headers["Location"].startswith("/linkedin/login?")
    assert Browser(sandbox).call("GET", "/voyager/api/me").status_code == 401


def test_a_revoked_session_is_logged_out_everywhere(sandbox: Sandbox, browser: Browser) -> None:
    thread = urn(thread_of(sandbox, "Zoé Martin"))
    other = Browser.of(sandbox, fresh=1)
    number = control(sandbox, "export")["session"]
    order(sandbox, "sessions", session=number, state="revoked")
    assert other.see().headers["Location"].startswith("/linkedin/login?")
    assert Browser.of(sandbox).see().status_code == 200
    order(sandbox, "sessions", state="revoked")
    assert browser.see().status_code == 302
    assert browser.ask("GET", "/me").status_code == 401
    assert browser.create(thread).status_code == 401
    assert control(sandbox, "sent")["attempts"][0]["text"] == "Merci !"


def test_the_three_exports_hold_the_same_cookies(sandbox: Sandbox) -> None:
    told = control(sandbox, "export")
    state = {one["name"]: one["value"] for one in told["storage_state"]["cookies"]}
    assert state["JSESSIONID"] == f'"{told["jsessionid"]}"'
    assert {one["name"]: one["value"] for one in told["cookie_editor"]} == state
    lines = [line.split("\t") for line in told["cookies_txt"].splitlines()[2:]]
    assert {line[5]: line[6] for line in lines} == state
    [li_at] = [one for one in told["cookie_editor"] if one["name"] == "li_at"]
    assert (li_at["domain"], li_at["secure"], li_at["httpOnly"]) == (
        ".www.linkedin.com",
        True,
        True,
    )
    assert [line[0] for line in lines if line[5] == "li_at"] == ["#HttpOnly_.www.linkedin.com"]


def test_a_contact_writes_in_an_old_thread_or_a_new_one(sandbox: Sandbox, browser: Browser) -> None:
    old = thread_of(sandbox, "Inès Caron")
    same = order(sandbox, "say", name="Inès Caron", text="Encore moi")
    assert same["thread"] == old["thread"]
    new = order(sandbox, "say", name="Inès Caron", text="Autre chose", new_thread=True)
    assert (new["contact"], new["thread"] != old["thread"]) == (same["contact"], True)
    assert browser.conversations()["elements"][0]["backendUrn"].endswith(new["thread"])
    by_id = order(sandbox, "say", thread=old["thread"], text="Ici")
    assert by_id["at"] > same["at"]
    stranger = order(sandbox, "say", name="Sam Neuf", kind="recruiter", text="Un poste ?")
    people = control(sandbox, "contacts")["contacts"]
    assert [one["headline"] for one in people if one["id"] == stranger["contact"]] == [
        "Talent acquisition"
    ]


def test_the_member_answers_by_hand_and_a_page_that_is_open_hears_of_it(
    sandbox: Sandbox, browser: Browser
) -> None:
    thread = thread_of(sandbox, "Zoé Martin")
    since = browser.page()["since"]
    order(sandbox, "human", thread=thread["thread"], text="Je vous rappelle.")
    token = browser.cookies["JSESSIONID"].strip('"')
    told = browser.call("GET", f"/realtime/connect?since={since}", headers={"csrf-token": token})
    [event] = told.json()["events"]
    assert event["message"]["body"]["text"] == "Je vous rappelle."
    assert event["conversation"]["unreadCount"] == 0
    assert control(sandbox, "sent")["messages"] == []
    said = control(sandbox, "messages", thread=thread["thread"])["messages"]
    assert [one["by"] for one in said] == ["contact", "human"]


def test_a_new_thread_is_made_with_whom_one_likes(sandbox: Sandbox) -> None:
    firm = order(sandbox, "contacts", name="Grès SA", kind="organization")["id"]
    person = order(sandbox, "contacts", name="Ali Ba")["id"]
    made = order(sandbox, "threads", contacts=[firm, person], title="Achats", sponsored=True)
    assert (made["group"], made["title"], made["sponsored"]) == (True, "Achats", True)
    changed = order(sandbox, "threads", thread=made["thread"], closed="notice", unread=3)
    assert (changed["closed"], changed["unread"]) == ("notice", 3)


def test_a_thread_that_is_closed_takes_no_message(sandbox: Sandbox, browser: Browser) -> None:
    thread = thread_of(sandbox, "Paul Rémy")
    assert browser.create(urn(thread)).status_code == 403
    assert browser.page()["closed"] == {thread["thread"]: "upsell"}


def test_the_hashes_of_queries_change_with_each_build(sandbox: Sandbox, browser: Browser) -> None:
    before = browser.page()["queries"]
    order(sandbox, "options", build="next")
    after = browser.page()["queries"]
    assert before["conversations"] != after["conversations"]
    path = f"/voyagerMessagingGraphQL/graphql?queryId={before['conversations']}&variables=()"
    assert browser.ask("GET", path).status_code == 400


def test_requests_are_counted_by_path_and_status(sandbox: Sandbox, browser: Browser) -> None:
    browser.conversations()
    counts = control(sandbox, "requests")["counts"]
    assert counts["GET /messaging/ 200"] == 2
    assert counts["GET /voyager/api/voyagerMessagingGraphQL/graphql 200"] == 1


@pytest.mark.parametrize(
    ("name", "body", "word"),
    [
        ("say", {"text": ""}, "text"),
        ("say", {"text": "a", "name": ""}, "name"),
        ("say", {"text": "a", "thread": "unknown"}, "thread"),
        ("say", {"text": "a", "name": "A", "kind": "spy"}, "recruiter"),
        ("human", {"text": "a"}, "thread"),
        ("contacts", {"name": "A", "kind": "spy"}, "organization"),
        ("threads", {"contacts": ["unknown"]}, "contacts"),
        ("sessions", {"state": "asleep"}, "revoked"),
        ("sessions", {"state": "revoked", "session": "x"}, "session"),
        ("options", {"unknown": 1}, "gate_ms"),
        ("options", {"gate": "nonsense"}, "gate"),
        ("options", {"gate": "login", "times": 0}, "times"),
        ("options", {"gate": "login", "member": "unknown"}, "member"),
        ("options", {"renamed": {"composer": 2}}, "renamed"),
        ("options", {"missing": ["everything"]}, "missing"),
    ],
)
def test_wrong_controls_say_what_is_wrong(
    sandbox: Sandbox, name: str, body: dict[str, Any], word: str
) -> None:
    answer = requests.post(f"{sandbox.url}/linkedin/sandbox/{name}", json=body, timeout=5)
    assert answer.status_code == 400
    assert word in answer.json()["error"]


def test_jsessionid_is_sent_with_its_quotes(browser: Browser) -> None:
    answer = browser.see()
    lines = answer.raw.headers.getlist("Set-Cookie")
    [line] = [one for one in lines if one.startswith("JSESSIONID")]
    assert SimpleCookie(line)["JSESSIONID"].coded_value.startswith('"ajax:')
    assert json.loads(browser.cookies["JSESSIONID"]).startswith("ajax:")
