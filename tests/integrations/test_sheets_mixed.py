"""A sheet in which people keep rows and columns of their own, and sort it while we write."""

from typing import Any

import pytest

from integrations.connectors.google_sheets.standing import Formula, lost, mends, standing
from integrations.contracts import ConnectorError, Item
from tests.integrations.contract import UIDS, Subject, items, lead
from tests.integrations.test_sheets_rows import disturb

OWN = ["Bob à la main", "", "", "+33700000000"]


def own_rows(sheets: Subject, *names: str) -> list[dict[str, str]]:
    found = [cells for cells in sheets.cells() if cells["Nom"] in names]
    return sorted(found, key=lambda cells: cells["Nom"])


def erase_in_the_end(sheets: Subject) -> None:
    with pytest.raises(ConnectorError) as error:
        sheets.connector.erase(sheets.connection, UIDS[0], "")
    assert (error.value.code, error.value.retryable) == ("rows_moved", True)
    sheets.connector.erase(sheets.connection, UIDS[0], "")


def test_a_row_of_somebody_elses_keeps_its_cells_when_the_sheet_is_sorted_meanwhile(
    sheets: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sheets.push(Item(lead(0, name="Zoé")))
    sheets.do("insert_row", row=3, values=OWN)
    before = own_rows(sheets, "Bob à la main")
    disturb(monkeypatch, "write_rows", lambda: sheets.do("sort", column="Nom"))
    sheets.push(*items([lead(0, name="Zoé", level="cold")], first))
    assert own_rows(sheets, "Bob à la main") == before
    assert [(cells["Nom"], cells["Niveau"]) for cells in sheets.cells()] == [
        ("Bob à la main", ""),
        ("Zoé", "Froid"),
    ]


def test_several_rows_of_other_peoples_keep_each_its_own_cells(
    sheets: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["Zoé", "Yves"]
    first = sheets.push(*items(lead(n, name=name) for n, name in enumerate(names)))
    sheets.do("add_column", column="Notes")
    for row, (name, phone) in enumerate([("Bob", "+337"), ("Ana", "+338")], 4):
        sheets.do("insert_row", row=row, values=[name, "", "", phone])
        sheets.do("edit_cell", row=row, column="Notes", value=f"note de {name}")
    before = own_rows(sheets, "Ana", "Bob")
    disturb(monkeypatch, "write_rows", lambda: sheets.do("sort", column="Nom"))
    sheets.push(*items((lead(n, name=name, level="cold") for n, name in enumerate(names)), first))
    assert own_rows(sheets, "Ana", "Bob") == before
    levels = {cells["Nom"]: cells["Niveau"] for cells in sheets.cells()}
    assert levels == {"Ana": "", "Bob": "", "Yves": "Froid", "Zoé": "Froid"}


def test_a_formula_that_was_written_over_is_a_formula_again_in_its_new_row(
    sheets: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sheets.push(Item(lead(0, name="Zoé", phone="=1+1")))
    sheets.do("insert_row", row=3, values=["Bob"])
    sheets.do("edit_cell", row=3, column="Intention", value="=B3*2+$C$9")
    disturb(monkeypatch, "write_rows", lambda: sheets.do("sort", column="Nom"))
    sheets.push(*items([lead(0, name="Zoé", phone="=1+1", level="cold")], first))
    bob, zoe = sheets.rows()
    assert (bob["cells"]["Nom"], bob["cells"]["Intention"]) == ("Bob", "=B2*2+$C$9")
    assert bob["formulas"] == ["Intention"]
    assert (zoe["cells"]["Téléphone"], "formulas" in zoe) == ("=1+1", False)


def test_a_lead_that_stands_twice_keeps_its_values_when_another_is_written_there(
    sheets: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sheets.push(*items([lead(0, name="Zoé"), lead(1, name="Ana", phone="+337")]))
    sheets.do("duplicate_row", row=3)
    before = own_rows(sheets, "Ana")
    disturb(monkeypatch, "write_rows", lambda: sheets.do("sort", column="Nom"))
    sheets.push(*items([lead(0, name="Zoé", level="cold")], first[:1]))
    assert own_rows(sheets, "Ana") == before


def test_a_row_of_somebody_elses_survives_an_erasure_while_the_sheet_is_sorted(
    sheets: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets.push(Item(lead(0, name="Zoé")))
    sheets.do("insert_row", row=3, values=OWN)
    sheets.do("add_column", column="Notes")
    sheets.do("edit_cell", row=3, column="Notes", value="=D3")
    disturb(monkeypatch, "delete_rows", lambda: sheets.do("sort", column="Nom"))
    erase_in_the_end(sheets)
    [bob] = sheets.rows()
    assert (bob["cells"]["Nom"], bob["cells"]["Téléphone"]) == (OWN[0], OWN[3])
    assert (bob["cells"]["Notes"], bob["formulas"]) == ("=D2", ["Notes"])


def test_another_lead_keeps_what_people_added_to_it_when_its_row_is_put_back(
    sheets: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets.push(*items([lead(0, name="Zoé"), lead(1, name="Ana")]))
    sheets.do("add_column", column="Notes")
    sheets.do("edit_cell", row=3, column="Notes", value="à rappeler")
    disturb(monkeypatch, "delete_rows", lambda: sheets.do("sort", column="Nom"))
    erase_in_the_end(sheets)
    assert [(cells["Nom"], cells["Notes"]) for cells in sheets.cells()] == [("Ana", "à rappeler")]


KEY = 1
BEFORE = standing([["Zoé", "z", "1"], ["Bob", "", "2"], ["", "", "", "note"]], KEY)
WRITTEN = {"z": {0: "Zoé", 2: "9"}}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param([["Zoé", "z", "9"], ["Bob", "", "2"]], {}, id="right"),
        pytest.param(
            [["Zoé", "", "9"], ["Zoé", "z", "1"], ["", "", "", "note"]],
            {2: {0: "Bob", 2: "2"}, 3: {0: "Zoé", 2: "9"}},
            id="sorted",
        ),
        pytest.param(
            [["Zoé", "", "9", "note"], ["Zoé", "z", "1"], ["Bob", "", "2"]],
            {2: {0: "", 2: ""}, 3: {0: "Zoé", 2: "9"}},
            id="our cells were empty there",
        ),
        pytest.param(
            [["Zoé", "", "9"], ["Zoé", "z", "1"], ["Bob", "", "2"], ["", "", "", "note"]],
            {2: {0: "", 2: ""}, 3: {0: "Zoé", 2: "9"}},
            id="an empty row was inserted",
        ),
    ],
)
def test_what_went_into_a_wrong_row_is_what_stood_there(
    after: list[list[Any]], expected: dict[int, dict[int, Any]]
) -> None:
    assert mends(BEFORE, standing(after, KEY), WRITTEN) == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param([["Bob", "", "2"], ["", "", "", "note"]], [], id="the right one went"),
        pytest.param([["Zoé", "z", "1"], ["", "", "", "note"]], [3], id="another one went"),
        pytest.param([["", "", "", "note"]], [3], id="another one went, too"),
        pytest.param([["Bob", "", "3"], ["", "", "", "note"]], [], id="somebody edits"),
    ],
)
def test_a_row_is_lost_only_where_one_too_many_went(
    after: list[list[Any]], expected: list[int]
) -> None:
    assert lost(BEFORE, standing(after, KEY), "z") == expected


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("=B3*2", "=B1*2"),
        ("=SUM(C$3:C3)", "=SUM(C$3:C1)"),
        ('="A3"&$D3', '="A3"&$D1'),
        ("='Mars 3'!A3+LOG10(A3)", "='Mars 3'!A1+LOG10(A1)"),
        ("=A1", "=A1"),
    ],
)
def test_a_formula_names_the_rows_beside_it_wherever_it_goes(text: str, moved: str) -> None:
    assert Formula(text, 3).moved_to(1) == Formula(moved, 1)
    assert Formula(text, 3).shape == Formula(moved, 1).shape
