"""Every signal of every tool, and what it means for us (crm.md, section 4)."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from google.auth.exceptions import RefreshError, TransportError
from google.oauth2.service_account import Credentials
from pytest_django import Settings

from integrations.connectors.google_sheets import account
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import Connection, ConnectorError
from integrations.refusals import told_wait
from integrations.words import SENTENCES, sentence_of
from sandbox.tools.sheets import keys
from tests.standin import StandIn, stand_in

AGAIN, LIMIT, LOGIN, ATTENTION, MAPPING, BUG = (
    "again",
    "limit",
    "needs_login",
    "needs_attention",
    "needs_mapping",
    "bug",
)
PAGE = b"<html><h1>502 Bad Gateway</h1></html>"


def notion(status: int, code: str) -> Any:
    return {"object": "error", "status": status, "code": code, "message": "x"}


def google(code: int, status: str, *reasons: str) -> Any:
    details = [{"reason": reason} for reason in reasons]
    return {"error": {"code": code, "status": status, "message": "x", "details": details}}


NOTION: list[tuple[int, Any, str, str]] = [
    (401, notion(401, "unauthorized"), "unauthorized", LOGIN),
    (403, notion(403, "restricted_resource"), "restricted_resource", ATTENTION),
    (404, notion(404, "object_not_found"), "object_not_found", ATTENTION),
    (400, notion(400, "validation_error"), "validation_error", MAPPING),
    (409, notion(409, "conflict_error"), "conflict_error", AGAIN),
    (429, notion(429, "rate_limited"), "rate_limited", LIMIT),
    (500, notion(500, "internal_server_error"), "internal_server_error", AGAIN),
    (503, notion(503, "service_unavailable"), "service_unavailable", AGAIN),
    (504, notion(504, "gateway_timeout"), "gateway_timeout", AGAIN),
    (529, notion(529, "service_overload"), "http_529", LIMIT),
    (502, PAGE, "http_502", AGAIN),
    (418, PAGE, "http_418", BUG),
    (200, PAGE, "not_json", AGAIN),
    (200, [], "unexpected_answer", AGAIN),
    (200, {"neither": "nor"}, "unexpected_answer", AGAIN),
]
AIRTABLE: list[tuple[int, Any, str, str]] = [
    (401, {"error": {"type": "AUTHENTICATION_REQUIRED"}}, "AUTHENTICATION_REQUIRED", LOGIN),
    (403, {"error": {"type": "INVALID_PERMISSIONS"}}, "INVALID_PERMISSIONS", ATTENTION),
    (404, {"error": "NOT_FOUND"}, "NOT_FOUND", ATTENTION),
    (422, {"error": {"type": "UNKNOWN_FIELD_NAME"}}, "UNKNOWN_FIELD_NAME", MAPPING),
    (413, {"error": "REQUEST_TOO_LARGE"}, "REQUEST_TOO_LARGE", BUG),
    (429, {"errors": [{"error": "RATE_LIMIT_REACHED"}]}, "RATE_LIMIT_REACHED", LIMIT),
    (429, PAGE, "http_429", LIMIT),
    (500, {"error": {"type": "SERVER_ERROR"}}, "SERVER_ERROR", AGAIN),
    (502, PAGE, "http_502", AGAIN),
    (503, [], "http_503", AGAIN),
    (200, PAGE, "not_json", AGAIN),
    (200, [], "unexpected_answer", AGAIN),
    (200, {"tables": "none"}, "unexpected_answer", AGAIN),
    (200, {"tables": []}, "table_gone", ATTENTION),
]
SHEETS: list[tuple[int, Any, str, str]] = [
    (401, google(401, "UNAUTHENTICATED"), "UNAUTHENTICATED", LOGIN),
    (403, google(403, "PERMISSION_DENIED"), "PERMISSION_DENIED", ATTENTION),
    (
        403,
        google(403, "PERMISSION_DENIED", "SERVICE_DISABLED"),
        "SERVICE_DISABLED",
        ATTENTION,
    ),
    (404, google(404, "NOT_FOUND"), "NOT_FOUND", ATTENTION),
    (400, google(400, "INVALID_ARGUMENT"), "INVALID_ARGUMENT", AGAIN),
    (429, google(429, "RESOURCE_EXHAUSTED"), "RESOURCE_EXHAUSTED", LIMIT),
    (500, google(500, "INTERNAL"), "INTERNAL", AGAIN),
    (503, google(503, "UNAVAILABLE"), "UNAVAILABLE", AGAIN),
    (502, PAGE, "http_502", AGAIN),
    (503, {"error": "short"}, "unexpected_answer", AGAIN),
    (200, PAGE, "not_json", AGAIN),
    (200, {"sheets": "none"}, "unexpected_answer", AGAIN),
    (200, {"sheets": []}, "sheet_gone", ATTENTION),
]
Signal = tuple[str, int, Any, str, str]
TABLE: list[Signal] = [
    *[("notion", *row) for row in NOTION],
    *[("airtable", *row) for row in AIRTABLE],
    *[("google_sheets", *row) for row in SHEETS],
]
TARGETS: dict[str, dict[str, Any]] = {
    "notion": {"data_source_id": "ds-1"},
    "airtable": {"base_id": "app00000000000000", "table_id": "tbl00000000000000"},
    "google_sheets": {"spreadsheet_id": "file-1", "sheet_id": 0},
}


@pytest.fixture
def service(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with stand_in() as service:
        settings.NOTION_API_URL = settings.AIRTABLE_API_URL = service.url
        settings.GOOGLE_SHEETS_API_URL = service.url
        settings.TOOL_TIMEOUT_SECONDS = 0.5
        yield service


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return keys.service_account(tmp_path_factory.mktemp("keys"), "a@b.example")


@pytest.fixture
def with_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "integrations.connectors.google_sheets.client.access_token", lambda *_a, **_k: "ya29.x"
    )


def look(kind: str, key: dict[str, Any]) -> ConnectorError:
    secrets = {"token": "secret-1", "service_account": key}
    with pytest.raises(ConnectorError) as error:
        CONNECTORS[kind].columns(Connection(secrets, TARGETS[kind], {}))
    return error.value


def meaning(error: ConnectorError) -> str:
    if error.throttled:
        assert error.retryable
        assert error.retry_after
        return LIMIT
    if error.retryable:
        assert error.retry_after
        assert not error.needs
        return AGAIN
    return error.needs or BUG


@pytest.mark.parametrize("signal", TABLE, ids=lambda signal: f"{signal[0]}-{signal[1]}-{signal[3]}")
def test_each_signal_means_one_thing(
    service: StandIn, key: dict[str, Any], with_token: None, signal: Signal
) -> None:
    kind, status, body, code, means = signal
    service.answer(status, body)
    error = look(kind, key)
    assert (error.code, meaning(error)) == (code, means)


@pytest.mark.parametrize("kind", TARGETS)
def test_a_connection_that_breaks_is_tried_again(
    service: StandIn, key: dict[str, Any], with_token: None, kind: str
) -> None:
    service.lose()
    assert meaning(look(kind, key)) == AGAIN


@pytest.mark.parametrize("kind", TARGETS)
def test_nobody_at_the_address_is_tried_again(
    settings: Settings, key: dict[str, Any], with_token: None, kind: str
) -> None:
    nobody = "http://127.0.0.1:9"
    settings.NOTION_API_URL = settings.AIRTABLE_API_URL = nobody
    settings.GOOGLE_SHEETS_API_URL = nobody
    error = look(kind, key)
    assert (error.code, meaning(error)) == ("unreachable", AGAIN)


WAITS = [("0", 1), ("5", 5), ("61", 61), ("3600", 3600), ("999999999", 86_400), ("1.5", 1.5)]


@pytest.mark.parametrize(("told", "seconds"), WAITS)
def test_notion_is_waited_for_as_long_as_it_says(
    service: StandIn, key: dict[str, Any], told: str, seconds: float
) -> None:
    service.answer(429, notion(429, "rate_limited"), Retry_After=told)
    assert look("notion", key).retry_after == seconds


@pytest.mark.parametrize(
    "told", ["", "soon", "²", "-1", "nan", "inf", "Wed, 21 Oct 2026 07:28:00 GMT"]
)
def test_a_wait_that_is_no_number_is_none(told: str) -> None:
    assert told_wait({"retry-after": told}) is None


Refused: Any = RefreshError
Unsent: Any = TransportError
REFRESHES: list[tuple[Exception, str, str]] = [
    (Refused("x", {"error": "invalid_grant"}), "invalid_grant", LOGIN),
    (Refused("x", {"error": "invalid_client"}), "invalid_client", LOGIN),
    (Refused("x", {"error": "internal_failure"}), "internal_failure", AGAIN),
    (Refused("<html>502</html>"), "auth", AGAIN),
    (Unsent("reset"), "unreachable", AGAIN),
    (requests.ReadTimeout("late"), "unreachable", AGAIN),
    (requests.ConnectionError("away"), "unreachable", AGAIN),
    (ValueError("no JSON"), "unexpected_answer", AGAIN),
]


@pytest.mark.parametrize(("raised", "code", "means"), REFRESHES)
def test_google_refuses_a_token_for_good_or_for_now(
    key: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    code: str,
    means: str,
) -> None:
    def refresh(_credentials: Any, _request: Any) -> None:
        raise raised

    monkeypatch.setattr(Credentials, "refresh", refresh)
    with pytest.raises(ConnectorError) as error:
        account.access_token(account.service_account({"service_account": key}), fresh=True)
    assert (error.value.code, meaning(error.value)) == (code, means)


def test_every_code_of_ours_has_a_sentence() -> None:
    ours = {code for _kind, _status, _body, code, _means in TABLE} | {
        "row_missing",
        "row_duplicated",
        "option_missing",
        "column_gone",
        "column_unfit",
        "column_needed",
        "column_twice",
        "header_gap",
        "table_shifted",
        "rows_moved",
        "key_unusable",
        "token_unusable",
        "not_a_spreadsheet",
        "cannot_create_columns",
        "no_target",
        "invalid_id",
        "paced",
    }
    other = {"REQUEST_TOO_LARGE", "gateway_timeout"}
    unknown = {code for code in ours if code not in SENTENCES and not code.startswith("http_")}
    assert unknown == other
    assert all(sentence_of(code, "Notion") for code in ours)
