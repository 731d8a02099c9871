"""What YouTube's and Google's refusals mean (youtube.md, sections 1.2 and 5).

The key is the HTTP status and `errors[0].reason`, as the fact sheet asks: messages may change and
hold HTML. A status alone stands for reasons that nobody wrote down.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from flowia.lib.http import Answer, UnreachableError, call
from social.errors import ProviderError
from social.refusals import Action, Rule, error_for, rule_for

SHEET = "youtube.md 5"
PACIFIC = ZoneInfo("America/Los_Angeles")
"""Google's units begin anew at midnight there (youtube.md 4)."""
QUOTA_SPENT = "quota_spent"
"""The house's word for "nothing is left of this day's units"."""
HOUR = 3600
LONGEST_CODE = 60
OK, CREATED, NOT_MODIFIED = 200, 201, 304
SERVER_ERROR = 500


def _each(status: int, *reasons: str) -> tuple[str, ...]:
    return tuple(f"{status} {reason}" for reason in reasons)


RULES = (
    Rule(
        _each(400, "commentTextRequired", "commentTextTooLong", "invalidCommentMetadata")
        + _each(400, "invalidCustomEmoji", "parentIdMissing"),
        "the comment is not one that YouTube takes: our mistake",
        Action.REFUSE,
        SHEET,
    ),
    Rule(
        ("400 operationNotSupported",),
        "this comment cannot be answered",
        Action.REFUSE,
        SHEET,
        name="cannot_be_answered",
    ),
    Rule(
        ("400 parentCommentIsPrivate",),
        "the comment to answer is private",
        Action.REFUSE,
        SHEET,
        name="cannot_be_answered",
    ),
    Rule(
        ("400 processingFailure",),
        "usually an answer to an answer, or a closed thread; now and then YouTube's own trouble",
        Action.RETRY,
        SHEET,
        name="processing_failure",
        wait=60,
    ),
    Rule(
        ("400 invalidPageToken",),
        "the token of the next page is too old",
        Action.RESTART,
        SHEET,
        name="page_token_too_old",
    ),
    Rule(
        (*_each(401, "authError", "UNAUTHENTICATED", "required"), "401"),
        "the access token is over or was taken back",
        Action.REFRESH,
        SHEET,
        name="token_refused",
    ),
    Rule(
        _each(403, "quotaExceeded", "dailyLimitExceeded"),
        "the units of the day are used, for every account of the house",
        Action.PAUSE_PROVIDER,
        SHEET,
        name=QUOTA_SPENT,
        wait=HOUR,
    ),
    Rule(
        (
            *_each(403, "rateLimitExceeded", "userRateLimitExceeded"),
            *_each(429, "rateLimitExceeded", "userRateLimitExceeded"),
            "429",
        ),
        "too many calls in a short time",
        Action.RETRY,
        SHEET,
        name="too_fast",
        wait=60,
    ),
    Rule(
        ("403 commentsDisabled",),
        "the video takes no comments (any more)",
        Action.REFUSE,
        SHEET,
        name="comments_disabled",
    ),
    Rule(
        (*_each(403, "forbidden", "ineligibleAccount", "insufficientPermissions"), "403"),
        "the account may not do this: the scope is missing, or the channel is not its own",
        Action.REFUSE,
        SHEET,
    ),
    Rule(
        _each(403, "authenticatedUserNotChannel", "authenticatedUserAccountClosed")
        + _each(403, "authenticatedUserAccountSuspended", "accountClosed"),
        "the channel is closed, suspended, or no longer the person's",
        Action.RECONNECT,
        SHEET,
    ),
    Rule(
        ("403 accessNotConfigured",),
        "YouTube Data API v3 is not switched on in our Google project",
        Action.PAUSE_PROVIDER,
        SHEET,
        name="api_not_switched_on",
        wait=HOUR,
    ),
    Rule(
        (
            *_each(404, "parentCommentNotFound", "commentNotFound", "commentThreadNotFound"),
            *_each(404, "videoNotFound", "channelNotFound"),
            "404",
        ),
        "the comment, the video or the channel is gone",
        Action.REFUSE,
        SHEET,
        name="comment_gone",
    ),
    Rule(
        ("409", "500", "502", "503", "504"),
        "YouTube's own trouble: what was written may stand there; what was read is read again",
        Action.UNKNOWN,
        SHEET,
    ),
    Rule(
        ("400 invalid_grant",),
        "the refresh token is dead (taken back, six months unused, a consent with an end)",
        Action.RECONNECT,
        "youtube.md 1.2 and 1.3",
        name="grant_refused",
    ),
    Rule(
        ("401 invalid_client", "400 invalid_client", "400 unauthorized_client"),
        "our Google client id or secret is wrong",
        Action.PAUSE_PROVIDER,
        "youtube.md 1.2",
        name="client_refused",
        wait=HOUR,
    ),
)


def ask(method: str, url: str, *, writes: bool = False, **call_with: Any) -> Answer:
    """Make one call to Google; returns an answer of 200, 201 or 304, raises ProviderError.

    What fails on Google's side leaves a call that `writes` unknown, and any other to be repeated.
    """
    try:
        answer = call(method, url, whom="youtube", **call_with)
    except UnreachableError as error:
        unknown = writes and error.may_have_arrived
        raise ProviderError(
            "unreachable", retryable=not unknown, outcome_unknown=unknown
        ) from error
    if answer.status in {OK, CREATED, NOT_MODIFIED}:
        return answer
    raise _refusal(answer, writes=writes)


def _refusal(answer: Answer, *, writes: bool) -> ProviderError:
    code = f"{answer.status} {reason_of(answer.body)}".strip()[:LONGEST_CODE]
    rule = rule_for(RULES, code, str(answer.status))
    if rule is None and answer.status < SERVER_ERROR:
        return ProviderError(code)
    if rule is None or rule.action is Action.UNKNOWN:
        return ProviderError(code, retryable=not writes, outcome_unknown=writes)
    wait = seconds_to_midnight(answer.headers) if rule.name == QUOTA_SPENT else None
    return error_for(rule, code, wait=wait)


def reason_of(body: Any) -> str:
    """Return the reason of a refusal, the API's or the token endpoint's; "" for none."""
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str):
        return error
    if not isinstance(error, dict):
        return ""
    entries = error.get("errors")
    first = entries[0] if isinstance(entries, list) and entries else None
    reason = first.get("reason") if isinstance(first, dict) else error.get("status")
    return reason if isinstance(reason, str) else ""


def moment_of(headers: Mapping[str, str]) -> datetime | None:
    """Return when Google answered, by its own clock: the header `Date`. None without one."""
    try:
        return parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return None


def seconds_to_midnight(headers: Mapping[str, str]) -> float | None:
    """Return how long Google's day still lasts; None when the answer does not say when it is."""
    moment = moment_of(headers)
    if moment is None or moment.tzinfo is None:
        return None
    local = moment.astimezone(PACIFIC)
    midnight = datetime.combine(local.date() + timedelta(days=1), time.min, PACIFIC)
    # By timestamps: a day on which the clocks change has 23 or 25 hours.
    return midnight.timestamp() - moment.timestamp()
