"""The product seen through its own API, as the demo's owner: the ledger of one conversation.

The page asks every second; the product allows a hundred calls a minute per person. So answers
are kept for a moment, and the rest is asked only when the ledger has grown.
"""

import threading
import time
from dataclasses import dataclass, field, replace
from typing import Any

import requests

from sandbox import demo, settings

TIMEOUT_SECONDS = 5
FRESH_SECONDS = 0.9
SPARING_SECONDS = 3.0
IDLE_SECONDS = 4.0
FEW_CALLS = 35
BUSY_SECONDS = 45.0
MOST_ROWS = 200
UNAUTHORIZED, TOO_MANY = 401, 429
Row = dict[str, Any]


class UnreachableError(Exception):
    """The product did not answer, or not with JSON."""


class TooManyCallsError(Exception):
    """The product asks for fewer calls; what is known is shown a little longer."""


@dataclass(frozen=True)
class Journey:
    """What the product knows about one contact; `reached` is false when it did not answer."""

    reached: bool = True
    conversation: Row = field(default_factory=dict)
    interactions: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    lead: Row = field(default_factory=dict)
    read_at: float = 0
    grown_at: float = 0
    told_at: float = 0


class Api:
    """The product's API with the owner's token, renewed when it is dead."""

    def __init__(self) -> None:
        self.token = ""
        self.quiet_until = 0.0
        self.remaining = 100

    def get(self, path: str, *, language: str, **query: Any) -> Row:
        """Return the JSON of one address; raises UnreachableError or TooManyCallsError."""
        return self._call("GET", path, language=language, query=query)

    def post(self, path: str) -> Row:
        """Do one of the product's actions."""
        return self._call("POST", path, language="fr", query={})

    def _call(self, method: str, path: str, *, language: str, query: Row) -> Row:
        if time.monotonic() < self.quiet_until:
            raise TooManyCallsError
        answer = self._send(method, path, language, query)
        if answer.status_code == UNAUTHORIZED:
            self.token = ""
            answer = self._send(method, path, language, query)
        if answer.status_code == TOO_MANY:
            self.quiet_until = time.monotonic() + float(answer.headers.get("Retry-After") or 5)
            raise TooManyCallsError
        left = answer.headers.get("X-RateLimit-Remaining", "")
        self.remaining = int(left) if left.isdigit() else 100
        return _json_of(answer)

    def _send(self, method: str, path: str, language: str, query: Row) -> requests.Response:
        if not self.token:
            login = {"email": demo.OWNER_EMAIL, "password": demo.MEMBERS_PASSWORD}
            self.token = str(_json_of(_request("POST", "/auth/login", json=login))["access"])
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": language}
        return _request(method, path, params=query, headers=headers)


def journey_of(contact: str, account: str, *, language: str) -> Journey:
    """Return the newest affordable view of a contact's journey; never raises."""
    if not contact:
        return Journey()
    key = (contact, account, language)
    known = _known.get(key, Journey())
    now = time.monotonic()
    if known.read_at and now - known.read_at < _pause(known, now):
        return known
    # One thread asks; the others show what is known, so that a slow product never takes the
    # stand-ins' threads away.
    if not _asking.acquire(blocking=False):
        return known
    try:
        known = _refresh(known, contact, account, language)
    except TooManyCallsError:
        known = replace(known, read_at=now)
    except UnreachableError:
        known = replace(known, reached=False, read_at=now)
    finally:
        _asking.release()
    _known[key] = known
    return known


def expect_news(contact: str) -> None:
    """Let the next look at this contact ask the product at once: somebody just said something."""
    for key, known in list(_known.items()):
        if key[0] == contact:
            _known[key] = replace(known, read_at=0, grown_at=time.monotonic())


def act(contact: str, account: str, action: str) -> None:
    """Take the contact's conversation over, or release it; raises UnreachableError."""
    conversation = journey_of(contact, account, language="fr").conversation
    try:
        if conversation and action in ("takeover", "release"):
            api.post(f"/conversations/{conversation['id']}/{action}")
    except TooManyCallsError as error:
        raise UnreachableError from error
    expect_news(contact)


def waiting(journey: Journey) -> Row:
    """Return the message whose answer waits for its moment, or an empty row."""
    for message in reversed(journey.messages):
        undecided = message["direction"] == "inbound" and not message["outcome"]
        if undecided and message["next_at"]:
            return message
    return {}


def _pause(known: Journey, now: float) -> float:
    """Return how long an answer is good for: less in a lively talk, more when calls run out."""
    if now - known.grown_at > BUSY_SECONDS and not waiting(known):
        return IDLE_SECONDS
    return SPARING_SECONDS if api.remaining < FEW_CALLS else FRESH_SECONDS


def _refresh(known: Journey, contact: str, account: str, language: str) -> Journey:
    now = time.monotonic()
    conversation = known.conversation or _conversation(contact, account, language)
    if not conversation:
        return replace(known, reached=True, read_at=now)
    where = {"conversation": conversation["id"], "ordering": "created_at", "limit": MOST_ROWS}
    rows = api.get("/interactions", language=language, **where)["results"]
    grown = len(rows) != len(known.interactions)
    awaited = waiting(known) and now - known.told_at > SPARING_SECONDS
    if not grown and not awaited:
        return replace(known, reached=True, read_at=now)
    path = f"/conversations/{conversation['id']}/messages"
    messages = api.get(path, language=language, ordering="sent_at", limit=MOST_ROWS)["results"]
    lead = known.lead
    if grown:
        conversation = _conversation(contact, account, language)
        leads = api.get("/leads", language=language, contact=contact)["results"]
        lead = leads[0] if leads else {}
    return Journey(
        conversation=conversation,
        interactions=rows,
        messages=messages,
        lead=lead,
        read_at=now,
        grown_at=now if grown else known.grown_at,
        told_at=now,
    )


def _conversation(contact: str, account: str, language: str) -> Row:
    asked = {"contact": contact, "account": account}
    found = api.get("/conversations", language=language, **asked)["results"]
    return found[0] if found else {}


def _request(method: str, path: str, **how: Any) -> requests.Response:
    try:
        return requests.request(method, settings.PUBLIC_URL + path, timeout=TIMEOUT_SECONDS, **how)
    except requests.RequestException as error:
        raise UnreachableError from error


def _json_of(answer: requests.Response) -> Row:
    try:
        answer.raise_for_status()
        document: Row = answer.json()
    except requests.RequestException as error:
        raise UnreachableError from error
    return document


api = Api()
_asking = threading.Lock()
_known: dict[tuple[str, str, str], Journey] = {}
