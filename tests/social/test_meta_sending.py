"""What leaves for Meta: to which host, as whom, in which form; and what the answer tells."""

import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog
from pytest_django import Settings

from social.contracts import COMMENT, Credentials, OutboundMessage, SendResult, Usage
from social.errors import ProviderError
from social.providers.meta.sending import send
from tests.social.meta_samples import FOLDER
from tests.standin import Asked, StandIn

PAGE, GRAM, ZOE = "104857600012345", "17841400112233445", "7012345678901234"
AS_PAGE = Credentials(PAGE, "messenger", "EAAB-page-invente", login="facebook")
BEHIND_PAGE = Credentials(
    GRAM, "instagram", "EAAB-page-invente", login="facebook", linked_external_id=PAGE
)
ALONE = Credentials(GRAM, "instagram", "IGAA-invente", login="instagram")
OLD = Credentials(PAGE, "messenger", "EAAB-page-invente")
WORDS = OutboundMessage(ZOE, "Oui, 39 €.", "delivery:5b1c")
UNDER: dict[str, Any] = {"comment_external_id": "555_9", "post_external_id": f"{PAGE}_555"}


def sent(graph: StandIn, who: Credentials, message: OutboundMessage) -> Asked:
    graph.answer(200, {"recipient_id": ZOE, "message_id": "m_out_0100", "id": "555_10"})
    send(who, message)
    [asked] = graph.asked
    return asked


def proof_of(asked: Asked) -> str:
    return parse_qs(urlsplit(asked.path).query)["appsecret_proof"][0]


MARK = {"metadata": "delivery:5b1c"}
OF_FACEBOOK, OF_INSTAGRAM = "secret-de-test-flow-ia", "un-autre-secret"
WAYS: list[tuple[str, Credentials, str, str, dict[str, Any]]] = [
    ("page", AS_PAGE, f"/v26.0/{PAGE}/messages", OF_FACEBOOK, MARK),
    ("before logins had names", OLD, f"/v26.0/{PAGE}/messages", OF_FACEBOOK, MARK),
    ("behind a page", BEHIND_PAGE, "/v26.0/me/messages", OF_FACEBOOK, {}),
    ("alone", ALONE, f"/v26.0/{GRAM}/messages", OF_INSTAGRAM, {}),
]


@pytest.mark.parametrize(
    ("_name", "who", "path", "secret", "mark"), WAYS, ids=[row[0] for row in WAYS]
)
def test_a_text_leaves_as_the_account_by_its_own_door(
    graph: StandIn, _name: str, who: Credentials, path: str, secret: str, mark: dict[str, Any]
) -> None:
    asked = sent(graph, who, WORDS)

    assert urlsplit(asked.path).path == path
    assert asked.headers["Authorization"] == f"Bearer {who.token}"
    good = hmac.new(secret.encode(), who.token.encode(), hashlib.sha256).hexdigest()
    assert proof_of(asked) == good
    kind = {"messaging_type": "RESPONSE"} if who.kind == "messenger" else {}
    message = {"text": "Oui, 39 €.", **mark}
    assert asked.body == {"recipient": {"id": ZOE}, "message": message, **kind}


def test_the_proof_is_the_published_one(graph: StandIn) -> None:
    # meta.md, section 12.
    assert proof_of(sent(graph, AS_PAGE, WORDS)) == (
        "7d375ed5b5ea316f2e4348676ae2069032b45943a71fd9a4a019268f53821b0f"
    )


def test_each_login_speaks_to_its_own_host(graph: StandIn, settings: Settings) -> None:
    settings.META_GRAPH_URL = "http://127.0.0.1:9"
    assert urlsplit(sent(graph, ALONE, WORDS).path).path.startswith("/v26.0/")
    for who in (AS_PAGE, BEHIND_PAGE):
        with pytest.raises(ProviderError, match="unreachable"):
            send(who, WORDS)


TAGGED = [
    (True, False, False, True),
    (True, True, False, False),
    (False, False, False, False),
    (True, False, True, False),
]


@pytest.mark.parametrize("who", [AS_PAGE, ALONE], ids=["messenger", "instagram"])
@pytest.mark.parametrize("row", TAGGED)
def test_only_a_humans_words_after_the_window_carry_the_humans_tag(
    graph: StandIn, who: Credentials, row: tuple[bool, bool, bool, bool]
) -> None:
    by_human, open_, private, tagged = row
    kind: dict[str, Any] = {"kind": COMMENT, "private": True, **UNDER} if private else {}
    message = OutboundMessage(ZOE, "x", "r", by_human=by_human, window_open=open_, **kind)
    body = sent(graph, who, message).body

    tag = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    assert (tag.items() <= body.items()) is tagged
    assert ("tag" in body) is tagged


