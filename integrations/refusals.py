"""What a tool's refusal means for us, in one table for all tools (crm.md, section 4). Pure."""

from collections.abc import Mapping
from typing import Any

from integrations.contracts import ConnectorError

THROTTLED = {429, 529}
DEAD = {401}
OUT_OF_REACH = {403, 404, 410}
PASSING = {408, 409, 423, 425}
UNFIT = {400, 422}
SERVERS = 500
AGAIN_SECONDS = 10.0
"""The pause before an ambiguous call is looked up: a fresh row may not be found at once."""
LONGEST_WAIT_SECONDS = 86_400.0


def refusal(
    status: int, code: str, headers: Mapping[str, str], *, patience: float
) -> ConnectorError:
    """Return the error for an HTTP status; `code` is the tool's own, or empty.

    `patience`: seconds to wait where the tool limits us and does not say for how long. What the
    tool says itself counts in full, however long.
    """
    code = code or f"http_{status}"
    if status in THROTTLED:
        wait = told_wait(headers)
        return ConnectorError(
            code,
            retryable=True,
            throttled=True,
            retry_after=patience if wait is None else max(wait, 1.0),
        )
    if status in DEAD:
        return ConnectorError(code, needs="needs_login")
    if status in OUT_OF_REACH:
        return ConnectorError(code, needs="needs_attention")
    if status in UNFIT:
        return ConnectorError(code, needs="needs_mapping")
    if status in PASSING or status >= SERVERS:
        return ConnectorError(code, retryable=True, retry_after=told_wait(headers) or AGAIN_SECONDS)
    return ConnectorError(code)


def unreachable(code: str = "unreachable") -> ConnectorError:
    """Return the error for a call of which nobody knows whether it arrived."""
    return ConnectorError(code, retryable=True, retry_after=AGAIN_SECONDS)


def told_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of `Retry-After`; None without it, or in a form that is no number."""
    told = headers.get("retry-after") or headers.get("Retry-After") or ""
    told = told.strip()
    try:
        seconds = float(told) if told.isascii() else None
    except ValueError:
        return None
    usable = seconds is not None and 0 <= seconds < float("inf")
    return min(seconds, LONGEST_WAIT_SECONDS) if usable and seconds is not None else None


def part(answer: Any, name: str, form: type[Any]) -> Any:
    """Return one part of a tool's answer; raises ConnectorError when it is not there.

    A proxy's or a maintenance page's answer is JSON now and then, too.
    """
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, form):
        raise unreachable("unexpected_answer")
    return found


def secret(secrets: Mapping[str, Any], name: str) -> str:
    """Return a token of the connection, fit for a header; raises ConnectorError otherwise."""
    token = str(secrets.get(name) or "").strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ConnectorError("token_unusable", needs="needs_login")
    return token
