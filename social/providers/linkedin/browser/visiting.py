"""Who is signed in, and whether the session lives; nothing is opened. `params`: none."""

from typing import Any

from social.providers.linkedin.browser.tab import LIST, Tab
from social.providers.linkedin.seen import InboxSeen, reduced_person


def visit(tab: Tab, _params: dict[str, Any]) -> dict[str, Any]:
    """Look at the inbox; returns `owner`. Raises Stop."""
    open_list(tab)
    tab.settle()
    return {"owner": owner(tab)}


def open_list(tab: Tab) -> InboxSeen:
    """Open the inbox without opening a conversation; returns the first page of its list."""
    tab.goto(LIST)
    found = tab.until(lambda: tab.inboxes[0] if tab.inboxes else None, "conversations_json")
    if tab.thread:
        # This build opens the newest thread by itself, which marks it read.
        tab.warn("thread_opened_by_itself")
    return found


def owner(tab: Tab) -> dict[str, Any] | None:
    """Return whose inbox it is, None where nothing told."""
    return None if tab.owner is None else reduced_person(tab.owner)
