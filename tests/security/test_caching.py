"""No cache, shared or the browser's own, keeps what a person was answered; files keep theirs."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests.callers import browser, caller
from tests.isolation.cases import CASES, PUBLIC
from tests.isolation.world import make_world

pytestmark = pytest.mark.django_db
KEPT_NOWHERE = "private, no-store"


def test_nothing_that_a_person_is_answered_is_kept() -> None:
    world = make_world()
    for route, case in CASES.items():
        if "get" not in case.allowed:
            continue
        address = "/" + route.replace("<uuid:uid>", world.ids.get(case.uid, ""))
        answer = world.client("owner", case.kind).get(address)
        assert answer["Cache-Control"] == KEPT_NOWHERE, route


@pytest.mark.parametrize("address", ["/nothing", "/auth/login", "/settings/activity.csv"])
def test_refusals_are_not_kept_either(address: str) -> None:
    world = make_world()
    for client in (browser(), caller(), world.client("teammate", "page")):
        assert client.get(address)["Cache-Control"] == KEPT_NOWHERE


def test_nor_is_what_stands_behind_a_letter_s_link() -> None:
    for route in PUBLIC:
        if "<" in route and not route.startswith("^"):
            address = "/" + route.replace("<str:token>", "x.y").replace("<slug:code>", "x")
            assert browser().get(address)["Cache-Control"] == KEPT_NOWHERE, route


def test_files_may_be_kept_by_everybody(settings: Settings) -> None:
    Path(settings.STATIC_ROOT, "kept.txt").write_text("seen", encoding="utf-8")
    kept = Client().get("/static/kept.txt")["Cache-Control"]

    assert "public" in kept
    assert "max-age" in kept
