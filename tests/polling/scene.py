"""An invented stream in place of YouTube's: pages that a test chooses, and what was asked."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from social import polling
from social.contracts import Credentials
from social.models import Poll, SocialAccount
from social.providers.registry import PROVIDERS
from social.streams import Cursor, Page, Stream
from tests.factories import make_account, make_workspace

NOW = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
"""Four in the morning where Google counts its days."""
Answer = Page | Exception | Callable[[], Page]


@dataclass
class Network:
    """Answers in the order given; the last one is repeated."""

    answers: list[Answer] = field(default_factory=list)
    asked: list[Cursor] = field(default_factory=list)

    def read(self, _credentials: Credentials, cursor: Cursor) -> Page:
        self.asked.append(dict(cursor))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Page) else answer()


def install(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Network:
    """Give YouTube one stream that is read from a network of the test's own."""
    network = Network([Page((), {})])
    values: dict[str, Any] = {"name": "comments", "kinds": ("youtube",), "ability": "comments"}
    stream = Stream(read=network.read, **{**values, **changes})
    changed = replace(PROVIDERS["youtube"], streams=(stream,))
    monkeypatch.setitem(PROVIDERS, "youtube", changed)
    return network


def connect(**fields: Any) -> SocialAccount:
    values = {"provider": "youtube", "kind": "youtube"}
    account = make_account(make_workspace(), **{**values, **fields})
    account.seal({"access_token": "ya29.invente"})
    account.save()
    return account


def poll_of(account: SocialAccount) -> Poll:
    polling.ensure_polls(account, now=NOW)
    return Poll.objects.get(social_account=account)
