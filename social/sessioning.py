"""What acting in a browser with a member's own session is made of; frozen values, no rows.

A network without an interface for what people write there (`Provider.session`). The rows stand in
`social.models.sessions`, who may act when in `social.sessions` and `social.pacing`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from social.contracts import Credentials

Sentence = object  # a text that may still be translated


@dataclass(frozen=True)
class Statement:
    """A text that a person agrees to: `kind` ("session", "automation"), `version` (a date)."""

    kind: str
    version: str
    paragraphs: tuple[Sentence, ...]


@dataclass(frozen=True)
class Given:
    """A session as a member gave it: what is kept of it, until when it lasts.

    `dropped` is how many cookies of other sites were thrown away; `notes` are sentences about what
    may be missing.
    """

    storage: Mapping[str, Any] = field(repr=False)
    expires_at: datetime | None = None
    dropped: int = 0
    notes: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class Owner:
    """Whose session it is: their id and name at the network."""

    external_id: str
    name: str


@dataclass(frozen=True)
class Pace:
    """How often a session may be used (linkedin.md 7).

    - `first`, `more`, `most`: how many messages may leave on the first day, how many more on each
      further day of use, and at most.
    - `gap`: the least time between two messages; up to `jitter` of it is added.
    - `hours`, `days`: the working hours that a new account begins with, local, from and until;
      on which days, from 0 for Monday.
    """

    first: int
    more: int
    most: int
    gap: timedelta
    jitter: float = 0.5
    hours: tuple[int, int] = (9, 19)
    days: tuple[int, ...] = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Sessions:
    """How a network is acted on in a browser (`Provider.session`).

    - `read_cookies(given, now)`: what a member gave, or FlowError with what is missing.
    - `statement(kind)`: what is to be agreed to.
    - `visit(credentials)`: whose session it is; raises ProviderError.
    - `pace()`: how often it may be used.
    - `deep_link(thread)`: where a person opens the thread themselves.
    - `browser()`: the browser on this machine, None when there is none.
    - `site`: whose cookies are kept, as people know it.
    """

    read_cookies: Callable[[object, datetime], Given]
    statement: Callable[[str], Statement]
    visit: Callable[[Credentials], Owner]
    pace: Callable[[], Pace]
    deep_link: Callable[[str], str]
    browser: Callable[[], str | None]
    site: str = ""
