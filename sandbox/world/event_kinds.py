"""Events by their names, formed as Meta documents them.

Shapes: Messenger Platform, "Webhook events"; Instagram, "Webhooks" and what its dashboard's test
button sends.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sandbox import demo, settings
from sandbox.world import hooks, meta, options, phone
from sandbox.world.meta import Account, Row
from sandbox.world.models import PhoneMessage

CDN = {
    "messenger": "https://scontent.xx.fbcdn.net/v",
    "instagram": "https://scontent.cdninstagram.com/v",
}
STORY = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id="
HANDOVERS = ("pass_thread_control", "take_thread_control", "request_thread_control", "app_roles")


@dataclass(frozen=True)
class Event:
    """One thing to tell: a Page's name of its field, where it stands, and itself.

    `message` is what was kept of it; a `bare` entry is told to anybody, as a test is.
    """

    account: Account
    field: str
    item: Row
    place: str = "messaging"
    message: PhoneMessage | None = None
    entry: Row | None = None

    @property
    def as_entry(self) -> Row:
        """The entry of a call that tells of it."""
        if self.entry is not None:
            return self.entry
        if self.place == "changes":
            return hooks.change_entry(self.account, self.item["field"], self.item["value"])
        return meta.entry(self.account, self.place, self.item)


Maker = Callable[[Account, str, Row], Event]


def _message(**more: Any) -> Callable[[Account, str, Row], Event]:
    """Return a maker of messages that have `more` inside."""
    return lambda account, contact, asked: _kept(account, contact, asked, **more)


def _kept(account: Account, contact: str, asked: Row, **more: Any) -> Event:
    message, event = phone.keep(
        account,
        contact=contact,
        text=str(asked.get("text") or ""),
        name=str(asked.get("name") or ""),
        **more,
    )
    return Event(account, "messages", event, message=message)


def _attachment(account: Account, contact: str, asked: Row) -> Event:
    kind = str(asked.get("type", "image"))
    url = str(asked.get("url") or f"{CDN[account.kind]}/exemple.{kind}?oe=ABC")
    one: Row = {"type": kind, "payload": asked.get("payload") or {"url": url}}
    if kind == "sticker":
        one["payload"].setdefault("sticker_id", 369239263222822)
    if kind == "fallback":
        # A shared link: its parts stand on the attachment itself.
        one = {"type": kind, "title": str(asked.get("title") or "Lien"), "url": url}
    many = asked.get("attachments") or [one]
    return _kept(account, contact, asked, attachments=many)


def _quick_reply(account: Account, contact: str, asked: Row) -> Event:
    said = {"text": "Oui", **asked}
    return _kept(account, contact, said, quick_reply={"payload": asked.get("payload", "OUI")})


def _reply_to(account: Account, contact: str, asked: Row) -> Event:
    return _kept(account, contact, asked, reply_to={"mid": _mid(contact, asked)})


def _story_reply(account: Account, contact: str, asked: Row) -> Event:
    story = {"id": "18001122334455667", "url": f"{STORY}1"}
    return _kept(account, contact, {"text": "Trop beau", **asked}, reply_to={"story": story})


def _story_mention(account: Account, contact: str, asked: Row) -> Event:
    one = {"type": "story_mention", "payload": {"url": f"{STORY}2"}}
    return _kept(account, contact, asked, attachments=[one])


def _standby(account: Account, contact: str, asked: Row) -> Event:
    _control(contact, ours=False)
    if asked.get("postback"):
        # A postback in standby has no payload.
        payload = {"mid": meta.new_mid(account), "title": str(asked.get("title", "Démarrer"))}
        return Event(account, "standby", meta.heard(account, contact, postback=payload), "standby")
    return replace(_kept(account, contact, asked), field="standby", place="standby")


def _postback(account: Account, contact: str, asked: Row) -> Event:
    said = {
        "mid": meta.new_mid(account),
        "title": str(asked.get("title", "Démarrer")),
        "payload": str(asked.get("payload", "GET_STARTED")),
        **({"referral": asked["referral"]} if asked.get("referral") else {}),
    }
    return Event(account, "messaging_postbacks", meta.heard(account, contact, postback=said))


def _reaction(account: Account, contact: str, asked: Row) -> Event:
    said: Row = {"mid": _mid(contact, asked), "action": "react"}
    said |= {"reaction": str(asked.get("reaction", "love")), "emoji": str(asked.get("emoji", "❤"))}
    return Event(account, "message_reactions", meta.heard(account, contact, reaction=said))


def _unreact(account: Account, contact: str, asked: Row) -> Event:
    said = {"mid": _mid(contact, asked), "action": "unreact"}
    return Event(account, "message_reactions", meta.heard(account, contact, reaction=said))


def _edited(contact: str, asked: Row) -> Row:
    mid, text = _mid(contact, asked), str(asked.get("text") or "")
    PhoneMessage.objects.filter(mid=mid).update(text=text)
    return {"mid": mid, "text": text, "num_edit": int(asked.get("num_edit", 1))}


def _edit(account: Account, contact: str, asked: Row) -> Event:
    said = _edited(contact, asked)
    return Event(account, "message_edits", meta.heard(account, contact, message_edit=said))


def _edit_change(account: Account, contact: str, asked: Row) -> Event:
    said = {**_edited(contact, asked), "timestamp": _seconds(), "from": {"id": contact}}
    return Event(account, "message_edits", {"field": "message_edit", "value": said}, "changes")


def _reaction_change(account: Account, contact: str, asked: Row) -> Event:
    said = _reaction(account, contact, asked).item["reaction"]
    value = {**said, "timestamp": _seconds(), "from": {"id": contact}}
    item = {"field": "message_reactions", "value": value}
    return Event(account, "message_reactions", item, "changes")


def _unsend(account: Account, contact: str, asked: Row) -> Event:
    mid = _mid(contact, asked)
    message = PhoneMessage.objects.filter(mid=mid).first()
    own = message is not None and message.author != PhoneMessage.Author.CONTACT
    PhoneMessage.objects.filter(mid=mid).delete()
    said: Row = {"mid": mid, "is_deleted": True, **({"is_echo": True} if own else {})}
    item = meta.heard(account, contact, message=said)
    if own:
        item |= {"sender": item["recipient"], "recipient": item["sender"]}
    return Event(account, "messages", item)


def _referral(account: Account, contact: str, asked: Row) -> Event:
    usual = {"ref": "vitrine", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    said = asked.get("referral") or usual
    return Event(account, "messaging_referrals", meta.heard(account, contact, referral=said))


def _delivery(account: Account, contact: str, asked: Row) -> Event:
    item = meta.delivery(account, contact=contact, mid=_mid(contact, asked, ours=True))
    return Event(account, "message_deliveries", item)


def _read(account: Account, contact: str, asked: Row) -> Event:
    item = meta.read(account, contact=contact, mid=_mid(contact, asked, ours=True))
    return Event(account, "message_reads", item)


def _handover(kind: str) -> Maker:
    def make(account: Account, contact: str, asked: Row) -> Event:
        ours, other = settings.META_APP_ID, str(demo.PAGE_INBOX_APP_ID)
        said: dict[str, Row] = {
            "pass_thread_control": {"previous_owner_app_id": other, "new_owner_app_id": ours},
            "take_thread_control": {"previous_owner_app_id": ours, "new_owner_app_id": other},
            "request_thread_control": {"requested_owner_app_id": demo.PAGE_INBOX_APP_ID},
            "app_roles": {ours: ["primary_receiver"]},
        }
        if kind in ("pass_thread_control", "take_thread_control"):
            _control(contact, ours=kind == "pass_thread_control")
        more = {} if kind == "app_roles" else {"metadata": str(asked.get("metadata", ""))}
        payload = {**said[kind], **more}
        item = {**meta.heard(account, contact), kind: payload}
        return Event(account, "messaging_handovers", item)

    return make


def _live_comment(account: Account, contact: str, asked: Row) -> Event:
    value = {
        "id": f"179{meta.milliseconds():014}",
        "text": str(asked.get("text") or "Bonjour !"),
        "from": {"id": contact, "username": str(asked.get("name") or "zoe.m")},
        "media": {"id": account.post, "media_product_type": "LIVE"},
    }
    return Event(account, "live_comments", {"field": "live_comments", "value": value}, "changes")


def _mention(account: Account, _contact: str, asked: Row) -> Event:
    value = {"media_id": str(asked.get("media") or account.post)}
    if asked.get("comment"):
        value["comment_id"] = str(asked["comment"])
    return Event(account, "mentions", {"field": "mentions", "value": value}, "changes")


def _test(field: str) -> Maker:
    """Return a maker of what the dashboard's test button sends: entry 0, everything in changes."""
    message = {
        "sender": {"id": "12334"},
        "recipient": {"id": "23245"},
        "timestamp": "1527459824",
        "message": {"mid": "mid_test", "text": "message de test"},
    }
    comment = {
        "id": "17865799348089039",
        "text": "commentaire de test",
        "from": {"id": "232323232", "username": "test"},
        "media": {"id": "123123123", "media_product_type": "FEED"},
    }

    def make(account: Account, _contact: str, _asked: Row) -> Event:
        item = {"field": field, "value": message if field == "messages" else comment}
        return Event(account, "", item, entry={"id": "0", "time": _seconds(), "changes": [item]})

    return make


