"""What every connector does with leads, whatever the tool: one suite for all of them."""

from dataclasses import replace
from typing import Any

import pytest

from integrations.contracts import FIELDS, ConnectorError, Item, NotWritten, Outcome, Written
from integrations.fitting import default_map, misfits
from tests.integrations.contract import UIDS, Subject, items, lead

TROUBLES = ("timeout_after_acceptance", "lost_after_acceptance")


def written(outcomes: list[Outcome]) -> list[Written]:
    assert all(isinstance(one, Written) for one in outcomes), outcomes
    return [one for one in outcomes if isinstance(one, Written)]


def refused(tool: Subject, *pushed: Item) -> ConnectorError:
    with pytest.raises(ConnectorError) as error:
        tool.push(*pushed)
    return error.value


def test_a_new_lead_is_a_row_with_all_that_we_know(tool: Subject) -> None:
    [one] = written(tool.push(Item(lead())))

    assert (one.lead_uid, one.created) == (UIDS[0], True)
    assert one.row_id
    assert one.url.startswith("https://")
    [cells] = tool.cells()
    assert (cells["Nom"], cells["Flow IA ID"], cells["Niveau"]) == ("Zoé Martin", UIDS[0], "Chaud")
    assert (cells["Téléphone"], cells["Réseau"]) == ("+33612345678", "Instagram")
    assert cells["Preuves"] == "« Je le prends » · « Vous livrez à Lyon ? »"


def test_a_changed_lead_is_changed_where_it_stands(tool: Subject) -> None:
    first = tool.push(Item(lead()))
    [again] = written(tool.push(*items([lead(level="cold", phone="")], first)))

    assert (again.created, again.row_id) == (False, written(first)[0].row_id)
    [cells] = tool.cells()
    assert (cells["Niveau"], cells["Téléphone"]) == ("Froid", "")


def test_known_and_new_leads_go_together(tool: Subject) -> None:
    first = tool.push(*items(lead(number) for number in range(3)))
    records = [lead(number, name=f"Nom {number}") for number in range(6)]
    outcomes = written(tool.push(*items(records, first)))

    assert {one.lead_uid: one.created for one in outcomes} == {
        UIDS[number]: number > 2 for number in range(6)
    }
    found = {cells["Flow IA ID"]: cells["Nom"] for cells in tool.cells()}
    assert found == {UIDS[number]: f"Nom {number}" for number in range(6)}


def test_a_lead_whose_row_we_forgot_is_found(tool: Subject) -> None:
    tool.push(Item(lead()))
    [again] = written(tool.push(Item(lead(name="Zoé M."))))

    assert not again.created
    assert [cells["Nom"] for cells in tool.cells()] == ["Zoé M."]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_creation_whose_answer_never_came_is_found_by_the_next(
    tool: Subject, trouble: str
) -> None:
    tool.fault(trouble, operation=tool.kind.creates, seconds=5)
    error = refused(tool, Item(lead()))
    assert (error.retryable, error.needs, error.throttled) == (True, "", False)
    assert error.retry_after

    later = lead(name="Zoé M.", updated_at="2026-11-21T09:00:00+00:00", level="warm")
    [one] = written(tool.push(Item(later)))
    assert not one.created
    assert [cells["Nom"] for cells in tool.cells()] == ["Zoé M."]


def test_a_row_that_was_taken_away_is_not_made_again(tool: Subject) -> None:
    first = tool.push(*items([lead(0), lead(1)]))
    tool.do("delete_row", row=tool.row_of(UIDS[0]))

    outcomes = tool.push(*items([lead(0), lead(1, name="Léa")], first))
    assert NotWritten(UIDS[0], "row_missing") in outcomes
    assert [cells["Nom"] for cells in tool.cells()] == ["Léa"]


def test_two_rows_with_our_identifier_are_for_a_person_to_tell_apart(tool: Subject) -> None:
    tool.push(*items([lead(0), lead(1)]))
    tool.do("duplicate_row", row=tool.row_of(UIDS[0]))

    outcomes = tool.push(*items([lead(0, name="Non"), lead(1, name="Léa")]))
    assert NotWritten(UIDS[0], "row_duplicated") in outcomes
    assert UIDS[1] in [one.lead_uid for one in outcomes if isinstance(one, Written)]
    assert sorted(cells["Nom"] for cells in tool.cells()) == ["Léa", "Zoé Martin", "Zoé Martin"]


def test_a_deleted_column_asks_for_a_new_map(tool: Subject) -> None:
    tool.do("delete_column", column="Intention")
    error = refused(tool, Item(lead()))

    assert (error.code, error.needs, error.retryable) == ("column_gone", "needs_mapping", False)
    assert tool.cells() == []


