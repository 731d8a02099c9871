"""The Graph stand-in: `/graph/<version>/…` and `/graph-instagram/<version>/…`.

Paths and answers: Graph API v26.0, Pages "subscribed_apps"; Instagram Login's `me`.
"""

from typing import Any

from sandbox import demo, settings
from sandbox.standins import graph_errors, graph_fields, graph_send, graph_tokens
from sandbox.standins.front import Answer, Asked, endpoint
from sandbox.standins.graph_errors import GRAPH
from sandbox.world import grants, options
from sandbox.world.models import Comment, PhoneMessage, Subscription

# The names differ: a Page has `message_edits`, an Instagram account `message_edit`, and so on.
INSTAGRAM_FIELDS = frozenset(
    {
        "messages",
        "messaging_postbacks",
        "messaging_seen",
        "messaging_referral",
        "messaging_optins",
        "message_reactions",
        "message_edit",
        "messaging_handover",
        "standby",
        "comments",
        "live_comments",
        "mentions",
        "story_insights",
    }
)
PAGE_FIELDS = frozenset(
    {
        *grants.PAGE_FIELDS,
        "messaging_optins",
        "messaging_account_linking",
        "messaging_policy_enforcement",
        "messaging_payments",
        "message_context",
        "mention",
        "ratings",
        "name",
        "picture",
        "leadgen",
        "live_videos",
    }
)


@endpoint(GRAPH, {"POST": "send"}, writes=True)
def messages(asked: Asked, *, node: str) -> Answer:
    """Answer `POST {node}/messages`."""
    if asked.method != "POST":
        raise graph_errors.refuse("Unsupported get request.", 100, 33)
    return graph_send.send(asked, node=node)


@endpoint(
    GRAPH,
    {"GET": "subscribed_apps", "POST": "subscribe", "DELETE": "unsubscribe"},
    writes=True,
)
def subscribed_apps(asked: Asked, *, node: str) -> Answer:
    """Answer GET, POST and DELETE of an account's webhook fields."""
    holder = graph_tokens.require(asked, grants.PAGE, grants.INSTAGRAM_ACCOUNT)
    if node not in ("me", holder.node):
        raise graph_errors.refuse("This token is another Page's.", 190, 2069032)
    holder.need("pages_manage_metadata", "instagram_business_basic")
    row = Subscription.objects.filter(node=holder.node).first()
    if asked.method == "GET":
        instagram = holder.kind == grants.INSTAGRAM_ACCOUNT
        app_id = settings.META_INSTAGRAM_APP_ID if instagram else settings.META_APP_ID
        app = {"id": app_id, "name": "Flow IA", "link": settings.PUBLIC_URL}
        return Answer({"data": [{**app, "subscribed_fields": row.fields}] if row else []})
    if asked.method == "DELETE":
        if row:
            row.delete()
        _note_login(holder, subscribed=False)
        return Answer({"success": True})
    names = _names(asked, holder)
    Subscription.objects.update_or_create(node=holder.node, defaults={"fields": names})
    _note_login(holder, subscribed=True)
    return Answer({"success": True})


@endpoint(GRAPH, "profile")
def profile(asked: Asked, *, node: str) -> Answer:
    """Answer `me`, one of the demo's accounts, or the profile of a person who wrote."""
    holder = graph_tokens.require(asked)
    wanted = holder.node if node == "me" else node
    found = described(wanted, holder)
    if not found:
        raise graph_errors.missing(wanted)
    return Answer(graph_fields.only(found, graph_fields.asked_fields(asked)))


@endpoint(GRAPH, "unknown")
def unknown(asked: Asked, *, rest: str) -> Answer:
    """Answer any other path as Graph does."""
    raise graph_errors.refuse(f"Unknown path components: /{rest} ({asked.method})", 2500)


def described(wanted: str, holder: graph_tokens.Holder) -> dict[str, Any]:
    """Return what the caller may know of an account or a person; nothing when unknown."""
    return _account(wanted, holder) or _person(wanted, holder)


def _names(asked: Asked, holder: graph_tokens.Holder) -> list[str]:
    """Return the fields to subscribe to; raises 100 for a name that the object does not have."""
    fields = asked.query.get("subscribed_fields") or asked.body.get("subscribed_fields") or ""
    names = fields if isinstance(fields, list) else fields.split(",")
    names = [str(name).strip() for name in names if str(name).strip()]
    if not names:
        raise graph_errors.refuse("(#100) The parameter subscribed_fields is required", 100)
    instagram = holder.kind == grants.INSTAGRAM_ACCOUNT
    wrong = sorted(set(names) - (INSTAGRAM_FIELDS if instagram else PAGE_FIELDS))
    if wrong:
        words = f"(#100) Param subscribed_fields must be one of the known ones, not {wrong}"
        raise graph_errors.refuse(words, 100)
    if not instagram and any(name.startswith("messag") for name in names):
        holder.need("pages_messaging")
    return names


def _note_login(holder: graph_tokens.Holder, *, subscribed: bool) -> None:
    # Whoever subscribes with Instagram's own token is told in that login's form from then on.
    if holder.kind == grants.INSTAGRAM_ACCOUNT:
        others = [one for one in options.get("instagram_login") if one != holder.node]
        options.put("instagram_login", [*others, holder.node] if subscribed else others)


def _account(wanted: str, holder: graph_tokens.Holder) -> dict[str, Any]:
    if wanted == demo.USER_ID:
        return {"id": demo.USER_ID, "name": demo.OWNER_NAME}
    for page in demo.META_PAGES:
        if page.id == wanted:
            linked = page.instagram
            row = {"id": page.id, "name": page.name}
            if linked is None:
                return row
            more = {"id": linked.id, "username": linked.username, "name": linked.name}
            return {**row, "instagram_business_account": more}
    for one in demo.META_INSTAGRAMS:
        if one.id == wanted:
            own = holder.kind == grants.INSTAGRAM_ACCOUNT
            return {
                # Instagram Login names the account by two ids; webhooks use the second.
                "id": one.scoped_id if own else one.id,
                "user_id": one.id,
                "username": one.username,
                "name": one.name,
                "account_type": one.kind,
                "profile_picture_url": PICTURE,
            }
    return {}


def _person(wanted: str, holder: graph_tokens.Holder) -> dict[str, Any]:
    """Return what a Page or an Instagram account may know of somebody who wrote to it."""
    accounts = {holder.node, holder.linked}
    wrote = PhoneMessage.objects.filter(contact=wanted).order_by("name", "id").last()
    said = wrote or Comment.objects.filter(contact=wanted).first()
    if said is None or (said.account_id not in accounts and holder.kind != grants.USER):
        return {}
    name = said.name or f"Contact {wanted[-4:]}"
    first, _space, last = name.partition(" ")
    if said.account == "messenger":
        row = {"id": wanted, "name": name, "first_name": first, "last_name": last}
        return {**row, "profile_pic": PICTURE}
    return {
        "id": wanted,
        "name": name,
        "username": username_of(name),
        "profile_pic": PICTURE,
        "follower_count": int(wanted[-3:]),
        "is_user_follow_business": wanted[-1:] < "5",
        "is_business_follow_user": False,
        "is_verified_user": False,
    }


def username_of(name: str) -> str:
    """Return a name as Instagram would write it."""
    return ".".join(name.lower().split())


PICTURE = f"{settings.SANDBOX_URL}/static/sandbox/icon.svg"
