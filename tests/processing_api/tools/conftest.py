"""An owner who calls by HTTP, and tools that are played by their stand-ins."""

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Workspace
from tests.callers import caller
from tests.factories import make_member, make_workspace
from tests.integrations.conftest import addresses
from tests.integrations.setups import Setup, setup_of, unhurried
from tests.sandbox.conftest import receiver, running_sandbox, sandbox
from tests.sandbox.tools import Tools, tools

__all__ = ["addresses", "receiver", "running_sandbox", "sandbox", "tools"]


@pytest.fixture(autouse=True)
def _at_ease(addresses: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    unhurried(settings, monkeypatch)


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return caller(make_member(workspace))


@pytest.fixture(params=["notion", "airtable", "google_sheets"])
def setup(request: pytest.FixtureRequest, tools: Tools) -> Setup:
    return setup_of(request.param, tools)


@pytest.fixture
def notion(tools: Tools) -> Setup:
    return setup_of("notion", tools)


@pytest.fixture
def airtable(tools: Tools) -> Setup:
    return setup_of("airtable", tools)
