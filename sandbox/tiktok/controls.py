"""The TikTok stand-in's own JSON addresses: speak, answer, provoke, look.

They take `application/json` only, so that no other site's form can reach them from a browser.
"""

from typing import Any

from django.http import HttpRequest

from sandbox.controls import json_address
from sandbox.tiktok import commenting, happening, options, talk, tokens, webhooks
from sandbox.tiktok.consent import SCOPES
from sandbox.tiktok.happening import account_in, number_in, uid_in
from sandbox.tiktok.models import Code, Comment, Grant, Hook, Message, Writer
from sandbox.tiktok.people import ACCOUNTS, videos_of
from sandbox.tiktok.service import forget_calls

Body = dict[str, Any]
BOTH = ["access", "refresh"]


@json_address("POST")
def say(_request: HttpRequest, body: Body) -> Body:
    """Let a person write a message, or a comment when `video` or `parent` is given."""
    text, retry = str(body.get("text") or ""), body.get("retry") is not False
    ago = number_in(body, "hours_ago")
    writer = talk.writer_of(uid_in(body), str(body.get("region") or ""))
    parent = str(body.get("parent") or "")
    video = str(body.get("video") or "") or (commenting.comment(parent).video_id if parent else "")
    if video:
        comment = commenting.write(writer, video, text, parent=parent, hours_ago=ago, retry=retry)
        return {**_comment(comment.comment), "status": comment.status}
    said = talk.say(
        account_in(body),
        writer,
        text=text,
        kind=str(body.get("kind") or "text"),
        quoted=str(body.get("quoted") or ""),
        hours_ago=ago,
        retry=retry,
    )
    return {**_message(said.message), "status": said.status}


@json_address("POST")
def human(_request: HttpRequest, body: Body) -> Body:
    """Let the owner answer in TikTok's app: a person, or the comment `comment_id`."""
    text = str(body.get("text") or "")
    if body.get("comment_id"):
        comment = commenting.answer_by_hand(str(body["comment_id"]), text)
        return {**_comment(comment.comment), "status": comment.status}
    said = talk.answer_by_hand(account_in(body), talk.writer_of(uid_in(body)), text)
    return {**_message(said.message), "status": said.status}


@json_address("POST")
def event(_request: HttpRequest, body: Body) -> Body:
    """Let anything else happen, by its name in `happening.EVENTS`."""
    return {"status": happening.happen(body)}


@json_address("POST")
def revoke(_request: HttpRequest, body: Body) -> Body:
    """Let the owner take the access back; TikTok tells, unless `announce` is false."""
    account = account_in(body)
    ended = tokens.revoke_all(account.open_id)
    status = None
    if body.get("announce") is not False:
        status = webhooks.announce_removal(account.open_id, int(number_in(body, "reason") or 1))
    return {"ended": ended, "status": status}


@json_address("POST")
def grant(_request: HttpRequest, body: Body) -> Body:
    """Allow without the page: the pair of tokens, of all scopes unless `scope` names them."""
    scope = str(body.get("scope") or ",".join(SCOPES))
    return tokens.open_grant(account_in(body).open_id, scope)


@json_address("POST")
def expire(_request: HttpRequest, body: Body) -> Body:
    """Let tokens end now: `token` is access, refresh or both."""
    chosen = body.get("token", "access")
    if chosen not in (*BOTH, "both"):
        raise talk.CannotDoError("token is access, refresh or both")
    kinds = BOTH if chosen == "both" else [str(chosen)]
    return {"ended": tokens.expire(account_in(body).open_id, kinds)}


@json_address("GET", "POST", "DELETE")
def change_options(request: HttpRequest, body: Body) -> Body:
    """Read or change how TikTok behaves; DELETE puts every option back."""
    if request.method == "DELETE":
        options.reset()
    options.change(body)
    return options.every()


@json_address("GET")
def thread(request: HttpRequest, _body: Body) -> Body:
    """Return what was said with `person`, or with everybody when none is named."""
    account, person = account_in(request.GET), request.GET.get("person")
    if person:
        return {"messages": [_message(row) for row in talk.thread(account, person)]}
    rows = Message.objects.filter(conversation__account=account.open_id)
    found = rows.select_related("conversation__writer").order_by("at", "pk")
    return {"messages": [_message(row) for row in found]}


@json_address("GET")
def comments(request: HttpRequest, _body: Body) -> Body:
    """Return the comments under `video`, or under all videos of the account, hidden ones too."""
    chosen = request.GET.get("video")
    own = videos_of(account_in(request.GET).open_id)
    ids = [chosen] if chosen else [one.item_id for one in own]
    return {"comments": [_comment(row) for one in ids for row in commenting.under(one)]}


@json_address("GET", "DELETE")
def state(request: HttpRequest, _body: Body) -> Body:
    """Return the accounts with what they allowed; DELETE forgets everything but the accounts."""
    if request.method == "DELETE":
        for table in (Code, Grant, Hook, Writer, Comment):
            table.objects.all().delete()
        options.reset()
        forget_calls()
    return {
        "accounts": [
            {
                "username": account.username,
                "open_id": account.open_id,
                "region": account.region,
                "business": account.business,
                "messages": account.has_messages,
                "scopes": [one.scope for one in tokens.live_grants(account.open_id)],
                "videos": [video.item_id for video in videos_of(account.open_id)],
            }
            for account in ACCOUNTS.values()
        ],
        "webhooks": {name: webhooks.address_of(name) for name in webhooks.EVENT_TYPES},
    }


def _message(row: Message) -> Body:
    conversation = row.conversation
    return {
        "person": conversation.writer.uid,
        "conversation_id": conversation.conversation_id,
        "message_id": row.message_id,
        "author": row.author,
        "type": row.type,
        "text": row.content.get("body", ""),
        "quoted": row.quoted,
        "at": row.at.isoformat(),
        "status": row.status,
    }


def _comment(row: Comment) -> Body:
    return {
        "person": row.uid,
        "video": row.video_id,
        "comment_id": row.comment_id,
        "parent": row.parent,
        "author": row.author,
        "text": row.text,
        "visibility": row.visibility,
        "at": row.at.isoformat(),
        "status": row.status,
    }
