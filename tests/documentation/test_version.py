"""One number for a version, wherever it is told."""

import json
import re
import tomllib
from datetime import date

import pytest
from django.test import Client

import flowia
from flowia.embedded import BASE_DIR
from tests.admin.pages import operator

HEADING = re.compile(r"^## \[(.+)\](?: - (\S+))?$", re.MULTILINE)
NUMBER = re.compile(r"\d+\.\d+\.\d+")


def test_the_changelog_begins_with_the_version_of_the_code() -> None:
    headings = HEADING.findall((BASE_DIR / "CHANGELOG.md").read_text(encoding="utf-8"))
    (first, _), *versions = headings

    assert first == "Unreleased"
    assert versions[0][0] == flowia.__version__
    assert all(NUMBER.fullmatch(number) and date.fromisoformat(day) for number, day in versions)
    assert versions == sorted(versions, key=lambda one: date.fromisoformat(one[1]), reverse=True)


def test_the_number_can_be_read_without_python() -> None:
    source = (BASE_DIR / "flowia/__init__.py").read_text(encoding="utf-8")
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))

    assert re.findall(r'^__version__ = "(.*)"$', source, re.MULTILINE) == [flowia.__version__]
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "flowia.__version__"}


@pytest.mark.django_db
def test_health_document_pages_and_admin_tell_the_version() -> None:
    client, _ = operator()
    health = json.loads(Client().get("/health").content)
    document = json.loads(Client().get("/schema?format=json").content)

    assert health["version"] == document["info"]["version"] == flowia.__version__
    assert f"Flow IA {flowia.__version__}" in Client().get("/login").content.decode()
    assert flowia.__version__ in client.get("/admin/").content.decode()
    assert flowia.__version__ not in Client().get("/admin/login/").content.decode()
