"""The browser's parts alone: which browser, which text, what may leave, where a page may lead."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ElementHandle, sync_playwright

from social.providers.linkedin.browser import composing, program, sending
from social.providers.linkedin.browser import executable as choosing
from social.providers.linkedin.browser import tab as tab_module
from social.providers.linkedin.browser import thread as thread_module
from social.providers.linkedin.browser.opening import context_of, is_ours, launched
from social.providers.linkedin.browser.pipes import LONGEST, LineReader, LineWriter, TooLongError
from social.providers.linkedin.browser.stage import Shown, Stage, agrees
from social.providers.linkedin.browser.stopping import Stop
from social.providers.linkedin.browser.tab import Tab
from social.providers.linkedin.browser.turnstile import Turnstile, is_create
from social.providers.linkedin.browser.wording import normal, same_name
from social.providers.linkedin.seen import MessageSeen, PersonSeen
from tests.sandbox.conftest import Sandbox
from tests.social.linkedin_browser.world import TEXT, Silent, World
from tests.standin import stand_in

CREATE = "/voyager/api/voyagerMessagingDashMessengerMessages?action=createMessage"
FETCH = """
async ([base, create, thread, owner, text]) => {
  const urn = `urn:li:msg_conversation:(urn:li:fsd_profile:${owner},${thread})`;
  const csrf = /JSESSIONID="?([^";]+)/.exec(document.cookie)[1];
  const message = {body: {text}, conversationUrn: urn, originToken: crypto.randomUUID()};
  try {
    const told = {method: "POST", body: JSON.stringify({message}), headers: {"csrf-token": csrf}};
    const answer = await fetch(`${base}${create}`, told);
    return answer.status;
  } catch {
    return 0;
  }
}
"""


@pytest.fixture(scope="module")
def browser(executable: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = launched(playwright, executable)
        yield found
        found.close()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a\n\nb", "a\r\n\r\nb \n", True),
        ("caf\u00e9 \u00e0 6\u202f\u20ac", "cafe\u0301 \u00e0 6 \u20ac", True),
        ("a\u200bb", "ab", True),
        ("a\n\nb", "a\nb", False),
        ("a\n\nb", "a\n\n\nb", False),
        ("a b", "ab", False),
    ],
)
def test_texts_are_the_same_but_for_spaces_and_line_ends(one: str, other: str, same: bool) -> None:
    assert (normal(one) == normal(other)) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Zoé Martin", " zoé\u00a0martin ", True),
        ("Zoé Martin", "Zoé Martin-Roy", False),
        ("Zoé Martin", "Zoe Martin", False),
        ("", "", False),
    ],
)
def test_names_are_the_same_only_as_a_whole(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


@pytest.mark.parametrize(
    ("url", "base", "ours"),
    [
        ("https://www.linkedin.com/messaging/", "https://www.linkedin.com", True),
        ("https://linkedin.com/", "https://www.linkedin.com", True),
        ("http://www.linkedin.com/", "https://www.linkedin.com", False),
        ("https://evil-linkedin.com/", "https://www.linkedin.com", False),
        ("https://www.linkedin.com.evil.example/", "https://www.linkedin.com", False),
        ("http://127.0.0.1:8001/linkedin/", "http://127.0.0.1:8001/linkedin", True),
        ("http://127.0.0.1:8002/linkedin/", "http://127.0.0.1:8001/linkedin", False),
    ],
)
def test_pages_stay_on_the_networks_own_hosts(url: str, base: str, ours: bool) -> None:
    assert is_ours(url, base) is ours


@pytest.mark.parametrize(
    ("call", "sends"),
    [
        (CREATE, True),
        (f"{CREATE}&x=1&action=createMessage", True),
        ("/voyager/api/messaging/conversations/2-x%3D%3D/events?action=create", True),
        ("/voyager/api/messaging/conversations?action=create", True),
        (CREATE.replace("create", "typing"), False),
        ("/voyager/api/voyagerMessagingDashMessengerConversations?action=markRead", False),
        ("/voyager/api/feed/comments?action=create", False),
        ("/messaging/thread/new/?action=create", False),
    ],
)
def test_what_a_page_may_send_by_is_known_by_its_action(call: str, sends: bool) -> None:
    """The older calls of linkedin.md 4, too: an Enter of an overlay would leave through them."""
    assert is_create(f"https://www.linkedin.com{call}") is sends
    assert is_create(f"http://127.0.0.1:8001/linkedin{call}") is sends


def test_a_named_browser_goes_before_all_and_has_no_stand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "chrome"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    assert choosing.find_browser(str(program)) == str(program)
    assert choosing.find_browser(str(tmp_path / "missing")) is None


def test_playwrights_own_browser_goes_before_the_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = choosing._package()
    assert package is not None
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setattr(choosing, "SYSTEM", ("no-such-browser",))
    assert choosing.find_browser() is None
    revision = choosing._revision(package, "chromium")
    assert revision.isdigit()
    program = tmp_path / f"chromium-{revision}" / "chrome-linux" / "chrome"
    program.parent.mkdir(parents=True)
    program.write_text("")
    program.chmod(0o700)
    assert choosing.find_browser() == str(program)


def test_lines_come_whole_and_never_without_an_end(tmp_path: Path) -> None:
    (tmp_path / "said").write_bytes(b"one\ntwo\nthr")
    with (tmp_path / "said").open("rb") as said:
        reader = LineReader(said.fileno())
        assert reader.lines() == [b"one", b"two"]
        assert reader.lines() == []
        assert reader.ended
    (tmp_path / "long").write_bytes(b"x" * (LONGEST + 300_000))
    with (tmp_path / "long").open("rb") as said:
        reader = LineReader(said.fileno())
        with pytest.raises(TooLongError):
            _exhaust(reader)


def _exhaust(reader: LineReader) -> None:
    while not reader.ended:
        reader.lines()


def test_a_writer_waits_for_nobody() -> None:
    read, write = os.pipe()
    writer = LineWriter(write)
    writer.put(b"x" * 1_000_000)
    assert writer.waiting > 0
    os.close(read)
    writer.push()
    assert writer.closed
    writer.close()


@pytest.mark.parametrize(
    ("opened", "changes", "reason"),
    [
        (False, {}, "sent_early"),
        (True, {"text": "Autre chose"}, "text_differs"),
        (True, {"thread": "2-another"}, "sent_elsewhere"),
    ],
)
def test_what_is_not_our_message_never_leaves_the_browser(
    opened: bool, changes: dict[str, str], reason: str, sandbox: Sandbox, browser: Browser
) -> None:
    world = World(sandbox)
    thread = world.thread("Zoé Martin")
    context = context_of(browser, world.base, world.storage())
    tab = Tab(context, world.base)
    tab.goto("/messaging/thread/new/")
    tab.until(lambda: tab.inboxes or None, "conversations_json")
    if opened:
        tab.turnstile.open_for(thread["thread"], TEXT)
    wanted = {"thread": thread["thread"], "owner": thread["member"], "text": TEXT, **changes}
    names = ("thread", "owner", "text")
    assert tab.page.evaluate(FETCH, [world.base, CREATE, *(wanted[name] for name in names)]) == 0
    assert tab.turnstile.stopped == [reason]
    assert world.sent() == []
    context.close()


def test_our_message_leaves_once(sandbox: Sandbox, browser: Browser) -> None:
    world = World(sandbox)
    thread = world.thread("Zoé Martin")
    context = context_of(browser, world.base, world.storage())
    tab = Tab(context, world.base)
    tab.goto("/messaging/thread/new/")
    tab.until(lambda: tab.inboxes or None, "conversations_json")
    tab.turnstile.open_for(thread["thread"], TEXT)
    told = [world.base, CREATE, thread["thread"], thread["member"], TEXT]
    assert [tab.page.evaluate(FETCH, told) for _ in range(2)] == [200, 0]
    assert tab.turnstile.stopped == ["sent_again"]
    assert len(world.sent()) == 1
    context.close()


LEGACY = "/voyager/api/messaging/conversations/2-x%3D%3D/events?action=create"


@pytest.mark.parametrize("call", [CREATE, LEGACY])
def test_what_was_stopped_before_the_click_says_nothing_of_what_was_clicked(
    call: str, sandbox: Sandbox, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An early call that failed is no answer to ours, which may be on its way."""
    world = World(sandbox)
    usual, asked = composing.compose, world.asked("Zoé Martin")
    member = world.thread("Zoé Martin")["member"]

    def early(tab: Tab, wanted: composing.Wanted) -> composing.Ready:
        ready = usual(tab, wanted)
        told = [world.base, call, asked["thread"], member, TEXT]
        assert tab.page.evaluate(FETCH, told) == 0
        return ready

    monkeypatch.setattr(composing, "compose", early)
    outcome = world.work(browser, "send", **asked)
    assert (outcome.result, outcome.warnings) == ("sent", ("sent_early",))
    assert [text for _, text in world.sent()] == [TEXT]


