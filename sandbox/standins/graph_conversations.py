"""Graph's conversations: what was said, also what no webhook announced.

Source: Messenger Platform, "Conversations"; only the twenty newest messages can be read.
"""

import base64
from dataclasses import replace
from datetime import datetime

from django.db.models import Max, QuerySet

from sandbox.standins import graph, graph_errors, graph_fields, graph_tokens
from sandbox.standins.front import Answer, Asked, endpoint
from sandbox.standins.graph_errors import GRAPH
from sandbox.standins.graph_fields import Row
from sandbox.world import grants, meta
from sandbox.world.meta import Account
from sandbox.world.models import PhoneMessage

READABLE = 20
PREFIXES = {"messenger": "t_", "instagram": "aWdfZAG06"}
PLATFORMS = ("messenger", "instagram")
MEDIA_TYPES = {"image": "image/jpeg", "audio": "audio/mp4", "video": "video/mp4"}


@endpoint(GRAPH, "conversations")
def conversations(asked: Asked, *, node: str) -> Answer:
    """Answer `{account}/conversations?platform=`: the newest talk first, page by page."""
    holder = graph_tokens.require(asked, grants.PAGE, grants.INSTAGRAM_ACCOUNT)
    if not holder.owns(node):
        raise graph_errors.missing(node)
    own = "instagram" if holder.kind == grants.INSTAGRAM_ACCOUNT else "messenger"
    platform = asked.query.get("platform", own).lower()
    if platform not in PLATFORMS:
        raise graph_errors.refuse("(#100) platform must be one of messenger, instagram", 100)
    linked = platform == "instagram" and holder.kind == grants.PAGE
    account_id = holder.linked if linked else holder.node
    if not account_id:
        return Answer({"data": []})
    account = meta.account_of(account_id)
    _may_read(holder, account)
    said = PhoneMessage.objects.filter(account_id=account_id)
    if asked.query.get("user_id"):
        said = said.filter(contact=asked.query["user_id"])
    talks = said.values("contact").annotate(last=Max("at"), newest=Max("id"))
    answer = graph_fields.page(asked, list(talks.order_by("-last", "-newest")))
    rows = [
        _conversation(asked, account, talk["contact"], talk["last"]) for talk in answer.body["data"]
    ]
    return Answer({**answer.body, "data": rows})


@endpoint(GRAPH, "conversation")
def conversation(asked: Asked, *, node: str, edge: str = "") -> Answer:
    """Answer one conversation, or with its edge `messages` the twenty newest of them."""
    holder = graph_tokens.require(asked, grants.PAGE, grants.INSTAGRAM_ACCOUNT)
    account_id, contact = _read_id(node)
    said = _said(account_id, contact)
    last = said.order_by("at", "pk").last()
    if last is None or not holder.owns(account_id):
        raise graph_errors.missing(node)
    account = meta.account_of(account_id)
    _may_read(holder, account)
    fields = graph_fields.asked_fields(asked)
    if edge:
        rows = [graph_fields.only(row, fields) for row in _messages(account, said)]
        return graph_fields.page(asked, rows, usual=READABLE)
    return Answer(_conversation(asked, account, contact, last.at))


def _conversation(asked: Asked, account: Account, contact: str, last: datetime) -> Row:
    fields = graph_fields.asked_fields(asked)
    said = _said(account.external_id, contact)
    row: Row = {"id": _id(account, contact), "updated_time": _moment(last)}
    if not fields:
        return row
    if "participants" in fields:
        person = _party(account, contact, _name_of(said))
        row["participants"] = {"data": [person, _own(account)]}
    if "message_count" in fields:
        row["message_count"] = said.count()
    if "messages" in fields:
        limit = str(fields["messages"].limit or READABLE)
        edge = replace(asked, path=_edge(asked, row["id"]), query={"limit": limit})
        row["messages"] = graph_fields.page(edge, _messages(account, said)).body
    return graph_fields.only(row, fields)


def _edge(asked: Asked, conversation_id: str) -> str:
    """Return the path of a conversation's messages, on the host and version of the call."""
    head, *rest = asked.path.removeprefix("/").split("/")
    version = f"/{rest[0]}" if rest and rest[0].startswith("v") else ""
    return f"/{head}{version}/{conversation_id}/messages"


def _messages(account: Account, said: QuerySet[PhoneMessage]) -> list[Row]:
    """Return all messages, the newest first; of what lies too far back, the ids alone."""
    name, newest = _name_of(said), list(said.order_by("-at", "-pk"))
    readable = [_message(account, message, name) for message in newest[:READABLE]]
    older = newest[READABLE:]
    return readable + [{"id": one.mid, "created_time": _moment(one.at)} for one in older]


def _message(account: Account, message: PhoneMessage, name: str) -> Row:
    person, own = _party(account, message.contact, name), _own(account)
    heard = message.author == PhoneMessage.Author.CONTACT
    row: Row = {
        "id": message.mid,
        "created_time": _moment(message.at),
        "from": person if heard else own,
        "to": {"data": [own if heard else person]},
        "message": message.text,
    }
    if message.attachments:
        row["attachments"] = {
            "data": [
                _attachment(message, position, one)
                for position, one in enumerate(message.attachments)
            ]
        }
    return row


def _attachment(message: PhoneMessage, position: int, one: Row) -> Row:
    kind, url = str(one.get("type", "file")), str((one.get("payload") or {}).get("url", ""))
    row: Row = {"id": f"{message.pk}{position:03}", "name": f"{kind}-{position}"}
    row["mime_type"] = MEDIA_TYPES.get(kind, "application/octet-stream")
    place = {"image": "image_data", "video": "video_data"}.get(kind)
    return {**row, place: {"url": url}} if place else {**row, "file_url": url}


def _said(account_id: str, contact: str) -> QuerySet[PhoneMessage]:
    return PhoneMessage.objects.filter(account_id=account_id, contact=contact)


def _name_of(said: QuerySet[PhoneMessage]) -> str:
    named = said.exclude(name="").first()
    return named.name if named else ""


def _party(account: Account, contact: str, name: str) -> Row:
    known = name or f"Contact {contact[-4:]}"
    if account.instagram:
        return {"username": graph.username_of(known), "id": contact}
    return {"name": known, "id": contact}


def _own(account: Account) -> Row:
    return {"username" if account.instagram else "name": account.name, "id": account.external_id}


def _may_read(holder: graph_tokens.Holder, account: Account) -> None:
    manage = "instagram_business_manage_messages"
    holder.need("pages_messaging", manage, linked=account.instagram)


def _id(account: Account, contact: str) -> str:
    """Return an id that hides, as Meta's do, who talks to whom; `_read_id` opens it."""
    hidden = base64.urlsafe_b64encode(f"{account.external_id}:{contact}".encode())
    return PREFIXES[account.kind] + hidden.decode().rstrip("=")


def _read_id(node: str) -> tuple[str, str]:
    prefix = next((one for one in PREFIXES.values() if node.startswith(one)), "")
    hidden = node.removeprefix(prefix)
    try:
        text = base64.urlsafe_b64decode(hidden + "=" * (-len(hidden) % 4)).decode()
    except ValueError:
        return "", ""
    account_id, _colon, contact = text.partition(":")
    return account_id, contact


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")
