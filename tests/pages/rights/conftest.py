"""A workspace with its owner and a conversation, for the pages about people's rights."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User, Workspace
from processing.models import Conversation
from tests.callers import browser
from tests.factories import (
    make_conversation,
    make_member,
    make_message,
    make_reply,
    make_workspace,
)


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> Path:
    """Exports are written into a folder of the test's own."""
    settings.VAR_DIR = tmp_path
    return tmp_path / "exports"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace("Atelier")


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace, name="Camille")


@pytest.fixture
def client(owner: User) -> Client:
    return browser(owner, "en")


@pytest.fixture
def conversation(workspace: Workspace) -> Conversation:
    """Somebody wrote, and was answered."""
    found = make_conversation(workspace, name="Léa Martin")
    make_reply(make_message(found, "Zqtext"))
    return found
