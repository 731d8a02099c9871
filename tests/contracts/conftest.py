"""A stand-in in the place of the network that is looked at."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from social.providers.linkedin import acting
from tests.contracts.browsing import browse
from tests.contracts.frame import Subject, subjects
from tests.standin import StandIn, stand_in

SUBJECTS = list(subjects().items())


@pytest.fixture(scope="session")
def one_service() -> Iterator[StandIn]:
    with stand_in() as service:
        yield service


@pytest.fixture
def service(one_service: StandIn) -> StandIn:
    """Return a stand-in that was asked nothing yet."""
    one_service.answers.clear()
    one_service.asked.clear()
    return one_service


@pytest.fixture(autouse=True)
def _browsers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "run", browse)


@pytest.fixture(params=[row[1] for row in SUBJECTS], ids=[row[0] for row in SUBJECTS])
def subject(request: pytest.FixtureRequest, settings: Settings, service: StandIn) -> Subject:
    """Return each network in turn, its addresses leading to the stand-in."""
    found: Subject = request.param
    found.settle(settings, service.url)
    return found
