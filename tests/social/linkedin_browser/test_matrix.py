"""Every state and trap of the fact sheet in a real browser: what it is called, what it stops.

One browser for all, a fresh context for each; `test_real_runs` starts a browser per run.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, ElementHandle, sync_playwright

from social.providers.linkedin.browser import Outcome, composing, sending
from social.providers.linkedin.browser.opening import launched
from social.providers.linkedin.browser.tab import Tab
from tests.sandbox.conftest import Sandbox
from tests.sandbox.linkedin import order
from tests.social.linkedin_browser.world import TEXT, World

ZOE, THOMAS, OLIVIA = "Zoé Martin", "Thomas Petit", "Olivia Park"
ONCE, NEVER = 1, 0


@dataclass(frozen=True)
class Case:
    """One state or trap: the sandbox's options, and what must come of a run.

    `kept` is how many messages LinkedIn has afterwards, all of them in the right thread.
    """

    name: str
    options: dict[str, Any]
    state: str
    detail: str = ""
    result: str = ""
    kept: int = NEVER
    who: str = ZOE
    warned: str = ""
    changes: dict[str, Any] = field(default_factory=dict)


READING = [
    Case("well", {}, "ok"),
    Case("well, normalised JSON", {"json_form": "normalized"}, "ok"),
    Case("empty inbox", {"empty": True}, "ok"),
    Case("login by HTTP", {"gate": "login"}, "needs_login", "login_page"),
    Case("login by script", {"gate": "login_script"}, "needs_login", "login_page"),
    Case("uas/login", {"gate": "uas_login"}, "needs_login", "login_page"),
    Case("authwall that names messaging", {"gate": "authwall"}, "needs_login", "login_page"),
    Case("authwall by script", {"gate": "authwall_script"}, "needs_login", "login_page"),
    Case("cold join by script", {"gate": "signup_script"}, "needs_login", "login_page"),
    Case("account chooser", {"gate": "chooser"}, "needs_login", "account_chooser"),
    Case("login form in place", {"gate": "sign_in"}, "needs_login", "login_form"),
    Case("redirect loop", {"gate": "redirect_loop"}, "needs_login", "redirect_loop"),
    Case("checkpoint by HTTP", {"gate": "checkpoint"}, "checkpoint", "checkpoint"),
    Case("checkpoint by script", {"gate": "checkpoint_script"}, "checkpoint", "checkpoint"),
    Case("challenge", {"gate": "challenge"}, "checkpoint", "checkpoint"),
    Case("refused challenge", {"gate": "challenge_error"}, "cooldown", "refused_challenge"),
    Case("HTTP 999", {"gate": "999"}, "cooldown", "refused_999"),
    Case("HTTP 429", {"gate": "429"}, "cooldown", "status_429"),
    Case("too many, as text", {"gate": "too_many_requests"}, "cooldown", "too_many_requests"),
    Case("restricted", {"gate": "restricted"}, "restricted", "restricted"),
    Case("HTTP 500", {"gate": "error"}, "unknown", "status_500"),
    Case("connection cut", {"gate": "cut"}, "failed", "network"),
    Case("Voyager 401", {"voyager_conversations": "401"}, "needs_login", "voyager_signed_out"),
    Case("Voyager to login", {"voyager_conversations": "login"}, "needs_login",
         "voyager_redirected"),
    Case("Voyager 999", {"voyager_conversations": "999"}, "cooldown", "refused_999"),
    Case("Voyager 429", {"voyager_conversations": "429"}, "cooldown", "status_429"),
    Case("Voyager 500", {"voyager_conversations": "500"}, "unknown", "no_voyager"),
    Case("JSON without its root", {"voyager_conversations": "no_root"}, "drift",
         "conversations_json"),
    Case("a page in JSON's place", {"voyager_conversations": "html"}, "drift",
         "conversations_json"),
    Case("list of an older build", {"renamed": {"list": 1, "row": 1, "name": 1}}, "ok"),
    Case("rows of an unknown build", {"renamed": {"row": "unknown", "name": "unknown"},
                                      "missing": ["row", "name"]}, "ok", warned="rows_missing"),
    Case("list that opens a thread", {"new_opens_newest": True}, "ok",
         warned="thread_opened_by_itself"),
]  # fmt: skip
WRITING = [
    Case("well", {}, "ok", "", "sent", ONCE),
    Case("another thread in an overlay", {"overlay": "other"}, "ok", "", "sent", ONCE),
    Case("thread before, hidden", {"stale": "hidden"}, "ok", "", "sent", ONCE),
    Case("thread before, visible", {"stale": "under"}, "ok", "", "sent", ONCE),
    Case("thread before, for a while", {"stale": "late"}, "ok", "", "sent", ONCE),
    Case("thread before, for good", {"stale": "never"}, "ok", "wrong_recipient", "not_sent"),
    Case("address says wrong", {"deep_link": "wrong"}, "ok", "", "sent", ONCE,
         warned="deep_link_failed"),
    Case("address says 404, list moves", {"deep_link": "404", "reorders_ms": 900}, "ok", "",
         "sent", ONCE, warned="deep_link_failed"),
    Case("address wrong, name twice", {"deep_link": "wrong"}, "ok", "ambiguous_name", "not_sent",
         who=THOMAS, warned="deep_link_failed"),
    Case("name twice", {}, "ok", "", "sent", ONCE, who=THOMAS),
    Case("contact wrote as it opened", {"arrives": "opening"}, "ok", "newer_message", "not_sent"),
    Case("contact wrote while we typed", {"arrives": "typing"}, "ok", "newer_message",
         "not_sent"),
    Case("answers another message", {}, "ok", "newer_message", "not_sent",
         changes={"last": "2-older"}),
    Case("another person's thread", {}, "ok", "wrong_recipient", "not_sent",
         changes={"contact": "ACoAAsomebodyelse"}),
    Case("composer adds a word", {"composer": "changes"}, "ok", "text_differs", "not_sent"),
    Case("composer doubles blank lines", {"composer": "doubles"}, "ok", "text_differs",
         "not_sent"),
    Case("composer loses a line", {"composer": "loses"}, "ok", "text_differs", "not_sent"),
    Case("composer keeps the text", {"composer": "keeps"}, "ok", "composer_kept", "unconfirmed",
         ONCE),
    Case("refused 400", {"send": "400"}, "ok", "status_400", "not_sent"),
    Case("refused 401", {"send": "401"}, "needs_login", "status_401", "not_sent"),
    Case("refused 403", {"send": "403"}, "needs_login", "status_403", "not_sent"),
    Case("refused 429", {"send": "429"}, "cooldown", "status_429", "not_sent"),
    Case("refused 999", {"send": "999"}, "cooldown", "status_999", "not_sent"),
    Case("500, not kept", {"send": "500"}, "ok", "status_500", "unconfirmed"),
    Case("500, and kept", {"send": "500_kept"}, "ok", "status_500", "unconfirmed", ONCE),
    Case("accepted without a name", {"send": "no_urn"}, "ok", "no_name", "unconfirmed", ONCE),
    Case("answered late", {"send": "late", "hang_ms": 1500}, "ok", "", "sent", ONCE),
    Case("kept, cut", {"send": "cut"}, "ok", "connection_lost", "unconfirmed", ONCE),
    Case("not kept, cut", {"send": "cut_before"}, "ok", "connection_lost", "unconfirmed"),
    # A redirect of a request that was looked at on its way out: Playwright tells no answer of it.
    Case("led to a checkpoint", {"send": "checkpoint"}, "ok", "no_answer", "unconfirmed"),
    Case("kept, never answered", {"send": "hang", "hang_ms": 20_000}, "ok", "no_answer",
         "unconfirmed", ONCE),
    Case("checkpoint once it is open", {"gate": "checkpoint_script", "gate_ms": 1100}, "checkpoint",
         "checkpoint", "not_sent"),
    Case("no composer", {"missing": ["composer"]}, "drift", "form", "not_sent"),
    Case("composer of an unknown build", {"renamed": {"composer": "unknown"}}, "drift", "form",
         "not_sent"),
    Case("no send button", {"missing": ["send"]}, "drift", "send", "not_sent"),
    Case("no name above the thread", {"missing": ["title"]}, "drift", "title", "not_sent"),
    Case("whose message is not shown", {"renamed": {"incoming": "unknown"}}, "drift", "incoming",
         "not_sent"),
    Case("no panel", {"missing": ["panel"]}, "drift", "panel", "not_sent"),
    Case("older build", {"renamed": {"composer": 1, "send": 2, "title": 1, "panel": 1}}, "ok", "",
         "sent", ONCE),
    Case("InMail only", {}, "ok", "not_messageable", "not_sent", who="Paul Rémy"),
]  # fmt: skip


class Table:
    """What happened, as it is printed at the end."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, ...]] = []

    def note(self, job: str, case: Case, outcome: Outcome, kept: int) -> None:
        got = (outcome.state, outcome.why or outcome.detail, outcome.result, str(kept))
        self.rows.append((job, case.name, *got))

    def text(self) -> str:
        head = ("job", "state or trap", "state", "detail", "result", "kept")
        widths = [max(map(len, column)) for column in zip(head, *self.rows, strict=True)]
        lines = [
            "  ".join(one.ljust(width) for one, width in zip(row, widths, strict=True))
            for row in (head, *self.rows)
        ]
        return "\n".join(["", *lines, ""])


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    found = Table()
    yield found
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        sys.stdout.write(found.text())


