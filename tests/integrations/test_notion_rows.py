"""What Notion alone does: data sources, pages that move, options that cannot be made."""

from dataclasses import replace
from typing import Any

import pytest

from integrations.connectors.notion import rows as notion_rows
from integrations.contracts import Connection, ConnectorError, Item, NotWritten, Written
from sandbox import demo
from tests.integrations.contract import UIDS, Subject, items, lead

FIRST, SECOND = demo.NOTION_DOUBLE_SOURCE_IDS


def bodies(tool: Subject, operation: str) -> list[dict[str, object]]:
    return [call["body"] for call in tool.calls(operation)]


def test_ten_unknown_leads_are_looked_up_in_one_call(notion: Subject) -> None:
    notion.push(*items(lead(number) for number in range(10)))
    [query] = bodies(notion, "query")
    wanted = query["filter"]
    assert isinstance(wanted, dict)
    assert [one["rich_text"]["equals"] for one in wanted["or"]] == UIDS[:10]
    assert [len(notion.calls(name)) for name in ("data_source", "create_page")] == [1, 10]


def test_known_leads_are_not_looked_up(notion: Subject) -> None:
    first = notion.push(Item(lead()))
    notion.tools.sandbox.delete("/calls")
    notion.push(*items([lead(name="Léa")], first))
    assert [call["operation"] for call in notion.calls()] == ["data_source", "page"]


def test_a_page_in_the_trash_is_not_brought_back(notion: Subject) -> None:
    first = notion.push(Item(lead()))
    notion.do("delete_row", row=notion.row_of(UIDS[0]))
    assert notion.push(*items([lead()], first)) == [NotWritten(UIDS[0], "row_missing")]
    assert notion.rows() == []


def test_a_page_that_came_out_of_the_trash_is_written_again(notion: Subject) -> None:
    first = notion.push(Item(lead()))
    row = notion.row_of(UIDS[0])
    notion.do("delete_row", row=row)
    notion.do("restore_row", row=row)
    assert isinstance(notion.push(*items([lead(name="Léa")], first))[0], Written)
    assert notion.cells()[0]["Nom"] == "Léa"


@pytest.mark.parametrize("to", [demo.NOTION_OTHER_SOURCE_ID, FIRST], ids=["other", "alike"])
def test_a_page_that_was_moved_away_is_missing(notion: Subject, to: str) -> None:
    first = notion.push(Item(lead()))
    notion.do("move_row", row=notion.row_of(UIDS[0]), to=to)
    assert notion.push(*items([lead()], first)) == [NotWritten(UIDS[0], "row_missing")]
    assert notion.rows() == []


def test_a_page_deleted_for_good_is_missing(notion: Subject) -> None:
    first = notion.push(Item(lead()))
    notion.do("delete_row", row=notion.row_of(UIDS[0]), forever=True)
    assert notion.push(*items([lead()], first)) == [NotWritten(UIDS[0], "row_missing")]


def test_a_database_that_got_a_second_source_is_written_as_before(notion: Subject) -> None:
    notion.do("add_source", name="Archives")
    assert isinstance(notion.push(Item(lead()))[0], Written)


def test_every_source_of_a_database_is_a_target(notion: Subject) -> None:
    address = f"https://www.notion.so/Ventes-{demo.NOTION_DOUBLE_DATABASE_ID.replace('-', '')}"
    found = notion.connector.targets(notion.connection, address)
    assert [(one.name, one.detail) for one in found] == [
        ("Boutique", "Ventes"),
        ("Marchés", "Ventes"),
    ]
    assert [one.ids["data_source_id"] for one in found] == [FIRST, SECOND]


def test_targets_are_searched_by_name(notion: Subject) -> None:
    everything = notion.connector.targets(notion.connection, "")
    assert {one.name for one in everything} >= {"Leads", "Boutique", "Clients de l'atelier"}
    assert [one.name for one in notion.connector.targets(notion.connection, "bout")] == ["Boutique"]


def test_a_database_in_the_trash_needs_attention(notion: Subject) -> None:
    notion.do("delete_target")
    with pytest.raises(ConnectorError) as error:
        notion.push(Item(lead()))
    assert (error.value.code, error.value.needs) == ("in_trash", "needs_attention")


