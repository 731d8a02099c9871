"""Authorisations with outside services: one state per attempt, used once, and PKCE.

A state is 256 random bits of which the table keeps the hash alone. It belongs to the purpose, the
browser's session, the person and the workspace it was begun for, lives ten minutes, and is taken
by a DELETE that must remove its row (RFC 9700, sections 2.1 and 4.7; RFC 7636).
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import OAuthState, User, Workspace
from accounts.returning import safe_return
from flowia.lib import clock, crypto
from flowia.lib.errors import FlowError

__all__ = ["Begun", "DeadStateError", "Finished", "begin", "challenge_of", "finish", "safe_return"]
LIFETIME = timedelta(minutes=10)
SESSION_KEY = "oauth"
"""Where the browser's session keeps the random value that its states are bound to."""


class DeadStateError(FlowError):
    """The state is missing, unknown, used, too old, or belongs to somebody or something else."""

    code = "state_invalid"
    status = 400
    detail = _("This attempt has expired or was used already. Begin again from the start.")


@dataclass(frozen=True)
class Begun:
    """What goes to the outside service; `verifier` stays here until the code is exchanged."""

    state: str
    nonce: str
    verifier: str
    challenge: str


@dataclass(frozen=True)
class Finished:
    """What was begun, now that the browser is back; `kept` is what `begin` was given to keep."""

    nonce: str
    verifier: str
    user: User | None
    workspace: Workspace | None
    return_to: str
    kept: Mapping[str, str] = field(default_factory=dict)


def begin(
    request: HttpRequest,
    purpose: str,
    *,
    user: User | None = None,
    workspace: Workspace | None = None,
    return_to: str = "",
    keep: Mapping[str, str] | None = None,
) -> Begun:
    """Note that this browser begins an authorisation for `purpose` ("google.sign_in").

    `return_to` must have gone through `safe_return`. `keep` comes back with the state, sealed:
    what was asked cannot be changed on the way. States that nobody came back for go.
    """
    now = clock.now()
    OAuthState.objects.filter(expires_at__lte=now).delete()
    begun = _drawn()
    row = OAuthState(
        digest=_digest(begun.state),
        purpose=purpose,
        session=_digest(_own_value(request)),
        user=user,
        workspace=workspace,
        return_to=return_to,
        expires_at=now + LIFETIME,
    )
    kept = {"nonce": begun.nonce, "verifier": begun.verifier, "kept": dict(keep or {})}
    row.sealed = crypto.encrypt(json.dumps(kept), context=_context(row))
    row.save(force_insert=True)
    return begun


def finish(request: HttpRequest, purpose: str, state: str) -> Finished:
    """Take the state that came back, once; raises DeadStateError for every other one."""
    rows = OAuthState.objects.select_related("user", "workspace")
    row = rows.filter(
        digest=_digest(state),
        purpose=purpose,
        session=_digest(str(request.session.get(SESSION_KEY, ""))),
        expires_at__gt=clock.now(),
    ).first()
    if row is None or not _is_for(request, row):
        raise DeadStateError
    removed, _tables = OAuthState.objects.filter(pk=row.pk).delete()
    if removed != 1:
        raise DeadStateError
    kept = _opened(row)
    return Finished(
        kept["nonce"],
        kept["verifier"],
        row.user,
        row.workspace,
        row.return_to,
        kept.get("kept") or {},
    )


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a PKCE verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _drawn() -> Begun:
    verifier = secrets.token_urlsafe(64)
    return Begun(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=verifier,
        challenge=challenge_of(verifier),
    )


def _own_value(request: HttpRequest) -> str:
    if SESSION_KEY not in request.session:
        request.session[SESSION_KEY] = secrets.token_urlsafe(32)
    return str(request.session[SESSION_KEY])


def _is_for(request: HttpRequest, row: OAuthState) -> bool:
    """Return whether the state's person may still use it, here and in its workspace."""
    if row.user is None:
        return row.workspace is None
    # Whoever began by API comes back in a browser without a sign-in: there the session answers.
    here = request.user
    if isinstance(here, User) and here.pk != row.user.pk:
        return False
    member = row.workspace is None or row.workspace.memberships.filter(user=row.user).exists()
    return row.user.is_active and member


def _opened(row: OAuthState) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(crypto.decrypt(row.sealed, context=_context(row)))
    except crypto.CannotDecryptError as error:
        raise DeadStateError from error
    return kept


def _context(row: OAuthState) -> str:
    return f"oauth_state.sealed:{row.uid}"


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
