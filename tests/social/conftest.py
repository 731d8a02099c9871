"""The invented network, ready to be connected; the places of networks, filled by each test."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.contracts.meta import settle
from tests.social.glow import Glow, glow_at_work
from tests.standin import StandIn, stand_in


@pytest.fixture
def glow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Glow]:
    with glow_at_work(monkeypatch) as found:
        yield found


@pytest.fixture
def tiktok(settings: Settings) -> Iterator[StandIn]:
    with stand_in() as service:
        settings.TIKTOK_API_URL = service.url
        yield service


@pytest.fixture(scope="session")
def one_graph() -> Iterator[StandIn]:
    with stand_in() as service:
        yield service


@pytest.fixture
def graph(one_graph: StandIn, settings: Settings) -> StandIn:
    """Return a stand-in for Graph that was asked nothing yet."""
    one_graph.answers.clear()
    one_graph.asked.clear()
    settle(settings, one_graph.url)
    return one_graph
