"""Notion's stand-in: several databases, columns, limits, late queries, what people do."""

import time
import uuid
from typing import Any

import pytest
from notion_client import APIResponseError
from notion_client.errors import HTTPResponseError

from sandbox import demo
from tests.sandbox.tools import Tools, tools

__all__ = ("tools",)
SOURCE, OTHER = demo.NOTION_DATA_SOURCE_ID, demo.NOTION_OTHER_SOURCE_ID
FIRST, SECOND = demo.NOTION_DOUBLE_SOURCE_IDS
PARENT = {"type": "data_source_id", "data_source_id": SOURCE}


def text(content: str) -> dict[str, Any]:
    return {"rich_text": [{"text": {"content": content}}]}


def create(notion: Any, lead: str, **more: Any) -> str:
    properties = {"Flow IA ID": text(lead), **more}
    return str(notion.pages.create(parent=PARENT, properties=properties)["id"])


def found(notion: Any, lead: str) -> list[str]:
    wanted = {"property": "Flow IA ID", "rich_text": {"equals": lead}}
    return [row["id"] for row in notion.data_sources.query(SOURCE, filter=wanted)["results"]]


def refusal(refused: pytest.ExceptionInfo[APIResponseError]) -> tuple[int, str]:
    return refused.value.status, str(getattr(refused.value.code, "value", refused.value.code))


def test_a_search_lists_the_data_sources_in_pages(tools: Tools) -> None:
    notion = tools.notion()
    only = {"property": "object", "value": "data_source"}
    first = notion.search(filter=only, page_size=3)
    rest = notion.search(filter=only, page_size=3, start_cursor=first["next_cursor"])
    ids = [one["id"] for one in first["results"] + rest["results"]]
    assert ids == [SOURCE, OTHER, FIRST, SECOND]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert [one["id"] for one in notion.search(query="boutique")["results"]] == [FIRST]


def test_a_search_for_databases_is_of_another_age(tools: Tools) -> None:
    with pytest.raises(APIResponseError) as refused:
        tools.notion().search(filter={"property": "object", "value": "database"})
    assert refusal(refused) == (400, "validation_error")


def test_a_database_of_two_sources_takes_no_row_by_its_own_id(tools: Tools) -> None:
    notion = tools.notion()
    double = notion.databases.retrieve(demo.NOTION_DOUBLE_DATABASE_ID)
    assert [one["id"] for one in double["data_sources"]] == [FIRST, SECOND]
    title = {"Nom": {"title": [{"text": {"content": "Zoé"}}]}}
    parent = {"type": "database_id", "database_id": demo.NOTION_DATABASE_ID}
    assert notion.pages.create(parent=parent, properties=title)["parent"]["data_source_id"]
    tools.do("notion", "add_source", name="Archives")
    with pytest.raises(APIResponseError) as refused:
        notion.pages.create(parent=parent, properties=title)
    assert refusal(refused) == (400, "validation_error")
    assert "multiple data sources" in str(refused.value)


@pytest.mark.parametrize("kind", ["databases", "data_sources", "pages"])
def test_one_kind_of_id_is_none_of_another(tools: Tools, kind: str) -> None:
    endpoint = getattr(tools.notion(), kind)
    wrong = SOURCE if kind == "databases" else demo.NOTION_DATABASE_ID
    with pytest.raises(APIResponseError) as refused:
        endpoint.retrieve(wrong)
    assert refusal(refused) == (404, "object_not_found")
    with pytest.raises(APIResponseError) as malformed:
        endpoint.retrieve("no-uuid")
    assert refusal(malformed) == (400, "validation_error")


def test_columns_are_created_renamed_and_taken_away(tools: Tools) -> None:
    notion = tools.notion()
    wanted = {
        "Flow IA ID": {"rich_text": {}},
        "Niveau": {"select": {"options": [{"name": "Chaud"}]}},
    }
    made = notion.data_sources.update(OTHER, properties=wanted)["properties"]
    assert made["Niveau"]["select"]["options"][0]["name"] == "Chaud"
    by_id = {made["Niveau"]["id"]: {"name": "Chaleur"}, "Flow IA ID": None}
    changed = notion.data_sources.update(OTHER, properties=by_id)["properties"]
    assert set(changed) == {"Nom", "Chaleur"}
    parent = {"type": "data_source_id", "data_source_id": OTHER}
    values = {made["Niveau"]["id"]: {"select": {"name": "Chaud"}}}
    page = notion.pages.create(parent=parent, properties=values)
    assert page["properties"]["Chaleur"]["select"]["name"] == "Chaud"


