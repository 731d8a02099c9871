"""Production refuses to start with providers in clear text."""

from django.core.checks import run_checks
from pytest_django import Settings


def test_production_refuses_clear_text(settings: Settings) -> None:
    settings.PRODUCTION = True
    settings.META_GRAPH_URL = "http://127.0.0.1:8001/graph"

    assert [error.msg for error in run_checks() if error.id == "flowia.E001"] == [
        "META_GRAPH_URL must begin with https:// in production."
    ]


def test_the_sandbox_is_welcome_elsewhere(settings: Settings) -> None:
    settings.META_GRAPH_URL = "http://127.0.0.1:8001/graph"

    assert not [error for error in run_checks() if error.id == "flowia.E001"]
