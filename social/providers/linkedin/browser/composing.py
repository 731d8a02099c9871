"""Sending one message, or surely none: everything is proved before the click, and again after it.

`params`: `thread`, `contact`, `name` as in `thread`; `text`; `last`, the id of the contact's
message that is answered; `known`, the ids of the thread's messages that we have.

Line by line with Shift+Enter between: an Enter would send (linkedin.md 7). It was sent when the
page's own call was accepted, told the message's name, and the composer is empty.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import ElementHandle, Error

from social.providers.linkedin import selectors
from social.providers.linkedin.browser.stage import Stage, agrees, last_shown, stage_of
from social.providers.linkedin.browser.stopping import drift, refused
from social.providers.linkedin.browser.tab import STEP_MS, Tab
from social.providers.linkedin.browser.thread import messages, must_be_here, open_thread
from social.providers.linkedin.browser.wording import flat, normal
from social.providers.linkedin.seen import MessageSeen

AGREEING_SECONDS, ENABLED_SECONDS, TRIAL_MS = 4.0, 3.0, 3_000
WRITTEN = """
(root) => {
  const blocks = new Set(["P", "DIV", "LI", "UL", "OL"]);
  const inside = (node) => {
    let said = "";
    for (const one of node.childNodes) {
      if (one.nodeType === 3) {
        said += one.data;
      } else if (one.nodeName === "BR") {
        said += "\\n";
      } else if (blocks.has(one.nodeName)) {
        const before = said && !said.endsWith("\\n") ? "\\n" : "";
        said += `${before}${inside(one).replace(/\\n$/, "")}\\n`;
      } else {
        said += inside(one);
      }
    }
    return said;
  };
  return inside(root);
}
"""
FOCUSED = "(root) => root === document.activeElement || root.contains(document.activeElement)"


@dataclass(frozen=True)
class Wanted:
    """What to send, and in which place of which thread."""

    thread: str
    contact: str
    name: str
    text: str
    last: str
    known: frozenset[str]


def wanted_of(params: dict[str, Any]) -> Wanted:
    """Read the job's `params`."""
    texts = {name: str(params.get(name) or "") for name in ("thread", "contact", "name", "last")}
    text = normal(str(params.get("text") or ""))
    return Wanted(text=text, known=frozenset(map(str, params.get("known") or ())), **texts)


def compose(tab: Tab, wanted: Wanted) -> "Ready":
    """Open the thread, prove it, and write the text; raises Stop, with nothing sent."""
    if not (wanted.thread and wanted.contact and wanted.text and wanted.last):
        raise refused("incomplete")
    open_thread(tab, wanted.thread)
    tab.settle()
    must_be_here(tab, wanted.thread)
    stage = stage_of(tab, names(tab, wanted))
    must_be_last(tab, stage, wanted)
    composer = _composer(tab, stage)
    _clear(tab, composer, wanted.text)
    must_be_here(tab, wanted.thread)
    _write(tab, composer, wanted.text)
    ready = Ready(stage, composer, _button(tab, stage))
    ready.must_hold(tab, wanted)
    return ready


@dataclass(frozen=True)
class Ready:
    """A thread with our text in its composer, and the button that would send it."""

    stage: Stage
    composer: ElementHandle
    button: ElementHandle

    def must_hold(self, tab: Tab, wanted: Wanted) -> None:
        """Prove everything once more, right before the click; raises Stop."""
        must_be_here(tab, wanted.thread)
        again = stage_of(tab, names(tab, wanted))
        if not again.form.evaluate("(one, other) => one === other", self.stage.form):
            raise refused("wrong_thread")
        must_be_last(tab, self.stage, wanted)
        _must_say(self.composer, wanted.text)
        try:
            self.button.click(trial=True, timeout=TRIAL_MS)
        except Error:
            raise (tab.wall() or refused("send_unreachable")) from None
        _must_say(self.composer, wanted.text)
        must_be_here(tab, wanted.thread)


