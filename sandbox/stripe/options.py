"""How the Stripe stand-in behaves: what can be changed, and its value now."""

from collections.abc import Mapping
from typing import Any

from sandbox.stripe.models import Option
from sandbox.world.options import UnknownOptionError

DEFAULTS: Mapping[str, Any] = {
    "webhooks": "on",  # off: kept, and undelivered for ever; hold: kept for /stripe/release
    "shuffle": False,  # each delivery waits a random part of `shuffle_seconds` first
    "shuffle_seconds": 1.0,
    "twice": False,  # every event is posted twice to each endpoint
    "lose_every": 0,  # each n-th delivery is never tried, as if it had failed for days
    "deliveries": 3,  # tries of one delivery
    "retry_seconds": 2.0,  # real seconds before the second try; each wait is three times the last
    "retry_days": [3, 5, 7],  # days of the clock between the attempts to take a renewal's money
    "after_first_failure": "past_due",  # or pause
    "after_final_failure": "cancel",  # or unpaid, or pause
    "draft_seconds": 0,  # how long a renewal's invoice stays a draft; an hour at Stripe
    "keep_server_errors": True,  # a 500 is the answer of its idempotency key from then on
}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "webhooks": ("on", "off", "hold"),
    "after_first_failure": ("past_due", "pause"),
    "after_final_failure": ("cancel", "unpaid", "pause"),
}


def value(name: str) -> Any:
    """Return the option's value."""
    changed = Option.objects.filter(name=name).first()
    return DEFAULTS[name] if changed is None else changed.value


def every() -> dict[str, Any]:
    """Return all options with their values."""
    kept = dict(Option.objects.values_list("name", "value"))
    return {name: kept.get(name, usual) for name, usual in DEFAULTS.items()}


def change(asked: Mapping[str, Any]) -> None:
    """Keep the values in `asked`; raises UnknownOptionError before anything is changed."""
    for name, chosen in asked.items():
        if name not in DEFAULTS:
            raise UnknownOptionError(f"an option is one of {', '.join(DEFAULTS)}")
        if not _fits(name, chosen):
            known = ", ".join(CHOICES.get(name, ())) or repr(DEFAULTS[name])
            raise UnknownOptionError(f"{name} is like {known}")
    for name, chosen in asked.items():
        Option.objects.update_or_create(name=name, defaults={"value": chosen})


def reset() -> None:
    """Put every option back; the clock stays."""
    Option.objects.filter(name__in=DEFAULTS).delete()


def _fits(name: str, chosen: object) -> bool:
    if name in CHOICES:
        return chosen in CHOICES[name]
    usual = DEFAULTS[name]
    if isinstance(usual, bool):
        return isinstance(chosen, bool)
    if isinstance(usual, list):
        return isinstance(chosen, list) and all(_is_number(one) for one in chosen)
    return _is_number(chosen) and (isinstance(usual, float) or isinstance(chosen, int))


def _is_number(chosen: object) -> bool:
    return isinstance(chosen, int | float) and not isinstance(chosen, bool) and chosen >= 0