@pytest.mark.parametrize(
    "column",
    [{"Titre": {"title": {}}}, {"État": {"status": {}}}, {"X": {"danse": {}}}, {"Nom": None}],
    ids=["second title", "status", "unknown type", "title away"],
)
def test_a_column_that_cannot_be_is_refused(tools: Tools, column: Any) -> None:
    with pytest.raises(APIResponseError) as refused:
        tools.notion().data_sources.update(OTHER, properties=column)
    assert refusal(refused) == (400, "validation_error")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("number", 12.5, "12"),
        ("checkbox", True, None),
        ("url", "https://exemple.fr", ""),
        ("email", "zoe@exemple.fr", "x" * 201),
        ("multi_select", [{"name": "a"}, {"name": "b"}], [{"name": "a,b"}]),
        ("rich_text", [{"text": {"content": "😀" * 1000}}], [{"text": {"content": "😀" * 1001}}]),
        ("rich_text", [{"text": {"content": "x"}}] * 100, [{"text": {"content": "x"}}] * 101),
    ],
)
def test_a_column_holds_its_type_and_size(tools: Tools, kind: str, good: Any, bad: Any) -> None:
    notion = tools.notion()
    notion.data_sources.update(SOURCE, properties={"Neuve": {kind: {}}})
    page = notion.pages.create(parent=PARENT, properties={"Neuve": {kind: good}})
    assert page["properties"]["Neuve"]["type"] == kind
    with pytest.raises(APIResponseError) as refused:
        notion.pages.create(parent=PARENT, properties={"Neuve": {kind: bad}})
    assert refusal(refused) == (400, "validation_error")


def test_an_unknown_option_of_a_select_is_created(tools: Tools) -> None:
    notion = tools.notion()
    create(notion, "1", Niveau={"select": {"name": "Brûlant"}})
    column = notion.data_sources.retrieve(SOURCE)["properties"]["Niveau"]
    assert "Brûlant" in [one["name"] for one in column["select"]["options"]]


def test_an_unknown_option_of_a_status_is_refused(tools: Tools) -> None:
    tools.do("notion", "change_type", column="Intention", type="status")
    with pytest.raises(APIResponseError) as refused:
        create(tools.notion(), "1", Intention={"status": {"name": "Fait"}})
    assert refusal(refused) == (400, "validation_error")


def test_a_body_that_is_too_large_is_refused(tools: Tools) -> None:
    pieces = [{"text": {"content": "x" * 2000}}] * 100
    properties = {name: {"rich_text": pieces} for name in ("Preuves", "Intention", "Flow IA ID")}
    with pytest.raises(APIResponseError) as refused:
        tools.notion().pages.create(parent=PARENT, properties=properties)
    assert refusal(refused) == (400, "validation_error")


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [
        ({"property": "Nom", "title": {"contains": "o"}}, ["1"]),
        ({"property": "Téléphone", "phone_number": {"is_empty": True}}, ["2"]),
        (
            {
                "or": [
                    {"property": "Niveau", "select": {"equals": "Chaud"}},
                    {"and": [{"property": "Flow IA ID", "rich_text": {"equals": "2"}}]},
                ]
            },
            ["1", "2"],
        ),
    ],
)
def test_filters_join_conditions(tools: Tools, wanted: Any, leads: list[str]) -> None:
    notion = tools.notion()
    name = {"title": [{"text": {"content": "Zoé"}}]}
    hot = {"select": {"name": "Chaud"}}
    create(notion, "1", Nom=name, Niveau=hot, Téléphone={"phone_number": "0261919136"})
    create(notion, "2")
    rows = notion.data_sources.query(SOURCE, filter=wanted)["results"]
    ids = [row["properties"]["Flow IA ID"]["rich_text"][0]["plain_text"] for row in rows]
    assert ids == leads


@pytest.mark.parametrize(
    "wanted",
    [
        {"property": "Absente", "rich_text": {"equals": "x"}},
        {"property": "Nom", "rich_text": {"equals": "x"}},
        {"property": "Nom", "title": {"danse": "x"}},
    ],
)
def test_a_filter_that_does_not_fit_is_refused(tools: Tools, wanted: Any) -> None:
    with pytest.raises(APIResponseError) as refused:
        tools.notion().data_sources.query(SOURCE, filter=wanted)
    assert refusal(refused) == (400, "validation_error")


def test_a_fresh_row_is_not_found_at_once(tools: Tools) -> None:
    tools.options(notion_index_seconds=0.6)
    notion = tools.notion()
    page = create(notion, "late")
    assert found(notion, "late") == []
    assert notion.pages.retrieve(page)["id"] == page
    time.sleep(0.7)
    assert found(notion, "late") == [page]


