"""What travels between the house and the outside tools: frozen values, no rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class LeadRecord:
    """A lead as it is written outside; `level` is hot, warm or cold, moments are ISO 8601 UTC.

    `link` leads to the lead's page here.
    """

    lead_uid: str
    name: str
    level: str
    phone: str
    network: str
    evidence: tuple[str, ...]
    intent: str
    updated_at: str
    summary: tuple[str, ...] = ()
    stage: str = ""
    link: str = ""


@dataclass(frozen=True)
class Field:
    """One of our fields: `form` is title, text, choice, phone, date or link.

    `column` is the name of a column that is made for it, in the reader's language.
    """

    name: str
    column: str | Promise
    form: str
    needed: bool = False


FIELDS: tuple[Field, ...] = (
    Field("name", _("Name"), "title", needed=True),
    Field("lead_id", _("Flow IA identifier"), "text", needed=True),
    Field("level", _("Level"), "choice"),
    Field("phone", _("Phone"), "phone"),
    Field("network", _("Network"), "choice"),
    Field("intent", _("Intent"), "text"),
    Field("evidence", _("In their own words"), "text"),
    Field("summary", _("Summary"), "text"),
    Field("stage", _("Stage"), "choice"),
    Field("link", _("In Flow IA"), "link"),
    Field("updated", _("Updated"), "date"),
)
"""What is written of a lead. Without the needed ones a lead would not be found again."""


@dataclass(frozen=True)
class Rate:
    """At most `limit` calls of `key` in any `seconds`, over all processes."""

    key: str
    limit: int
    seconds: int


def _at_once(_rates: Sequence[Rate]) -> None:
    """Wait for nothing."""


@dataclass(frozen=True)
class Connection:
    """Where and how to write: the tool's secrets, its target, and our field → their column's id.

    Before each call a connector asks `wait_turn` with the rates that the call counts for; it
    returns when the call may be made, or raises ConnectorError (`paced`, to be tried again later).
    """

    secrets: dict[str, Any] = field(repr=False)
    target: dict[str, Any]
    field_map: dict[str, str]
    wait_turn: Callable[[Sequence[Rate]], None] = field(default=_at_once, repr=False)


@dataclass(frozen=True)
class Account:
    """Whose access it is, in the tool's own words; `detail` says what to do to share with it."""

    name: str
    detail: str = ""


@dataclass(frozen=True)
class Target:
    """A table that leads can be written into; `ids` is what `Connection.target` will hold."""

    ids: dict[str, Any]
    name: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class Column:
    """A column of the target: `holds` are the forms of our fields that fit into it."""

    id: str
    name: str
    type: str
    holds: frozenset[str]


@dataclass(frozen=True)
class Item:
    """A lead to write; `row_id` is where it stood last time, or empty."""

    record: LeadRecord
    row_id: str = ""


@dataclass(frozen=True)
class Written:
    """The lead stands in the tool; `created` is False where a row was changed."""

    lead_uid: str
    row_id: str
    url: str = ""
    created: bool = False


@dataclass(frozen=True)
class NotWritten:
    """One lead could not be written, while the others could; trying again would change nothing.

    `code`: `row_missing` (the row that we wrote was taken away), `row_duplicated` (our identifier
    stands in several rows), or the tool's own code for values that it refuses.
    """

    lead_uid: str
    code: str


Outcome = Written | NotWritten


class ConnectorError(Exception):
    """The tool did not take a call.

    - `code`: the tool's own code, or ours in words.
    - `retryable`: may be tried again, after `retry_after` seconds if given; a push looks a record
      up before it creates one, so trying again is safe.
    - `needs`: the status the integration falls into (`needs_login`, `needs_attention`,
      `needs_mapping`), if any.
    - `throttled`: the tool asks for patience; this is no failed attempt.
    """

    def __init__(
        self,
        code: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        needs: str = "",
        throttled: bool = False,
    ) -> None:
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
        self.needs = needs
        self.throttled = throttled
        super().__init__(code)


@dataclass(frozen=True)
class Connector:
    """Our code for one tool; every function raises ConnectorError.

    - `check(connection)` → whose access it is; proves that the secrets work.
    - `targets(connection, search)` → tables it may write into, at most 100.
    - `columns(connection)` → the target's columns now.
    - `create_columns(connection, fields)` → adds a column for each field and returns it, in order;
      raises `cannot_create_columns` where the access does not allow it.
    - `push(connection, items)` yields what became of each item, as soon as it is known: what was
      yielded before an error stays true. At most `batch` items at once.
    - `erase(connection, lead_uid, row_id)` takes the lead's row away; a row that is gone, or was
      never there, is as good as removed.
    - `present(connection)` yields the lead's identifiers that stand in the target with their row
      ids: how a full sync sees what people took away.

    `secrets` names what a member gives: `token`, or `service_account` (a JSON key).
    """

    kind: str
    name: str
    secrets: tuple[str, ...]
    batch: int
    check: Callable[[Connection], Account]
    targets: Callable[[Connection, str], list[Target]]
    columns: Callable[[Connection], list[Column]]
    create_columns: Callable[[Connection, Sequence[Field]], list[Column]]
    push: Callable[[Connection, Sequence[Item]], Iterator[Outcome]]
    erase: Callable[[Connection, str, str], None]
    present: Callable[[Connection], Iterator[tuple[str, str]]]
