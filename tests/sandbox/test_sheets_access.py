"""Google Sheets' stand-in: the key and its tokens, who shares what, quotas, what people do."""

import time
from typing import Any

import google.auth.exceptions
import gspread
import jwt
import pytest
import requests
from gspread.exceptions import APIError, SpreadsheetNotFound

from sandbox import demo
from tests.sandbox.tools import FILE, READ_ONLY, SPREADSHEETS, Tools, tools

__all__ = ("tools",)
STRANGER = "inconnue@flow-ia-sandbox.iam.gserviceaccount.com"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def granted(tools: Tools, *, key: str = "", **changes: Any) -> requests.Response:
    """Ask for an access token with a claim that differs in `changes`."""
    info, now = tools.key(), int(time.time())
    claims = {
        "iss": demo.SERVICE_ACCOUNT_EMAIL,
        "aud": "https://oauth2.googleapis.com/token",
        "scope": SPREADSHEETS,
        "iat": now,
        "exp": now + 3600,
        **changes,
    }
    assertion = jwt.encode(claims, key or info["private_key"], algorithm="RS256")
    form = {"grant_type": GRANT, "assertion": assertion}
    return requests.post(f"{tools.sandbox.url}/sheets/token", data=form, timeout=5)


def status_of(tools: Tools, token: str) -> int:
    url = f"{tools.sandbox.url}/sheets/v4/spreadsheets/{FILE}"
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(url, headers=headers, timeout=5).status_code


