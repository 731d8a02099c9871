"""Who may ask Graph for what: the tokens the stand-in gave out, and app secret proofs."""

import hashlib
import hmac
from dataclasses import dataclass

from sandbox import demo, settings
from sandbox.standins import graph_errors
from sandbox.standins.front import Asked, RefusedError

PAGE_TOKEN_STEM = demo.page_token("")
SCOPES = (
    "pages_show_list",
    "pages_messaging",
    "pages_manage_metadata",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
    "instagram_basic",
    "instagram_manage_messages",
    "instagram_manage_comments",
    "business_management",
)


@dataclass(frozen=True)
class Holder:
    """Whose token it is: a `USER`, a `PAGE` or an `INSTAGRAM` account, with its id."""

    kind: str
    node: str

    def owns(self, node: str) -> bool:
        """Tell whether the holder may act for `node`; a Page may for the Instagram linked to it."""
        linked = self.kind == "PAGE" and self.node == demo.PAGE_ID
        return node in ("me", self.node) or (linked and node == demo.INSTAGRAM_ID)


def holder_of(token: str) -> Holder | None:
    """Return whom a token speaks for; None when the stand-in never gave it out."""
    if token in (demo.USER_TOKEN, demo.SHORT_USER_TOKEN):
        return Holder("USER", demo.USER_ID)
    if token == demo.INSTAGRAM_TOKEN:
        return Holder("INSTAGRAM", demo.INSTAGRAM_ID)
    if token.startswith(PAGE_TOKEN_STEM) and token != PAGE_TOKEN_STEM:
        return Holder("PAGE", token.removeprefix(PAGE_TOKEN_STEM))
    return None


def token_in(asked: Asked) -> str:
    """Return the token of the call: Bearer header, query or body."""
    return (
        asked.bearer or asked.query.get("access_token") or str(asked.body.get("access_token", ""))
    )


def require(asked: Asked, *kinds: str) -> Holder:
    """Return the caller; raises Graph's own refusals for a token or proof that does not fit."""
    token = token_in(asked)
    if not token:
        raise graph_errors.refuse("An access token is required to request this resource.", 104)
    holder = holder_of(token)
    if holder is None:
        raise RefusedError(graph_errors.dead_token())
    proof = asked.query.get("appsecret_proof") or asked.body.get("appsecret_proof")
    if proof is not None and not _proves(token, str(proof)):
        raise graph_errors.refuse(
            "Invalid appsecret_proof provided in the API argument", 100, kind="GraphMethodException"
        )
    if kinds and holder.kind not in kinds:
        raise graph_errors.refuse("This token may not be used here.", 200, status=403)
    return holder


def _proves(token: str, proof: str) -> bool:
    secrets = (settings.META_APP_SECRET, settings.META_INSTAGRAM_APP_SECRET)
    return any(
        hmac.compare_digest(
            hmac.new(key.encode(), token.encode(), hashlib.sha256).hexdigest(), proof
        )
        for key in secrets
    )
