"""TikTok's error codes as data, and how an answer becomes an error (tiktok.md 7 and 8).

HTTP stays 200 and `code` tells; only what stands before the API answers by HTTP's own codes. No
header says how long to wait: the message names the limit, and the waits are the documented ones.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from flowia.lib.http import Answer
from social.errors import ProviderError
from social.refusals import Action, Rule, error_for, rule_for

CODES, LIMITS = "tiktok.md 8 [ae-err, fire]", "tiktok.md 7 [ae-rl, fire]"
THROTTLED = ("40016", "40100", "40133")
SECOND, MINUTE, DAY = "QPS", "QPM", "QPD"
UNITS = {"second": SECOND, "minute": MINUTE, "day": DAY}
NAMED_LIMIT = re.compile(r"\b(QPS|QPM|QPD)\b|\bper (second|minute|day)\b", re.IGNORECASE)

REGION = "region"

RULES = (
    Rule(("20001",), "partly done", Action.UNKNOWN, CODES),
    Rule(
        ("40001",),
        "no permission for this call: its scope was not granted",
        Action.LACKS,
        CODES,
        lacks="direct",
    ),
    Rule(("40000", "40002"), "a parameter is wrong: our mistake", Action.REFUSE, CODES),
    Rule(("40007",), "the object does not exist", Action.REFUSE, CODES, name="gone"),
    Rule(
        ("40064",),
        "blocked by the rules of direct messages: window, ten messages, or settings",
        Action.REFUSE,
        CODES,
        name="blocked_by_rules",
    ),
    Rule(
        tuple(f"{code} {SECOND}" for code in THROTTLED),
        "too many calls in this second",
        Action.RETRY,
        LIMITS,
        wait=1,
    ),
    Rule(
        tuple(f"{code} {DAY}" for code in THROTTLED),
        "the day's calls are used up, until midnight in UTC",
        Action.PAUSE_PROVIDER,
        LIMITS,
        wait=3600,
    ),
    Rule(
        (*THROTTLED, *(f"{code} {MINUTE}" for code in THROTTLED)),
        "too many calls in this minute, or in a time that is not named",
        Action.PAUSE_ACCOUNT,
        LIMITS,
        wait=300,
    ),
    Rule(
        ("40102", "40104", "40105"),
        "the access token is expired, empty or invalid",
        Action.REFRESH,
        CODES,
    ),
    Rule(("40103", "40107"), "the refresh token is expired or invalid", Action.RECONNECT, CODES),
    Rule(
        ("40101", "40110", "40115"),
        "the authorisation code is wrong, used or expired: connect again",
        Action.REFUSE,
        CODES,
        name="code_refused",
    ),
    Rule(
        ("40113", "40124"),
        "our app is blocked, unknown, or its developer not approved",
        Action.PAUSE_PROVIDER,
        CODES,
        name="app_refused",
        wait=3600,
    ),
    Rule(
        ("40118", "41000"),
        "not available to this account or in its country",
        Action.LACKS,
        CODES,
        name=REGION,
        lacks="direct",
    ),
    Rule(("40125",), "our app may not use this function", Action.LACKS, CODES, lacks="direct"),
    Rule(("40050",), "this request was made already", Action.UNKNOWN, CODES),
    Rule(("40202",), "the object is being changed", Action.RETRY, CODES, wait=2),
    Rule(("40700",), "TikTok's own validation failed", Action.REFUSE, CODES),
    Rule(("40907", "40908"), "a file is too large or of a wrong type", Action.REFUSE, CODES),
    Rule(
        ("50000", "50002", "51065", "51305"), "an error of TikTok's", Action.UNKNOWN, CODES, wait=60
    ),
    Rule(("60001",), "maintenance", Action.PAUSE_PROVIDER, CODES, wait=300),
    Rule(
        ("404",),
        "HTTP 404: a path is wrong or lacks its last slash: our mistake",
        Action.REFUSE,
        CODES,
        name="http_404",
    ),
    Rule(("429",), "HTTP 429, from before the API", Action.PAUSE_ACCOUNT, "RFC 6585", wait=300),
    Rule(("500-599",), "HTTP 5xx: a server of TikTok's", Action.UNKNOWN, CODES, wait=300),
)
"""`LACKS` takes away the ability that the call was made for; a call for none is only refused."""

BROKEN = Rule((), "an answer that is none of the API's", Action.UNKNOWN, CODES, wait=60)
CLIENT_ERRORS = range(400, 500)


def refusal(answer: Answer, *, ability: str = "", reads: bool = False) -> ProviderError:
    """Return what an answer without success means for a call made for `ability`.

    A call that only reads has no outcome to wonder about: it may be made again.
    """
    rule, code = _rule(answer)
    if rule is None:
        return ProviderError(code)
    if rule.action is Action.LACKS:
        rule = replace(rule, lacks=ability) if ability else replace(rule, action=Action.REFUSE)
    if reads and rule.action is Action.UNKNOWN:
        rule = replace(rule, action=Action.RETRY)
    midnight = f" {DAY}" in rule.codes[0] if rule.codes else False
    return error_for(rule, code, wait=_until_midnight(answer) if midnight else None)


def moment_of(answer: Answer) -> datetime | None:
    """Return when TikTok says that it answered (`Date`), in UTC; None when it does not."""
    try:
        return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
    except ValueError:
        return None


def code_of(body: Any) -> int | None:
    """Return the API's own code, 0 for success; None for what is no answer of the API's."""
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _rule(answer: Answer) -> tuple[Rule | None, str]:
    code = code_of(answer.body)
    if code:
        unit = _limit_named(answer.body.get("message"))
        return rule_for(RULES, *([f"{code} {unit}"] if unit else []), str(code)), str(code)
    found = rule_for(RULES, str(answer.status))
    known_to_be_refused = answer.status in CLIENT_ERRORS
    return found or (None if known_to_be_refused else BROKEN), f"http_{answer.status}"


def _limit_named(message: Any) -> str:
    found = NAMED_LIMIT.search(message) if isinstance(message, str) else None
    if found is None:
        return ""
    return (found[1] or UNITS[found[2].lower()]).upper()


def _until_midnight(answer: Answer) -> float | None:
    """Return the seconds to 00:00 UTC by TikTok's clock; None when it does not tell."""
    told = moment_of(answer)
    if told is None:
        return None
    midnight = datetime.combine(told.date() + timedelta(days=1), datetime.min.time(), UTC)
    return (midnight - told).total_seconds()
