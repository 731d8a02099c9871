"""Airtable's stand-in, asked by pyairtable: rows, columns, filters, upserts."""

from typing import Any

import pytest
import requests
from pyairtable.formulas import AND, OR, match

from sandbox import demo
from tests.sandbox.tools import BASE, TABLE, Tools, error_of, tools

__all__ = ("tools",)
KEY = ["Flow IA ID"]


def lead(number: int | str, **more: Any) -> dict[str, Any]:
    return {"fields": {"Nom": f"Cliente {number}", "Flow IA ID": f"lead-{number}", **more}}


def test_who_calls_and_what_may_be_chosen(tools: Tools) -> None:
    api = tools.airtable()
    assert "data.records:write" in api.whoami()["scopes"]
    assert [base.id for base in api.bases()] == [BASE, demo.AIRTABLE_OTHER_BASE_ID]
    [table] = api.base(BASE).tables()
    assert (table.id, table.name) == (TABLE, "Leads")
    kinds = {field.name: field.type for field in table.schema().fields}
    assert (kinds["Niveau"], kinds["Téléphone"]) == ("singleSelect", "phoneNumber")
    assert kinds["Mis à jour"] == "dateTime"


def test_bases_come_in_pages(tools: Tools) -> None:
    tools.options(airtable_bases_page=1)
    url = f"{tools.sandbox.url}/airtable/v0/meta/bases"
    headers = {"Authorization": f"Bearer {demo.AIRTABLE_TOKEN}"}
    first = requests.get(url, headers=headers, timeout=5).json()
    assert len(first["bases"]) == 1
    wrong = requests.get(url, headers=headers, params={"offset": "x"}, timeout=5)
    assert wrong.status_code == 422
    assert len(tools.airtable().bases()) == 2


def test_a_row_is_created_read_changed_and_deleted(tools: Tools) -> None:
    table = tools.table()
    written = {"Nom": "Zoé", "Niveau": "Tiède", "Mis à jour": "2026-11-22T10:00:00+01:00"}
    made = table.create(written)
    changed = table.update(made["id"], {"Niveau": "Chaud"})
    assert changed["fields"] == {
        "Nom": "Zoé",
        "Niveau": "Chaud",
        "Mis à jour": "2026-11-22T09:00:00.000Z",
    }
    assert table.get(made["id"]) == changed
    assert table.delete(made["id"])["deleted"]
    assert table.all() == []


def test_put_clears_what_was_not_sent(tools: Tools) -> None:
    table = tools.table()
    made = table.create({"Nom": "Zoé", "Intention": "acheter"})
    assert table.update(made["id"], {"Nom": "Zoé"}, replace=True)["fields"] == {"Nom": "Zoé"}


def test_rows_come_in_pages_with_the_columns_asked_for(tools: Tools) -> None:
    table = tools.table()
    table.batch_create([lead(number)["fields"] for number in range(25)])
    pages = list(table.iterate(page_size=10, fields=["Flow IA ID"]))
    assert [len(page) for page in pages] == [10, 10, 5]
    assert {tuple(row["fields"]) for row in pages[0]} == {("Flow IA ID",)}
    assert len(table.all(max_records=3)) == 3


