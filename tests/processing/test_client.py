"""The door to the model: what is sent, what each failure means, and that every call ends."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from pytest_django import Settings

from processing.ai import client, engine
from processing.ai.prompt import build
from processing.errors import AnswerUnavailable
from tests.processing.asking import BRIEF, REPLY, chat_document, says
from tests.processing.conftest import model_document
from tests.stack import free_port
from tests.standin import StandIn

LATER = {"retryable": True}


def failure() -> AnswerUnavailable:
    with pytest.raises(AnswerUnavailable) as caught:
        engine.generate_reply(BRIEF)
    return caught.value


def problem(code: str | None, kind: str = "x") -> dict[str, Any]:
    return {"error": {"code": code, "type": kind, "message": "x", "param": None}}


def test_the_responses_style_sends_what_the_service_needs_and_no_more(model: StandIn) -> None:
    says(model, "responses", REPLY)
    engine.generate_reply(BRIEF)

    [asked] = model.asked
    assert asked.path == "/v1/responses"
    assert {name.lower(): value for name, value in asked.headers.items()}["connection"] == "close"
    assert asked.body["store"] is False
    assert asked.body["reasoning"] == {"effort": "none"}
    form = asked.body["text"]["format"]
    assert (form["name"], form["strict"]) == ("reply", True)
    assert set(asked.body) == {
        "model", "instructions", "input", "text", "max_output_tokens", "store", "reasoning",
        "prompt_cache_key",
    }  # fmt: skip


def test_the_chat_style_sends_nothing_that_a_compatible_server_may_refuse(
    model: StandIn, settings: Settings
) -> None:
    settings.OPENAI_API_STYLE, settings.OPENAI_REASONING_EFFORT = "chat", ""
    says(model, "chat", REPLY)
    engine.generate_reply(BRIEF)

    [asked] = model.asked
    assert asked.path == "/v1/chat/completions"
    assert set(asked.body) == {"model", "messages", "response_format", "max_completion_tokens"}
    assert [one["role"] for one in asked.body["messages"]] == ["system", "user"]


def test_the_cache_key_is_the_workspaces_and_tells_nothing(model: StandIn) -> None:
    says(model, "responses", REPLY)
    for workspace in (7, 7, 8):
        client.complete(
            build(BRIEF, max_tokens=4000), schema={}, name="reply", workspace_id=workspace
        )

    first, again, other = (one.body["prompt_cache_key"] for one in model.asked)
    assert first == again != other
    assert len(first) == 32


HTTP_FAILURES: list[tuple[str, int, Any, str, dict[str, Any]]] = [
    ("no credit", 429, problem("insufficient_quota"), "model_out_of_credit", {}),
    ("account not paid", 429, problem("billing_not_active"), "model_out_of_credit", {}),
    ("payment required", 402, problem(None), "model_out_of_credit", {}),
    ("too many", 429, problem("rate_limit_exceeded"), "model_rate_limited", LATER),
    ("too many, no code", 429, {"detail": "slow down"}, "model_rate_limited", LATER),
    ("wrong key", 401, problem("invalid_api_key"), "model_misconfigured", {}),
    ("forbidden", 403, problem("unsupported_country"), "model_misconfigured", {}),
    ("no such model", 404, problem("model_not_found"), "model_not_found", {}),
    ("no such model elsewhere", 404, {"error": "model 'x' not found"}, "model_not_found", {}),
    ("no such address", 404, b"<html>Not Found</html>", "model_not_found", {}),
    ("too long", 400, problem("context_length_exceeded"), "brief_too_long", {}),
    ("declined", 400, problem("content_policy_violation"), "model_refused", {}),
    ("bad schema", 400, problem("invalid_json_schema"), "model_rejected", {}),
    ("unknown field", 422, {"detail": [{"msg": "extra"}]}, "model_rejected", {}),
    ("moved", 301, b"", "model_misconfigured", {}),
    ("conflict", 409, problem(None), "model_error", LATER),
    ("request timed out", 408, problem(None), "model_error", LATER),
    ("broken", 500, problem("server_error"), "model_error", LATER),
    ("bad gateway", 502, b"<html>502 Bad Gateway</html>", "model_error", LATER),
    ("overloaded", 503, problem(None), "model_error", LATER),
]


@pytest.mark.parametrize("row", HTTP_FAILURES, ids=[row[0] for row in HTTP_FAILURES])
def test_every_refusal_has_its_reason_and_is_asked_once(
    model: StandIn, style: str, row: tuple[str, int, Any, str, dict[str, Any]]
) -> None:
    _name, status, body, reason, more = row
    model.answer(status, body)

    error = failure()

    assert error.reason == reason
    assert (error.retryable, error.its_turn) == (more.get("retryable", False), False)
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    ("told", "expected"), [("5", 5.0), ("0.5", 0.5), ("²", None), ("soon", None), ("-1", None)]
)
def test_the_service_says_how_long_to_wait(
    model: StandIn, style: str, told: str, expected: float | None
) -> None:
    model.answer(429, problem("rate_limit_exceeded"), Retry_After=told)

    assert failure().retry_after == expected


USELESS = {
    "responses": [
        ("cut off", model_document('{"a', status="incomplete",
          incomplete_details={"reason": "max_output_tokens"}), "model_truncated"),
        ("filtered", model_document("", status="incomplete",
          incomplete_details={"reason": "content_filter"}), "model_refused"),
        ("refused", model_document("", output=[{"type": "message", "id": "m", "role": "assistant",
          "status": "completed", "content": [{"type": "refusal", "refusal": "non"}]}]),
         "model_refused"),
    ],
    "chat": [
        ("cut off", chat_document('{"a', finish_reason="length"), "model_truncated"),
        ("filtered", chat_document(None, finish_reason="content_filter"), "model_refused"),
        ("refused", chat_document(None, refusal="non"), "model_refused"),
    ],
}  # fmt: skip
ROWS = [(style, *row) for style, rows in USELESS.items() for row in rows]


@pytest.mark.parametrize(("style", "_name", "document", "reason"), ROWS)
def test_an_answer_without_use_was_paid_all_the_same(
    model: StandIn, settings: Settings, style: str, _name: str, document: Any, reason: str
) -> None:
    settings.OPENAI_API_STYLE = style
    model.answer(200, document)

    error = failure()

    assert (error.reason, error.retryable) == (reason, False)
    assert (error.spent.tokens_in, error.spent.tokens_out) == (420, 35)


def test_a_service_that_failed_while_answering_is_asked_again(model: StandIn) -> None:
    model.answer(200, model_document("", status="failed", error={"code": "server_error"}))

    assert (failure().reason, failure().retryable) == ("model_error", True)


def test_a_missing_key_is_no_crash(model: StandIn, settings: Settings) -> None:
    settings.OPENAI_API_KEY = ""

    assert failure().reason == "model_misconfigured"
    assert not model.asked


def test_a_service_that_nobody_runs_is_unreachable(model: StandIn, settings: Settings) -> None:
    settings.OPENAI_BASE_URL = f"http://127.0.0.1:{free_port()}/v1"

    error = failure()
    assert (error.reason, error.retryable) == ("model_unreachable", True)


Serve = Callable[[Callable[[socket.socket], None]], str]


@pytest.fixture
def serve(model: StandIn, settings: Settings) -> Iterator[Serve]:
    """Run a service that does with each connection what it is told."""
    listening: list[socket.socket] = []

    def start(handle: Callable[[socket.socket], None]) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=guarded, args=[connection], daemon=True).start()

        def guarded(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                connection.recv(65_536)
                handle(connection)

        threading.Thread(target=accept, daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        settings.OPENAI_BASE_URL = address
        return address

    yield start
    for server in listening:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def silent(_connection: socket.socket) -> None:
    time.sleep(10)


def trickling_head(connection: socket.socket) -> None:
    for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 400:
        connection.sendall(bytes([letter]))
        time.sleep(0.05)


def trickling_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{")
    for _ in range(200):
        connection.sendall(b" ")
        time.sleep(0.05)


def trickling_chunks(connection: socket.socket) -> None:
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    for _ in range(200):
        connection.sendall(b"1\r\n \r\n")
        time.sleep(0.05)


SLOW = [silent, trickling_head, trickling_body, trickling_chunks]


@pytest.mark.parametrize("handle", SLOW, ids=[one.__name__ for one in SLOW])
def test_a_slow_service_is_left_when_the_whole_call_has_had_its_time(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, handle: Callable[[socket.socket], None]
) -> None:
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 0.6)
    serve(handle)

    started = time.monotonic()
    error = failure()
    took = time.monotonic() - started

    assert (error.reason, error.retryable) == ("model_timeout", True)
    assert 0.5 < took < 4


def test_a_connection_that_dies_is_unreachable(serve: Serve) -> None:
    serve(lambda _connection: None)

    assert failure().reason == "model_unreachable"


def test_a_connection_that_the_other_side_has_forgotten_costs_no_call(serve: Serve) -> None:
    connections: list[int] = []

    def once(connection: socket.socket) -> None:
        body = json.dumps(model_document(json.dumps(REPLY))).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        connections.append(1)
        connection.sendall(f"{head}\r\nConnection: keep-alive\r\n\r\n".encode() + body)
        connection.recv(65_536)  # the next call, were there one: cut

    serve(once)

    for _ in range(3):
        engine.generate_reply(BRIEF)
    assert len(connections) == 3


def test_no_thread_stays_behind(model: StandIn) -> None:
    says(model, "responses", REPLY)
    before = threading.active_count()
    for _ in range(5):
        engine.generate_reply(BRIEF)

    deadline = time.monotonic() + 5
    while threading.active_count() > before + 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before + 1