def _mid(contact: str, asked: Row, *, ours: bool = False) -> str:
    """Return the message meant: the one named, else the newest of the thread."""
    if asked.get("mid"):
        return str(asked["mid"])
    said = PhoneMessage.objects.filter(contact=contact)
    author = PhoneMessage.Author.CONTACT
    last = (said.exclude(author=author) if ours else said).last()
    if last is None:
        raise phone.CannotSayError("name the message by its mid, or a contact who has one")
    return last.mid


def _control(contact: str, *, ours: bool) -> None:
    others = [one for one in options.get("controlled") if one != contact]
    options.put("controlled", others if ours else [*others, contact])


def _seconds() -> int:
    return meta.milliseconds() // 1000


KINDS: dict[str, Maker] = {
    "message": _message(),
    "attachment": _attachment,
    "quick_reply": _quick_reply,
    "reply_to": _reply_to,
    "story_reply": _story_reply,
    "story_mention": _story_mention,
    "unsupported": _message(is_unsupported=True),
    "self": _message(is_self=True),
    "postback": _postback,
    "reaction": _reaction,
    "unreact": _unreact,
    "edit": _edit,
    "unsend": _unsend,
    "referral": _referral,
    "delivery": _delivery,
    "read": _read,
    "standby": _standby,
    "live_comment": _live_comment,
    "mention": _mention,
    "edit_change": _edit_change,
    "reaction_change": _reaction_change,
    "test": _test("messages"),
    "test_comment": _test("comments"),
    **{kind: _handover(kind) for kind in HANDOVERS},
}
