"""What Airtable alone does: ten at a time, choices, formulas, scopes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pyairtable import Table

from integrations.connectors.registry import CONNECTORS
from integrations.contracts import FIELDS, ConnectorError, Item, NotWritten, Written
from sandbox import demo
from tests.integrations.contract import UIDS, Subject, items, lead


def with_scopes(tool: Subject, *scopes: str, bases: list[str] | None = None) -> Any:
    token = tool.tools.sandbox.post("/tools/airtable-token", scopes=scopes, bases=bases)["token"]
    return replace(tool.connection, secrets={"token": token})


def test_new_leads_go_ten_at_a_time(airtable: Subject) -> None:
    airtable.push(*items(lead(number) for number in range(25)))
    calls = airtable.calls("update")
    assert [len(call["body"]["records"]) for call in calls] == [10, 10, 5]
    assert {call["body"]["typecast"] for call in calls} == {False}
    assert {call["method"] for call in calls} == {"PATCH"}
    assert len(airtable.calls("tables")) == 1
    assert len(airtable.rows()) == 25


def test_of_ten_leads_one_that_is_refused_stops_no_other(airtable: Subject) -> None:
    bad = lead(3, updated_at="hier")
    outcomes = airtable.push(*items([*(lead(n) for n in range(3)), bad, lead(4)]))
    assert [one for one in outcomes if isinstance(one, NotWritten)] == [
        NotWritten(UIDS[3], "INVALID_VALUE_FOR_COLUMN")
    ]
    assert len(airtable.rows()) == 4


def test_only_a_new_choice_is_typecast(airtable: Subject) -> None:
    airtable.push(*items([lead(0), lead(1, network="linkedin")]))
    kept = {call["body"]["typecast"]: call["body"]["records"] for call in airtable.calls("update")}
    assert [len(kept[False]), len(kept[True])] == [1, 1]


def test_a_choice_is_found_as_people_write_it(airtable: Subject) -> None:
    key = demo.AIRTABLE_FIELD_IDS["level"]
    options = {
        "choices": [{"id": f"sel{n:014d}", "name": w} for n, w in enumerate(("CHAUD !", "x"))]
    }
    airtable.do("change_type", column=key, type="singleSelect", options=options)
    airtable.push(Item(lead()))
    assert airtable.cells()[0]["Niveau"] == "CHAUD !"


@pytest.mark.parametrize("name", ["Flow } IA", "O'Brien", '"x"', "{Nom}"])
def test_a_column_of_any_name_is_looked_in(airtable: Subject, name: str) -> None:
    airtable.push(Item(lead()))
    airtable.do("rename_column", column="Flow IA ID", to=name)
    airtable.connector.erase(airtable.connection, UIDS[0], "")
    assert airtable.rows() == []


@pytest.mark.parametrize("uid", ["', TRUE(), '", "x') , OR(1, '", "\\', 1=1, '", "{Nom}"])
def test_an_identifier_is_never_read_as_a_formula(airtable: Subject, uid: str) -> None:
    airtable.push(*items([lead(0), lead(1)]))
    airtable.connector.erase(airtable.connection, uid, "")
    assert len(airtable.rows()) == 2


def test_a_renamed_column_is_the_same_column(airtable: Subject) -> None:
    airtable.do("rename_column", column="Nom", to="Qui")
    airtable.push(Item(lead()))
    assert airtable.cells()[0]["Qui"] == "Zoé Martin"


def test_a_table_that_was_deleted_needs_attention(airtable: Subject) -> None:
    airtable.do("delete_target")
    with pytest.raises(ConnectorError) as error:
        airtable.push(Item(lead()))
    assert (error.value.code, error.value.needs) == ("table_gone", "needs_attention")


def test_a_token_that_may_not_write_needs_attention(airtable: Subject) -> None:
    connection = with_scopes(airtable, "data.records:read", "schema.bases:read")
    with pytest.raises(ConnectorError) as error:
        list(airtable.connector.push(connection, [Item(lead())]))
    assert error.value.needs == "needs_attention"


def test_a_token_that_may_not_write_tells_so_of_known_rows_too(airtable: Subject) -> None:
    first = airtable.push(Item(lead()))
    connection = with_scopes(airtable, "data.records:read", "schema.bases:read")
    with pytest.raises(ConnectorError) as error:
        list(airtable.connector.push(connection, items([lead()], first)))
    assert error.value.needs == "needs_attention"


def test_a_token_without_the_scope_makes_no_columns(airtable: Subject) -> None:
    scopes = ("data.records:read", "data.records:write", "schema.bases:read")
    connection = with_scopes(airtable, *scopes)
    with pytest.raises(ConnectorError) as error:
        airtable.connector.create_columns(connection, [FIELDS[-1], FIELDS[-2]])
    # The first of them is there already.
    assert (error.value.code, error.value.needs) == ("cannot_create_columns", "")


def test_the_name_goes_into_the_primary_field_of_a_bare_table(airtable: Subject) -> None:
    target = {
        "base_id": demo.AIRTABLE_OTHER_BASE_ID,
        "table_id": demo.AIRTABLE_OTHER_TABLE_ID,
    }
    bare = replace(airtable.connection, target=target, field_map={})
    made = airtable.connector.create_columns(bare, list(FIELDS))
    assert made[0].name == "Nom"
    field_map = {field.name: column.id for field, column in zip(FIELDS, made, strict=True)}
    ready = replace(bare, field_map=field_map)
    [one] = airtable.connector.push(ready, [Item(lead())])
    assert isinstance(one, Written)
    assert dict(airtable.connector.present(ready)) == {UIDS[0]: one.row_id}


def test_only_the_tokens_own_bases_are_targets(airtable: Subject) -> None:
    every = airtable.connector.targets(airtable.connection, "")
    assert (every[0].name, every[0].detail) == ("Leads", demo.WORKSPACE_NAME)
    scopes = ("schema.bases:read",)
    connection = with_scopes(airtable, *scopes, bases=[demo.AIRTABLE_OTHER_BASE_ID])
    assert [one.name for one in airtable.connector.targets(connection, "")] == ["Stands"]
    assert [one.name for one in airtable.connector.targets(airtable.connection, "marche")] == [
        "Stands"
    ]
    assert [one.name for one in airtable.connector.targets(airtable.connection, "lead")] == [
        "Leads"
    ]


def test_every_base_is_listed_however_many_pages_they_are(airtable: Subject) -> None:
    airtable.tools.options(airtable_bases_page=1)
    assert len(CONNECTORS["airtable"].targets(airtable.connection, "")) == 2


def test_a_creation_is_tried_once(airtable: Subject) -> None:
    airtable.fault("timeout_after_acceptance", operation="update", seconds=5)
    with pytest.raises(ConnectorError):
        airtable.push(Item(lead()))
    assert len(airtable.calls("update")) == 1


def test_a_row_that_the_token_may_not_delete_is_not_called_removed(airtable: Subject) -> None:
    [one] = airtable.push(Item(lead()))
    assert isinstance(one, Written)
    reading = with_scopes(airtable, "data.records:read", "schema.bases:read")
    for row_id in (one.row_id, ""):
        with pytest.raises(ConnectorError) as error:
            airtable.connector.erase(reading, UIDS[0], row_id)
        assert error.value.needs == "needs_attention"
    assert len(airtable.rows()) == 1


def test_a_record_that_two_answers_name_stands_there_once(
    airtable: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    airtable.push(Item(lead()))
    real = Table.iterate

    def twice(table: Table, **how: Any) -> Iterator[list[Any]]:
        pages = list(real(table, **how))
        yield from [*pages, *pages]

    monkeypatch.setattr(Table, "iterate", twice)
    found = list(airtable.connector.present(airtable.connection))
    assert [lead_uid for lead_uid, _row in found] == UIDS[:1]
