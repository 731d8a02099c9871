"""A network's error codes as data: each with what it means, what we do, and who says so.

A provider lists its rules; `error_for` turns an answer into a ProviderError by them, and
`docs/providers.md` is written from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from social.errors import ProviderError


class Action(Enum):
    """What is done about an error; the value is how the docs say it."""

    RETRY = "try again later"
    PAUSE_ACCOUNT = "hold everything of this account, then try again"
    PAUSE_PROVIDER = "hold everything of this network, then try again"
    UNKNOWN = "may have been done: look it up, never repeat blindly"
    REFUSE = "give up this one"
    LACKS = "give up, and note that the account cannot do this"
    REFRESH = "renew the token once, then try again; then reconnect"
    RECONNECT = "the owner must connect the account again"
    RESTART = "read the list again from its beginning"


@dataclass(frozen=True)
class Rule:
    """What one or several codes mean.

    `codes` are exact ("190/463", "190", "403 quotaExceeded") or a range of whole numbers
    ("80000-80014"). `name` is ours, where the rest of the house must know the case; `wait` is in
    seconds, for networks that do not say. `lacks` is the ability that is missing, for `LACKS`.
    """

    codes: tuple[str, ...]
    meaning: str
    action: Action
    source: str
    name: str = ""
    wait: int | None = None
    lacks: str = ""


def rule_for(rules: Sequence[Rule], *codes: str) -> Rule | None:
    """Return the rule of the first of `codes` (the most exact one first) that has one.

    A rule that names the code comes before one whose range holds it, whatever their order.
    """
    for code in codes:
        named = (rule for rule in rules if code in rule.codes)
        around = (rule for rule in rules if any(_within(code, one) for one in rule.codes))
        found = next(named, None) or next(around, None)
        if found is not None:
            return found
    return None


def error_for(rule: Rule, code: str, *, wait: float | None = None) -> ProviderError:
    """Return what the house is told; `wait` is what the network asked for, in seconds."""
    action, name = rule.action, rule.name or code
    pause = wait if wait is not None else rule.wait
    if action in {Action.RETRY, Action.PAUSE_ACCOUNT, Action.PAUSE_PROVIDER, Action.RESTART}:
        return ProviderError(
            name, retryable=True, retry_after=pause, holds=HOLDS.get(action, "message")
        )
    return ProviderError(
        name,
        outcome_unknown=action is Action.UNKNOWN,
        needs_login=action is Action.RECONNECT,
        needs_refresh=action is Action.REFRESH,
        lacks=rule.lacks if action is Action.LACKS else "",
    )


HOLDS = {Action.PAUSE_ACCOUNT: "account", Action.PAUSE_PROVIDER: "provider"}


def _within(code: str, span: str) -> bool:
    first, dash, last = span.partition("-")
    whole = code.isdigit() and first.isdigit() and last.isdigit()
    return bool(dash) and whole and int(first) <= int(code) <= int(last)
