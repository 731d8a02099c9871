"""Accounts that a browser acts for, as connecting leaves them, and what their members give."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import User, Workspace
from social import consents
from social.models import BrowserSession, SocialAccount
from tests.factories import make_account
from tests.social.linkedin.exports import SESSION_VALUE, TOKEN_VALUE, exported

TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)
"""Eleven o'clock in Paris, on a working day."""
SECRETS = (SESSION_VALUE, "ajax:1234567890123456789", "secret-of-another-site", "invented")
SESSION = "/accounts/session/linkedin"
CONNECT = "/social-accounts/linkedin/connect"
CONSENT = "/social-accounts/linkedin/consent"
assert SECRETS[1] in TOKEN_VALUE


def version_of(kind: str = consents.SESSION) -> str:
    statement = consents.statement_of("linkedin", kind)
    assert statement is not None
    return statement.version


def make_browsed(workspace: Workspace, owner: User | None = None, **fields: Any) -> SocialAccount:
    """An account with a session that works; `session` are fields of that, `agreed` a version."""
    session, agreed = fields.pop("session", {}), fields.pop("agreed", True)
    values = {"provider": "linkedin", "kind": "linkedin", "name": "Camille Laurent"}
    account = make_account(workspace, **{**values, "connected_at": TUESDAY, **fields})
    account.seal({"access_token": "none"})
    account.save()
    row = BrowserSession(workspace=workspace, social_account=account, state="ok", saved_at=TUESDAY)
    for name, value in session.items():
        setattr(row, name, TUESDAY + value if isinstance(value, timedelta) else value)
    row.close(json.dumps({"cookies": [{"value": SESSION_VALUE}], "origins": []}))
    row.save()
    if agreed and owner is not None:
        given: Any = {"user": owner, "language": "en", "address": "192.0.2.7", "now": TUESDAY}
        consents.give(account, consents.SESSION, version=version_of(), **given)
    return account


def given(**changes: Any) -> dict[str, Any]:
    """A whole call of `connect`."""
    consent = {"version": version_of(), "accepted": True}
    return {"cookies": exported(), "consent": consent, **changes}


def form(**changes: Any) -> dict[str, Any]:
    """A whole form of the page of sessions."""
    values = {
        "do": "connect",
        "cookies": json.dumps(exported()),
        "accepted": "1",
        "version": version_of(),
        "language": "en",
    }
    return {name: one for name, one in {**values, **changes}.items() if one is not None}
