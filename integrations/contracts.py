"""What travels between the house and the outside tools: frozen values, no rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LeadRecord:
    """A lead as it is written outside; `level` is hot, warm or cold, moments are ISO 8601 UTC."""

    lead_uid: str
    name: str
    level: str
    phone: str
    network: str
    evidence: tuple[str, ...]
    intent: str
    updated_at: str


@dataclass(frozen=True)
class Connection:
    """Where and how to write: the tool's token, its target, and our field → their column."""

    token: str
    target: dict[str, Any]
    field_map: dict[str, str]


class ConnectorError(Exception):
    """The tool did not take a record.

    - `code`: the tool's own code, or ours in words.
    - `retryable`: may be tried again, after `retry_after` seconds if given; a push looks the
      record up before it creates one, so trying again is safe.
    - `needs`: the status the integration falls into (`needs_login`, `needs_mapping`), if any.
    """

    def __init__(
        self,
        code: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        needs: str = "",
    ) -> None:
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
        self.needs = needs
        super().__init__(code)


@dataclass(frozen=True)
class Connector:
    """Our code for one tool; both functions raise ConnectorError.

    - `push(connection, record, external_id)` → the tool's row id; `external_id` is where the lead
      stood last time, or empty.
    - `erase(connection, lead_uid, external_id)` takes the lead's row away; a row that is gone, or
      was never there, is as good as removed.
    """

    kind: str
    name: str
    push: Callable[[Connection, LeadRecord, str], str]
    erase: Callable[[Connection, str, str], None]