def test_a_signed_claim_opens_the_file(tools: Tools) -> None:
    told = granted(tools).json()
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 3600)
    assert status_of(tools, told["access_token"]) == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"aud": "https://ailleurs.example/token"}, "invalid_grant"),
        ({"iss": STRANGER}, "invalid_grant"),
        ({"exp": 1}, "invalid_grant"),
        ({"iat": 4_000_000_000, "exp": 4_000_000_100}, "invalid_grant"),
        ({"exp": int(time.time()) + 90_000}, "invalid_grant"),
        ({"scope": "https://www.googleapis.com/auth/danse"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
    ],
    ids=["audience", "issuer", "expired", "from the future", "too long", "scope", "no scope"],
)
def test_a_wrong_claim_is_refused(tools: Tools, changes: Any, error: str) -> None:
    answer = granted(tools, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_claim_signed_with_another_key_is_refused(tools: Tools) -> None:
    other = tools.key(STRANGER)["private_key"]
    answer = granted(tools, key=other)
    assert answer.json() == {
        "error": "invalid_grant",
        "error_description": "Invalid JWT Signature.",
    }


@pytest.mark.parametrize("form", [{}, {"grant_type": "password"}, {"grant_type": GRANT}])
def test_a_grant_of_another_kind_is_refused(tools: Tools, form: dict[str, str]) -> None:
    answer = requests.post(f"{tools.sandbox.url}/sheets/token", data=form, timeout=5)
    assert answer.status_code == 400


def test_an_access_token_ends_and_the_library_gets_another(tools: Tools) -> None:
    tools.options(sheets_token_seconds=1)
    token = granted(tools).json()["access_token"]
    file = tools.file()
    time.sleep(1.1)
    assert status_of(tools, token) == 401
    tools.options(sheets_token_seconds=3600)
    tools.sandbox.post("/tools/expire-tokens")
    assert file.worksheets()


def test_a_deleted_key_is_told_when_a_token_is_asked_for(tools: Tools) -> None:
    file = tools.file()
    tools.do("sheets", "revoke_token")
    with pytest.raises(google.auth.exceptions.RefreshError, match="invalid_grant"):
        file.worksheets()
    tools.do("sheets", "revive_token")
    assert file.worksheets()


def test_a_file_is_seen_only_by_those_it_is_shared_with(tools: Tools) -> None:
    client = tools.sheets(STRANGER)
    with pytest.raises(PermissionError):
        client.open_by_key(FILE)
    tools.do("sheets", "share", email=STRANGER, role="reader")
    sheet = client.open_by_key(FILE).sheet1
    with pytest.raises(APIError) as refused:
        sheet.append_row(["Zoé"])
    error = refused.value.response.json()["error"]
    assert (error["code"], error["status"]) == (403, "PERMISSION_DENIED")
    tools.do("sheets", "share", email=STRANGER, role="writer")
    assert sheet.append_row(["Zoé"])


def test_a_token_for_reading_does_not_write(tools: Tools) -> None:
    sheet = tools.file(scopes=(READ_ONLY,)).sheet1
    assert sheet.row_values(1)
    with pytest.raises(APIError) as refused:
        sheet.append_row(["Zoé"])
    assert "insufficient authentication scopes" in str(refused.value)


def test_an_unknown_file_is_not_found_and_none_is_made(tools: Tools) -> None:
    client = tools.sheets()
    with pytest.raises(SpreadsheetNotFound):
        client.open_by_key("1unknown")
    tools.do("sheets", "unshare")
    with pytest.raises(PermissionError):
        client.open_by_key(FILE)
    url = f"{tools.sandbox.url}/sheets/v4/spreadsheets"
    assert requests.post(url, json={}, timeout=5).status_code == 403


def test_reads_and_writes_have_a_quota_each(tools: Tools) -> None:
    sheet = tools.file().sheet1
    tools.sandbox.delete("/tools/rates")
    tools.options(sheets_reads=2, sheets_writes=3, speed=30)
    for _time in range(3):
        sheet.append_row(["Zoé"], table_range="A1:H1")
    with pytest.raises(APIError) as refused:
        sheet.append_row(["Zoé"], table_range="A1:H1")
    answer = refused.value.response
    assert (answer.status_code, answer.json()["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert "Write requests per minute per user" in str(refused.value)
    assert "Retry-After" not in answer.headers
    assert [sheet.row_values(1), sheet.row_values(1)]
    with pytest.raises(APIError) as read:
        sheet.row_values(1)
    assert "Read requests" in str(read.value)
    # A minute takes two seconds here.
    time.sleep(2.1)
    assert sheet.append_row(["Zoé"], table_range="A1:H1")


def test_accounts_have_quotas_of_their_own_and_the_project_one_for_all(tools: Tools) -> None:
    tools.do("sheets", "share", email=STRANGER)
    ours, theirs = tools.file().sheet1, tools.file(email=STRANGER).sheet1
    tools.sandbox.delete("/tools/rates")
    tools.options(sheets_writes=1, sheets_project=2)
    ours.append_row(["1"])
    with pytest.raises(APIError):
        ours.append_row(["2"])
    theirs.append_row(["3"])
    tools.options(sheets_writes=10)
    with pytest.raises(APIError, match="per minute'"):
        theirs.append_row(["4"])
    rates = tools.rates()
    assert rates[f"sheets writes {demo.SERVICE_ACCOUNT_EMAIL}"]["calls"] == 2
    assert rates["sheets writes project"]["most_per_minute"] == 4


@pytest.mark.parametrize(
    ("kind", "status"),
    [("rate_limited", 429), ("server_error", 500), ("bad_gateway", 502), ("not_json", 502)],
)
def test_faults_are_played(tools: Tools, kind: str, status: int) -> None:
    sheet = tools.file().sheet1
    tools.fault("sheets", kind, operation="append")
    with pytest.raises(APIError) as refused:
        sheet.append_row(["Zoé"])
    assert refused.value.response.status_code == status
    assert sheet.col_values(1) == ["Nom"]


def test_a_fault_at_the_token_endpoint_speaks_its_language(tools: Tools) -> None:
    tools.fault("sheets", "revoked_token", operation="token")
    with pytest.raises(google.auth.exceptions.RefreshError, match="invalid_grant"):
        tools.file()


def test_rows_may_be_written_while_the_answer_is_lost(tools: Tools) -> None:
    sheet = tools.file().sheet1
    sheet.client.set_timeout((2, 0.3))
    for kind in ("timeout_after_acceptance", "lost_after_acceptance"):
        tools.fault("sheets", kind, operation="append", seconds=0.6)
        with pytest.raises(requests.RequestException):
            sheet.append_row([kind], table_range="A1:H1")
    assert len(sheet.col_values(1)) == 3


def names(sheet: gspread.Worksheet) -> list[Any]:
    return list(sheet.col_values(1)[1:])


def test_people_move_rows_behind_the_products_back(tools: Tools) -> None:
    sheet = tools.file().sheet1
    sheet.append_rows([["b", "1"], ["c", "2"], ["a", "3"]], table_range="A1:H1")
    tools.do("sheets", "sort", column="Nom")
    assert names(sheet) == ["a", "b", "c"]
    tools.do("sheets", "sort", column="Nom", descending=True)
    assert names(sheet) == ["c", "b", "a"]
    tools.do("sheets", "insert_row", row=2)
    assert names(sheet) == ["", "c", "b", "a"]
    tools.do("sheets", "duplicate_row", row=3)
    tools.do("sheets", "move_row", row=5, to=2)
    tools.do("sheets", "delete_row", row=3)
    assert names(sheet) == ["b", "c", "c", "a"]
    tools.do("sheets", "edit_cell", row=2, column="Nom", value="=1+1")
    assert tools.seen("sheets")["rows"][0]["formulas"] == ["Nom"]


def test_people_change_the_header_and_the_sheets(tools: Tools) -> None:
    file = tools.file()
    tools.do("sheets", "rename_column", column="Nom", to="Prénom")
    assert file.sheet1.row_values(1)[0] == "Prénom"
    tools.do("sheets", "add_column", column="Note", before="Flow IA ID")
    assert file.sheet1.row_values(1)[1:3] == ["Note", "Flow IA ID"]
    tools.do("sheets", "add_source", name="Archives")
    assert [one.title for one in file.worksheets()] == ["Leads", "Archives"]
    tools.sandbox.post("/tools/do", tool="sheets", deed="delete_target")
    with pytest.raises(gspread.WorksheetNotFound):
        file.get_worksheet_by_id(demo.SPREADSHEET_GID)
    tools.sandbox.post("/tools/do", tool="sheets", deed="delete_target", whole=True, target=FILE)
    with pytest.raises(SpreadsheetNotFound):
        tools.file()
