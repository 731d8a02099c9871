"""What the page was answered: read from its responses, by the beginning of their queryId.

No call is ever ours (linkedin.md 4).
"""

import json
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from playwright.sync_api import Error, Page, Request, Response

from social.providers.linkedin import urns, voyager
from social.providers.linkedin.browser.opening import leads
from social.providers.linkedin.browser.turnstile import BLOCKED, CREATING, is_create
from social.providers.linkedin.seen import InboxSeen, MessageSeen, PersonSeen

CONVERSATIONS, MESSAGES = "messengerConversations", "messengerMessages"
"""How the queryIds of the page's calls begin; what follows changes with every build."""
GRAPHQL = "/voyager/api/voyagerMessagingGraphQL/graphql"
MAILBOX = re.compile(r"mailboxUrn:([^,()]+)")
LONGEST_BODY = 8_000_000
WELL, REDIRECTS, ERRORS = 200, range(300, 400), 500
HOPELESS_SECONDS = 2.0


@dataclass(frozen=True)
class Created:
    """What became of the page's own send: its HTTP status (0: no answer came), and its JSON."""

    status: int
    body: Any


class Hearing:
    """Listens to one page. What it heard since `forget` is in `inboxes`, `messages`, `created`."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.owner: PersonSeen | None = None
        self.created: list[Created] = []
        self.warnings: list[str] = []
        self._finished: list[Request] = []
        self.forget()
        page.on("response", self._answered)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._lost)

    def forget(self) -> None:
        """Begin anew, before another page is asked for: the last one's answers prove nothing."""
        self.status: int | None = None
        self.statuses: list[int] = []
        self.inboxes: list[InboxSeen] = []
        self.messages: dict[str, MessageSeen] = {}
        self._rootless_at = 0.0
        self._finished.clear()

    @property
    def is_rootless(self) -> bool:
        """Whether a call of the page's was answered well, with nothing in it that we know."""
        return bool(self._rootless_at)

    @property
    def is_hopeless(self) -> bool:
        """Whether the page's own calls failed, or say nothing that we know, and no others came."""
        failed_all = bool(self.statuses) and min(self.statuses) >= ERRORS
        waited = time.monotonic() - self._rootless_at
        return failed_all or (self.is_rootless and waited > HOPELESS_SECONDS)

    def _answered(self, response: Response) -> None:
        request = response.request
        # Other windows are closed before they show anything.
        if leads(request) and len(self.page.context.pages) == 1:
            self.status = response.status
        kind = self._kind(request)
        if kind in {CONVERSATIONS, MESSAGES}:
            self.statuses.append(response.status)
        if kind == CREATING and response.status in REDIRECTS:
            # One that leads elsewhere never "finishes".
            self.created.append(Created(response.status, None))

    def _ended(self, request: Request) -> None:
        self._finished.append(request)

    def _lost(self, request: Request) -> None:
        # What our turnstile stopped is no answer to what it let through.
        if self._kind(request) == CREATING and BLOCKED not in (request.failure or ""):
            self.created.append(Created(0, None))

    def _kind(self, request: Request) -> str:
        """Return which of the page's calls it is, "" of any other."""
        if not request.url.startswith(self.base):
            return ""
        if is_create(request.url):
            return CREATING if request.method == "POST" else ""
        parts = urlsplit(request.url)
        path, query = parts.path.removeprefix(urlsplit(self.base).path), parse_qs(parts.query)
        named = (query.get("queryId") or [""])[0].partition(".")[0]
        known = path == GRAPHQL and named in {CONVERSATIONS, MESSAGES}
        return named if known else ""

    def take(self) -> None:
        """Read the answers that have arrived since the last time."""
        finished, self._finished[:] = list(self._finished), []
        for request in finished:
            kind = self._kind(request)
            if kind:
                self._read(kind, request)

    def _read(self, kind: str, request: Request) -> None:
        try:
            response = request.response()
            status, body = (response.status, response.body()) if response else (0, b"")
        except Error:
            # A page that was left keeps no answers.
            status, body = 0, b""
        document = _json(body)
        if kind == CREATING:
            self.created.append(Created(status, document))
        elif kind == CONVERSATIONS:
            self._list(document, status, unquote(request.url))
        else:
            self._thread(document, status)

    def _list(self, document: Any, status: int, address: str) -> None:
        seen = voyager.inbox_in(document, owner=self.owner.id if self.owner else "")
        if seen is None:
            self._miss(status)
            return
        mailbox = MAILBOX.search(address)
        named = urns.profile_id(mailbox.group(1)) if mailbox else ""
        # An empty inbox names nobody.
        self._own(seen.owner or (PersonSeen(named, me=True) if named else None))
        self.inboxes.append(seen)
        if seen.skipped:
            self.warn("skipped_conversations")

    def _thread(self, document: Any, status: int) -> None:
        seen = voyager.messages_in(document, owner=self.owner.id if self.owner else "")
        if seen is None:
            self._miss(status)
            return
        self._own(seen.owner)
        self.messages |= {one.id: one for one in seen.messages}
        if seen.skipped:
            self.warn("skipped_messages")

    def _miss(self, status: int) -> None:
        if status == WELL and not self._rootless_at:
            self._rootless_at = time.monotonic()

    def _own(self, owner: PersonSeen | None) -> None:
        if owner is not None and (owner.name or self.owner is None):
            self.owner = owner

    def warn(self, code: str) -> None:
        """Note once that something was not as it should be."""
        if code not in self.warnings:
            self.warnings.append(code)


def _json(body: bytes) -> Any:
    if len(body) > LONGEST_BODY:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return None
