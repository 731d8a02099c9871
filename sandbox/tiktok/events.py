"""TikTok's side of a webhook: the events, the twice-encoded bytes, the signature.

TikTok API for Business, "Business Messaging webhooks", "Comment webhooks"; "Webhooks
verification" for `TikTok-Signature`.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from datetime import datetime
from typing import Any

from sandbox import settings
from sandbox.tiktok.models import Comment, Conversation, Message
from sandbox.tiktok.people import ACCOUNTS, Account

Content = dict[str, Any]


def new_conversation_id() -> str:
    """Return an id as TikTok's are: with letters that a query string has to encode."""
    return f"{base64.b64encode(secrets.token_bytes(12)).decode()}+k{secrets.randbelow(10)}/Q=="


def new_message_id() -> str:
    """Return a fresh message id, with such letters as well."""
    return f"Msg+{base64.b64encode(secrets.token_bytes(13)).decode()}"


def new_comment_id() -> str:
    """Return 19 digits: more than a JavaScript number can hold."""
    return "75" + "".join(secrets.choice("0123456789") for _ in range(17))


def milliseconds(at: datetime) -> int:
    """Return a moment as the content of an event has it."""
    return int(at.timestamp() * 1000)


def body_of(event: str, open_id: str, content: Content) -> bytes:
    """Return the bytes of a call: the envelope, in which the content is a text of JSON."""
    inner = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    document = {
        "client_key": settings.TIKTOK_APP_ID,
        "event": event,
        "create_time": int(time.time()),
        "user_openid": open_id,
        "content": inner,
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def headers_for(body: bytes, *, at: int | None = None, secret: str | None = None) -> dict[str, str]:
    """Return the headers of a call: the time and the HMAC-SHA256 of `time.body`."""
    moment = int(time.time()) if at is None else at
    key = (settings.TIKTOK_APP_SECRET if secret is None else secret).encode()
    signature = hmac.new(key, f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "TikTok-Signature": f"t={moment},s={signature}",
        "webhook-schema-version": "1.0",
        "x-tt-logid": f"{time.strftime('%Y%m%d%H%M%S')}{secrets.token_hex(9).upper()}",
    }


def message(row: Message) -> Content:
    """Return the content that tells of a message, whoever wrote it."""
    content = {
        **parties(row.conversation, inbound=row.author == Message.Author.PERSON),
        "conversation_id": row.conversation.conversation_id,
        "timestamp": milliseconds(row.at),
        "message_id": row.message_id,
        "type": row.type,
        row.type: row.content.get("list", row.content),
        "message_tag": {"source": row.source},
    }
    if row.type == "other":
        del content["other"]
    if row.author == Message.Author.PERSON:
        content["is_follower"] = row.conversation.writer.follower
    if row.author == Message.Author.TIKTOK:
        content["auto_message_type"] = "welcome_message"
    if row.quoted:
        content["referenced_message_info"] = {"referenced_message_id": row.quoted}
    return content


def stripped(row: Message) -> Content:
    """Return all that is told of a message of somebody in the EEA, Switzerland or the UK."""
    account = ACCOUNTS[row.conversation.account]
    return {
        "to": account.username,
        "to_user": {"id": account.open_id, "role": "business_account"},
        "timestamp": milliseconds(row.at),
    }


def parties(conversation: Conversation, *, inbound: bool) -> Content:
    """Return who writes to whom."""
    account, writer = ACCOUNTS[conversation.account], conversation.writer
    person = (writer.username, {"id": writer.uid, "role": "personal_account"})
    business = (account.username, {"id": account.open_id, "role": "business_account"})
    (sender, from_user), (receiver, to_user) = (person, business) if inbound else (business, person)
    return {
        "from": sender,
        "to": receiver,
        "unique_identifier": writer.uid,
        "from_user": from_user,
        "to_user": to_user,
    }


def read(conversation: Conversation, at: datetime) -> Content:
    """Return the content that tells how far the person has read."""
    return {
        **parties(conversation, inbound=True),
        "conversation_id": conversation.conversation_id,
        "timestamp": milliseconds(at),
        "read": {"last_read_timestamp": milliseconds(at)},
    }


def referral(conversation: Conversation, at: datetime) -> Content:
    """Return the content that tells from where somebody comes: no message, no type."""
    return {
        **parties(conversation, inbound=True),
        "conversation_id": conversation.conversation_id,
        "timestamp": milliseconds(at),
        "referral": conversation.referral,
    }


def high_intent(row: Comment) -> Content:
    """Return the content that tells of a comment by which somebody wants to buy: no video."""
    return {
        "comment_id": row.comment_id,
        "comment_text": row.text,
        "unique_identifier": row.uid,
        "timestamp": milliseconds(row.at),
    }


def comment(row: Comment, action: str, *, at: datetime, with_text: bool) -> Content:
    """Return the content that tells of a comment; its ids are numbers here, 0 is no parent."""
    content: Content = {
        "comment_id": int(row.comment_id),
        "video_id": int(row.video_id),
        "parent_comment_id": int(row.parent or 0),
        "comment_type": "reply" if row.parent else "comment",
        "comment_action": action,
        "unique_identifier": row.uid,
        "timestamp": milliseconds(at),
    }
    if with_text and action != "delete":
        content["text"] = row.text
    return content


def ad(account: Account) -> Content:
    """Return the referral of somebody who comes from an ad of the account."""
    return {
        "source": "ad",
        "ad": {
            "advertiser_id": "7300000000000000009",
            "ad_id": "1800000000000001",
            "ad_name": f"{account.display_name}, novembre",
            "embed_url": "https://www.tiktok.com/player/v1/7500000000000000201",
            "timestamp": int(time.time()),
        },
    }


def short_link() -> Content:
    """Return the referral of somebody who comes from a tiktok.me link."""
    link = {"ref": "bio_insta", "prefilled_message": "Bonjour, je viens de votre bio"}
    return {"source": "short_link", "short_link": link}
