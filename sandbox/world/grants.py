"""Logins at Meta: what people allowed, codes, tokens, and how all of it ends."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from sandbox import demo
from sandbox.world.models import MetaCode, MetaGrant, MetaToken, Subscription

FACEBOOK, INSTAGRAM = "facebook", "instagram"
USER, PAGE, INSTAGRAM_ACCOUNT = "USER", "PAGE", "INSTAGRAM"
CODE_SECONDS = {FACEBOOK: 600, INSTAGRAM: 3600}
SHORT_SECONDS = {FACEBOOK: 5_400, INSTAGRAM: 3_600}
LONG_SECONDS = 5_183_944
STEMS = {USER: "EAABu", PAGE: "EAABp", INSTAGRAM_ACCOUNT: "IGAA"}
APP_REMOVED, PASSWORD_CHANGED, EXPIRED = 458, 460, 463
PAGE_FIELDS = (
    "messages",
    "message_echoes",
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "message_edits",
    "messaging_postbacks",
    "messaging_referrals",
    "messaging_handovers",
    "standby",
    "feed",
)
# What a fresh demo is subscribed to: its accounts are connected before anybody logs in.
USUAL_FIELDS = {demo.PAGE_ID: PAGE_FIELDS, demo.INSTAGRAM_ID: ("messages",)}
FIXED = {
    demo.USER_TOKEN: (USER, demo.USER_ID),
    demo.SHORT_USER_TOKEN: (USER, demo.USER_ID),
    demo.INSTAGRAM_TOKEN: (INSTAGRAM_ACCOUNT, demo.INSTAGRAM_ID),
    **{demo.page_token(page.id): (PAGE, page.id) for page in demo.META_PAGES},
}


class BadCodeError(Exception):
    """The code opens nothing: `why` is *unknown*, *expired* or *redirect*."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Ticked:
    """What was chosen on a consent page."""

    accounts: tuple[str, ...]
    granted: tuple[str, ...]
    declined: tuple[str, ...] = ()


def allow(login: str, ticked: Ticked, *, redirect_uri: str) -> str:
    """Keep what a person allowed and return its code."""
    user_id = demo.USER_ID if login == FACEBOOK else scoped_id(ticked.accounts[0])
    grant = MetaGrant.objects.create(
        login=login,
        user_id=user_id,
        accounts=list(ticked.accounts),
        granted=list(ticked.granted),
        declined=list(ticked.declined),
    )
    code = MetaCode.objects.create(
        value=f"AQ{secrets.token_urlsafe(60)}",
        grant=grant,
        redirect_uri=redirect_uri,
        expires_at=timezone.now() + timedelta(seconds=CODE_SECONDS[login]),
    )
    return code.value


def redeem(code: str, login: str, *, redirect_uri: str) -> MetaGrant:
    """Return what the code stands for and use it up; raises BadCodeError.

    A code shown with another address stays good, as nothing was exchanged.
    """
    with transaction.atomic():
        row = MetaCode.objects.filter(value=code, grant__login=login).first()
        if row is None:
            raise BadCodeError("unknown")
        if row.redirect_uri != redirect_uri:
            raise BadCodeError("redirect")
        row.delete()
    if row.expires_at <= timezone.now():
        raise BadCodeError("expired")
    grant: MetaGrant = row.grant
    return grant


def give(
    grant: MetaGrant, kind: str, node: str, *, long: bool, until: datetime | None
) -> MetaToken:
    """Return a fresh token of `grant`."""
    return MetaToken.objects.create(
        value=STEMS[kind] + secrets.token_urlsafe(72),
        kind=kind,
        node=node,
        long=long,
        grant=grant,
        issued_at=timezone.now(),
        expires_at=until,
    )


def after(seconds: float) -> datetime:
    """Return the moment in `seconds` from now."""
    return timezone.now() + timedelta(seconds=seconds)


def page_token(user: MetaToken, page_id: str) -> str:
    """Return the Page's token for that login: without an end only from a long user token."""
    if user.grant is None:
        return demo.page_token(page_id)
    known = MetaToken.objects.filter(
        grant=user.grant, kind=PAGE, node=page_id, long=user.long, dead=0
    ).first()
    until = None if user.long else user.expires_at
    return (known or give(user.grant, PAGE, page_id, long=user.long, until=until)).value


