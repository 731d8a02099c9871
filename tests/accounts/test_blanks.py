"""A line of the fact sheet with a blank is no fact, for the assistant and for the fact lock."""

import pytest

from accounts.blanks import has_blank, is_complete
from processing.situations import facts_for
from processing.trades import WRITTEN
from processing.trades.shape import Trade
from tests.factories import make_scenario, make_workspace

OPEN = [
    *("…", "… €", "du … au …", "à partir de ... €", "____ €", "Prix de … (autre)", "8 h à ...."),
    *("38 €, … séances", "Lundi, ... h", "…, …", "38 €, durée …", "Pizza, pâtes, …\nMenu : … €"),
]
WRITTEN_OUT = [
    "24 €",
    "pizza, pâtes…",
    "et d'autres...",
    "Nike, Adidas, Puma, …",
    "lundi, mardi, ...",
    "Bio (fruits, …)",
    "lundi, …, samedi",
    "Pizza, pâtes,… (voir la carte)",
    "Thé, café, …\nJus, sirops, …",
    "@nom___truc",
    "@__nom__",
    "https://exemple.fr/a__b",
    "10 h – 19 h",
]
TRADES = [trade for trades in WRITTEN.values() for trade in trades.values()]


@pytest.mark.parametrize("text", OPEN)
def test_dots_that_stand_by_themselves_are_a_blank(text: str) -> None:
    assert has_blank(text)


@pytest.mark.parametrize("text", WRITTEN_OUT)
def test_dots_after_a_word_and_names_with_rules_are_none(text: str) -> None:
    assert not has_blank(text)


@pytest.mark.parametrize("line", [("", "24 €"), ("Prix", " "), ("Prix : …", "24 €"), ("Prix", "…")])
def test_a_line_needs_both_its_sides(line: tuple[str, str]) -> None:
    assert not is_complete(*line)


@pytest.mark.parametrize("trade", TRADES, ids=lambda one: one.scenarios[0]["name"])
def test_no_line_that_a_trade_offers_is_a_fact_before_it_is_completed(trade: Trade) -> None:
    assert len(trade.facts) >= 6
    assert not [line for line in trade.facts if is_complete(*line)]
    assert not has_blank(trade.profile)


@pytest.mark.django_db
def test_the_assistant_is_given_complete_lines_alone() -> None:
    workspace = make_workspace()
    for label, value in (("Tasse", "24 €"), ("Lampe", "… €"), ("Prix : …", "89 €")):
        workspace.facts.create(label=label, value=value)

    assert facts_for(workspace, make_scenario(workspace)) == (("Tasse", "24 €"),)