@pytest.fixture(scope="module")
def browser(executable: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = launched(playwright, executable)
        yield found
        found.close()


@pytest.mark.parametrize("case", READING, ids=lambda case: case.name)
def test_reading_tells_each_state_and_opens_no_conversation(
    case: Case, sandbox: Sandbox, browser: Browser, table: Table
) -> None:
    world = World(sandbox)
    world.behave(**case.options)
    outcome = world.work(browser, "inbox", pages=1)
    table.note("read", case, outcome, len(world.sent()))
    assert (outcome.state, outcome.detail, outcome.why) == (case.state, case.detail, case.detail)
    assert list(outcome.warnings) == ([case.warned] if case.warned else [])
    assert world.opened() == [] or case.warned == "thread_opened_by_itself"
    assert world.sent() == []
    assert (outcome.storage is None) == (outcome.state == "needs_login")
    assert bool(outcome.snapshot) == (outcome.state in {"drift", "unknown"})
    if case.state == "ok":
        assert len(outcome.conversations) == (0 if "empty" in case.options else 20)


WRITE = composing._write


def _write_until_it_arrives(tab: Tab, composer: ElementHandle, text: str) -> None:
    """Write as ever; the page asks for news every few seconds, and has it before we go on."""
    WRITE(tab, composer, text)
    tab.page.get_by_text("Une dernière chose…").last.wait_for(timeout=30_000)


@pytest.mark.parametrize("case", WRITING, ids=lambda case: case.name)
def test_writing_reaches_the_right_person_once_or_surely_nobody(
    case: Case,
    sandbox: Sandbox,
    browser: Browser,
    table: Table,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 5)
    if case.options.get("arrives") == "typing":
        monkeypatch.setattr(composing, "_write", _write_until_it_arrives)
    world = World(sandbox)
    asked = world.asked(case.who) | case.changes
    world.behave(**case.options)
    outcome = world.work(browser, "send", **asked)
    sent = world.sent()
    table.note("send", case, outcome, len(sent))
    assert (outcome.state, outcome.result) == (case.state, case.result)
    assert outcome.why == case.detail
    assert sent == [(asked["thread"], TEXT)] * case.kept
    assert outcome.clicked == (case.result != "not_sent" or outcome.why.startswith("status_"))
    assert list(outcome.warnings) == ([case.warned] if case.warned else [])
    assert bool(outcome.missing) == (outcome.state == "drift") == bool(outcome.snapshot)
    told = [*case.who.split(), "Camille", asked["thread"], asked["contact"], TEXT[:7], "urn"]
    assert [one for one in told if one in outcome.snapshot] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_thread_is_read_and_answered_in_the_accounts_language(
    language: str, sandbox: Sandbox, browser: Browser
) -> None:
    world = World(sandbox, language)
    who = OLIVIA if language == "en" else ZOE
    asked = world.asked(who)
    read = world.work(browser, "thread", **asked)
    assert [one["id"] for one in read.messages] == asked["known"]
    assert {one["contact"] for one in read.messages} == {asked["contact"]}
    sent = world.work(browser, "send", **asked)
    assert (sent.result, sent.ranks["composer"], sent.ranks["form"]) == ("sent", 0, 0)
    assert sent.sent is not None
    assert world.messages(who)[-1]["id"] == sent.sent["id"]


@pytest.mark.parametrize("more", ["scroll", "button"])
def test_two_pages_of_the_list_are_read_and_no_more(
    more: str, sandbox: Sandbox, browser: Browser
) -> None:
    world = World(sandbox)
    world.behave(list_more=more, page_size=10)
    outcome = world.work(browser, "inbox", pages=2)
    assert (outcome.state, len(outcome.conversations)) == ("ok", 20)
    assert outcome.warnings == ()
    assert outcome.owner is not None
    assert outcome.owner["name"] == "Camille Aubry"
    newest = outcome.conversations[0]
    assert (newest["unread"], newest["contact"]["name"]) == (1, ZOE)
    assert world.opened() == []


def test_a_list_that_was_read_before_is_not_read_on(sandbox: Sandbox, browser: Browser) -> None:
    world = World(sandbox)
    world.behave(page_size=10)
    newest = world.work(browser, "inbox", pages=1).conversations[0]["at"]
    outcome = world.work(browser, "inbox", pages=2, since=newest)
    assert len(outcome.conversations) == 10


def test_a_member_who_answered_by_hand_is_not_followed(sandbox: Sandbox, browser: Browser) -> None:
    world = World(sandbox)
    asked = world.asked(ZOE)
    order(sandbox, "human", thread=asked["thread"], text="C’est noté, je vous appelle.")
    outcome = world.work(browser, "send", **asked)
    assert (outcome.result, outcome.why) == ("not_sent", "newer_message")
    assert outcome.messages[-1]["own"] is True


def test_the_same_send_a_second_time_is_no_second_message(
    sandbox: Sandbox, browser: Browser
) -> None:
    world = World(sandbox)
    asked = world.asked(ZOE)
    world.behave(send="500_kept")
    assert world.work(browser, "send", **asked).result == "unconfirmed"
    world.behave(send="")
    again = world.work(browser, "send", **asked)
    assert (again.result, again.why) == ("not_sent", "newer_message")
    assert len(world.sent()) == 1


def test_cookies_that_changed_come_back_as_linkedins_own(
    sandbox: Sandbox, browser: Browser
) -> None:
    world = World(sandbox)
    before = world.storage()
    outcome = world.work(browser, "visit", storage=before)
    assert outcome.storage is not None
    values = {one["name"]: one for one in outcome.storage["cookies"]}
    old = {one["name"]: one["value"] for one in before["cookies"]}
    assert values["li_at"]["value"] == old["li_at"]
    assert values["JSESSIONID"]["value"] != old["JSESSIONID"]
    assert {one["domain"] for one in values.values()} == {".linkedin.com"}
    world.behave(strict=True)
    assert world.work(browser, "visit", storage=outcome.storage).state == "ok"


def test_a_session_without_its_token_is_logged_out(sandbox: Sandbox, browser: Browser) -> None:
    world = World(sandbox)
    storage = world.storage()
    storage["cookies"] = [one for one in storage["cookies"] if one["name"] == "li_at"]
    outcome = world.work(browser, "visit", storage=storage)
    assert (outcome.state, outcome.detail) == ("needs_login", "redirect_loop")
