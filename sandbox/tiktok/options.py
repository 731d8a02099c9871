"""How the TikTok stand-in behaves: what can be changed, and its value now."""

from collections.abc import Mapping
from typing import Any

from sandbox.tiktok.models import Option
from sandbox.world.options import UnknownOptionError

DEFAULTS: Mapping[str, bool | int | None] = {
    "webhooks": True,  # false: everything is kept and nothing announced
    "echo": True,  # im_send_msg after a message of the API
    "twice": False,  # every webhook is posted twice
    "same_signature": False,  # a repetition carries the first one's time and signature
    "welcome": False,  # TikTok's own automatic answer to a first message
    "everyone_can_message": True,  # false: a new person's thread waits for the owner
    "comment_text": True,  # false: comment.update without its text, as before June 2026
    "repeats_are_hidden": False,  # an identical reply is accepted, then hidden as spam
    "new_refresh_token": True,  # false: a refresh answers with the same refresh token
    "refresh_ends_access": False,  # a refresh ends the old access token as well
    "refresh_renews_year": False,  # the refresh token's year begins again at each refresh
    "access_seconds": 86_400,
    "refresh_seconds": 31_536_000,
    "messages_per_second": None,  # 10 at TikTok
    "calls_per_minute": None,  # 40 per account and address at TikTok
    "calls_per_day": None,
}


def value(name: str) -> Any:
    """Return the option's value."""
    changed = Option.objects.filter(name=name).first()
    return DEFAULTS[name] if changed is None else changed.value


def every() -> dict[str, Any]:
    """Return all options with their values."""
    return {**DEFAULTS, **dict(Option.objects.values_list("name", "value"))}


def change(asked: Mapping[str, Any]) -> None:
    """Keep the values in `asked`; raises UnknownOptionError before anything is changed."""
    for name, chosen in asked.items():
        if name not in DEFAULTS:
            raise UnknownOptionError(f"an option is one of {', '.join(DEFAULTS)}")
        if not _fits(DEFAULTS[name], chosen):
            raise UnknownOptionError(f"{name} is like {DEFAULTS[name]!r}")
    for name, chosen in asked.items():
        Option.objects.update_or_create(name=name, defaults={"value": chosen})


def reset() -> None:
    """Put every option back."""
    Option.objects.all().delete()


def _fits(usual: bool | int | None, chosen: object) -> bool:
    if isinstance(usual, bool):
        return isinstance(chosen, bool)
    number = isinstance(chosen, int) and not isinstance(chosen, bool) and chosen >= 0
    return number or (usual is None and chosen is None)