def names(tab: Tab, wanted: Wanted) -> frozenset[str]:
    """Return what the contact is called: as the JSON calls their id now, else as we know them.

    Raises Stop when the thread's messages are somebody else's.
    """
    people = {one.sender.id: one.sender.name for one in messages(tab, wanted.thread) if not one.own}
    for page in tab.inboxes:
        for one in page.conversations:
            if one.thread != wanted.thread:
                continue
            if one.group or one.contact is None:
                raise refused("wrong_recipient")
            people[one.contact.id] = one.contact.name
    if set(people) != {wanted.contact}:
        raise refused("wrong_recipient")
    return frozenset({people[wanted.contact]} - {""}) or frozenset({wanted.name})


def must_be_last(tab: Tab, stage: Stage, wanted: Wanted) -> None:
    """Raise Stop unless the answered message is the last, in the JSON and in the document."""
    last = _last_of(tab, wanted)
    ends = time.monotonic() + AGREEING_SECONDS
    while not agrees(shown := last_shown(tab, stage), last):
        if time.monotonic() > ends:
            known = {flat(one.text) for one in messages(tab, wanted.thread)}
            raise refused("stale_page" if flat(shown.text) in known else "newer_message")
        tab.page.wait_for_timeout(STEP_MS * 2)
        tab.must_be_well()
        last = _last_of(tab, wanted)


def _last_of(tab: Tab, wanted: Wanted) -> MessageSeen:
    tab.take()
    found = messages(tab, wanted.thread)
    incoming = [one for one in found if not one.own]
    if not incoming or incoming[-1].id != wanted.last:
        raise refused("newer_message")
    since = [one for one in found if one.at >= incoming[-1].at and one.id != wanted.last]
    if any(one.id not in wanted.known for one in since):
        # The member answered by hand, or an earlier send of ours did arrive.
        raise refused("newer_message")
    return found[-1]


def _composer(tab: Tab, stage: Stage) -> ElementHandle:
    found = tab.finder.find(selectors.COMPOSER, stage.form)
    if not found:
        raise drift(selectors.COMPOSER)
    if len(found) > 1:
        raise refused("two_composers")
    return found[0]


def _clear(tab: Tab, composer: ElementHandle, text: str) -> None:
    """Empty the composer of what an earlier run left; somebody else's words are left alone."""
    left = written(composer)
    if not left:
        return
    if not text.startswith(left):
        raise refused("composer_not_empty")
    composer.click()
    for key in ("ControlOrMeta+A", "Delete"):
        _must_focus(composer)
        tab.page.keyboard.press(key)
    if written(composer):
        raise refused("composer_not_empty")


def _write(tab: Tab, composer: ElementHandle, text: str) -> None:
    """Write the text as if by hand, and see that it stands there as it was meant."""
    try:
        composer.click()
        for number, line in enumerate(text.split("\n")):
            _must_focus(composer)
            if number:
                tab.page.keyboard.press("Shift+Enter")
            if line:
                tab.page.keyboard.insert_text(line)
    except Error:
        raise (tab.wall() or refused("composer_unreachable")) from None
    _must_say(composer, text)


def written(composer: ElementHandle) -> str:
    """Return what stands in a composer, a line per paragraph or break."""
    return normal(str(composer.evaluate(WRITTEN)))


def _must_say(composer: ElementHandle, text: str) -> None:
    if written(composer) != text:
        raise refused("text_differs")


def _must_focus(composer: ElementHandle) -> None:
    if not composer.evaluate(FOCUSED):
        raise refused("focus_lost")


def _button(tab: Tab, stage: Stage) -> ElementHandle:
    """Return the form's own button, once it may be pressed; raises Stop."""
    found = tab.finder.find(selectors.SEND, stage.form)
    if not found:
        raise drift(selectors.SEND)
    if len(found) > 1:
        raise refused("two_buttons")
    if tab.wait(_enabled(found[0]), ENABLED_SECONDS) is None:
        raise refused("send_disabled")
    return found[0]


def _enabled(button: ElementHandle) -> Callable[[], bool | None]:
    return lambda: button.is_enabled() or None
