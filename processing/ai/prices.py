"""What a call costs, by model, and which models are gone.

Dollars per million tokens, and the ends of models, as OpenAI's pages had them on 2026-11-22.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache

import structlog
from django.conf import settings

log = structlog.get_logger("flowia.model")


@dataclass(frozen=True)
class Price:
    """Dollars per million tokens: read afresh, read from the cache, written."""

    fresh: Decimal
    cached: Decimal
    written: Decimal


PRICES = {
    "gpt-6-luna": Price(Decimal("0.10"), Decimal("0.01"), Decimal("0.50")),
    # No price for cached tokens is known: counted in full.
    "gpt-5.6-luna": Price(Decimal("0.20"), Decimal("0.20"), Decimal("1.20")),
}
FREE = Price(Decimal(0), Decimal(0), Decimal(0))
DEAD_MODELS = {
    **dict.fromkeys(
        (
            "gpt-4.1-nano",
            "o4-mini",
            "o3-mini",
            "o1",
            "gpt-4o-2024-05-13",
            "gpt-4-turbo",
            "gpt-4",
            "gpt-3.5-turbo",
        ),
        date(2026, 10, 23),
    ),
    **dict.fromkeys(
        ("gpt-5.1-codex", "gpt-5-chat-latest", "gpt-5.1-chat-latest"), date(2026, 7, 23)
    ),
    **dict.fromkeys(("gpt-5.2-chat-latest", "gpt-5.3-chat-latest"), date(2026, 8, 10)),
    **dict.fromkeys(("gpt-5", "gpt-5-mini", "gpt-5-nano", "o3"), date(2026, 12, 11)),
    **dict.fromkeys(("gpt-4.1", "gpt-4.1-mini", "gpt-4o", "gpt-4o-mini"), date(2027, 1, 14)),
    **dict.fromkeys(("gpt-5.4-nano", "gpt-5.1"), date(2027, 4, 1)),
}
"""Models and the day on which each stops, or stopped, answering."""


def cost(model: str, tokens_in: int, cached: int, tokens_out: int) -> int:
    """Return the price of a call in millionths of a dollar, rounded up; 0 for an unknown model.

    `cached` of the `tokens_in` came from the service's cache. AI_PRICE_IN and AI_PRICE_OUT, when
    set, are the prices of whatever model is used.
    """
    price = _told() or _listed(model)
    known = min(max(cached, 0), tokens_in)
    # Dollars for a million tokens are millionths of a dollar for one.
    exact = (tokens_in - known) * price.fresh + known * price.cached + tokens_out * price.written
    return int(exact.to_integral_value(ROUND_CEILING))


def _told() -> Price | None:
    if settings.AI_PRICE_IN is None and settings.AI_PRICE_OUT is None:
        return None
    fresh, written = (
        Decimal(str(one or 0)) for one in (settings.AI_PRICE_IN, settings.AI_PRICE_OUT)
    )
    return Price(fresh, fresh, written)


@lru_cache(maxsize=64)
def _listed(model: str) -> Price:
    # A dated copy of a model ("gpt-6-luna-2026-09-22") costs what the model costs.
    names = [name for name in PRICES if model == name or model.startswith(f"{name}-2")]
    if names:
        return PRICES[names[0]]
    log.warning("no price known for the model, its calls count as free", model=model)
    return FREE
