"""A clock set by hand, and a LinkedIn in memory."""

import pytest

from tests.social.linkedin.fake import FakeLinkedIn, install
from tests.social.sessions.members import Hand


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Hand:
    return Hand(monkeypatch)


@pytest.fixture
def linkedin(monkeypatch: pytest.MonkeyPatch, time: Hand) -> FakeLinkedIn:
    return install(monkeypatch)
