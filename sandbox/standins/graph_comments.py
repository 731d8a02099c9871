"""Graph's comments: read, answered, hidden, removed; a Page's and an Instagram account's.

Source: Page and Instagram comment moderation; the codes of "Graph API, error handling".
"""

from typing import Any

from sandbox import demo
from sandbox.standins import graph, graph_errors, graph_fields, graph_tokens
from sandbox.standins.front import Answer, Asked, endpoint
from sandbox.standins.graph_errors import GRAPH
from sandbox.world import comments, grants, meta
from sandbox.world.models import Comment

LONGEST = {"messenger": 8000, "instagram": 2200}
USUAL_LIMIT = 50
Row = dict[str, Any]
YES, NO = ("true", "1", "True"), ("false", "0", "False")


@endpoint(GRAPH, {"GET": "comments", "POST": "comment_reply"}, writes=True)
def listed(asked: Asked, *, node: str, edge: str) -> Answer:
    """Answer `{post, media or comment}/comments` and `{Instagram comment}/replies`.

    GET lists, Instagram's newest first; POST writes there as the account.
    """
    holder = graph_tokens.require(asked, grants.PAGE, grants.INSTAGRAM_ACCOUNT)
    above = Comment.objects.filter(comment_id=node, removed=False).first()
    account = _account(holder, above.account_id if above else "", node)
    # The two networks call the answers to a comment by different names.
    if above and (edge == "replies") != account.instagram:
        raise graph_errors.refuse(f"Unknown path components: /{edge}", 2500)
    if asked.method == "POST":
        return _answer(asked, holder, account, above, above.post if above else node)
    _may_read(holder, account)
    rows = (
        Comment.objects.filter(post=node, parent=None)
        if above is None
        else Comment.objects.filter(parent=above)
    )
    order = "-id" if account.instagram or _newest_first(asked) else "id"
    fields = graph_fields.asked_fields(asked)
    found = rows.filter(removed=False).order_by(order).select_related("parent")
    shown = [graph_fields.only(_row(account, row), fields) for row in found]
    return graph_fields.page(asked, shown, usual=USUAL_LIMIT)


@endpoint(
    GRAPH,
    {"GET": "comment", "POST": "comment_change", "DELETE": "comment_change"},
    writes=True,
)
def one(asked: Asked, *, node: str) -> Answer:
    """Answer one comment or publication; POST hides or edits it, DELETE removes it."""
    holder = graph_tokens.require(asked)
    row = Comment.objects.filter(comment_id=node, removed=False).first()
    if row is None:
        found = _publication(node) or graph.described(node, holder)
        if not found or asked.method != "GET":
            raise graph_errors.missing(node)
        return Answer(graph_fields.only(found, graph_fields.asked_fields(asked)))
    account = _account(holder, row.account_id, node)
    if asked.method == "GET":
        _may_read(holder, account)
        return Answer(graph_fields.only(_row(account, row), graph_fields.asked_fields(asked)))
    _may_write(holder, account)
    comments.alter(row, *_change(asked, account, row))
    return Answer({"success": True})


@endpoint(GRAPH, "publications")
def publications(asked: Asked, *, node: str) -> Answer:
    """Answer an Instagram account's `media` or a Page's `feed`: the demo's one publication."""
    holder = graph_tokens.require(asked, grants.PAGE, grants.INSTAGRAM_ACCOUNT)
    account = _account(holder, holder.node if node == "me" else node, node)
    fields = graph_fields.asked_fields(asked)
    return graph_fields.page(asked, [graph_fields.only(_publication(account.post), fields)])


def _account(holder: graph_tokens.Holder, account_id: str, node: str) -> meta.Account:
    """Return the account the node belongs to; raises 100/33 when it is not the caller's."""
    mine = [account for account in meta.EVERY if holder.owns(account.external_id)]
    for account in mine:
        if account.external_id == account_id or account.post == node:
            return account
    raise graph_errors.missing(node)


