"""Direct messages → contracts, as webhooks tell them and as reading a thread lists them.

Both have the same fields but for their words: `from` and `type` are `sender` and `message_type` in
answers, and the words of an enumeration are in capitals there (tiktok.md 4 and 5.4). Pure.
"""

from typing import Any

from social.contracts import Echo, Event, Ignored, InboundMessage, Reaction, Referral, StatusUpdate
from social.providers.tiktok.values import KIND, identifier, moment, text

MISMATCH = Ignored("account_mismatch")
Content = dict[str, Any]


def heard(account: str, content: Content) -> list[Event]:
    """Return what one message is: a person's, a copy of ours, or reactions."""
    found = parties(account, content)
    if found is None:
        return [MISMATCH]
    person, incoming = found
    kind = text(content.get("type") or content["message_type"]).lower()
    if kind == "reaction":
        return _reactions(account, person, content) if incoming else [Ignored("own_reaction")]
    if incoming:
        return [_inbound(account, person, kind, content)]
    return [_echo(account, person, kind, content)]


def read(account: str, content: Content) -> list[Event]:
    """Return that a person read everything up to a moment."""
    found = parties(account, content)
    if found is None:
        return [MISMATCH]
    person, incoming = found
    if not incoming:
        return [Ignored("own_read")]
    watermark = moment(content["read"]["last_read_timestamp"])
    return [StatusUpdate(KIND, account, person, "read", watermark=watermark)]


def referred(account: str, content: Content) -> list[Event]:
    """Return by which advertisement or link a person arrived."""
    found = parties(account, content)
    if found is None or not found[1]:
        return [MISMATCH]
    origin = _origin(content["referral"])
    return [Referral(KIND, account, found[0], origin, moment(content["timestamp"]))]


def parties(account: str, content: Content) -> tuple[str, bool] | None:
    """Return the person, and whether they wrote; None when the account takes no part."""
    writer, reader = (identifier(content[side]["id"]) for side in ("from_user", "to_user"))
    if (writer == account) == (reader == account):
        return None
    return (writer, True) if reader == account else (reader, False)


def _inbound(account: str, person: str, kind: str, content: Content) -> InboundMessage:
    return InboundMessage(
        account_kind=KIND,
        account_external_id=account,
        contact_external_id=person,
        external_id=identifier(content["message_id"], longest=255),
        text=_words(kind, content),
        sent_at=moment(content["timestamp"]),
        contact_name=_name(person, content),
        contact_handle=text(content.get("from") or content.get("sender"))[:200],
        attachments=_attachments(kind),
        quoted_external_id=_quoted(content),
        payload=_payload(content.get("reply_source_payload")),
        thread_external_id=_thread(content),
    )


def _echo(account: str, person: str, kind: str, content: Content) -> Echo:
    # OTHERS is TikTok itself; APP, WEB and what is not known are taken for a human.
    source = text((content.get("message_tag") or {}).get("source")).upper()
    automatic = bool(content.get("auto_message_type")) or source == "OTHERS"
    return Echo(
        account_kind=KIND,
        account_external_id=account,
        contact_external_id=person,
        external_id=identifier(content["message_id"], longest=255),
        text=_words(kind, content),
        sent_at=moment(content["timestamp"]),
        ours=source == "API" and not automatic,
        automatic=automatic,
        thread_external_id=_thread(content),
    )


def _reactions(account: str, person: str, content: Content) -> list[Event]:
    at = moment(content["timestamp"])
    events: list[Event] = [
        Reaction(
            account_kind=KIND,
            account_external_id=account,
            contact_external_id=person,
            external_id=identifier(one["original_msg_id"], longest=255),
            emoji=_emoji(one),
            at=at,
        )
        for one in content["reaction"]
    ]
    return events or [Ignored("malformed")]


def _emoji(reaction: Content) -> str:
    # Only the word for putting one is documented; any other takes it away.
    if text(reaction.get("operation") or "add").lower() != "add":
        return ""
    return text(reaction.get("emoji") or reaction["type"])[:40]


def _words(kind: str, content: Content) -> str:
    if kind == "text":
        return text((content.get("text") or {}).get("body"))
    if kind == "template":
        return text((content.get("template") or {}).get("title"))
    return ""


def _attachments(kind: str) -> tuple[Content, ...]:
    # The addresses die within days and are secrets of their own: only the kind is kept.
    return () if kind == "text" else ({"type": kind[:40]},)


def _quoted(content: Content) -> str:
    quoted = (content.get("referenced_message_info") or {}).get("referenced_message_id")
    return identifier(quoted, longest=255) if quoted else ""


def _payload(payload: Any) -> str:
    # Its shape is not documented: the id of a button of ours, bare or in an object.
    bare = payload.get("id") if isinstance(payload, dict) else payload
    return text(bare)[:200] if isinstance(bare, str) else ""


def _thread(content: Content) -> str:
    thread = content.get("conversation_id")
    return identifier(thread, longest=255) if thread else ""


def _name(person: str, content: Content) -> str:
    """Return how the person calls themselves, which reading a thread tells and webhooks do not."""
    for one in content.get("participants") or ():
        if one["id"] == person:
            return text(one.get("display_name"))[:200]
    return ""


def _origin(referral: Content) -> str:
    """Return "ad: its name" or "short_link: its mark", with TikTok's word for the source."""
    source = text(referral.get("source"))
    ad, link = referral.get("ad") or {}, referral.get("short_link") or {}
    name = text(ad.get("ad_name")) or text(ad.get("ad_id")) or text(link.get("ref"))
    return ": ".join(part for part in (source, name) if part)[:200]
