"""YouTube's refusals: HTTP status, reason and domain, in Google's envelope.

Source: "YouTube Data API: Errors". Callers branch on status and reason; messages are ours.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sandbox.standins.front import Answer, RefusedError, bad_gateway
from sandbox.world.models import Fault


class Known(NamedTuple):
    """What YouTube says with a reason: `location` is the parameter or field that is wrong."""

    http: int
    domain: str
    location: str = ""
    status: str = ""


COMMENT, THREAD, LIMITS, COMMON = (
    "youtube.comment",
    "youtube.commentThread",
    "usageLimits",
    "global",
)
REASONS: Mapping[str, Known] = {
    "commentTextRequired": Known(400, COMMENT, "snippet.textOriginal"),
    "commentTextTooLong": Known(400, COMMENT, "snippet.textOriginal"),
    "invalidCommentMetadata": Known(400, COMMENT, "body"),
    "invalidCustomEmoji": Known(400, COMMENT, "snippet.textOriginal"),
    "parentIdMissing": Known(400, COMMENT, "snippet.parentId"),
    "operationNotSupported": Known(400, COMMENT, "id"),
    "parentCommentIsPrivate": Known(400, COMMENT, "snippet.parentId"),
    "processingFailure": Known(400, COMMENT),
    "invalidPageToken": Known(400, "youtube.parameter", "pageToken"),
    "invalidParameter": Known(400, "youtube.parameter"),
    "missingRequiredParameter": Known(400, "youtube.parameter", "parameters."),
    "incompatibleParameters": Known(400, "youtube.parameter", "parameters."),
    "parseError": Known(400, COMMON, "body"),
    "authError": Known(401, COMMON, "Authorization", "UNAUTHENTICATED"),
    "quotaExceeded": Known(403, "youtube.quota"),
    "dailyLimitExceeded": Known(403, LIMITS),
    "rateLimitExceeded": Known(403, LIMITS),
    "userRateLimitExceeded": Known(403, LIMITS),
    "accessNotConfigured": Known(403, LIMITS),
    "commentsDisabled": Known(403, THREAD, "videoId"),
    "forbidden": Known(403, COMMENT),
    "ineligibleAccount": Known(403, COMMENT),
    "insufficientPermissions": Known(403, COMMON, "Authorization", "PERMISSION_DENIED"),
    "authenticatedUserNotChannel": Known(403, "youtube.common"),
    "authenticatedUserAccountClosed": Known(403, "youtube.common"),
    "authenticatedUserAccountSuspended": Known(403, "youtube.common"),
    "accountClosed": Known(403, "youtube.common"),
    "parentCommentNotFound": Known(404, COMMENT, "snippet.parentId"),
    "commentNotFound": Known(404, COMMENT, "id"),
    "commentThreadNotFound": Known(404, THREAD, "id"),
    "videoNotFound": Known(404, THREAD, "videoId"),
    "channelNotFound": Known(404, THREAD, "allThreadsRelatedToChannelId"),
    "notFound": Known(404, COMMON),
    "conflict": Known(409, COMMON),
    "backendError": Known(500, COMMON),
}
KIND_OF_LOCATION = {"Authorization": "header", "body": "other"}


def envelope(reason: str, *, http: int = 0, message: str = "", location: str = "") -> Answer:
    """Return the error of a reason; `http` and `location` differ from the usual when given."""
    known = REASONS.get(reason) or Known(http or 400, COMMON)
    code, place = http or known.http, location or known.location
    words = message or f"The request failed: <code>{reason}</code>."
    said: dict[str, Any] = {"message": words, "domain": known.domain, "reason": reason}
    if place:
        kind = KIND_OF_LOCATION.get(place, "parameter")
        said |= {"location": place, "locationType": kind}
    error: dict[str, Any] = {"code": code, "message": words, "errors": [said]}
    if known.status:
        error["status"] = known.status
    return Answer({"error": error}, code)


def refuse(reason: str, **more: Any) -> RefusedError:
    """Return the same, to be raised."""
    return RefusedError(envelope(reason, **more))


def _asked_for(fault: Fault) -> Answer:
    detail = fault.detail
    http, message = int(detail.get("status") or 0), str(detail.get("message") or "")
    made = envelope(str(detail.get("reason") or "backendError"), http=http, message=message)
    return Answer(made.body, made.status, detail.get("headers") or {})


REFUSALS: dict[str, Callable[[Fault], Answer]] = {
    "rate_limited": lambda _fault: envelope("rateLimitExceeded"),
    "server_error": lambda _fault: envelope("backendError"),
    "bad_gateway": bad_gateway,
    "not_json": bad_gateway,
    "revoked_token": lambda _fault: envelope("authError"),
    "error": _asked_for,
}
