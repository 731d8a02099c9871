"""What polling is made of: one stream of one account, read page by page.

Frozen values and the functions of a provider; the rhythm and the budget stand in `social.polling`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from social.contracts import Credentials

Cursor = Mapping[str, Any]
"""Where a stream was read to; a provider's own JSON, kept between calls and after crashes."""


@dataclass(frozen=True)
class Page:
    """One answer of the network: what was new or changed in it, raw, and where to go on.

    `items` are the network's own objects; they are stored as one call and parsed like a webhook.
    `more`: read the next page at once; otherwise the stream rests until its next turn.
    """

    items: tuple[dict[str, Any], ...]
    cursor: Cursor
    more: bool = False


@dataclass(frozen=True)
class Stream:
    """Something of an account that must be asked for.

    - `read(credentials, cursor)`: one call, one page; raises ProviderError. An empty cursor means
      that it was never read.
    - `kinds`: which accounts have it; `ability`: what an account must be able to do ("" for all).
    - `shortest`, `longest`: seconds between two turns; the more is found, the shorter.
    - `announced`: webhooks tell of the same things, so that what is new here was missed there.
    - `on_demand`: read only when somebody wants something of it (`cursor["wanted"]`).
    """

    name: str
    kinds: tuple[str, ...]
    read: Callable[[Credentials, Cursor], Page]
    ability: str = ""
    shortest: int = 300
    longest: int = 3600
    announced: bool = False
    on_demand: bool = False


@dataclass(frozen=True)
class Meter:
    """A budget of units that all accounts of a provider share, by day.

    `setting` names the setting with the units of a day, `time_zone` whose midnight begins it.
    `costs` tells what each call costs: "reply", "look_up", "inspect", "poll"; `kept_for_replies` is
    the share of the day (0 to 1) that polling leaves for answers.
    """

    setting: str
    time_zone: str
    costs: Mapping[str, int] = field(default_factory=dict)
    kept_for_replies: float = 0.3


@dataclass(frozen=True)
class Limit:
    """How often a call may be made: at most `calls` in `seconds`, per "account" or per "app".

    `operation` is one of ours, "send", "comment", "private_reply" and "look_up", or EVERY_CALL;
    limits of anything else are not counted, the docs name them.
    """

    operation: str
    calls: int
    seconds: int
    per: str
    source: str


EVERY_CALL = "every call"
"""The operation of a limit that counts all of them together."""