def _answer(
    asked: Asked,
    holder: graph_tokens.Holder,
    account: meta.Account,
    above: Comment | None,
    post: str,
) -> Answer:
    _may_write(holder, account)
    text = str({**asked.query, **asked.body}.get("message") or "").strip()
    if not text or len(text) > LONGEST[account.kind]:
        raise graph_errors.refuse("(#100) The message is empty or too long", 100)
    if above and above.hidden:
        raise graph_errors.refuse("(#100) The comment is hidden and takes no reply", 100)
    same = Comment.objects.filter(
        account_id=account.external_id, post=post, text=text, contact="", removed=False
    )
    parent = above.parent if above and above.parent and account.instagram else above
    if same.filter(parent=parent).exists():
        raise graph_errors.refuse("Duplicate status message", 506)
    row = comments.answer(account, above, text, post=post, author=Comment.Author.PRODUCT)
    recipient = above.contact if above else ""
    return Answer(
        {"id": row.comment_id}, recipient=recipient, text=text, external_id=row.comment_id
    )


def _change(asked: Asked, account: meta.Account, row: Comment) -> tuple[str, str]:
    if asked.method == "DELETE":
        return "remove", ""
    said = {**asked.query, **asked.body}
    hide = str(said.get("hide" if account.instagram else "is_hidden", ""))
    if hide in (*YES, *NO):
        return "hide" if hide in YES else "unhide", ""
    text = str(said.get("message") or "")
    if account.instagram or not text or row.contact:
        raise graph_errors.refuse("(#100) Nothing that can be changed was given", 100)
    return "edited", text


def _may_read(holder: graph_tokens.Holder, account: meta.Account) -> None:
    manage = "instagram_business_manage_comments"
    holder.need("pages_read_user_content", manage, linked=account.instagram)


def _may_write(holder: graph_tokens.Holder, account: meta.Account) -> None:
    manage = "instagram_business_manage_comments"
    holder.need("pages_manage_engagement", manage, linked=account.instagram)


def _newest_first(asked: Asked) -> bool:
    return asked.query.get("order") == "reverse_chronological"


def _row(account: meta.Account, row: Comment) -> Row:
    author, name = row.contact or account.external_id, comments.username(account, row)
    at = row.at.strftime("%Y-%m-%dT%H:%M:%S+0000")
    if not account.instagram:
        shown: Row = {
            "id": row.comment_id,
            "message": row.text,
            "created_time": at,
            "is_hidden": row.hidden,
            "can_reply_privately": bool(row.contact and not row.private_mid),
            "comment_count": Comment.objects.filter(parent=row, removed=False).count(),
            "permalink_url": f"https://www.facebook.com/{row.post}?comment_id={row.comment_id}",
        }
        shown |= {} if row.anonymous else {"from": {"id": author, "name": name}}
        parent = row.parent
        above = {"id": parent.comment_id, "message": parent.text} if parent else None
        return {**shown, "parent": above} if above else shown
    replies = [_row(account, reply) for reply in Comment.objects.filter(parent=row, removed=False)]
    return {
        "id": row.comment_id,
        "text": row.text,
        "timestamp": at,
        "username": name,
        "from": {"id": author, "username": name},
        "hidden": row.hidden,
        "like_count": 0,
        "media": {"id": row.post},
        **({"parent_id": row.parent.comment_id} if row.parent else {}),
        **({"replies": {"data": replies}} if replies else {}),
    }


def _publication(node: str) -> Row:
    for account in meta.EVERY:
        if account.post == node and account.instagram:
            return {
                "id": node,
                "caption": demo.MEDIA_TEXT,
                "media_type": "IMAGE",
                "media_product_type": comments.USUAL_MEDIA,
                "permalink": f"https://www.instagram.com/p/{node}/",
                "comments_count": Comment.objects.filter(post=node, removed=False).count(),
                "owner": {"id": account.external_id},
            }
        if account.post == node:
            return {
                "id": node,
                "message": demo.POST_TEXT,
                "permalink_url": f"https://www.facebook.com/{node}",
                "from": {"id": account.external_id, "name": account.name},
                "is_published": True,
            }
    return {}