def find(value: str) -> MetaToken | None:
    """Return the token with that value: given out, or one of the demo's; None when unknown."""
    row = MetaToken.objects.select_related("grant").filter(value=value).first()
    fixed = _fixed(value)
    if row is not None or fixed is None:
        return row
    kind, node = fixed
    return MetaToken(
        value=value,
        kind=kind,
        node=node,
        long=value != demo.SHORT_USER_TOKEN,
        # The demo's tokens are always old enough to be renewed, and never too old.
        issued_at=timezone.now() - timedelta(days=2),
        expires_at=None if kind == PAGE else after(LONG_SECONDS),
    )


def ended(token: MetaToken) -> int:
    """Return the subcode of the token's end, 0 while it lives."""
    if token.dead:
        return token.dead
    return EXPIRED if token.expires_at and token.expires_at <= timezone.now() else 0


def tokens_of(account: str, login: str = "") -> list[MetaToken]:
    """Return the living tokens by which `account` is reached, the demo's included.

    An Instagram account is reached by its own tokens; without any, or with login *facebook*, by
    those of the Page it is linked to.
    """
    page = next((p for p in demo.META_PAGES if p.instagram and p.instagram.id == account), None)
    own = _living(INSTAGRAM_ACCOUNT if page else PAGE, account)
    if page and (login == FACEBOOK or not (login or any(token.grant for token in own))):
        return _living(PAGE, page.id)
    return own


def kill(tokens: Iterable[MetaToken], subcode: int) -> int:
    """End tokens with `subcode`; return how many."""
    return sum(1 for token in tokens if _end(token, subcode))


def kill_scope(user_id: str, scope: str) -> None:
    """Take one permission out of every login of that person."""
    for grant in MetaGrant.objects.filter(user_id=user_id):
        if scope in grant.granted:
            grant.granted = [name for name in grant.granted if name != scope]
            grant.declined = [*grant.declined, scope]
            grant.save(update_fields=["granted", "declined"])


def remove_app(user_id: str) -> int:
    """End every token of that person (190/458) and their accounts' webhooks; return how many."""
    grants = MetaGrant.objects.filter(user_id=user_id)
    nodes = {account for grant in grants for account in grant.accounts}
    tokens = list(MetaToken.objects.filter(grant__in=grants))
    mine = user_id == demo.USER_ID
    kinds = (USER, PAGE) if mine else (INSTAGRAM_ACCOUNT,)
    fixed = [find(value) for value, (kind, _node) in FIXED.items() if kind in kinds]
    tokens += [token for token in fixed if token and (mine or scoped_id(token.node) == user_id)]
    Subscription.objects.filter(node__in=nodes | {token.node for token in tokens}).delete()
    return kill(tokens, APP_REMOVED)


def scoped_id(instagram_id: str) -> str:
    """Return the app-scoped id of an Instagram account, empty when unknown."""
    found = (one.scoped_id for one in demo.META_INSTAGRAMS if one.id == instagram_id)
    return next(found, "")


def restore() -> None:
    """Let the demo's fixed tokens live again, with the webhooks they had."""
    MetaToken.objects.filter(grant=None).delete()
    for node, fields in USUAL_FIELDS.items():
        Subscription.objects.get_or_create(node=node, defaults={"fields": list(fields)})


def forget() -> None:
    """Forget every login and return the webhooks to the demo's."""
    for rows in (MetaCode.objects, MetaToken.objects, MetaGrant.objects, Subscription.objects):
        rows.all().delete()
    restore()


def _fixed(value: str) -> tuple[str, str] | None:
    """Return whose a token of the demo is; any Page has one, also one that is in no list."""
    stem = demo.page_token("")
    if value.startswith(stem) and value != stem:
        return PAGE, value.removeprefix(stem)
    return FIXED.get(value)


def _living(kind: str, node: str) -> list[MetaToken]:
    given = list(MetaToken.objects.filter(kind=kind, node=node, dead=0).exclude(grant=None))
    values = (value for value, known in FIXED.items() if known == (kind, node))
    fixed = (find(value) for value in values)
    return given + [token for token in fixed if token and not token.dead]


def _end(token: MetaToken, subcode: int) -> bool:
    if token.dead:
        return False
    token.dead = subcode
    token.save()
    return True