def test_a_renamed_table_is_the_same_table(tool: Subject) -> None:
    tool.do("rename_target", to="Clients d'Émile & co")
    written(tool.push(Item(lead())))
    assert len(tool.cells()) == 1


def test_a_table_that_is_no_longer_shared_needs_attention(tool: Subject) -> None:
    first = tool.push(Item(lead()))
    tool.do("unshare")
    error = refused(tool, *items([lead()], first))
    assert (error.needs, error.retryable) == ("needs_attention", False)


def test_a_dead_access_needs_a_login(tool: Subject) -> None:
    tool.do("revoke_token")
    for call in (
        lambda: tool.push(Item(lead())),
        lambda: tool.connector.check(tool.connection),
        lambda: tool.connector.columns(tool.connection),
        lambda: tool.connector.erase(tool.connection, UIDS[0], ""),
    ):
        with pytest.raises(ConnectorError) as error:
            call()
        assert (error.value.needs, error.value.retryable) == ("needs_login", False)


@pytest.mark.parametrize("fault", ["server_error", "bad_gateway", "not_json"])
def test_a_tool_in_trouble_is_asked_again_later(tool: Subject, fault: str) -> None:
    tool.fault(fault, operation=tool.kind.creates)
    error = refused(tool, Item(lead()))
    assert (error.retryable, error.needs, error.throttled) == (True, "", False)
    assert written(tool.push(Item(lead())))[0].created


def test_a_limit_is_waited_out_as_the_tool_asks_and_never_shorter(tool: Subject) -> None:
    least = {"notion": 200, "airtable": 30, "google_sheets": 60}[tool.kind.kind]
    tool.fault("rate_limited", retry_after=200)
    error = refused(tool, Item(lead()))
    assert (error.retryable, error.throttled, error.needs) == (True, True, "")
    assert error.retry_after is not None
    assert error.retry_after >= least


def test_what_was_told_before_an_error_stays_true(tool: Subject) -> None:
    first = tool.push(Item(lead(0)))
    records = [lead(number, name=f"Nom {number}") for number in range(12)]
    tool.fault("server_error", operation=tool.kind.creates)
    told: list[Outcome] = []
    with pytest.raises(ConnectorError):
        told += tool.connector.push(tool.connection, items(records, first))
    known = {cells["Flow IA ID"] for cells in tool.cells()}
    assert {one.lead_uid for one in told} <= known


@pytest.mark.parametrize(
    "name",
    ["👩‍🚀" * 40, "Zoé 🏳️‍🌈", 'O\'Brien "Zoé" \\ {x}', "', TRUE(), '", "a,b", "\ud800Zoé\0", ""],
)
def test_any_name_arrives_as_it_is(tool: Subject, name: str) -> None:
    written(tool.push(Item(lead(name=name))))
    [cells] = tool.cells()
    assert cells["Nom"] == name.replace("\ud800", "").replace("\0", "")


def test_long_texts_arrive_whole(tool: Subject) -> None:
    quote = "🌸é" * 2500
    written(tool.push(Item(lead(evidence=(quote,)))))
    assert tool.cells()[0]["Preuves"] == f"« {quote} »"


def test_a_lead_of_which_little_is_known_is_written(tool: Subject) -> None:
    little = lead(name="", phone="", evidence=(), intent="", summary=(), stage="", link="")
    written(tool.push(Item(little)))
    [cells] = tool.cells()
    assert (cells["Téléphone"], cells["Preuves"], cells["Intention"]) == ("", "", "")


def test_a_new_word_is_a_new_option(tool: Subject) -> None:
    written(tool.push(*items([lead(0), lead(1, network="linkedin")])))
    assert [cells["Réseau"] for cells in tool.cells()] == ["Instagram", "LinkedIn"]


def test_columns_that_people_added_keep_what_is_in_them(tool: Subject) -> None:
    tool.do("add_column", column="Notes")
    first = tool.push(Item(lead()))
    tool.do("edit_cell", row=tool.row_of(UIDS[0]), column="Notes", value="rappeler")
    tool.push(*items([lead(level="warm")], first))
    assert tool.cells()[0]["Notes"] == "rappeler"


def test_what_stands_there_is_told(tool: Subject) -> None:
    outcomes = written(tool.push(*items(lead(number) for number in range(3))))
    tool.do("delete_row", row=tool.row_of(UIDS[1]))
    known = {one.lead_uid: one.row_id for one in outcomes if one.lead_uid != UIDS[1]}
    assert dict(tool.connector.present(tool.connection)) == known


