"""The same workspace as the pipeline's tests, and the tools' stand-ins in another process."""

import pytest
from pytest_django import Settings

from tests.integrations.contract import KINDS, Subject, subject
from tests.processing.conftest import scene
from tests.sandbox.conftest import receiver, running_sandbox, sandbox
from tests.sandbox.tools import Tools, tools

__all__ = ["receiver", "running_sandbox", "sandbox", "scene", "tools"]


@pytest.fixture
def addresses(tools: Tools, settings: Settings) -> None:
    """Lead every connector to its stand-in."""
    url = tools.sandbox.url
    settings.NOTION_API_URL = f"{url}/notion"
    settings.AIRTABLE_API_URL = f"{url}/airtable"
    settings.GOOGLE_SHEETS_API_URL = f"{url}/sheets"
    settings.GOOGLE_SHEETS_TOKEN_URL = f"{url}/sheets/token"
    settings.TOOL_TIMEOUT_SECONDS = 3.0


@pytest.fixture(params=KINDS, ids=[kind.kind for kind in KINDS])
def tool(request: pytest.FixtureRequest, tools: Tools, addresses: None) -> Subject:
    """Return each tool in turn."""
    return subject(request.param, tools)


@pytest.fixture
def notion(tools: Tools, addresses: None) -> Subject:
    return subject(KINDS[0], tools)


@pytest.fixture
def airtable(tools: Tools, addresses: None) -> Subject:
    return subject(KINDS[1], tools)


@pytest.fixture
def sheets(tools: Tools, addresses: None) -> Subject:
    return subject(KINDS[2], tools)
