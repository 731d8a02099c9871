"""What a browser is given for one turn with a member's session, and what it tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

READ, SEND, VISIT = "read", "send", "visit"
"""What a browser does: reads, sends, or only looks whether the session works."""
OK, NEEDS_LOGIN, CHECKPOINT, RESTRICTED = "ok", "needs_login", "checkpoint", "restricted"
COOLDOWN, DRIFT, UNKNOWN = "cooldown", "drift", "unknown"
"""What a session's state is (linkedin.md 5)."""
PENDING = "pending:"
"""What stands before an account's own uid until the network has told its id."""
WALLS = (NEEDS_LOGIN, CHECKPOINT, RESTRICTED)
"""States that only the member can end, in a browser of their own."""


def trouble_state(code: str) -> str:
    """Return what is told of an account that must be connected again because of `code`."""
    return code if code in WALLS else NEEDS_LOGIN


@dataclass(frozen=True)
class Report:
    """What a browser saw in one run; no words of anybody but in `items`.

    - `state`, `detail`: what the session's state is, "" when nothing was learnt of it, and the
      code of why.
    - `capability`: what was done; `missing`: the element that was not found, "" when all were.
    - `storage`: the session as it stands now, None when it is not to be kept.
    - `items`: messages that were seen, as `Provider.parse_page` reads them; `stream` names how.
    - `ranks`: by the selector of which rank each element was found, -1 for none.
    - `snapshot`: the structure of a page that was not understood.
    """

    state: str
    capability: str
    detail: str = ""
    missing: str = ""
    storage: Mapping[str, Any] | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    items: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    stream: str = ""
    ranks: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    snapshot: str = field(default="", repr=False)
    milliseconds: int = 0
    peak_mb: int = 0


class SessionRun(Protocol):
    """One browser's turn with a session: nobody else has it meanwhile, on no machine."""

    @property
    def storage(self) -> Mapping[str, Any]:
        """The session, as Playwright keeps one: never to be logged, nor written anywhere."""

    def keep_going(self) -> bool:
        """Renew the turn; False when it is over: whoever acts must stop at once."""

    def note(self, report: Report) -> None:
        """Keep what was seen: the session as it stands, its state, what people wrote."""