def test_an_erased_lead_leaves_no_row_not_even_a_copy(tool: Subject) -> None:
    first = written(tool.push(*items([lead(0), lead(1)])))
    tool.do("duplicate_row", row=tool.row_of(UIDS[0]))
    row = next(one.row_id for one in first if one.lead_uid == UIDS[0])
    for _ in range(2):
        tool.connector.erase(tool.connection, UIDS[0], row)
        tool.connector.erase(tool.connection, UIDS[0], "")
    assert [cells["Flow IA ID"] for cells in tool.cells()] == [UIDS[1]]


def test_in_a_table_out_of_reach_there_is_nothing_to_erase(tool: Subject) -> None:
    first = written(tool.push(Item(lead())))
    tool.do("unshare")
    tool.connector.erase(tool.connection, UIDS[0], first[0].row_id)


def test_the_account_is_named(tool: Subject) -> None:
    account = tool.connector.check(tool.connection)
    assert account.name
    assert account.detail


def test_the_demo_table_is_among_the_targets(tool: Subject) -> None:
    target: dict[str, Any] = tool.kind.target
    source = str(target.get("data_source_id")).replace("-", "")
    base, table = target.get("base_id"), target.get("table_id")
    file = f"https://docs.google.com/spreadsheets/d/{target.get('spreadsheet_id')}/edit#gid=0"
    pasted = {
        "notion": f"https://www.notion.so/Leads-{source}?v=0123456789abcdef0123456789abcdef",
        "airtable": f"https://airtable.com/{base}/{table}/viwSandboxGrid000?blocks=hide",
        "google_sheets": file,
    }[tool.kind.kind]
    bare = replace(tool.connection, target={})
    [found] = tool.connector.targets(bare, pasted)
    assert found.ids.items() >= target.items()
    assert found.name == "Leads"
    written(list(tool.connector.push(replace(tool.connection, target=found.ids), [Item(lead())])))


def test_the_default_map_is_the_demos(tool: Subject) -> None:
    columns = tool.connector.columns(tool.connection)
    fit = default_map(columns)
    names = {column.id: column.name for column in columns}
    wanted = {field: names.get(column, column) for field, column in tool.kind.field_map.items()}
    assert {field: names[column] for field, column in fit.field_map.items()} == wanted
    assert [field.name for field in fit.missing] == ["summary", "stage", "link"]
    assert fit.unfit == {}


def test_missing_columns_are_made_once_and_take_their_field(tool: Subject) -> None:
    missing = [field for field in FIELDS if field.name in ("summary", "stage", "link")]
    made = tool.connector.create_columns(tool.connection, missing)
    again = tool.connector.create_columns(tool.connection, missing)
    assert [column.id for column in made] == [column.id for column in again]
    assert [field.form in column.holds for field, column in zip(missing, made, strict=True)] == [
        True,
        True,
        True,
    ]
    field_map = {f.name: c.id for f, c in zip(missing, made, strict=True)}
    connection = tool.with_map(**field_map)
    assert misfits(connection.field_map, tool.connector.columns(connection)) == []
    written(list(tool.connector.push(connection, [Item(lead())])))
    [cells] = tool.cells()
    assert [cells[column.name] for column in made] == [
        "Veut une lampe\nHabite à Lyon",
        "Nouveau",
        "https://flowia.example/leads/1",
    ]


def test_a_column_of_ours_does_not_take_the_name_of_another(tool: Subject) -> None:
    [phone] = [field for field in FIELDS if field.name == "phone"]
    columns = tool.connector.columns(tool.connection)
    [taken] = [column for column in columns if column.name == "Téléphone"]
    [made] = tool.connector.create_columns(tool.connection, [replace(phone, column="Téléphone")])
    assert made.id != taken.id
    assert made.name == "Téléphone (Flow IA)"


@pytest.mark.parametrize("token", ["", " ", "a b", "clé", "line\nbreak"])
def test_a_secret_that_fits_no_header_needs_a_login(tool: Subject, token: str) -> None:
    secrets = {"token": token, "service_account": token}
    with pytest.raises(ConnectorError) as error:
        tool.connector.check(replace(tool.connection, secrets=secrets))
    assert error.value.needs == "needs_login"


def test_without_a_table_nothing_is_asked(tool: Subject) -> None:
    with pytest.raises(ConnectorError) as error:
        list(tool.connector.push(replace(tool.connection, target={}), [Item(lead())]))
    assert (error.value.code, error.value.needs) == ("no_target", "needs_attention")


def test_without_a_needed_column_nothing_is_written(tool: Subject) -> None:
    field_map = {k: v for k, v in tool.connection.field_map.items() if k != "lead_id"}
    with pytest.raises(ConnectorError) as error:
        list(tool.connector.push(replace(tool.connection, field_map=field_map), [Item(lead())]))
    assert (error.value.code, error.value.needs) == ("column_needed", "needs_mapping")
