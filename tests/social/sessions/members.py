"""Accounts that are acted for in a browser, as connecting leaves them; and a clock set by hand."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from accounts import audit
from accounts.models import User, Workspace
from billing.models import Subscription
from flowia.lib import clock
from social import consents, joining
from social.consents import Agreed
from social.models import BrowserSession, SocialAccount
from tests.factories import make_account, make_member, make_workspace
from tests.social.linkedin.exports import exported, extension

NUMBERS = count(1)
MONDAY = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
"""Half past ten in Paris, on a working day."""
STORAGE = {"cookies": [{"name": "li_at", "value": "first"}], "origins": []}


class Hand:
    """The database's clock, which a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, now: datetime = MONDAY) -> None:
        self.now, self.written = now, 0
        monkeypatch.setattr(clock, "now", lambda: self.now)
        monkeypatch.setattr(clock, "at_writing", self._at_writing)

    def _at_writing(self) -> datetime:
        """Return a moment for each row that is written, one after the other."""
        self.written += 1
        return self.now + timedelta(microseconds=self.written)

    def move(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


def connected(
    workspace: Workspace | None = None, *, storage: Mapping[str, Any] = STORAGE, **session: Any
) -> SocialAccount:
    """Return a LinkedIn account that works; `session` are columns of its session."""
    workspace = workspace or make_workspace(timezone="Europe/Paris")
    Subscription.objects.get_or_create(workspace=workspace, defaults={"plan": "ultra"})
    number = next(NUMBERS)
    account = make_account(
        workspace,
        provider="linkedin",
        kind="linkedin",
        external_id=f"ACo{number:06}",
        name="Marie Conseil",
        connected_at=clock.now(),
    )
    account.seal({"access_token": f"which-{number}"})
    account.save()
    row = BrowserSession(workspace=workspace, social_account=account, state="ok", **session)
    row.saved_at = clock.now()
    row.close(json.dumps(storage))
    row.save()
    agree(account, make_member(workspace))
    return account


def agree(account: SocialAccount, user: User, kind: str = "session") -> None:
    statement = consents.statement_of(account.provider, kind)
    assert statement is not None
    consents.give(
        account,
        kind,
        user=user,
        version=statement.version,
        language="fr",
        address="203.0.113.7",
        now=clock.now(),
    )


def join(
    user: User,
    workspace: Workspace,
    *,
    account: SocialAccount | None = None,
    li_at: str = "AQEDinvented-session-value",
) -> SocialAccount:
    """Give a session as the page does; returns the row that got it."""
    cookies = [one for one in exported() if one["name"] != "li_at"]
    cookies.append(extension("li_at", li_at, httpOnly=True))
    statement = consents.statement_of("linkedin", "session")
    assert statement is not None
    agreed = Agreed(version=statement.version, language="fr", address="203.0.113.7")
    row, _given = joining.join(
        workspace, "linkedin", json.dumps(cookies), agreed, user=user, account=account
    )
    return row


def by(user: User) -> audit.By:
    return audit.by(user, "203.0.113.7")


def session_of(account: SocialAccount) -> BrowserSession:
    return BrowserSession.objects.select_related("workspace", "social_account").get(
        social_account=account
    )


def kept(account: SocialAccount) -> Any:
    """The session's secret, opened."""
    return json.loads(session_of(account).opened())
