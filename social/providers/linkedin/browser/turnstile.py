"""What may leave: one message, with our text, into our thread, after the click; nothing else ever.

The page's own call is looked at on its way out and stopped when it is another message. So an Enter
that sends, a page that tries again, or a composer that is somebody else's sends nothing. Calls of
older builds are held to the same rule: what names no thread as today's does is stopped. What passes
is not changed.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from playwright.sync_api import BrowserContext, Route

from social.providers.linkedin.browser.wording import normal

VOYAGER, MESSAGING, CREATING = "/voyager/", "messaging", "create"
BLOCKED = "ERR_BLOCKED_BY_CLIENT"
EARLY, AGAIN, UNREADABLE = "sent_early", "sent_again", "send_unreadable"
ELSEWHERE, CHANGED = "sent_elsewhere", "text_differs"
DEEPEST = 20


def is_create(url: str) -> bool:
    """Return whether a request may be the page's send, today's or an older one (linkedin.md 4)."""
    parts = urlsplit(url)
    _, below, path = parts.path.lower().partition(VOYAGER)
    actions = parse_qs(parts.query).get("action", ())
    return bool(below) and MESSAGING in path and any(one.startswith(CREATING) for one in actions)


class Turnstile:
    """Lets one message through, once it is `open_for` one."""

    def __init__(self, context: BrowserContext) -> None:
        self.stopped: list[str] = []
        self.passed = 0
        self._thread = self._text = ""
        context.route(is_create, self._judge)

    def open_for(self, thread: str, text: str) -> None:
        """Let this text into this thread, once."""
        self._thread, self._text = thread, text

    def close(self) -> None:
        """Let nothing through any more."""
        self._thread = self._text = ""

    def _judge(self, route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        reason = self._reason(_body(route))
        if reason:
            self.stopped.append(reason)
            # The page's request then fails as BLOCKED.
            route.abort("blockedbyclient")
            return
        self.passed += 1
        route.continue_()

    def _reason(self, body: Any) -> str:
        """Return why a message must not leave, "" of the one that may."""
        if self.passed:
            return AGAIN
        if not self._thread:
            return EARLY
        said = list(_strings(body, DEEPEST))
        if not said:
            return UNREADABLE
        if not any(_names(one, self._thread) for one in said):
            return ELSEWHERE
        if not any(normal(one) == normal(self._text) for one in said):
            return CHANGED
        return ""


def _names(said: str, thread: str) -> bool:
    """A thread's id is the last part of its URN, in brackets or not."""
    return unquote(said).rstrip(")").endswith((f",{thread}", f":{thread}"))


def _body(route: Route) -> Any:
    try:
        return json.loads(route.request.post_data or "")
    except ValueError:
        return None


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    if depth and isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one, depth - 1)
