"""Who may ask Graph for what: the tokens that were given out, their scopes, app secret proofs."""

import hashlib
import hmac
from dataclasses import dataclass

from sandbox import demo, settings
from sandbox.standins import graph_errors
from sandbox.standins.front import Asked, RefusedError
from sandbox.world import grants
from sandbox.world.models import MetaToken

INSTAGRAM_HOST = "/graph-instagram/"


@dataclass(frozen=True)
class Holder:
    """Whose token it is: a `USER`, a `PAGE` or an `INSTAGRAM` account, with its id."""

    kind: str
    node: str
    token: MetaToken

    @property
    def linked(self) -> str:
        """The Instagram account behind a Page, or an empty string."""
        page = page_of(self.node) if self.kind == grants.PAGE else None
        return page.instagram.id if page and page.instagram else ""

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the person granted; the demo's fixed tokens may do everything."""
        if self.token.grant is not None:
            return tuple(self.token.grant.granted)
        instagram = self.kind == grants.INSTAGRAM_ACCOUNT
        return demo.INSTAGRAM_SCOPES if instagram else demo.FACEBOOK_SCOPES

    def owns(self, node: str) -> bool:
        """Tell whether the holder may act for `node`; a Page may for the Instagram linked to it."""
        return node in ("me", self.node) or (node != "" and node == self.linked)

    def need(self, page: str, instagram: str = "", *, linked: bool = False) -> None:
        """Raise Graph's refusal when the scope was not granted.

        `page` is its name for a Page's token, `instagram` for Instagram Login's; for an Instagram
        account behind a Page (`linked`), Instagram's without its *business_*.
        """
        wanted = page
        if self.kind == grants.INSTAGRAM_ACCOUNT:
            wanted = instagram
        elif linked and instagram:
            wanted = instagram.replace("instagram_business_", "instagram_")
        if wanted and wanted not in self.scopes:
            raise graph_errors.refuse(f"(#200) Requires {wanted} permission.", 200, status=403)


def page_of(page_id: str) -> demo.MetaPage | None:
    """Return the Page of the demo with that id, or None."""
    return next((page for page in demo.META_PAGES if page.id == page_id), None)


def is_app(value: str) -> bool:
    """Tell whether it is one of the apps' own tokens, `id|secret`."""
    return value in (
        f"{settings.META_APP_ID}|{settings.META_APP_SECRET}",
        f"{settings.META_INSTAGRAM_APP_ID}|{settings.META_INSTAGRAM_APP_SECRET}",
    )


def token_in(asked: Asked) -> str:
    """Return the token of the call: Bearer header, query or body."""
    return (
        asked.bearer or asked.query.get("access_token") or str(asked.body.get("access_token", ""))
    )


def require(asked: Asked, *kinds: str) -> Holder:
    """Return the caller; raises Graph's own refusals for a token or proof that does not fit."""
    value = token_in(asked)
    if not value:
        raise graph_errors.refuse("An access token is required to request this resource.", 104)
    holder = living(value)
    # Each of the two hosts knows its own tokens only.
    if (holder.kind == grants.INSTAGRAM_ACCOUNT) != asked.path.startswith(INSTAGRAM_HOST):
        raise graph_errors.refuse("Invalid OAuth access token: cannot parse it.", 190, status=401)
    proof = asked.query.get("appsecret_proof") or asked.body.get("appsecret_proof")
    if proof is not None and not _proves(value, str(proof)):
        raise graph_errors.refuse(
            "Invalid appsecret_proof provided in the API argument", 100, kind="GraphMethodException"
        )
    if kinds and holder.kind not in kinds:
        raise graph_errors.refuse("This token may not be used here.", 200, status=403)
    return holder


def living(value: str) -> Holder:
    """Return whom a token speaks for; raises 190 with the subcode of its end."""
    token = grants.find(value)
    if token is None:
        raise RefusedError(graph_errors.dead_token())
    subcode = grants.ended(token)
    if subcode:
        raise RefusedError(graph_errors.dead_token(subcode=subcode))
    return Holder(token.kind, token.node, token)


def _proves(token: str, proof: str) -> bool:
    secrets = (settings.META_APP_SECRET, settings.META_INSTAGRAM_APP_SECRET)
    return any(
        hmac.compare_digest(
            hmac.new(key.encode(), token.encode(), hashlib.sha256).hexdigest(), proof
        )
        for key in secrets
    )
