"""A workspace with stand-ins, as the pipeline's tests have it, and its owner."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from processing.models import Contact
from tests.callers import caller
from tests.factories import make_member
from tests.processing.conftest import Scene, connect_notion, scene

__all__ = ["scene"]


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> Path:
    """Exports are written into a folder of the test's own."""
    settings.VAR_DIR = tmp_path
    return tmp_path / "exports"


@pytest.fixture
def notion(scene: Scene) -> Scene:
    connect_notion(scene)
    found = {"object": "list", "results": [], "has_more": False}
    scene.notion.always["POST /v1/data_sources/ds-1/query"] = found
    scene.notion.answer(200, {"object": "page", "id": "page-1", "in_trash": False})
    return scene


@pytest.fixture
def owner(scene: Scene) -> Client:
    return caller(make_member(scene.workspace))


@pytest.fixture
def contact(scene: Scene) -> Contact:
    """Somebody wrote, and was answered."""
    scene.say("C'est combien ?")
    scene.run()
    return Contact.objects.get()
