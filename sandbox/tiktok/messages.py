"""TikTok's Business Messaging: send a message, list conversations, read one.

TikTok API for Business v1.3, business/message/…: in responses the words of an enumeration are
in capitals, in webhooks they are not.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from sandbox.standins.front import Answer, Asked, endpoint
from sandbox.tiktok import events, talk
from sandbox.tiktok.models import Conversation, Message
from sandbox.tiktok.people import ACCOUNTS, Account, videos_of
from sandbox.tiktok.service import (
    BAD_PARAMETER,
    BLOCKED_BY_RULES,
    NOT_IN_THIS_REGION,
    TIKTOK,
    Caller,
    caller_of,
    count_message,
    ok,
    post_of,
    query_of,
    refuse,
    text_of,
    whole,
)

READ, SEND = "message.list.read", "message.list.send"
KINDS = ("TEXT", "IMAGE", "SHARE_POST", "TEMPLATE", "SENDER_ACTION")
ACTIONS = ("TYPING", "MARK_READ")
CARDS = {"QA_BUTTON_CARD": 20, "QA_LINK_CARD": 40}
LONGEST_TITLE, MOST_BUTTONS = 40, 3
KEPT = timedelta(days=90)
MOST_CONVERSATIONS, NEWEST = 100, 20


@endpoint(TIKTOK, "send", writes=True)
def send(asked: Asked) -> Answer:
    """Take a message or a sender's action; the message's id is empty for an action."""
    body = post_of(asked)
    account = _caller(asked, SEND, name="message/send").account
    if "direct_reply" in body:
        raise refuse(NOT_IN_THIS_REGION, "Comment to message is not available to this account.")
    if body.get("recipient_type") != "CONVERSATION":
        raise refuse(BAD_PARAMETER, "recipient_type: Must be one of CONVERSATION.")
    conversation = _conversation(account, text_of(body, "recipient"))
    kind = body.get("message_type")
    if kind not in KINDS:
        raise refuse(BAD_PARAMETER, f"message_type: Must be one of {', '.join(KINDS)}.")
    if kind == "SENDER_ACTION":
        if body.get("sender_action") not in ACTIONS:
            raise refuse(BAD_PARAMETER, f"sender_action: Must be one of {', '.join(ACTIONS)}.")
        return ok({"message": {"message_id": ""}}, recipient=conversation.conversation_id)
    content = _content(kind, body, account)
    quoted = _quoted(kind, body, conversation)
    if not talk.may_be_answered(conversation):
        raise refuse(BLOCKED_BY_RULES)
    row = talk.receive(conversation, kind.lower(), content, quoted)
    return ok(
        {"message": {"message_id": row.message_id}},
        recipient=conversation.conversation_id,
        text=str(content.get("body", "")),
        external_id=row.message_id,
    )


@endpoint(TIKTOK, "conversations")
def conversations(asked: Asked) -> Answer:
    """Answer the threads of one type in the last 90 days: neither who it is nor what was said."""
    query = query_of(asked)
    account = _caller(asked, READ, name="conversation/list").account
    wanted = query.get("conversation_type")
    if wanted not in ("SINGLE", "STRANGER"):
        raise refuse(BAD_PARAMETER, "conversation_type: Must be one of SINGLE, STRANGER.")
    limit = whole(query, "limit", 20, most=MOST_CONVERSATIONS, least=1)
    begin = whole(query, "cursor", 0, most=MOST_CONVERSATIONS)
    rows = Conversation.objects.filter(
        account=account.open_id,
        stranger=wanted == "STRANGER",
        updated_at__gte=timezone.now() - KEPT,
    ).order_by("-updated_at")[:MOST_CONVERSATIONS]
    shown = list(rows)[begin : begin + limit]
    end = begin + len(shown)
    return ok(
        {
            "conversations": [
                {
                    "conversation_id": row.conversation_id,
                    "update_time": events.milliseconds(row.updated_at),
                    "referral": row.referral,
                }
                for row in shown
            ],
            "has_more": end < len(rows),
            "cursor": end,
        }
    )


@endpoint(TIKTOK, "contents")
def contents(asked: Asked) -> Answer:
    """Answer the twenty newest messages of a thread, the newest first, and who takes part."""
    query = query_of(asked)
    account = _caller(asked, READ, name="content/list").account
    conversation = _conversation(account, query.get("conversation_id", ""))
    rows = (
        talk.said_in(conversation).exclude(type=talk.NOT_A_MESSAGE).order_by("-at", "-pk")[:NEWEST]
    )
    writer = conversation.writer
    return ok(
        {
            "messages": [_listed(row) for row in rows],
            "participants": [
                {
                    "role": "PERSONAL_ACCOUNT",
                    "id": writer.uid,
                    "display_name": writer.display_name,
                    "profile_image": f"https://p16.tiktokcdn.example/{writer.uid}.jpg",
                    "is_follower": writer.follower,
                },
                {
                    "role": "BUSINESS_ACCOUNT",
                    "id": account.open_id,
                    "display_name": account.display_name,
                },
            ],
        }
    )


@endpoint(TIKTOK, "capabilities")
def capabilities(asked: Asked) -> Answer:
    """Answer that no image can be sent here: TikTok has not opened that in every market."""
    query = query_of(asked)
    account = _caller(asked, READ, name="capabilities").account
    _conversation(account, query.get("conversation_id", ""))
    return ok({"capability_infos": [{"capability_type": "IMAGE_SEND", "capability_result": False}]})


def _caller(asked: Asked, scope: str, *, name: str) -> Caller:
    caller = caller_of(asked, scope, name=name)
    if not caller.account.has_messages:
        raise refuse(NOT_IN_THIS_REGION, "Business Messaging is not available to this account.")
    count_message(caller.account)
    return caller


def _conversation(account: Account, conversation_id: str) -> Conversation:
    found = Conversation.objects.select_related("writer").filter(
        account=account.open_id, conversation_id=conversation_id
    )
    conversation = found.first()
    if conversation is None:
        # The sentence that a "+" left as it is in a query string leads to.
        raise refuse(BAD_PARAMETER, "Param conversation_id is invalid.")
    return conversation


def _content(kind: str, body: dict[str, Any], account: Account) -> dict[str, Any]:
    if kind == "IMAGE":
        raise refuse(NOT_IN_THIS_REGION, "Images cannot be sent in this conversation.")
    name = kind.lower()
    content = body.get(name)
    if not isinstance(content, dict) or ("text" in body and "image" in body):
        raise refuse(BAD_PARAMETER, f"{name}: Missing data for required field.")
    if kind == "TEXT":
        text = text_of(content, "body")
        if len(text) > talk.LONGEST_TEXT:
            raise refuse(BAD_PARAMETER, f"text.body: Longer than {talk.LONGEST_TEXT}.")
        return {"body": text}
    if kind == "TEMPLATE":
        return _template(content)
    item = text_of(content, "item_id")
    if item not in {video.item_id for video in videos_of(account.open_id)}:
        raise refuse(BAD_PARAMETER, "share_post.item_id: Not a post of this account.")
    return {"video_id": item, "embed_url": f"https://www.tiktok.com/player/v1/{item}"}


def _template(content: dict[str, Any]) -> dict[str, Any]:
    kind, title, buttons = (content.get(name) for name in ("type", "title", "buttons"))
    if kind not in CARDS or not isinstance(title, str) or not 0 < len(title) <= LONGEST_TITLE:
        raise refuse(BAD_PARAMETER, "template: Not a valid type or title.")
    if not isinstance(buttons, list) or not 0 < len(buttons) <= MOST_BUTTONS:
        raise refuse(BAD_PARAMETER, "template.buttons: One to three of them.")
    for button in buttons:
        fits = isinstance(button, dict) and button.get("type") == "REPLY"
        if not fits or not 0 < len(str(button.get("title", ""))) <= CARDS[str(kind)]:
            raise refuse(BAD_PARAMETER, "template.buttons: Not a valid button.")
    return {"type": kind, "title": title, "buttons": buttons}


def _quoted(kind: str, body: dict[str, Any], conversation: Conversation) -> str:
    told = body.get("referenced_message_info")
    if not told:
        return ""
    quoted = told.get("referenced_message_id") if isinstance(told, dict) else None
    known = (
        isinstance(quoted, str) and talk.said_in(conversation).filter(message_id=quoted).exists()
    )
    if kind != "TEXT" or not known:
        raise refuse(BAD_PARAMETER, "referenced_message_info: Not valid here.")
    return str(quoted)


def _listed(row: Message) -> dict[str, Any]:
    told = events.message(row)
    account = ACCOUNTS[row.conversation.account]
    mine = row.author == Message.Author.PERSON
    writer = row.conversation.writer
    listed = {
        "sender": writer.username if mine else account.username,
        "recipient": account.username if mine else writer.username,
        "conversation_id": row.conversation.conversation_id,
        "message_id": row.message_id,
        "timestamp": told["timestamp"],
        "message_type": row.type.upper(),
        "from_user": _upper(told["from_user"]),
        "to_user": _upper(told["to_user"]),
        "message_tag": told["message_tag"],
    }
    for name in (row.type, "referenced_message_info", "auto_message_type"):
        if name in told:
            listed[name] = told[name]
    return listed


def _upper(party: dict[str, str]) -> dict[str, str]:
    return {"role": party["role"].upper(), "id": party["id"]}
