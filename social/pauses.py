"""Pausing a whole network: nothing leaves through it, what arrives is stored."""

from datetime import datetime, timedelta

from django.db.models import Q

from social.models import ProviderPause

PAUSE_CHECK = timedelta(minutes=1)
"""How often it is looked again whether a pause without an end is over."""


def pause_of(provider: str, *, now: datetime) -> ProviderPause | None:
    """Return why nothing may leave through `provider` at `now`; None when it may."""
    lasting = Q(until__isnull=True) | Q(until__gt=now)
    return ProviderPause.objects.filter(lasting, provider=provider).first()


def pause(provider: str, reason: str) -> tuple[ProviderPause, bool]:
    """Let nothing leave through `provider` until somebody lifts it; and whether the row is new.

    A browser that acts there stops with its next beat, within seconds.
    """
    told = {"until": None, "reason": reason[:100]}
    return ProviderPause.objects.update_or_create(provider=provider, defaults=told)