@pytest.mark.parametrize("who", [AS_PAGE, BEHIND_PAGE, ALONE])
def test_a_private_answer_to_a_comment_tells_whom_it_reached(
    graph: StandIn, who: Credentials
) -> None:
    graph.answer(200, {"recipient_id": 7012345678901234, "message_id": "m_out_0100"})

    result = send(who, OutboundMessage("", "x", "r", kind=COMMENT, private=True, **UNDER))

    assert result == SendResult("m_out_0100", ZOE)
    assert graph.asked[0].body["recipient"] == {"comment_id": "555_9"}
    assert urlsplit(graph.asked[0].path).path.endswith("/messages")


NESTED = {"parent_external_id": "555_1"}
NAMED = {**NESTED, "contact_handle": "zoe.m"}
PUBLIC: list[tuple[str, Credentials, dict[str, Any], str, str]] = [
    ("page", AS_PAGE, {}, "555_9/comments", "Oui."),
    ("page, answer", AS_PAGE, NAMED, "555_9/comments", "Oui."),
    ("instagram", ALONE, {}, "555_9/replies", "Oui."),
    ("instagram, answer", ALONE, NAMED, "555_1/replies", "@zoe.m Oui."),
    ("instagram, unnamed", BEHIND_PAGE, NESTED, "555_1/replies", "Oui."),
]


@pytest.mark.parametrize(
    ("_name", "who", "more", "path", "text"), PUBLIC, ids=[row[0] for row in PUBLIC]
)
def test_a_public_answer_stands_under_its_comment(
    graph: StandIn, _name: str, who: Credentials, more: dict[str, Any], path: str, text: str
) -> None:
    graph.answer(200, {"id": 17900000000000003})

    result = send(who, OutboundMessage(ZOE, "Oui.", "r", kind=COMMENT, **UNDER, **more))

    assert result.external_id == "17900000000000003"
    assert urlsplit(graph.asked[0].path).path == f"/v26.0/{path}"
    assert graph.asked[0].body == {"message": text}


@pytest.mark.parametrize("text", ["@zoe.m oui", "x" * 294])
def test_a_name_is_not_put_before_a_text_that_has_it_or_has_no_room(
    graph: StandIn, text: str
) -> None:
    more: dict[str, Any] = {**UNDER, **NAMED}
    asked = sent(graph, ALONE, OutboundMessage(ZOE, text, "r", kind=COMMENT, **more))

    assert asked.body == {"message": text}


APP = '{"call_count":28,"total_time":25,"total_cputime":31}'
BUSINESS = (
    '{"104857600012345":[{"type":"messenger","call_count":82,"total_cputime":25,"total_time":25,'
    '"estimated_time_to_regain_access":19},{"type":"pages","call_count":3}]}'
)
USAGES = [
    ({}, None),
    ({"X_App_Usage": APP}, Usage(31, shared_percent=31)),
    ({"X_Business_Use_Case_Usage": BUSINESS}, Usage(82, 19 * 60)),
    ({"X_App_Usage": APP, "X_Business_Use_Case_Usage": BUSINESS}, Usage(82, 19 * 60, 31)),
    ({"X_App_Usage": "[]", "X_Business_Use_Case_Usage": '{"1": 3, "2": [4]}'}, None),
    ({"X_App_Usage": "{" * 9, "X_Business_Use_Case_Usage": "trop"}, None),
    ({"X_App_Usage": '{"call_count": "x", "total_time": NaN}'}, Usage(0)),
]


@pytest.mark.parametrize(("headers", "usage"), USAGES, ids=range(len(USAGES)))
def test_a_receipt_tells_how_much_of_the_limits_is_used(
    graph: StandIn, headers: dict[str, str], usage: Usage | None
) -> None:
    graph.answer(200, {"message_id": "m"}, **headers)

    assert send(AS_PAGE, WORDS).usage == usage


def test_a_refusal_waits_as_long_as_the_longest_limit_says(graph: StandIn) -> None:
    graph.answer(400, {"error": {"code": 80006}}, X_Business_Use_Case_Usage=BUSINESS)

    with pytest.raises(ProviderError) as caught:
        send(AS_PAGE, WORDS)
    assert (caught.value.retry_after, caught.value.holds) == (19 * 60, "account")


