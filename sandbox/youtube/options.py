"""How YouTube and Google behave on request, and the clock that both go by."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from sandbox import settings
from sandbox.world.options import UnknownOptionError
from sandbox.youtube.models import Option

DEFAULTS: dict[str, Any] = {
    "access_token_seconds": 3599,
    "refresh_token_seconds": None,
    "max_refresh_tokens": 100,
    "daily_units": settings.YOUTUBE_DAILY_UNITS,
    "hold_replies": False,
    "unstable_etags": False,
    "page_token_seconds": 3600,
    "now": None,
}
"""`refresh_token_seconds`: a consent for a limited time. `hold_replies`: what the API writes is
held for review. `unstable_etags`: they change without reason, as Google's do. `now`: the moment
at which the clock stands; null lets it run."""


def read() -> dict[str, Any]:
    """Return every option with its present value."""
    return DEFAULTS | dict(Option.objects.values_list("name", "value"))


def value(name: str) -> Any:
    """Return the present value of one option."""
    return read()[name]


def change(asked: dict[str, Any]) -> None:
    """Set the options that `asked` names; raises UnknownOptionError and then changes none."""
    for name, wanted in asked.items():
        if name not in DEFAULTS:
            raise UnknownOptionError(f"options are {', '.join(DEFAULTS)}")
        if not _CHECKS[name](wanted):
            raise UnknownOptionError(f"{name} does not take {wanted!r}")
    for name, wanted in asked.items():
        Option.objects.update_or_create(name=name, defaults={"value": wanted})


def forget() -> None:
    """Bring every default back."""
    Option.objects.all().delete()


def now() -> datetime:
    """Return YouTube's own time: the machine's, or the moment that was set."""
    stood = value("now")
    return moment(stood) if stood else timezone.now()


def moment(text: Any) -> datetime:
    """Return an ISO 8601 date and time, in UTC unless it says otherwise.

    Raises UnknownOptionError for anything else.
    """
    try:
        found = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    if found is None:
        raise UnknownOptionError(f"{text!r} is not a date and time in ISO 8601")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _is_count(wanted: Any) -> bool:
    return type(wanted) is int and wanted >= 0


def _is_count_or_none(wanted: Any) -> bool:
    return wanted is None or _is_count(wanted)


def _is_flag(wanted: Any) -> bool:
    return isinstance(wanted, bool)


def _is_moment_or_none(wanted: Any) -> bool:
    return wanted is None or bool(moment(wanted))


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "access_token_seconds": _is_count,
    "refresh_token_seconds": _is_count_or_none,
    "max_refresh_tokens": _is_count,
    "daily_units": _is_count,
    "hold_replies": _is_flag,
    "unstable_etags": _is_flag,
    "page_token_seconds": _is_count,
    "now": _is_moment_or_none,
}
