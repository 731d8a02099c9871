"""The thread that a page shows: whose name stands above it, what was said last, its own form.

The document may hold several: an overlay, or the thread that was open before (linkedin.md 3).
What belongs together is what the nearest element around the form holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import ElementHandle, Error

from social.providers.linkedin import selectors, urns
from social.providers.linkedin.browser.stopping import Stop, drift, refused
from social.providers.linkedin.browser.tab import Tab
from social.providers.linkedin.browser.wording import flat, same_name
from social.providers.linkedin.seen import MessageSeen

MOST_FORMS = 5
APPEARING_SECONDS = 6.0
AROUND = """
(form, titles) => {
  for (let around = form.parentElement; around; around = around.parentElement) {
    if (titles.some((one) => around.contains(one))) {
      return around;
    }
  }
  return null;
}
"""
TITLES = (
    "(around, titles) => titles.filter((one) => around.contains(one)).map((one) => one.innerText)"
)
LAST = """
(last, {body, urn, attribute, incoming}) => {
  const has = (selector) => last.matches(selector) || last.querySelector(selector) !== null;
  const named = last.matches(urn) ? last : last.querySelector(urn);
  return {
    text: last.querySelector(body)?.innerText ?? "",
    urn: named?.getAttribute(attribute) ?? "",
    own: !has(incoming),
  };
}
"""


SPEAKS = """
(panel, {body}) => [...panel.querySelectorAll(body)].some((one) => one.innerText.trim() !== "")
"""


@dataclass(frozen=True)
class Shown:
    """The last message that the document shows; `id` is "" where the build names none.

    `speaks`: some message of the thread is shown with its text.
    """

    id: str
    text: str
    own: bool
    speaks: bool = True


@dataclass(frozen=True)
class Stage:
    """One thread in the document: the element around it, its form, and the name above it."""

    around: ElementHandle
    form: ElementHandle
    title: str


def stage_of(tab: Tab, names: frozenset[str]) -> Stage:
    """Return the one thread that is shown under one of `names`; raises Stop.

    A thread that is shown late is waited for; two of that name are one too many.
    """
    found = tab.wait(lambda: _only(tab, names), APPEARING_SECONDS)
    if found is not None:
        return found
    raise _absent(tab, names)


def last_shown(tab: Tab, stage: Stage) -> Shown:
    """Return what the thread's panel shows last; raises Stop."""
    panels = tab.finder.find(selectors.PANEL, stage.around)
    if not panels:
        raise drift(selectors.PANEL)
    events = tab.finder.find(selectors.EVENT, panels[0])
    if not events:
        raise drift(selectors.EVENT)
    asked = {
        "body": selectors.css(selectors.BODY),
        "urn": selectors.css(selectors.EVENT_URN),
        "attribute": selectors.EVENT_URN_ATTRIBUTE,
        "incoming": selectors.css(selectors.INCOMING),
    }
    said = events[-1].evaluate(LAST, asked)
    speaks = bool(panels[0].evaluate(SPEAKS, asked))
    return Shown(urns.message_id(said["urn"]), str(said["text"]), bool(said["own"]), speaks)


def agrees(shown: Shown, last: MessageSeen) -> bool:
    """Return whether the document's last message is the JSON's; raises Stop where they contradict.

    The same message with another sender, or without its text, is a page that changed; so is one
    where no message has a text. A last one alone without text may be a picture that just came.
    """
    same_text = flat(shown.text) == flat(last.text)
    if (shown.id != last.id) if shown.id else not same_text:
        if not shown.speaks and not shown.id:
            raise drift(selectors.BODY)
        return False
    if not same_text and not shown.text:
        raise drift(selectors.BODY)
    if shown.own != last.own:
        raise drift(selectors.INCOMING)
    return True


def _only(tab: Tab, names: frozenset[str]) -> Stage | None:
    """Return the only thread of that name with a form; None while there is none, or two."""
    try:
        found = [one for one in _all(tab) if any(same_name(one.title, name) for name in names)]
    except Error:
        return None
    return found[0] if len(found) == 1 else None


def _all(tab: Tab) -> Iterator[Stage]:
    forms, titles = tab.finder.find(selectors.FORM), _titles(tab)
    for form in forms[:MOST_FORMS] if titles else ():
        around = form.evaluate_handle(AROUND, titles).as_element()
        names = {flat(one) for one in around.evaluate(TITLES, titles)} if around else set()
        if around is not None and len(names) == 1:
            yield Stage(around, form, names.pop())


def _titles(tab: Tab) -> list[ElementHandle]:
    mains = tab.finder.find(selectors.MAIN)
    return tab.finder.find(selectors.TITLE, mains[0]) if mains else []


def _absent(tab: Tab, names: frozenset[str]) -> Stop:
    """Say why the thread is not shown: closed to us, another one's, or a page that changed."""
    titles = _titles(tab)
    if not titles:
        return drift(selectors.TITLE)
    if not tab.finder.find(selectors.FORM):
        shown = any(same_name(one.inner_text(), name) for one in titles for name in names)
        closed = tab.finder.find(selectors.NOT_MESSAGEABLE)
        return refused("not_messageable") if shown and closed else drift(selectors.FORM)
    return refused("wrong_recipient")
