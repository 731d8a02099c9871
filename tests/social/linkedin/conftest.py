"""A member, her LinkedIn in memory, drafts without a model."""

import pytest
from pytest_django import Settings

from tests.social.linkedin.fake import FakeLinkedIn, install
from tests.social.linkedin.play import Play
from tests.social.sessions.members import Hand


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Hand:
    return Hand(monkeypatch)


@pytest.fixture
def linkedin(monkeypatch: pytest.MonkeyPatch, time: Hand) -> FakeLinkedIn:
    return install(monkeypatch)


@pytest.fixture
def play(db: None, settings: Settings, time: Hand, linkedin: FakeLinkedIn) -> Play:
    settings.SETTLE_SECONDS = 0
    settings.LINKEDIN_URL = "https://www.linkedin.com"
    return Play(time, linkedin)
