"""One thread: opened by its address, or by a click on the one row that is surely its own.

`params`: `thread`, its id; `contact`, the fsd_profile id of who it is with; `name`, theirs.
Opening marks it read and tells its sender so (linkedin.md 3): open only what is to be answered.
"""

from typing import Any

from playwright.sync_api import ElementHandle, Error

from social.providers.linkedin import selectors
from social.providers.linkedin.browser.inbox import conversations, row_name
from social.providers.linkedin.browser.stopping import refused
from social.providers.linkedin.browser.tab import LOADING_SECONDS, Tab
from social.providers.linkedin.browser.visiting import open_list, owner
from social.providers.linkedin.browser.wording import flat, same_name
from social.providers.linkedin.seen import (
    ConversationSeen,
    MessageSeen,
    PersonSeen,
    reduced_message,
)

LINK_SECONDS, CLICK_SECONDS, SCROLLS = 6.0, 8.0, 8
MISSING = 404
STEP_DOWN = "(list) => { list.scrollTop += list.clientHeight * 0.8; }"


def read(tab: Tab, params: dict[str, Any]) -> dict[str, Any]:
    """Read a thread; returns `owner`, `messages` (oldest first). Raises Stop."""
    thread = str(params["thread"])
    found = open_thread(tab, thread)
    tab.settle()
    must_be_here(tab, thread)
    contact = PersonSeen(str(params["contact"]), str(params.get("name") or ""))
    return {
        "owner": owner(tab),
        "messages": [reduced_message(one, contact=contact) for one in found],
    }


def open_thread(tab: Tab, thread: str) -> list[MessageSeen]:
    """Open a thread, and return its messages; raises Stop."""
    tab.goto(tab.thread_path(thread))

    def ready() -> list[MessageSeen] | None:
        return messages(tab, thread) or None

    def anything() -> bool | None:
        return bool(tab.inboxes or ready() or tab.status == MISSING) or None

    tab.wait(anything, LOADING_SECONDS)
    found = tab.wait(ready, LINK_SECONDS) if tab.status != MISSING else None
    if found is not None and tab.thread == thread:
        tab.must_be_well()
        return found
    tab.must_be_well_or_missing()
    # Addresses of threads fail for some accounts (linkedin.md 2).
    tab.warn("deep_link_failed")
    _click_row(tab, thread)
    return tab.until(ready, "messages_json")


def messages(tab: Tab, thread: str) -> list[MessageSeen]:
    """Return the messages of a thread that the page has loaded, oldest first."""
    found = [one for one in tab.messages.values() if one.thread == thread]
    return sorted(found, key=lambda one: (one.at, one.id))


def must_be_here(tab: Tab, thread: str) -> None:
    """Raise Stop unless the session is well and the page's address is the thread's."""
    tab.must_be_well()
    if tab.thread != thread:
        raise refused("wrong_thread")


def _click_row(tab: Tab, thread: str) -> None:
    """Open a thread from the list; raises Stop where its row is not certain."""
    open_list(tab)
    known = conversations(tab)
    wanted = next((one for one in known if one.thread == thread), None)
    if wanted is None or wanted.contact is None:
        raise refused("thread_not_listed")
    name = wanted.contact.name
    if sum(same_name(_shown_name(one), name) for one in known) != 1:
        raise refused("ambiguous_name")
    tab.must_be_well()
    row = _row(tab, name)
    targets = tab.finder.find(selectors.ROW_TARGET, row)
    if not same_name(row_name(tab, row), name):
        raise refused("ambiguous_name")
    try:
        (targets[0] if targets else row).click()
    except Error:
        raise (tab.wall() or refused("list_moved")) from None
    if tab.wait(lambda: tab.thread or None, CLICK_SECONDS) != thread:
        raise refused("wrong_thread")


def _shown_name(one: ConversationSeen) -> str:
    return one.contact.name if one.contact is not None else ""


def _row(tab: Tab, name: str) -> ElementHandle:
    """Return the one row of that name, scrolling down to it; raises Stop."""
    lists = tab.finder.find(selectors.LIST)
    for _ in range(SCROLLS):
        rows = tab.finder.find(selectors.ROW)
        found = [row for row in rows if same_name(flat(row_name(tab, row)), name)]
        if len(found) > 1:
            raise refused("ambiguous_name")
        if found:
            return found[0]
        if lists:
            lists[0].evaluate(STEP_DOWN)
        tab.wait(lambda: None, 0.3)
    raise refused("row_missing")
