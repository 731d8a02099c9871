"""How the outside world behaves beside its faults: what was set, else the usual way."""

from typing import Any

from sandbox.world.models import Option

USUAL: dict[str, Any] = {
    # Whether messages and comments are announced at all; held back, they are only remembered.
    "webhooks": True,
    # The usage headers: percentages `app` and `business`, `minutes`, `type` and `account`.
    "usage": {},
    # An Instagram token may be refreshed when it is so old.
    "instagram_refresh_hours": 24,
    # Whether the code exchange of Instagram answers {"data": [...]}, as one page documents.
    "instagram_wrapped": False,
    # Instagram accounts whose webhooks have Instagram Login's form and signature: those that
    # were subscribed with a token of their own.
    "instagram_login": [],
    # The most rows of one page of a list, whatever limit was asked for.
    "page_size": 100,
    # What the person may do on a Page: {"<page id>": ["MESSAGING", ...]}; else everything.
    "tasks": {},
    # People whose thread another app controls; standby and handover events change it.
    "controlled": [],
    # The secrets with which the receiver of webhooks looks at signatures: {"<box>": "whsec_…"}.
    "receiver_secrets": {},
}


class UnknownOptionError(ValueError):
    """The option does not exist, or has another form; the message says which exist."""


def get(name: str) -> Any:
    """Return the value of an option."""
    row = Option.objects.filter(name=name).first()
    return USUAL[name] if row is None else row.value


def put(name: str, value: Any) -> None:
    """Set an option, or return it to its usual value with None; raises UnknownOptionError."""
    if name not in USUAL:
        raise UnknownOptionError(f"an option is one of echo, {', '.join(USUAL)}")
    if value is None or value == USUAL[name]:
        Option.objects.filter(name=name).delete()
        return
    usual = int | float if isinstance(USUAL[name], int) else type(USUAL[name])
    if not isinstance(value, usual):
        raise UnknownOptionError(f"{name} is like {USUAL[name]!r}")
    Option.objects.update_or_create(name=name, defaults={"value": value})


def every() -> dict[str, Any]:
    """Return all options with their values."""
    kept = dict(Option.objects.values_list("name", "value"))
    return {name: kept.get(name, usual) for name, usual in USUAL.items()}


def forget() -> None:
    """Return all of them to their usual values."""
    Option.objects.all().delete()