def test_renamed_columns_are_the_same_columns(notion: Subject) -> None:
    columns = notion.connector.columns(notion.connection)
    ids = {column.name: column.id for column in columns}
    by_id = {field: ids[name] for field, name in notion.connection.field_map.items()}
    connection = replace(notion.connection, field_map=by_id)
    for name in ("Nom", "Flow IA ID", "Niveau"):
        notion.do("rename_column", column=name, to=f"{name} !")
    for record in (lead(), lead(name="Léa")):
        list(notion.connector.push(connection, [Item(record)]))
    assert [cells["Nom !"] for cells in notion.cells()] == ["Léa"]


def test_a_column_of_another_type_asks_for_a_new_map(notion: Subject) -> None:
    notion.do("change_type", column="Téléphone", type="number")
    with pytest.raises(ConnectorError) as error:
        notion.push(Item(lead()))
    assert (error.value.code, error.value.needs) == ("column_unfit", "needs_mapping")


def test_a_phone_may_go_into_a_text(notion: Subject) -> None:
    notion.do("change_type", column="Téléphone", type="rich_text")
    notion.push(Item(lead()))
    assert notion.cells()[0]["Téléphone"] == "+33612345678"


def test_a_status_is_offered_when_it_knows_our_words(notion: Subject) -> None:
    for name in ("Niveau", "Réseau"):
        notion.do("change_type", column=name, type="status")
    columns = {one.name: one.holds for one in notion.connector.columns(notion.connection)}
    assert (set(columns["Niveau"]), set(columns["Réseau"])) == ({"choice"}, set())


def test_a_word_that_a_status_does_not_know_is_told(notion: Subject) -> None:
    notion.do("change_type", column="Niveau", type="status")
    field_map = {**notion.connection.field_map, "stage": "Niveau"}
    del field_map["level"]
    connection = replace(notion.connection, field_map=field_map)
    outcomes = list(notion.connector.push(connection, items([lead(0), lead(1, stage="")])))
    assert outcomes[0] == NotWritten(UIDS[0], "option_missing")
    assert isinstance(outcomes[1], Written)


def test_what_stands_there_comes_in_pages(notion: Subject) -> None:
    for start in range(0, 110, 10):
        notion.push(*items(lead(number) for number in range(start, start + 10)))
    found = list(notion.connector.present(notion.connection))
    assert [uid for uid, _row in found] == UIDS[:110]
    assert len(notion.calls("query")) == 11 + 2


def test_an_overloaded_notion_is_waited_for(notion: Subject) -> None:
    notion.fault("overloaded", retry_after=90)
    with pytest.raises(ConnectorError) as error:
        notion.push(Item(lead()))
    assert (error.value.throttled, error.value.retry_after) == (True, 90)


def test_one_lead_that_notion_refuses_stops_no_other(notion: Subject) -> None:
    bad = lead(1, updated_at="hier")
    outcomes = notion.push(*items([lead(0), bad, lead(2)]))
    assert outcomes[1] == NotWritten(UIDS[1], "validation_error")
    assert [cells["Flow IA ID"] for cells in notion.cells()] == [UIDS[0], UIDS[2]]


def test_a_list_that_lags_behind_finds_the_page_at_the_time_we_come_again(
    notion: Subject,
) -> None:
    notion.tools.options(notion_index_seconds=1)
    notion.fault("lost_after_acceptance", operation="create_page")
    with pytest.raises(ConnectorError) as error:
        notion.push(Item(lead()))
    assert (error.value.retry_after or 0) >= 10


def test_a_page_that_two_answers_name_stands_there_once(
    notion: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = notion.push(Item(lead()))
    real = notion_rows._pages

    def twice(connection: Connection, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        return [*real(connection, wanted), *real(connection, wanted)]

    monkeypatch.setattr(notion_rows, "_pages", twice)
    found = list(notion.connector.present(notion.connection))
    assert [lead_uid for lead_uid, _page in found] == UIDS[:1]
    [again] = notion.push(Item(lead(level="cold")))
    assert [getattr(one, "row_id", "") for one in (*first, again)] == [found[0][1]] * 2


def test_answers_follow_each_other_in_an_order_that_no_change_alters(notion: Subject) -> None:
    list(notion.connector.present(notion.connection))
    wanted = [{"timestamp": "created_time", "direction": "ascending"}]
    assert [query["sorts"] for query in bodies(notion, "query")] == [wanted]
