"""The sandbox's own addresses about Meta's accounts: log in, revoke, age tokens, begin anew."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.http import HttpRequest

from sandbox import demo
from sandbox.controls import BadBodyError, Body, json_address, number
from sandbox.page import meta_login
from sandbox.world import deauthorizing, events, grants, options
from sandbox.world.models import Comment, MetaCode, MetaGrant, MetaToken, PhoneMessage


@json_address("POST")
def login(_request: HttpRequest, body: Body) -> Body:
    """Tick and press a consent page's buttons without a browser.

    `url` is what the product would send the browser to; `accounts` and `declined` are optional
    lists, `cancel` refuses. Answers `location`, where the browser would come back.
    """
    url = urlsplit(str(body.get("url") or ""))
    dialog = meta_login.FACEBOOK if "dialog/oauth" in url.path else meta_login.INSTAGRAM
    asked = dict(parse_qsl(url.query))
    try:
        meta_login.check(dialog, asked)
    except meta_login.WrongRequestError as wrong:
        raise BadBodyError(str(wrong.words)) from wrong
    if body.get("cancel"):
        return {"location": meta_login.way_back(dialog, asked, meta_login.DENIED)}
    ticked = [tick.value for tick in meta_login.accounts_of(dialog) if tick.checked]
    accounts = body.get("accounts", ticked)
    declined = body.get("declined", [])
    scopes = [scope for scope in meta_login.scopes_of(asked) if scope not in declined]
    return {"location": meta_login.agreed(dialog, asked, accounts, scopes)}


@json_address("POST", "DELETE")
def revoke(request: HttpRequest, body: Body) -> Body:
    """End the tokens of `account`; DELETE lets the demo's fixed tokens live again.

    `login` (*facebook* or *instagram*) chooses which of an Instagram account's; `subcode` is
    460 unless given; with `deauthorize`, the product is told by the signed callback, too.
    """
    if request.method == "DELETE":
        grants.restore()
        return {"tokens": 0}
    account, named = str(body.get("account") or demo.PAGE_ID), str(body.get("login") or "")
    killed = grants.tokens_of(account, named)
    number_killed = grants.kill(killed, int(number(body.get("subcode", grants.PASSWORD_CHANGED))))
    told = None
    if body.get("deauthorize"):
        own = any(token.kind == grants.INSTAGRAM_ACCOUNT for token in killed)
        user = grants.scoped_id(account) if own else demo.USER_ID
        told = deauthorizing.post(user, instagram=own)
    return {"tokens": number_killed, "deauthorize": told}


@json_address("GET", "POST")
def tokens(request: HttpRequest, body: Body) -> Body:
    """List the tokens given out; POST `{account, older_hours}` lets time pass, for codes too."""
    rows = MetaToken.objects.exclude(grant=None)
    if request.method == "POST":
        passed = timedelta(hours=number(body.get("older_hours", 24)))
        account = str(body.get("account", ""))
        for code in MetaCode.objects.select_related("grant"):
            if account in code.grant.accounts:
                code.expires_at -= passed
                code.save(update_fields=["expires_at"])
        for row in rows.filter(node=account):
            row.issued_at -= passed
            row.expires_at = row.expires_at and row.expires_at - passed
            row.save()
    return {"tokens": [_token(row) for row in rows.select_related("grant")]}


@json_address("POST")
def event(_request: HttpRequest, body: Body) -> Body:
    """Send any event: a named `kind`, ready items, or several in one call by `batch`.

    `account` and `contact` say whose; ready items stand in `messaging`, `standby` or `changes`
    (what is missing of sender, recipient and timestamp is added), whole entries in `entry`.
    `times` posts the same bytes again, `signature: "wrong"` signs with another secret, `force`
    sends what the account is not subscribed to. Answers one status per call.
    """
    asked = body.get("batch") if isinstance(body.get("batch"), list) else [body]
    found = [one for item in asked or [] for one in events.made(dict(item))]
    force, again = body.get("force") is True, max(1, int(number(body.get("times", 1))))
    told = [one for one in found if force or events.wanted(one)]
    secret = "wrong" if body.get("signature") == "wrong" else ""
    statuses = events.tell(told, secret=secret, times=again)
    return {
        "statuses": statuses,
        "announced": len(told),
        "mids": [one.message.mid for one in found if one.message],
        "contacts": [one.message.contact for one in found if one.message],
    }


@json_address("DELETE")
def world(_request: HttpRequest, _body: Body) -> Body:
    """Begin anew: no login, no comment, no message, the usual options and webhooks."""
    grants.forget()
    options.forget()
    Comment.objects.all().delete()
    PhoneMessage.objects.all().delete()
    return {"logins": MetaGrant.objects.count()}


def _token(row: MetaToken) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "account": row.node,
        "token": row.value,
        "long": row.long,
        "issued_at": row.issued_at.isoformat(),
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        "dead": grants.ended(row),
        "scopes": row.grant.granted if row.grant else [],
    }
