"""What a run of the browser is asked, and what comes of it: frozen values, no cookie in a repr."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

VISIT, INBOX, THREAD, SEND = "visit", "inbox", "thread", "send"
READING, SENDING = "read", "send"
OK, NEEDS_LOGIN, CHECKPOINT, RESTRICTED, COOLDOWN, DRIFT, UNKNOWN, FAILED = (
    *("ok", "needs_login", "checkpoint", "restricted", "cooldown", "drift", "unknown"),
    "failed",
)
SENT, UNCONFIRMED, NOT_SENT = "sent", "unconfirmed", "not_sent"

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Job:
    """One run.

    - `what`: VISIT, INBOX, THREAD or SEND; `params` as the docstring of its module says
      (`visiting`, `inbox`, `thread`, `composing`).
    - `base`: the network's address without a slash at its end; it may have a path.
    - `storage`: Playwright's storage state with the network's own cookies.
    - `executable`: the browser to start, as `find_browser` found it.
    - `seconds`, `memory_mb`: when the run is ended, whatever it does.
    - `silence`: after so many seconds without a beat the worker counts as gone.
    """

    what: str
    base: str
    storage: Json = field(repr=False)
    executable: str = ""
    params: Json = field(default_factory=dict, repr=False)
    seconds: int = 120
    memory_mb: int = 1500
    silence: float = 20.0

    def line(self) -> bytes:
        """Return the job as it is handed to the program: one line of JSON."""
        return json.dumps({one.name: getattr(self, one.name) for one in fields(self)}).encode()


@dataclass(frozen=True)
class Outcome:
    """What a run saw and did.

    - `state`: of the session: OK, NEEDS_LOGIN, CHECKPOINT, RESTRICTED, COOLDOWN; DRIFT when the
      page lacks what `missing` names; UNKNOWN when it is no page we know; FAILED when the run broke
      off without having learnt anything of the session (`detail` says how: "network",
      "killed_time", "died", "not_started"…).
    - `capability`: what the run was for, READING or SENDING.
    - `result` of SEND: SENT, UNCONFIRMED (clicked, nobody knows) or NOT_SENT.
    - `why`: a code of why a job broke off, also where the session is well.
    - `clicked`: the worker let the button be pressed. Without that nothing can have left.
    - `storage`: the cookies to keep from now on; None: keep those there are, or none if logged out.
    - `ranks`: which member of its chain found each selector; above 0 the page has begun to drift.
    - `snapshot`: the page's structure without a word of it, after DRIFT and UNKNOWN.
    - `killed`: why the guard ended it: "time", "memory", "parent", "stopped", "output"; else "".
    """

    state: str
    detail: str = ""
    capability: str = READING
    missing: str = ""
    owner: Json | None = field(default=None, repr=False)
    conversations: tuple[Json, ...] = field(default=(), repr=False)
    messages: tuple[Json, ...] = field(default=(), repr=False)
    sent: Json | None = None
    result: str = ""
    why: str = ""
    storage: Json | None = field(default=None, repr=False)
    ranks: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    snapshot: str = field(default="", repr=False)
    milliseconds: int = 0
    peak_mb: int = 0
    killed: str = ""
    clicked: bool = False

    def said(self) -> dict[str, Any]:
        """Return the program's last line."""
        return {"outcome": {one.name: getattr(self, one.name) for one in fields(self)}}


def outcome_from(said: Json) -> Outcome:
    """Read an outcome that another process wrote; what it does not know is left out."""
    known = {one.name for one in fields(Outcome)}
    values = {name: value for name, value in said.items() if name in known}
    for name in ("conversations", "messages", "warnings"):
        values[name] = tuple(values.get(name) or ())
    return Outcome(**values)


def broken_off(job: Job, *, clicked: bool, killed: str, peak_mb: int) -> Outcome:
    """Return what is known of a run whose program ended without an outcome."""
    sends = job.what == SEND
    detail = f"killed_{killed}" if killed else "died"
    return Outcome(
        state=FAILED,
        detail=detail,
        capability=SENDING if sends else READING,
        result=(UNCONFIRMED if clicked else NOT_SENT) if sends else "",
        why=detail if sends else "",
        killed=killed,
        peak_mb=peak_mb,
        clicked=clicked,
    )
