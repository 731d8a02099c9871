"""What travels between the networks and the rest: frozen values, no rows.

All moments are aware and in UTC; `account_kind` with `account_external_id` names the account.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class InboundMessage:
    """Something a person wrote to a connected account."""

    account_kind: str
    account_external_id: str
    contact_external_id: str
    external_id: str
    text: str
    sent_at: datetime
    kind: str = "direct"
    contact_name: str = ""
    attachments: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Echo:
    """The network's copy of something the account itself wrote, by us or by a human.

    `reference` is the mark we put on our own sends, where the network gives it back.
    """

    account_kind: str
    account_external_id: str
    contact_external_id: str
    external_id: str
    text: str
    sent_at: datetime
    reference: str = ""
    ours: bool = False


@dataclass(frozen=True)
class StatusUpdate:
    """The network says that our messages were delivered or read.

    Either `external_ids` names them, or all that left before `watermark` are meant.
    """

    account_kind: str
    account_external_id: str
    contact_external_id: str
    status: str
    external_ids: tuple[str, ...] = ()
    watermark: datetime | None = None


@dataclass(frozen=True)
class Ignored:
    """An entry that we know of and do nothing with, and why."""

    reason: str


Event = InboundMessage | Echo | StatusUpdate | Ignored


@dataclass(frozen=True)
class Credentials:
    """What a provider needs to write as an account."""

    account_external_id: str
    kind: str
    token: str


@dataclass(frozen=True)
class OutboundMessage:
    """One text for one person; `reference` comes back in the echo where the network can."""

    contact_external_id: str
    text: str
    reference: str


@dataclass(frozen=True)
class SendResult:
    """The network took the message and calls it `external_id`."""

    external_id: str


@dataclass(frozen=True)
class Capabilities:
    """What one kind of account can do; differences are data, never branches."""

    text_limit: int
    text_limit_in_bytes: bool = False
    reply_window_hours: int | None = None
    direct_messages: bool = True
    comments: bool = False
    echo_has_reference: bool = False


@dataclass(frozen=True)
class Withdrawal:
    """A person took their account, or their data, back from us: their id, and when (Unix time)."""

    user_id: str
    issued_at: str
