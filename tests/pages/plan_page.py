"""The page of the plan as an owner reads it and presses its buttons."""

import html
from typing import Any

import pytest

from accounts.models import User, Workspace
from tests.callers import browser
from tests.factories import make_member, make_workspace


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace("Atelier")


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(html.unescape(answer.content.decode()).split())


def read(user: User, address: str = "/plan", language: str = "en") -> str:
    return text(browser(user, language).get(address))


def do(user: User, deed: str, language: str = "en", **form: str) -> str:
    """Press a button of the page, and read the page that follows."""
    return text(browser(user, language).post("/plan", {"do": deed, **form}, follow=True))
