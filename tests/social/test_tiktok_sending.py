"""Writing through TikTok, its error codes, and looking whether something was written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from flowia.lib.http import Answer
from social.contracts import Found, OutboundMessage, SendResult, Sought
from social.errors import ProviderError
from social.providers.tiktok.errors import RULES, refusal
from social.providers.tiktok.sending import look_up, send
from tests.social import tiktok as samples
from tests.social.tiktok import (
    ANSWER,
    OURS,
    QUESTION,
    REPLY,
    SECOND,
    THREAD,
    VIDEO,
    WE,
    ZOE,
    answering,
    ok,
    path_of,
    query_of,
    refused,
)
from tests.stack import free_port
from tests.standin import StandIn
from tests.written import written

DIRECT = OutboundMessage(ZOE, "Bonjour ! Oui, en stock.", "r1", conversation_external_id=THREAD)
COMMENT = OutboundMessage(
    ZOE,
    "Oui, du 36 au 44 !",
    "r2",
    kind="comment",
    comment_external_id=QUESTION,
    post_external_id=VIDEO,
)
NOW = datetime.fromtimestamp(SECOND, tz=UTC)


def refusal_of(message: OutboundMessage = DIRECT) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        send(WE, message)
    return caught.value


def test_a_message_goes_into_its_thread(tiktok: StandIn) -> None:
    answering(tiktok, samples.SENT)

    assert send(WE, DIRECT) == SendResult("Msg+out/0001==")
    (asked,) = tiktok.asked
    assert (asked.method, asked.path) == ("POST", "/business/message/send/")
    assert asked.headers["Access-Token"] == WE.token
    assert "Authorization" not in asked.headers
    assert asked.body == {
        "business_id": OURS,
        "recipient_type": "CONVERSATION",
        "recipient": THREAD,
        "message_type": "TEXT",
        "text": {"body": "Bonjour ! Oui, en stock."},
    }


@pytest.mark.parametrize(("above", "under"), [("", QUESTION), (ANSWER, ANSWER)])
def test_an_answer_stands_under_the_top_comment(tiktok: StandIn, above: str, under: str) -> None:
    answering(tiktok, samples.REPLIED)

    assert send(WE, replace(COMMENT, parent_external_id=above)) == SendResult(ANSWER)
    (asked,) = tiktok.asked
    assert asked.path == "/business/comment/reply/create/"
    assert asked.body == {
        "business_id": OURS,
        "video_id": VIDEO,
        "comment_id": under,
        "text": COMMENT.text,
    }


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (replace(DIRECT, conversation_external_id=""), "no_thread"),
        (replace(DIRECT, text="x" * 6001), "text_too_long"),
        (replace(COMMENT, text="x" * 1201), "text_too_long"),
        (replace(COMMENT, private=True), "no_private_replies"),
    ],
)
def test_the_impossible_is_refused_without_a_call(
    tiktok: StandIn, message: OutboundMessage, code: str
) -> None:
    assert refusal_of(message).code == code
    assert tiktok.asked == []


@pytest.mark.parametrize("answer", [samples.SENT_TYPING, ok(), ok(message=None)])
def test_a_success_without_an_id_is_unknown(tiktok: StandIn, answer: Any) -> None:
    answering(tiktok, answer)

    assert refusal_of().outcome_unknown


def meaning(error: ProviderError) -> dict[str, Any]:
    """Return what an error tells, without what it does not."""
    usual = vars(ProviderError(error.code))
    return {key: value for key, value in vars(error).items() if value != usual[key]}


RETRY = {"retryable": True}
PAUSED = {**RETRY, "retry_after": 300, "holds": "account"}
UNKNOWN = {"outcome_unknown": True}
LACKING = {"lacks": "direct"}
RENEW = {"needs_refresh": True}
APP = {**RETRY, "retry_after": 3600, "holds": "provider"}
CODES: dict[int, tuple[str, dict[str, Any]]] = {
    40000: ("40000", {}),
    40001: ("40001", LACKING),
    40002: ("40002", {}),
    40007: ("gone", {}),
    40016: ("40016", PAUSED),
    40050: ("40050", UNKNOWN),
    40064: ("blocked_by_rules", {}),
    40100: ("40100", PAUSED),
    40101: ("code_refused", {}),
    40102: ("40102", RENEW),
    40103: ("40103", {"needs_login": True}),
    40104: ("40104", RENEW),
    40105: ("40105", RENEW),
    40107: ("40107", {"needs_login": True}),
    40110: ("code_refused", {}),
    40113: ("app_refused", APP),
    40115: ("code_refused", {}),
    40118: ("region", LACKING),
    40124: ("app_refused", APP),
    40125: ("40125", LACKING),
    40133: ("40133", PAUSED),
    40202: ("40202", {**RETRY, "retry_after": 2}),
    40700: ("40700", {}),
    40907: ("40907", {}),
    40908: ("40908", {}),
    41000: ("region", LACKING),
    50000: ("50000", UNKNOWN),
    50002: ("50002", UNKNOWN),
    51065: ("51065", UNKNOWN),
    51305: ("51305", UNKNOWN),
    60001: ("60001", {**RETRY, "retry_after": 300, "holds": "provider"}),
    49999: ("49999", {}),
}


@pytest.mark.parametrize("code", CODES)
def test_each_code_means_what_the_fact_sheet_says(tiktok: StandIn, code: int) -> None:
    answering(tiktok, refused(code))

    error = refusal_of()

    assert (error.code, meaning(error)) == CODES[code]


def test_every_code_of_the_rules_is_in_the_table() -> None:
    known = {code for rule in RULES for code in rule.codes if code.isdigit() and len(code) == 5}

    assert known == {str(code) for code in CODES} - {"49999"} | {"20001"}


@pytest.mark.parametrize(
    ("sample", "code"),
    [
        (samples.EXPIRED, "40102"),
        (samples.THROTTLED, "40100"),
        (samples.BLOCKED, "blocked_by_rules"),
        (samples.NO_REGION, "region"),
        (samples.SYSTEM, "50000"),
    ],
)
def test_the_samples_of_refusals_are_known(tiktok: StandIn, sample: Any, code: str) -> None:
    answering(tiktok, sample)

    assert refusal_of().code == code


@pytest.mark.parametrize("code", [40001, 40118])
def test_a_comment_that_is_refused_takes_comments_away(tiktok: StandIn, code: int) -> None:
    answering(tiktok, refused(code))

    assert refusal_of(COMMENT).lacks == "comments"


@pytest.mark.parametrize(
    ("message", "wait", "holds"),
    [
        ("App QPS limit reached", 1, "message"),
        ("Too many calls per second.", 1, "message"),
        ("QPM limit", 300, "account"),
        ("Slow down", 300, "account"),
        ("QPD limit reached", 5400, "provider"),
        ("Calls per day are used up", 5400, "provider"),
    ],
)
@pytest.mark.parametrize("code", [40016, 40100, 40133])
def test_a_throttle_waits_as_long_as_its_limit_asks(
    code: int, message: str, wait: float, holds: str
) -> None:
    answer = Answer(200, refused(code, message), {"Date": "Mon, 16 Nov 2026 22:30:00 GMT"})

    error = refusal(answer, ability="direct")

    assert meaning(error) == (
        {**RETRY, "retry_after": wait} | ({} if holds == "message" else {"holds": holds})
    )


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}])
def test_a_day_without_a_clock_waits_an_hour(headers: dict[str, str]) -> None:
    error = refusal(Answer(200, refused(40100, "QPD limit"), headers))

    assert (error.retry_after, error.holds) == (3600, "provider")


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (404, b"<html>404</html>", {}),
        (403, b"<html>no</html>", {}),
        (429, b"", PAUSED),
        (500, b"", UNKNOWN),
        (502, b"<html>bad gateway</html>", UNKNOWN),
        (503, {"code": 0}, UNKNOWN),
        (200, b"<html>", UNKNOWN),
        (200, {"data": {}}, UNKNOWN),
        (200, {"code": "0", "data": {}}, UNKNOWN),
        (200, {"code": True, "data": {}}, UNKNOWN),
        (302, b"", UNKNOWN),
        (500, refused(40105), RENEW),
    ],
)
def test_what_stands_before_the_api_is_told_by_its_status(
    tiktok: StandIn, status: int, body: Any, told: dict[str, Any]
) -> None:
    tiktok.answer(status, body)

    assert meaning(refusal_of()) == told


def test_partly_done_is_done_when_it_names_the_message(tiktok: StandIn) -> None:
    answering(tiktok, {**samples.SENT, "code": 20001})

    assert send(WE, DIRECT) == SendResult("Msg+out/0001==")


def test_a_call_that_never_connected_may_be_made_again(settings: Settings) -> None:
    settings.TIKTOK_API_URL = f"http://127.0.0.1:{free_port()}"

    assert meaning(refusal_of()) == RETRY


def test_a_refusal_is_logged_with_tiktoks_own_id_and_without_words(tiktok: StandIn) -> None:
    answering(tiktok, samples.BLOCKED)

    with written() as log:
        refusal_of()

    assert "20261116090000INVENTE" in log.text
    assert WE.token not in log.text
    assert DIRECT.text not in log.text


def sought(message: OutboundMessage = DIRECT, *, seconds_ago: int = 30) -> Sought:
    return Sought(message, NOW - timedelta(seconds=seconds_ago))


def said(external_id: str, text: str, *, by: str = OURS, seconds: int = 0) -> dict[str, Any]:
    return {
        "message_id": external_id,
        "message_type": "TEXT",
        "text": {"body": text},
        "timestamp": (SECOND + seconds) * 1000,
        "from_user": {"id": by, "role": "BUSINESS_ACCOUNT"},
    }


def test_a_message_is_found_by_its_words(tiktok: StandIn) -> None:
    theirs = said("Msg+in==", DIRECT.text, by=ZOE)
    answering(tiktok, ok(messages=[theirs, said("Msg+out/0001==", DIRECT.text)]))

    assert look_up(WE, sought()) == Found("Msg+out/0001==", complete=True)
    (asked,) = tiktok.asked
    assert path_of(asked) == "/business/message/content/list/"
    # A "+" left as it is would be a space for TikTok.
    assert "conversation_id=a1AbCdEfGhIj2%2BkLm3Nop%2FQ%3D%3D" in asked.path


@pytest.mark.parametrize("seconds", [-60, 60])
def test_of_several_that_say_the_same_ours_is_the_one_nearest_to_our_call(
    tiktok: StandIn, seconds: int
) -> None:
    other = said("m_other", DIRECT.text, seconds=seconds)
    answering(tiktok, ok(messages=[other, said("m_ours", DIRECT.text)]))
    lately = replace(sought(seconds_ago=120), called_at=NOW)

    assert look_up(WE, lately).external_id == "m_ours"


@pytest.mark.parametrize(
    ("messages", "complete"),
    [
        ([], True),
        ([said("m", "Autre chose")], True),
        ([said("m", DIRECT.text, seconds=-7200)], True),
        ([said(f"m{n}", "Autre chose") for n in range(20)], False),
        ([said(f"m{n}", "Autre chose", seconds=-n * 60) for n in range(20)], True),
        ([{**said("m", "Autre chose"), "timestamp": "x"}], False),
        (["no message"], False),
        (None, False),
    ],
)
def test_missing_proves_something_when_the_whole_time_was_read(
    tiktok: StandIn, messages: Any, complete: bool
) -> None:
    answering(tiktok, ok(messages=messages))

    assert look_up(WE, sought()) == Found("", complete=complete)


def test_the_sample_of_a_thread_does_not_hold_our_message(tiktok: StandIn) -> None:
    answering(tiktok, samples.CONTENTS)

    assert look_up(WE, sought()) == Found("", complete=True)


def test_a_message_without_a_thread_cannot_be_looked_up(tiktok: StandIn) -> None:
    lost = replace(DIRECT, conversation_external_id="")

    assert look_up(WE, sought(lost)) == Found("")


def answered(external_id: str, text: str, **other: Any) -> dict[str, Any]:
    return {"comment_id": external_id, "text": text, "create_time": str(SECOND), **other}


@pytest.mark.parametrize(
    ("comments", "has_more", "found"),
    [
        ([answered(ANSWER, COMMENT.text, owner=True)], False, Found(ANSWER, complete=True)),
        (
            [answered(ANSWER, COMMENT.text, unique_identifier=OURS)],
            False,
            Found(ANSWER, complete=True),
        ),
        (
            [answered(REPLY, COMMENT.text, owner=False, unique_identifier=ZOE)],
            False,
            Found("", complete=True),
        ),
        # Our words, and TikTok does not say whose: nothing is proved.
        ([answered(REPLY, COMMENT.text, unique_identifier="u")], False, Found("")),
        ([], False, Found("", complete=True)),
        ([answered(REPLY, "Autre")], True, Found("")),
    ],
)
def test_an_answer_is_looked_for_under_its_comment(
    tiktok: StandIn, comments: list[Any], has_more: bool, found: Found
) -> None:
    answering(tiktok, ok(comments=comments, has_more=has_more, cursor=30))

    assert look_up(WE, sought(COMMENT)) == found
    (asked,) = tiktok.asked
    assert path_of(asked) == "/business/comment/reply/list/"
    assert query_of(asked)["comment_id"] == QUESTION


@pytest.mark.parametrize("body", [samples.SYSTEM, refused(40202), b"<html>"])
def test_a_reading_that_failed_may_be_made_again(tiktok: StandIn, body: Any) -> None:
    answering(tiktok, body)

    with pytest.raises(ProviderError) as caught:
        look_up(WE, sought())

    assert caught.value.retryable
    assert not caught.value.outcome_unknown
