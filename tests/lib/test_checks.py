"""Production refuses providers in clear text, and says when letters reach nobody."""

import pytest
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


@pytest.mark.parametrize(
    ("production", "kind", "said"),
    [(True, "filebased", 1), (True, "smtp", 0), (False, "filebased", 0)],
)
def test_production_says_when_no_mail_server_is_named(
    production: bool, kind: str, said: int, settings: Settings
) -> None:
    settings.PRODUCTION = production
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{kind}.EmailBackend"

    assert len([one for one in run_checks() if one.id == "flowia.W001"]) == said


@pytest.mark.parametrize(
    ("key", "secret", "said"),
    [
        ("", "", set()),
        ("sk_live_x", "whsec_x", set()),
        ("rk_live_x", "whsec_x", set()),
        ("sk_test_x", "whsec_x", {"flowia.E002"}),
        ("sk_live_x", "", {"flowia.W003"}),
    ],
)
def test_production_takes_real_money_or_none(
    key: str, secret: str, said: set[str], settings: Settings
) -> None:
    settings.PRODUCTION = True
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = key, [secret]
    found = {str(one.id) for one in run_checks()}
    assert found & {"flowia.E002", "flowia.W003"} == said
    settings.PRODUCTION = False
    assert not {str(one.id) for one in run_checks()} & {"flowia.E002", "flowia.W003"}


REAL, HERE = "https://www.linkedin.com", "http://127.0.0.1:8001/linkedin"


@pytest.mark.parametrize(
    ("url", "production", "pace", "said"),
    [
        (REAL, True, (120.0, 1000), set()),
        (REAL, False, (119.0, 1000), {"flowia.E004"}),
        (REAL, True, (120.0, 899), {"flowia.E004"}),
        (HERE, False, (0.1, 2), set()),
        ("http://[::1]:8001/linkedin", False, (0.1, 2), set()),
        ("https://localhost/linkedin", True, (0.1, 2), {"flowia.W002"}),
        ("https://127.0.0.1.example.org", True, (0.1, 1000), {"flowia.E004"}),
    ],
)
def test_members_sessions_are_used_gently_but_on_this_machine(
    url: str, production: bool, pace: tuple[float, int], said: set[str], settings: Settings
) -> None:
    settings.PRODUCTION, settings.LINKEDIN_URL = production, url
    settings.LINKEDIN_SEND_SECONDS, settings.LINKEDIN_POLL_SECONDS = pace
    found = {str(one.id) for one in run_checks()}
    assert found & {"flowia.E004", "flowia.W002"} == said
