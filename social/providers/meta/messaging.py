"""What stands under `messaging` and `standby`: messages, echoes, statuses, control of a thread.

One reader for Messenger and Instagram, whose items have the same form (meta.md 4.1 to 4.11 and
5.1 to 5.10). Each function takes the kind and id of the account, and one item; it raises one of
`values.BROKEN` for what is not of the documented form.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings

from social.contracts import (
    ControlChange,
    Echo,
    Edit,
    Event,
    Ignored,
    InboundMessage,
    Reaction,
    Referral,
    Removal,
    StatusUpdate,
)
from social.providers.meta.parts import attachments_of, origin_of, quoted_in
from social.providers.meta.values import (
    MID_LONGEST,
    PAYLOAD_LONGEST,
    id_of,
    list_in,
    mid_of,
    moment,
    object_in,
    text_in,
)

Item = dict[str, Any]
MISMATCH = Ignored("account_mismatch")


def read(kind: str, account: str, item: Item) -> Event:
    """Return what one item of `messaging` says."""
    for key, reader in READERS.items():
        if key in item:
            return reader(kind, account, item)
    return Ignored("unsupported_event")


def read_standby(kind: str, account: str, item: Item) -> Event:
    """Return the same of an item that another app, which holds the thread, was given to answer."""
    event = read(kind, account, item)
    return replace(event, standby=True) if isinstance(event, InboundMessage) else event


def _message(kind: str, account: str, item: Item) -> Event:
    message = item["message"]
    sender, recipient = _parties(item)
    own = bool(message.get("is_echo"))
    if account != (sender if own else recipient):
        return MISMATCH
    if message.get("is_deleted"):
        return Removal(kind, account, mid_of(message), moment(item["timestamp"]))
    if own:
        return _echo(kind, account, item, contact=recipient)
    if message.get("is_self") or sender == account:
        return Ignored("message_to_self")
    return InboundMessage(
        account_kind=kind,
        account_external_id=account,
        contact_external_id=sender,
        external_id=mid_of(message),
        text=text_in(message, "text"),
        sent_at=moment(item["timestamp"]),
        attachments=attachments_of(message),
        quoted_external_id=quoted_in(message),
        payload=text_in(object_in(message, "quick_reply"), "payload", longest=PAYLOAD_LONGEST),
        origin=origin_of(object_in(message, "referral")),
    )


def _echo(kind: str, account: str, item: Item, *, contact: str) -> Event:
    message = item["message"]
    return Echo(
        account_kind=kind,
        account_external_id=account,
        contact_external_id=contact,
        external_id=mid_of(message),
        text=text_in(message, "text"),
        sent_at=moment(item["timestamp"]),
        reference=text_in(message, "metadata"),
        ours=is_ours(message.get("app_id")),
    )


def _postback(kind: str, account: str, item: Item) -> Event:
    postback = item["postback"]
    sender, recipient = _parties(item)
    if account != recipient:
        return MISMATCH
    sent_at = moment(item["timestamp"])
    payload = text_in(postback, "payload", longest=PAYLOAD_LONGEST)
    title = text_in(postback, "title")
    named = "mid" in postback
    return InboundMessage(
        account_kind=kind,
        account_external_id=account,
        contact_external_id=sender,
        external_id=mid_of(postback) if named else _composed(sender, sent_at, payload or title),
        text=title,
        sent_at=sent_at,
        payload=payload,
        origin=origin_of(object_in(postback, "referral")),
    )


def _composed(sender: str, sent_at: datetime, said: str) -> str:
    """Return the name of a postback that Meta did not name (meta.md 3.5)."""
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    return f"postback:{sender}:{round(sent_at.timestamp() * 1000)}:{digest}"


def _delivery(kind: str, account: str, item: Item) -> Event:
    mids = tuple(id_of(mid, longest=MID_LONGEST) for mid in list_in(item["delivery"], "mids"))
    return _status(kind, account, item, "delivery", mids)


def _read_by(kind: str, account: str, item: Item) -> Event:
    # Messenger names a moment, Instagram one message (meta.md 4.7 and 5.4).
    seen = item["read"]
    mids = (mid_of(seen),) if "mid" in seen else ()
    return _status(kind, account, item, "read", mids)


def _status(kind: str, account: str, item: Item, key: str, mids: tuple[str, ...]) -> Event:
    said = item[key]
    status = {"delivery": "delivered", "read": "read"}[key]
    sender, recipient = _parties(item)
    if account != recipient:
        return MISMATCH
    watermark = None if mids and "watermark" not in said else moment(said["watermark"])
    return StatusUpdate(kind, account, sender, status, mids, watermark)


def _reaction(kind: str, account: str, item: Item) -> Event:
    sender, recipient = _parties(item)
    if account == sender:
        return Ignored("own_reaction")
    if account != recipient:
        return MISMATCH
    return reaction(kind, account, item["reaction"], contact=sender, at=moment(item["timestamp"]))


def reaction(kind: str, account: str, said: Item, *, contact: str, at: datetime) -> Event:
    """Return the reaction that `said` describes; taken away, its emoji is ""."""
    emoji = {
        "react": text_in(said, "emoji", longest=40) or text_in(said, "reaction", longest=40),
        "unreact": "",
    }[said["action"]]
    return Reaction(kind, account, contact, mid_of(said), emoji, at)


def _edit(kind: str, account: str, item: Item) -> Event:
    if account not in _parties(item):
        return MISMATCH
    return edit(kind, account, item["message_edit"], at=moment(item["timestamp"]))


def edit(kind: str, account: str, said: Item, *, at: datetime) -> Event:
    """Return the edit that `said` describes."""
    return Edit(kind, account, mid_of(said), text_in(said, "text"), at)


def _referral(kind: str, account: str, item: Item) -> Event:
    sender, recipient = _parties(item)
    if account != recipient:
        return MISMATCH
    origin = origin_of(object_in(item, "referral"))
    return Referral(kind, account, sender, origin, moment(item["timestamp"]))


def _control(key: str) -> Callable[[str, str, Item], Event]:
    def handed_over(kind: str, account: str, item: Item) -> Event:
        sender, recipient = _parties(item)
        if account != recipient:
            return MISMATCH
        # Who takes control may be unnamed: then it is not us.
        ours = is_ours(item[key].get("new_owner_app_id"))
        return ControlChange(kind, account, sender, ours, moment(item["timestamp"]))

    return handed_over


def _requested(_kind: str, _account: str, _item: Item) -> Event:
    return Ignored("control_requested")


def _roles(_kind: str, _account: str, _item: Item) -> Event:
    return Ignored("app_roles")


def is_ours(app_id: Any) -> bool:
    """Return whether a number or text names one of our two apps."""
    ours = {settings.META_APP_ID, settings.META_INSTAGRAM_APP_ID} - {""}
    return not isinstance(app_id, bool) and str(app_id) in ours


def _parties(item: Item) -> tuple[str, str]:
    return id_of(item["sender"]["id"]), id_of(item["recipient"]["id"])


READERS: dict[str, Callable[[str, str, Item], Event]] = {
    "message": _message,
    "postback": _postback,
    "delivery": _delivery,
    "read": _read_by,
    "reaction": _reaction,
    "message_edit": _edit,
    "referral": _referral,
    "pass_thread_control": _control("pass_thread_control"),
    "take_thread_control": _control("take_thread_control"),
    "request_thread_control": _requested,
    "app_roles": _roles,
}
"""The one key of an item that says what it is about; the first that is there counts."""