def test_every_token_has_a_limit_of_its_own(tools: Tools) -> None:
    tools.options(notion_per_second=0.5, notion_window_seconds=6)
    notion = tools.notion()
    for _time in range(3):
        notion.users.me()
    with pytest.raises(APIResponseError) as refused:
        notion.users.me()
    assert refusal(refused) == (429, "rate_limited")
    assert 1 <= int(refused.value.headers["retry-after"]) <= 6
    other = tools.sandbox.post("/tools/notion-token")["token"]
    assert tools.notion(other).users.me()
    rate = tools.rates()[f"notion token {demo.NOTION_TOKEN[:12]}"]
    assert (rate["calls"], rate["refused"]) == (4, 1)


@pytest.mark.parametrize(
    ("kind", "status"), [("conflict", 409), ("overloaded", 529), ("unavailable", 503)]
)
def test_notions_own_faults_are_played(tools: Tools, kind: str, status: int) -> None:
    tools.fault("notion", kind, operation="create_page", retry_after=7)
    with pytest.raises(HTTPResponseError) as refused:
        create(tools.notion(), "1")
    assert refused.value.status == status
    if kind == "overloaded":
        assert refused.value.headers["retry-after"] == "7"


def test_people_move_rename_and_throw_away(tools: Tools) -> None:
    notion = tools.notion()
    page = create(notion, "1", Niveau={"select": {"name": "Chaud"}})
    tools.do("notion", "rename_column", column="Niveau", to="Chaleur")
    assert notion.pages.retrieve(page)["properties"]["Chaleur"]["select"]["name"] == "Chaud"
    with pytest.raises(APIResponseError) as renamed:
        notion.pages.update(page, properties={"Niveau": {"select": {"name": "Froid"}}})
    assert "Niveau is not a property that exists" in str(renamed.value)
    tools.do("notion", "delete_row", row=page)
    assert (found(notion, "1"), notion.pages.retrieve(page)["in_trash"]) == ([], True)
    with pytest.raises(APIResponseError) as trashed:
        notion.pages.update(page, properties={"Intention": text("x")})
    assert refusal(trashed) == (400, "validation_error")
    tools.do("notion", "restore_row", row=page)
    tools.do("notion", "move_row", row=page, to=OTHER)
    assert found(notion, "1") == []
    assert notion.pages.retrieve(page)["parent"]["data_source_id"] == OTHER
    with pytest.raises(APIResponseError) as moved:
        notion.pages.update(page, properties={"Intention": text("x")})
    assert refusal(moved) == (400, "validation_error")
    tools.do("notion", "delete_row", row=page, forever=True)
    with pytest.raises(APIResponseError) as gone:
        notion.pages.retrieve(page)
    assert refusal(gone) == (404, "object_not_found")


def test_a_duplicated_row_is_found_twice(tools: Tools) -> None:
    notion = tools.notion()
    page = create(notion, "1")
    tools.do("notion", "duplicate_row", row=page)
    assert len(found(notion, "1")) == 2


def test_an_unshared_database_and_a_trashed_one_differ(tools: Tools) -> None:
    notion = tools.notion()
    page = create(notion, "1")
    tools.do("notion", "unshare")
    for asked in (
        lambda: notion.databases.retrieve(demo.NOTION_DATABASE_ID),
        lambda: notion.pages.retrieve(page),
        lambda: create(notion, "2"),
    ):
        with pytest.raises(APIResponseError) as hidden:
            asked()
        assert refusal(hidden) == (404, "object_not_found")
    tools.do("notion", "share")
    tools.do("notion", "delete_target")
    assert notion.databases.retrieve(demo.NOTION_DATABASE_ID)["in_trash"]
    assert notion.pages.retrieve(page)["in_trash"]
    with pytest.raises(APIResponseError):
        create(notion, "2")
    tools.do("notion", "restore_target")
    assert found(notion, "1") == [page]


def test_a_revoked_token_lives_again(tools: Tools) -> None:
    tools.do("notion", "revoke_token")
    with pytest.raises(APIResponseError) as refused:
        tools.notion().users.me()
    assert refusal(refused) == (401, "unauthorized")
    tools.do("notion", "revive_token")
    assert tools.notion().users.me()


def test_a_deed_that_cannot_be_done_says_why(tools: Tools) -> None:
    for told in (
        {"tool": "excel", "deed": "x"},
        {"tool": "notion", "deed": "danse"},
        {"tool": "notion", "deed": "delete_row", "row": str(uuid.uuid4())},
        {"tool": "sheets", "deed": "delete_row", "row": "zéro"},
        {"tool": "airtable", "deed": "rename_column", "column": "Absente", "to": "x"},
    ):
        assert tools.sandbox.post("/tools/do", **told)["error"]


def test_options_take_numbers_alone(tools: Tools) -> None:
    for wanted in ({"danse": 1}, {"speed": 0}, {"speed": None}, {"sheets_reads": "x"}):
        assert "error" in tools.sandbox.post("/tools/options", **wanted)