def test_columns_are_named_by_their_ids(tools: Tools) -> None:
    table = tools.table()
    ids = demo.AIRTABLE_FIELD_IDS
    table.create({ids["name"]: "Zoé"}, use_field_ids=True)
    tools.do("airtable", "rename_column", column="Nom", to="Prénom")
    [row] = table.all(use_field_ids=True)
    assert row["fields"] == {ids["name"]: "Zoé"}
    assert table.all()[0]["fields"] == {"Prénom": "Zoé"}


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        (match({"Flow IA ID": "lead-2"}), ["lead-2"]),
        (OR(match({"Nom": "Cliente 1"}), match({"Nom": "Cliente 3"})), ["lead-1", "lead-3"]),
        (AND(match({"Flow IA ID": "lead-1"}), match({"Niveau": "Froid"})), []),
        (match({"Nom": """L'"été" \\ {x}"""}), ["lead-quoted"]),
        ("AND({Niveau}='Chaud', NOT({Flow IA ID}='lead-1'))", ["lead-2"]),
        ("{Téléphone}=BLANK()", ["lead-1", "lead-2", "lead-3", "lead-quoted"]),
        ("LOWER({Niveau})='chaud'", ["lead-1", "lead-2"]),
    ],
)
def test_a_formula_chooses_rows(tools: Tools, formula: Any, found: list[str]) -> None:
    table = tools.table()
    rows = [lead(1, Niveau="Chaud"), lead(2, Niveau="Chaud"), lead(3, Niveau="Froid")]
    rows.append({"fields": {"Nom": """L'"été" \\ {x}""", "Flow IA ID": "lead-quoted"}})
    table.batch_create([row["fields"] for row in rows])
    assert [row["fields"]["Flow IA ID"] for row in table.all(formula=formula)] == found


@pytest.mark.parametrize("formula", ["{Inconnue}='x'", "AND(", "{Nom}=='x'", "DATEADD({Nom})"])
def test_a_formula_that_cannot_be_read_is_refused(tools: Tools, formula: str) -> None:
    with pytest.raises(requests.HTTPError) as refused:
        tools.table().all(formula=formula)
    status, error = error_of(refused)
    assert (status, error["type"]) == (422, "INVALID_FILTER_BY_FORMULA")


def test_an_upsert_creates_then_changes_the_same_row(tools: Tools) -> None:
    table = tools.table()
    first = table.batch_upsert([lead(1), lead(2)], KEY)
    again = table.batch_upsert([lead(2, Intention="acheter"), lead(3)], KEY)
    assert (len(first["createdRecords"]), first["updatedRecords"]) == (2, [])
    assert again["updatedRecords"] == [first["records"][1]["id"]]
    assert len(again["createdRecords"]) == 1
    assert len(table.all()) == 3


def test_an_upsert_of_many_goes_in_tens(tools: Tools) -> None:
    tools.sandbox.delete("/calls")
    tools.table().batch_upsert([lead(number) for number in range(25)], KEY)
    calls = tools.sandbox.get("/calls", service="airtable", operation="update")["calls"]
    assert [len(call["body"]["records"]) for call in calls] == [10, 10, 5]
    assert {call["recipient"] for call in calls} == {BASE}


def test_two_rows_of_one_lead_fail_the_whole_request(tools: Tools) -> None:
    table = tools.table()
    made = table.batch_upsert([lead(1)], KEY)
    tools.do("airtable", "duplicate_row", row=made["records"][0]["id"])
    with pytest.raises(requests.HTTPError) as refused:
        table.batch_upsert([lead(2), lead(1, Intention="acheter")], KEY)
    assert error_of(refused)[0] == 422
    assert [row["fields"]["Nom"] for row in table.all()] == ["Cliente 1", "Cliente 1"]


@pytest.mark.parametrize(
    "merge",
    [[], ["Nom", "Flow IA ID", "Niveau", "Téléphone"], ["Inconnue"], "Flow IA ID"],
    ids=["none", "four", "unknown", "no list"],
)
def test_the_merge_fields_are_one_to_three_that_exist(tools: Tools, merge: Any) -> None:
    body = {"performUpsert": {"fieldsToMergeOn": merge}, "records": [lead(1)]}
    assert patched(tools, body).status_code == 422


def test_a_merge_field_without_a_value_is_refused(tools: Tools) -> None:
    body = {"performUpsert": {"fieldsToMergeOn": KEY}, "records": [{"fields": {"Nom": "Zoé"}}]}
    assert patched(tools, body).status_code == 422


def test_more_than_ten_rows_are_refused(tools: Tools) -> None:
    body = {"performUpsert": {"fieldsToMergeOn": KEY}, "records": [lead(n) for n in range(11)]}
    answer = patched(tools, body)
    assert (answer.status_code, answer.json()["error"]["type"]) == (422, "INVALID_RECORDS")