def test_what_is_stopped_after_the_click_is_surely_not_sent(
    sandbox: Sandbox, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(sandbox)
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 2.0)
    usual = Turnstile.open_for
    monkeypatch.setattr(Turnstile, "open_for", lambda self, _, text: usual(self, "2-else", text))
    outcome = world.work(browser, "send", **world.asked("Zoé Martin"))
    assert (outcome.result, outcome.why) == ("not_sent", "sent_elsewhere")
    assert world.sent() == []


@pytest.mark.parametrize(
    ("left", "came"),
    [("Bonjour,", ("sent", "")), ("Mes propres mots", ("not_sent", "composer_not_empty"))],
)
def test_what_an_earlier_run_left_is_cleared_and_anothers_words_are_not(
    left: str,
    came: tuple[str, str],
    sandbox: Sandbox,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(sandbox)
    usual = composing._composer

    def filled(tab: Tab, stage: Stage) -> ElementHandle:
        found = usual(tab, stage)
        found.click()
        tab.page.keyboard.insert_text(left)
        return found

    monkeypatch.setattr(composing, "_composer", filled)
    outcome = world.work(browser, "send", **world.asked("Zoé Martin"))
    assert (outcome.result, outcome.why) == came
    assert [text for _, text in world.sent()] == ([TEXT] if came[0] == "sent" else [])


def test_without_leave_the_written_message_is_not_clicked_away(
    sandbox: Sandbox, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(sandbox)
    monkeypatch.setattr(Silent, "may_click", lambda _: False)
    outcome = world.work(browser, "send", **world.asked("Zoé Martin"))
    assert (outcome.state, outcome.detail, outcome.result) == ("failed", "no_go", "not_sent")
    assert world.sent() == []


@pytest.mark.parametrize(("answer", "leave"), [(b'{"go": 3}\n', True), (b"", False), (None, False)])
def test_leave_to_click_is_the_workers_word_alone(
    answer: bytes | None, leave: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe that ends, and one in which nothing comes in time, are no leave."""
    read, write = os.pipe()
    monkeypatch.setattr(program, "GO_SECONDS", 0.1)
    if answer is not None:
        os.write(write, answer)
        os.close(write)
    with os.fdopen(read) as said:
        monkeypatch.setattr(sys, "stdin", said)
        voice = program.Voice()
        assert voice.may_click() is leave
        assert voice.clicking is leave
    if answer is None:
        os.close(write)


@pytest.mark.parametrize(("answers", "state"), [("hang", "unknown"), ("no_root", "drift")])
def test_answers_that_never_came_are_one_pages_trouble_and_a_strange_form_is_a_drift(
    answers: str, state: str, sandbox: Sandbox, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drift stops the network for everybody until somebody lifts it."""
    for module, name in ((tab_module, "LOADING_SECONDS"), (thread_module, "LINK_SECONDS")):
        monkeypatch.setattr(module, name, 1.0)
    monkeypatch.setattr(Tab.until, "__defaults__", (3.0,))
    world = World(sandbox)
    asked = {name: world.asked("Zoé Martin")[name] for name in ("thread", "contact", "name")}
    world.behave(voyager_messages=answers, hang_ms=30_000)
    outcome = world.work(browser, "thread", **asked)
    assert (outcome.state, outcome.detail) == (state, "messages_json")
    assert outcome.snapshot
    assert bool(outcome.missing) is (state == "drift")


SAID = MessageSeen("2-b", "urn", "2-t", PersonSeen("ACoA"), "Bonjour", 1, own=False)


@pytest.mark.parametrize(
    ("shown", "came"),
    [
        (Shown("2-b", "Bonjour", own=False), True),
        (Shown("", "Bonjour", own=False), True),
        # A picture that came while we typed, on a build that names no message.
        (Shown("", "", own=False), False),
        (Shown("2-c", "", own=False), False),
        (Shown("", "", own=False, speaks=False), None),
        (Shown("2-b", "", own=False), None),
        (Shown("2-b", "Bonjour", own=True), None),
    ],
)
def test_a_last_message_without_text_is_no_changed_page(shown: Shown, came: bool | None) -> None:
    if came is None:
        with pytest.raises(Stop) as caught:
            agrees(shown, SAID)
        assert caught.value.state == "drift"
    else:
        assert agrees(shown, SAID) is came


def test_an_empty_inbox_says_whose_it_is(sandbox: Sandbox, browser: Browser) -> None:
    world = World(sandbox)
    world.behave(empty=True)
    outcome = world.work(browser, "visit")
    assert outcome.owner is not None
    assert outcome.owner["id"] == world.thread("Zoé Martin")["member"]


def test_a_page_leads_nowhere_else(sandbox: Sandbox, browser: Browser) -> None:
    world = World(sandbox)
    with stand_in() as elsewhere:
        context = context_of(browser, world.base, world.storage())
        tab = Tab(context, world.base)
        tab.goto("/messaging/thread/new/")
        tab.until(lambda: tab.inboxes or None, "conversations_json")
        there = json.dumps(elsewhere.url.replace("127.0.0.1", "localhost"))
        tab.page.evaluate(f"() => {{ window.open({there}); window.location.href = {there}; }}")
        tab.page.wait_for_timeout(700)
        assert tab.page.url.startswith(world.base)
        assert len(context.pages) == 1
        assert elsewhere.asked == []
        context.close()
