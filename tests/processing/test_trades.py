"""Which of a trade's scenarios answers what its customers ask."""

import pytest

from accounts.audit import SYSTEM
from processing import taking_up
from processing.trades import TRADES, trade_called
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db
BUY, BRING_BACK = "Questions sur les produits", "Retours et échanges"
BOOK, ASK = "Réservations", "Carte, horaires, allergènes"
BUY_EN, BRING_BACK_EN = "Product questions", "Returns and exchanges"
BOOK_EN, ASK_EN = "Bookings", "Menu, hours, allergens"
ANSWERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("fr", "boutique"): (BUY, BUY, BRING_BACK),
    ("fr", "restaurant"): (BOOK, ASK, ASK),
    ("en", "boutique"): (BUY_EN, BUY_EN, BRING_BACK_EN),
    ("en", "restaurant"): (BOOK_EN, ASK_EN, ASK_EN),
}
OTHERS = {
    ("fr", "boutique"): {
        "Bonjour, vous l'avez en taille M ?": BUY,
        "J'ai reçu la mauvaise taille": BRING_BACK,
        "La tasse est arrivée abîmée": BRING_BACK,
    },
    ("fr", "restaurant"): {
        "Vous êtes ouverts ce soir ?": ASK,
        "Il vous reste de la place ce soir ?": BOOK,
    },
    ("en", "restaurant"): {"Are you open tonight?": ASK_EN, "Is there a table tonight?": BOOK_EN},
}


@pytest.mark.parametrize("trade", TRADES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_customers_of_a_trade_ask_goes_to_the_scenario_that_is_meant_for_it(
    language: str, trade: str
) -> None:
    found = trade_called(trade, language)
    assert found is not None
    workspace = make_workspace(language=language)
    taking_up.take_up(workspace, trade, by=SYSTEM)

    only = (found.scenarios[0]["name"],) * len(found.samples)
    expected = dict(zip(found.samples, ANSWERS.get((language, trade), only), strict=True))
    expected |= OTHERS.get((language, trade), {})
    answered = {text: taking_up.scenario_to_try(workspace, text) for text in expected}
    assert {text: one.name for text, one in answered.items() if one} == expected
