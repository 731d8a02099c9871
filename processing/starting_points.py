"""Scenarios to begin with, as the pages offer them."""

from typing import Any

from django.utils.functional import Promise

from processing.trades import TRADES, WRITTEN, language_of


def starting_points(language: str) -> list[tuple[Promise, list[tuple[str, str]]]]:
    """Return each trade's name with its wordings: how they are called here, their names."""
    written = WRITTEN[language_of(language)]
    return [
        (name, [(f"{code}-{n}", one["name"]) for n, one in enumerate(written[code].scenarios, 1)])
        for code, name in TRADES.items()
    ]


def starting_point(name: str, language: str) -> dict[str, Any]:
    """Return the wording called "trade-number" ("boutique-2"); empty for an unknown name."""
    code, _dash, number = name.partition("-")
    trade = WRITTEN[language_of(language)].get(code)
    place = int(number) if number.isascii() and number.isdigit() else 0
    fits = trade is not None and 0 < place <= len(trade.scenarios)
    return dict(trade.scenarios[place - 1]) if trade is not None and fits else {}
