"""What a call costs, and models that are gone."""

from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from processing.ai import prices, startup

LUNA = "gpt-6-luna"
COSTS = [
    ("read and written", LUNA, (1_000_000, 0, 1_000_000), 600_000),
    ("from the cache", LUNA, (1_000_000, 1_000_000, 0), 10_000),
    ("partly from the cache", LUNA, (3000, 2000, 400), 320),
    ("a dated copy", "gpt-6-luna-2026-09-22", (1000, 0, 0), 100),
    ("the other model", "gpt-5.6-luna", (1000, 0, 1000), 1400),
    ("never less than was paid", LUNA, (1, 0, 0), 1),
    ("nothing", LUNA, (0, 0, 0), 0),
    ("more cached than read", LUNA, (100, 900, 0), 1),
    ("an unknown model", "llama-9", (1000, 0, 1000), 0),
    ("a model that only begins alike", "gpt-6-lunatic", (1000, 0, 0), 0),
]


@pytest.mark.parametrize(("_name", "model", "tokens", "expected"), COSTS)
def test_a_call_costs_millionths_of_a_dollar(
    _name: str, model: str, tokens: tuple[int, int, int], expected: int
) -> None:
    assert prices.cost(model, *tokens) == expected


def test_the_operator_can_tell_the_price(settings: Settings) -> None:
    settings.AI_PRICE_IN, settings.AI_PRICE_OUT = 0.3, 1.5

    assert prices.cost("llama-9", 1000, 500, 100) == 300 + 150
    assert prices.cost(LUNA, 1000, 0, 100) == 300 + 150


def test_an_unknown_price_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        prices.cost("llama-told-once", 10, 0, 10)

    assert [row.getMessage().count("llama-told-once") for row in caplog.records] == [1]


@pytest.mark.parametrize(
    ("model", "day"), [("gpt-5-mini", "2026-12-11"), ("gpt-4o", "2027-01-14"), ("o1", "2026-10-23")]
)
def test_a_model_that_is_switched_off_is_told_at_the_start(
    settings: Settings, model: str, day: str
) -> None:
    settings.OPENAI_MODEL = model

    [warning] = startup.living_model()

    assert warning.id == "processing.W001"
    assert model in warning.msg
    assert day in warning.msg


@pytest.mark.django_db
def test_the_models_we_name_ourselves_are_alive(settings: Settings) -> None:
    for model in prices.PRICES:
        settings.OPENAI_MODEL = model
        assert startup.living_model() == []
    call_command("check", fail_level="WARNING")


def test_the_check_is_registered(settings: Settings, capsys: Any) -> None:
    settings.OPENAI_MODEL = "gpt-5"

    call_command("check")

    assert "processing.W001" in "".join(capsys.readouterr())