@pytest.mark.parametrize(
    ("asked_for", "waited"), [("90", 90), ("9" * 30, 86_400), ("0", 60), ("\xb2", 60), ("", 60)]
)
def test_a_waiting_time_is_read_in_any_spelling(
    graph: StandIn, asked_for: str, waited: int
) -> None:
    graph.answer(429, {"error": {"code": 4}}, Retry_After=asked_for)

    with pytest.raises(ProviderError) as caught:
        send(AS_PAGE, WORDS)
    assert caught.value.retry_after == waited


REFUSALS = [
    ("190/463", {"needs_login": True}),
    ("190/460", {"needs_login": True}),
    ("window_closed", {}),
    ("window_closed", {}),
    ("person_unavailable", {}),
    ("private_reply_used", {}),
    ("80006", {"retryable": True, "holds": "account", "retry_after": 60}),
    ("613", {"retryable": True, "holds": "message", "retry_after": 60}),
    ("another_app_in_control", {}),
    ("blocked_for_abuse", {"retryable": True, "holds": "account", "retry_after": 14_400}),
    ("page_restricted", {"retryable": True, "holds": "account", "retry_after": 1800}),
    ("2", {"outcome_unknown": True}),
]
BODIES = (FOLDER / "11-refusals.jsonl").read_bytes().splitlines()
ROWS = list(zip(range(78, 90), BODIES, REFUSALS, strict=True))


@pytest.mark.parametrize(("_number", "body", "expected"), ROWS, ids=[str(row[0]) for row in ROWS])
def test_a_documented_refusal_has_its_meaning(
    graph: StandIn, _number: int, body: bytes, expected: tuple[str, dict[str, Any]]
) -> None:
    graph.answer(400, body)

    with pytest.raises(ProviderError) as caught:
        send(AS_PAGE, WORDS)
    code, more = expected
    told = {
        "needs_login": False,
        "retryable": False,
        "outcome_unknown": False,
        "holds": "message",
        "retry_after": None,
        **more,
    }
    assert caught.value.code == code
    assert {name: getattr(caught.value, name) for name in told} == told


LACKING = [
    (WORDS, "direct"),
    (OutboundMessage(ZOE, "x", "r", kind=COMMENT, **UNDER), "comments"),
    (OutboundMessage(ZOE, "x", "r", kind=COMMENT, private=True, **UNDER), "private_replies"),
]


@pytest.mark.parametrize(("message", "ability"), LACKING, ids=[row[1] for row in LACKING])
@pytest.mark.parametrize("code", [3, 10, 200, 299])
def test_a_permission_that_is_missing_names_what_it_was_for(
    graph: StandIn, message: OutboundMessage, ability: str, code: int
) -> None:
    graph.answer(403, {"error": {"code": code}})

    with pytest.raises(ProviderError) as caught:
        send(AS_PAGE, message)
    assert caught.value.lacks == ability


UNLISTED = [
    (400, {"code": 4711}, "4711", False),
    (500, {"code": 4711}, "4711", True),
    (400, {"code": 4711, "is_transient": True}, "4711", True),
    (400, {"code": 1, "error_subcode": 99}, "1/99", True),
    (400, {"code": 2, "error_subcode": 2018344}, "2/2018344", False),
    (400, {"code": 100, "error_subcode": 2534001}, "thread_deleted", False),
    (400, {"code": "4"}, "0", False),
    (400, {"code": True}, "0", False),
]


@pytest.mark.parametrize(
    ("status", "error", "code", "unknown"), UNLISTED, ids=[str(row[1]) for row in UNLISTED]
)
def test_a_code_that_nobody_listed_is_judged_by_what_stands_beside_it(
    graph: StandIn, status: int, error: dict[str, Any], code: str, unknown: bool
) -> None:
    graph.answer(status, {"error": error})

    with pytest.raises(ProviderError) as caught:
        send(AS_PAGE, WORDS)
    assert (caught.value.code, caught.value.outcome_unknown) == (code, unknown)


def test_a_refusals_trace_is_logged_and_its_words_are_not(graph: StandIn) -> None:
    graph.answer(400, {"error": {"code": 551, "message": "Zoé Martin", "fbtrace_id": "AbCd" * 20}})

    with structlog.testing.capture_logs() as lines, pytest.raises(ProviderError):
        send(AS_PAGE, WORDS)

    [line] = lines
    assert line["fbtrace_id"] == "AbCd" * 10
    assert "Zo" not in str(line)
    assert "39" not in str(line)
