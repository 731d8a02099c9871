"""The list of conversations as the page's own JSON tells it; no conversation is opened.

`params`: `pages`, how many pages of the list at most; `since`, the moment in milliseconds before
which nobody is interested, 0 for none.
"""

import time
from typing import Any

from playwright.sync_api import ElementHandle, Error

from social.providers.linkedin import phrases, selectors
from social.providers.linkedin.browser.tab import Tab
from social.providers.linkedin.browser.visiting import open_list, owner
from social.providers.linkedin.browser.wording import flat
from social.providers.linkedin.seen import ConversationSeen, InboxSeen, reduced

MOST_PAGES, MORE_SECONDS, SCROLLS = 2, 6.0, 3
MOST_ROWS = 5
DOWN = "(list) => { list.scrollTop = list.scrollHeight; }"


def inbox(tab: Tab, params: dict[str, Any]) -> dict[str, Any]:
    """Read up to two pages of the list; returns `owner`, `conversations`. Raises Stop."""
    open_list(tab)
    tab.settle()
    _compare(tab)
    pages = min(int(params.get("pages") or 1), MOST_PAGES)
    while len(tab.inboxes) < pages and _wants_more(tab.inboxes[-1], int(params.get("since") or 0)):
        if not _load_more(tab):
            break
    tab.must_be_well()
    return {
        "owner": owner(tab),
        "conversations": [reduced(one) for one in conversations(tab)],
    }


def conversations(tab: Tab) -> list[ConversationSeen]:
    """Return what all pages told, each conversation once, as it was told last."""
    found = {one.thread: one for page in tab.inboxes for one in page.conversations}
    return sorted(found.values(), key=lambda one: -one.at)


def _wants_more(page: InboxSeen, since: int) -> bool:
    oldest = min((one.at for one in page.conversations), default=0)
    return bool(page.next_cursor) and oldest >= since


def _load_more(tab: Tab) -> bool:
    """Have the page load the next part of its list, by its button or by scrolling."""
    before = len(tab.inboxes)
    lists = tab.finder.find(selectors.LIST)
    if not lists:
        tab.warn("list_missing")
        return False
    for _ in range(SCROLLS):
        tab.must_be_well()
        try:
            lists[0].evaluate(DOWN)
            buttons = tab.finder.find(selectors.MORE, lists[0])
            if buttons:
                buttons[0].click()
        except Error:
            lists = tab.finder.find(selectors.LIST) or lists
        if tab.wait(lambda: len(tab.inboxes) > before or None, MORE_SECONDS / SCROLLS):
            return True
    tab.warn("more_missing")
    return False


def _compare(tab: Tab) -> None:
    """Warn where the list in the document and the list in the JSON tell different things."""
    known = conversations(tab)
    ends = time.monotonic() + 1
    rows = tab.finder.find(selectors.ROW)
    while known and not _named(tab, rows) and time.monotonic() < ends:
        tab.page.wait_for_timeout(100)
        rows = tab.finder.find(selectors.ROW)
    named = _named(tab, rows)
    if not known and not named:
        return
    if not named:
        tab.warn("rows_missing")
        return
    if len(named) > len(known):
        tab.warn("count_differs")
    said = [flat(one.last.text) for one in known if one.last is not None]
    for row in named[:MOST_ROWS]:
        _, snippet = phrases.without_you(flat(tab.finder.text(selectors.ROW_SNIPPET, row)))
        snippet = snippet.rstrip("… .")
        if snippet and not any(snippet in one for one in said):
            tab.warn("last_text_differs")


def _named(tab: Tab, rows: list[ElementHandle]) -> list[ElementHandle]:
    """Return the rows that have a name: advertisements and spacers have none."""
    return [row for row in rows if row_name(tab, row)]


def row_name(tab: Tab, row: ElementHandle) -> str:
    """Return whom a row of the list names, "" of a row that is no conversation."""
    name = flat(tab.finder.text(selectors.ROW_NAME, row))
    if name:
        return name
    labels = tab.finder.find(selectors.ROW_LABEL, row, visible=False)
    return phrases.name_in(labels[0].get_attribute("aria-label") or "") if labels else ""
