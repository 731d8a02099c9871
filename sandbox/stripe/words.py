"""Amounts, moments and states in the reader's words."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

SYMBOLS = {"eur": "€", "usd": "$", "gbp": "£"}
WITHOUT_CENTS = frozenset({"jpy", "krw", "clp", "vnd", "xaf", "xof"})


def money(amount: int, currency: str) -> str:
    """Return an amount of minor units, as “14,99 €” or “€14.99”."""
    whole = currency in WITHOUT_CENTS
    value = Decimal(amount) if whole else Decimal(amount) / 100
    digits = number_format(abs(value), 0 if whole else 2, force_grouping=True)
    symbol, sign = SYMBOLS.get(currency, currency.upper()), "−" if amount < 0 else ""
    if (get_language() or "").startswith("en"):
        return f"{sign}{symbol}{digits}"
    return f"{sign}{digits}\u00a0{symbol}"


def rhythm(recurring: dict[str, Any] | None) -> str:
    """Return how often a price is paid."""
    if not recurring:
        return ""
    words = {
        "day": _("per day"),
        "week": _("per week"),
        "month": _("per month"),
        "year": _("per year"),
    }
    return words[recurring["interval"]]


def moment(seconds: int | None) -> datetime | None:
    """Return a moment of Stripe's for the templates."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def status(name: str) -> str:
    """Return a status of a subscription, an invoice or a delivery in words."""
    words = {
        "active": _("active"),
        "canceled": _("ended"),
        "delivered": _("delivered"),
        "draft": _("draft"),
        "failed": _("not delivered"),
        "held": _("held back"),
        "incomplete": _("first payment missing"),
        "incomplete_expired": _("never paid"),
        "open": _("to be paid"),
        "paid": _("paid"),
        "past_due": _("payment late"),
        "paused": _("paused"),
        "trialing": _("on trial"),
        "uncollectible": _("given up"),
        "unpaid": _("unpaid"),
        "void": _("void"),
        "waiting": _("under way"),
    }
    return words.get(name, name)
