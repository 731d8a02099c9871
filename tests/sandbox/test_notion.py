"""Notion's stand-in, asked by Notion's own client."""

import uuid
from typing import Any

import pytest
from notion_client import APIResponseError, Client
from pytest_django import Settings

from integrations.connectors.notion import NOTION
from integrations.contracts import Connection
from sandbox import demo
from tests.sandbox.conftest import Sandbox

PARENT = {"type": "data_source_id", "data_source_id": demo.NOTION_DATA_SOURCE_ID}


def client(sandbox: Sandbox, token: str = demo.NOTION_TOKEN) -> Any:
    return Client(auth=token, base_url=f"{sandbox.url}/notion", retry=False)


def text(content: str) -> dict[str, Any]:
    return {"rich_text": [{"text": {"content": content}}]}


def by_lead(notion: Any, lead: str, **more: Any) -> Any:
    wanted = {"property": "Flow IA ID", "rich_text": {"equals": lead}}
    return notion.data_sources.query(demo.NOTION_DATA_SOURCE_ID, filter=wanted, **more)


def test_the_schema_names_its_columns(sandbox: Sandbox) -> None:
    notion = client(sandbox)
    database = notion.databases.retrieve(demo.NOTION_DATABASE_ID)
    source = notion.data_sources.retrieve(database["data_sources"][0]["id"])
    assert source["properties"]["Nom"]["type"] == "title"
    assert source["properties"]["Téléphone"]["type"] == "phone_number"
    assert notion.users.me()["type"] == "bot"


def test_a_row_is_written_found_and_changed(sandbox: Sandbox) -> None:
    notion, lead = client(sandbox), str(uuid.uuid4())
    title = {"title": [{"text": {"content": "Zoé"}}]}
    values = {"Nom": title, "Flow IA ID": text(lead), "Niveau": {"select": {"name": "Tiède"}}}
    page = notion.pages.create(parent=PARENT, properties=values)
    notion.pages.update(page["id"], properties={"Niveau": {"select": {"name": "Chaud"}}})
    found = by_lead(notion, lead)["results"]
    assert [row["id"] for row in found] == [page["id"]]
    assert found[0]["properties"]["Niveau"]["select"]["name"] == "Chaud"
    assert found[0]["properties"]["Nom"]["title"][0]["plain_text"] == "Zoé"


def test_a_query_comes_in_pages(sandbox: Sandbox) -> None:
    notion, lead = client(sandbox), str(uuid.uuid4())
    for _ in range(3):
        notion.pages.create(parent=PARENT, properties={"Flow IA ID": text(lead)})
    first = by_lead(notion, lead, page_size=2)
    rest = by_lead(notion, lead, page_size=2, start_cursor=first["next_cursor"])
    assert (len(first["results"]), first["has_more"]) == (2, True)
    assert (len(rest["results"]), rest["has_more"]) == (1, False)


@pytest.mark.parametrize(
    "properties",
    [
        {"Inconnue": text("x")},
        {"Téléphone": {"phone_number": ""}},
        {"Preuves": text("x" * 2001)},
        {"Niveau": {"select": {"name": "a,b"}}},
        {"Nom": text("x")},
        {"Mis à jour": {"date": {"start": "hier"}}},
    ],
)
def test_a_value_that_does_not_fit_is_refused(sandbox: Sandbox, properties: Any) -> None:
    with pytest.raises(APIResponseError) as refused:
        client(sandbox).pages.create(parent=PARENT, properties=properties)
    assert (refused.value.status, refused.value.code) == (400, "validation_error")


def test_a_wrong_token_and_a_missing_page_are_told_apart(sandbox: Sandbox) -> None:
    with pytest.raises(APIResponseError) as stranger:
        client(sandbox, "ntn_wrong").users.me()
    with pytest.raises(APIResponseError) as lost:
        client(sandbox).pages.retrieve(str(uuid.uuid4()))
    assert (stranger.value.status, stranger.value.code) == (401, "unauthorized")
    assert (lost.value.status, lost.value.code) == (404, "object_not_found")


def test_too_many_calls_say_when_to_come_back(sandbox: Sandbox) -> None:
    sandbox.post("/faults", service="notion", kind="rate_limited", retry_after=9)
    with pytest.raises(APIResponseError) as refused:
        client(sandbox).users.me()
    assert (refused.value.code, refused.value.headers["retry-after"]) == ("rate_limited", "9")


def test_the_product_takes_a_lead_away_twice_as_once(sandbox: Sandbox, settings: Settings) -> None:
    settings.NOTION_API_URL = f"{sandbox.url}/notion"
    notion, lead = client(sandbox), str(uuid.uuid4())
    page = notion.pages.create(parent=PARENT, properties={"Flow IA ID": text(lead)})
    target = {"data_source_id": demo.NOTION_DATA_SOURCE_ID}
    connection = Connection({"token": demo.NOTION_TOKEN}, target, {"lead_id": "Flow IA ID"})
    for known in ("", page["id"], ""):
        NOTION.erase(connection, lead, known)
    assert by_lead(notion, lead)["results"] == []
    assert notion.pages.retrieve(page["id"])["in_trash"]