def patched(tools: Tools, body: Any) -> requests.Response:
    url = f"{tools.sandbox.url}/airtable/v0/{BASE}/{TABLE}"
    headers = {"Authorization": f"Bearer {demo.AIRTABLE_TOKEN}"}
    return requests.patch(url, json=body, headers=headers, timeout=5)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"Inconnue": "x"}, "UNKNOWN_FIELD_NAME"),
        ({"Nom": 12}, "INVALID_VALUE_FOR_COLUMN"),
        ({"Téléphone": ["06"]}, "INVALID_VALUE_FOR_COLUMN"),
        ({"Mis à jour": "hier"}, "INVALID_VALUE_FOR_COLUMN"),
        ({"Preuves": "x" * 100_001}, "INVALID_VALUE_FOR_COLUMN"),
        ({"Niveau": "Brûlant"}, "INVALID_MULTIPLE_CHOICE_OPTIONS"),
        ({"Niveau": ""}, "INVALID_MULTIPLE_CHOICE_OPTIONS"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    tools: Tools, values: dict[str, Any], kind: str
) -> None:
    with pytest.raises(requests.HTTPError) as refused:
        tools.table().create(values)
    status, error = error_of(refused)
    assert (status, error["type"]) == (422, kind)
    assert tools.table().all() == []


def test_typecast_converts_and_adds_the_choice(tools: Tools) -> None:
    table = tools.table()
    made = table.create({"Nom": 12, "Niveau": "Brûlant"}, typecast=True)
    assert made["fields"] == {"Nom": "12", "Niveau": "Brûlant"}
    schema: Any = tools.table().schema()
    choices = schema.field("Niveau").options.choices
    assert "Brûlant" in [one.name for one in choices]


@pytest.mark.parametrize(
    ("kind", "options", "good", "bad"),
    [
        ("number", {"precision": 1}, 12.5, "12.5"),
        ("checkbox", {"icon": "check", "color": "greenBright"}, True, "oui"),
        ("url", None, "https://exemple.fr", 3),
        ("multilineText", None, "un\ndeux", {"a": 1}),
    ],
)
def test_a_column_is_created_and_holds_its_type(
    tools: Tools, kind: str, options: Any, good: Any, bad: Any
) -> None:
    table = tools.table()
    made = table.create_field("Neuve", kind, options=options)
    assert made.id.startswith("fld")
    assert table.create({"Neuve": good})["fields"]["Neuve"] == good
    with pytest.raises(requests.HTTPError) as refused:
        table.create({"Neuve": bad})
    assert error_of(refused)[1]["type"] == "INVALID_VALUE_FOR_COLUMN"


@pytest.mark.parametrize(
    ("name", "kind", "error"),
    [
        ("nom", "singleLineText", "DUPLICATE_OR_EMPTY_FIELD_NAME"),
        ("", "singleLineText", "DUPLICATE_OR_EMPTY_FIELD_NAME"),
        ("Neuve", "dateTime", "INVALID_FIELD_TYPE_OPTIONS_FOR_CREATE"),
        ("Neuve", "button", "UNSUPPORTED_FIELD_TYPE_FOR_CREATE"),
    ],
)
def test_a_column_that_cannot_be_is_refused(tools: Tools, name: str, kind: str, error: str) -> None:
    with pytest.raises(requests.HTTPError) as refused:
        tools.table().create_field(name, kind)
    assert error_of(refused)[1]["type"] == error


def test_a_computed_column_takes_nothing_and_merges_nothing(tools: Tools) -> None:
    tools.do("airtable", "add_column", column="Créé")
    tools.do("airtable", "change_type", column="Créé", type="createdTime")
    with pytest.raises(requests.HTTPError) as refused:
        tools.table().create({"Créé": "2026-11-22T10:00:00Z"})
    assert error_of(refused)[1]["type"] == "INVALID_VALUE_FOR_COLUMN"
    body = {"performUpsert": {"fieldsToMergeOn": ["Créé"]}, "records": [lead(1)]}
    assert patched(tools, body).status_code == 422
