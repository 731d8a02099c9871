"""Each documented error of Google and YouTube, and what it leads to (youtube.md 1.2 and 5)."""

from typing import Any

import pytest

from flowia.lib.http import Answer, UnreachableError
from social.errors import ProviderError
from social.providers.youtube import errors
from social.providers.youtube.errors import RULES, ask, seconds_to_midnight
from tests.social.youtube import sample

NOON = "Mon, 16 Nov 2026 20:00:00 GMT"
TOLD = {
    "retryable": ("retryable", True),
    "unknown": ("outcome_unknown", True),
    "login": ("needs_login", True),
    "refresh": ("needs_refresh", True),
    "provider": ("holds", "provider"),
}


def refused(status: int, body: Any, *, writes: bool, monkeypatch: Any) -> ProviderError:
    answer = Answer(status, body, {"Date": NOON})
    monkeypatch.setattr(errors, "call", lambda *_args, **_asked: answer)
    with pytest.raises(ProviderError) as caught:
        ask("POST", "https://youtube.invalid", writes=writes)
    return caught.value


def reason(word: str) -> dict[str, Any]:
    return {"error": {"code": 1, "message": "<b>inventé</b>", "errors": [{"reason": word}]}}


def said(error: ProviderError) -> set[str]:
    return {word for word, (name, value) in TOLD.items() if getattr(error, name) == value}


PERMANENT: set[str] = set()
TABLE: list[tuple[int, str, set[str]]] = [
    *[
        (400, word, PERMANENT)
        for word in ("commentTextRequired", "commentTextTooLong", "invalidCommentMetadata")
    ],
    (400, "invalidCustomEmoji", PERMANENT),
    (400, "parentIdMissing", PERMANENT),
    (400, "operationNotSupported", PERMANENT),
    (400, "parentCommentIsPrivate", PERMANENT),
    (400, "processingFailure", {"retryable"}),
    (400, "invalidPageToken", {"retryable"}),
    (401, "authError", {"refresh"}),
    (401, "UNAUTHENTICATED", {"refresh"}),
    (403, "quotaExceeded", {"retryable", "provider"}),
    (403, "dailyLimitExceeded", {"retryable", "provider"}),
    (403, "rateLimitExceeded", {"retryable"}),
    (403, "userRateLimitExceeded", {"retryable"}),
    (429, "rateLimitExceeded", {"retryable"}),
    (429, "", {"retryable"}),
    (403, "commentsDisabled", PERMANENT),
    (403, "forbidden", PERMANENT),
    (403, "ineligibleAccount", PERMANENT),
    (403, "insufficientPermissions", PERMANENT),
    (403, "authenticatedUserNotChannel", {"login"}),
    (403, "authenticatedUserAccountClosed", {"login"}),
    (403, "authenticatedUserAccountSuspended", {"login"}),
    (403, "accountClosed", {"login"}),
    (403, "accessNotConfigured", {"retryable", "provider"}),
    (404, "parentCommentNotFound", PERMANENT),
    (404, "commentNotFound", PERMANENT),
    (404, "commentThreadNotFound", PERMANENT),
    (404, "videoNotFound", PERMANENT),
    (404, "channelNotFound", PERMANENT),
    (409, "conflict", {"unknown"}),
    (500, "backendError", {"unknown"}),
    (502, "", {"unknown"}),
    (503, "backendError", {"unknown"}),
    (418, "neverHeardOf", PERMANENT),
]


@pytest.mark.parametrize(("status", "word", "expected"), TABLE)
def test_a_documented_error_leads_to_what_the_sheet_says(
    status: int, word: str, expected: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    error = refused(status, reason(word), writes=True, monkeypatch=monkeypatch)

    assert said(error) == expected


@pytest.mark.parametrize("status", [409, 500, 502, 503])
def test_a_reading_that_failed_on_their_side_is_repeated(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = refused(status, reason("backendError"), writes=False, monkeypatch=monkeypatch)

    assert said(error) == {"retryable"}


SAMPLES: list[tuple[int, int, str, float | None]] = [
    (1, 403, "quota_spent", 12 * 3600),
    (2, 403, "comments_disabled", None),
    (3, 403, "403 forbidden", None),
    (4, 400, "processing_failure", 60),
    (5, 404, "comment_gone", None),
    (6, 403, "too_fast", 60),
    (7, 401, "token_refused", None),
    (8, 400, "grant_refused", None),
]


@pytest.mark.parametrize(("number", "status", "code", "wait"), SAMPLES)
def test_a_sample_of_a_refusal_has_its_name_and_its_wait(
    number: int, status: int, code: str, wait: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = sample("5-refusals", number)
    error = refused(status, body, writes=True, monkeypatch=monkeypatch)

    assert (error.code, error.retry_after) == (code, wait)


@pytest.mark.parametrize("body", [None, "text", [], {"error": []}, {"error": {"errors": [None]}}])
def test_a_refusal_of_no_known_shape_is_one_all_the_same(
    body: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refused(403, body, writes=True, monkeypatch=monkeypatch).code == "403"


@pytest.mark.parametrize(
    ("date", "hours"),
    [
        ("Mon, 16 Nov 2026 20:00:00 GMT", 12),
        ("Sun, 01 Nov 2026 07:00:00 GMT", 25),
        ("Sun, 14 Mar 2027 08:00:00 GMT", 23),
    ],
)
def test_the_wait_lasts_until_midnight_where_google_counts(date: str, hours: float) -> None:
    assert seconds_to_midnight({"Date": date}) == hours * 3600


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_without_a_date_nobody_knows_how_long_the_day_lasts(date: str) -> None:
    assert seconds_to_midnight({"Date": date}) is None


@pytest.mark.parametrize(
    ("writes", "arrived", "expected"),
    [
        (True, True, {"unknown"}),
        (True, False, {"retryable"}),
        (False, True, {"retryable"}),
        (False, False, {"retryable"}),
    ],
)
def test_only_a_write_that_may_have_arrived_is_unknown(
    writes: bool, arrived: bool, expected: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_args: object, **_asked: object) -> Answer:
        raise UnreachableError(may_have_arrived=arrived)

    monkeypatch.setattr(errors, "call", unreachable)
    with pytest.raises(ProviderError) as caught:
        ask("POST", "https://youtube.invalid", writes=writes)

    assert said(caught.value) == expected


def test_no_code_has_two_rules() -> None:
    codes = [code for rule in RULES for code in rule.codes]

    assert len(codes) == len(set(codes))
