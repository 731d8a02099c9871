"""The page on the lead tools: tables as people see them, and what they do there."""

import json
import re
from html import unescape
from typing import Any

import pytest
import requests

from sandbox import demo
from tests.sandbox.tools import Tools, tools

__all__ = ("tools",)
ENGLISH = {"Accept-Language": "en"}


def shown(tools: Tools, tool: str, **query: str) -> str:
    url, asked = f"{tools.sandbox.url}/tools", {"tool": tool, **query}
    page = requests.get(url, params=asked, headers=ENGLISH, timeout=5)
    assert page.ok
    return page.text


def press(tools: Tools, **form: Any) -> requests.Response:
    browser = requests.Session()
    browser.headers.update(ENGLISH)
    browser.get(f"{tools.sandbox.url}/tools", timeout=5)
    token = {"csrfmiddlewaretoken": browser.cookies["sandbox_csrf"]}
    return browser.post(f"{tools.sandbox.url}/tools", data={**token, **form}, timeout=5)


@pytest.mark.parametrize("tool", ["notion", "airtable", "sheets"])
def test_a_table_is_shown_in_two_languages(tools: Tools, tool: str) -> None:
    assert "Leads in" in shown(tools, tool)
    french = requests.get(f"{tools.sandbox.url}/tools", params={"tool": tool}, timeout=5)
    assert "Les prospects dans" in french.text
    assert "<script" not in french.text


def test_a_cell_shows_that_it_is_a_formula(tools: Tools) -> None:
    sheet = tools.file().sheet1
    sheet.append_row(["=1+1"], table_range="A1:H1")
    assert "formula</span>" not in shown(tools, "sheets")
    sheet.update_cell(2, 1, "=1+1")
    assert re.search(r"formula</span>\s*=1\+1", shown(tools, "sheets"))


def test_what_is_written_is_no_markup(tools: Tools) -> None:
    tools.table().create({"Nom": "<b>Zoé</b>"})
    assert "&lt;b&gt;Zoé" in shown(tools, "airtable")


def test_buttons_do_what_people_do(tools: Tools) -> None:
    row = tools.table().create({"Nom": "Zoé"})["id"]
    press(tools, tool="airtable", row=row, deed="duplicate_row")
    assert len(tools.table().all()) == 2
    press(tools, tool="airtable", row=row, deed="delete_row")
    press(tools, tool="airtable", column="Nom", to="Prénom", deed="rename_column")
    [left] = tools.table().all()
    assert left["fields"] == {"Prénom": "Zoé"}
    press(tools, tool="airtable", deed="revoke_token")
    with pytest.raises(requests.HTTPError):
        tools.table().all()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"deed": "delete_row"}, "Choose a row first."),
        ({"deed": "rename_column", "column": "Nom"}, "Write the new name first."),
        ({"deed": "danse"}, "That cannot be done here."),
    ],
)
def test_a_button_that_needs_more_says_so(tools: Tools, form: Any, words: str) -> None:
    page = press(tools, tool="airtable", **form)
    assert page.status_code == 400
    assert words in page.text


def test_a_tool_without_tables_still_has_a_page(tools: Tools) -> None:
    for whole in ("", "appSandboxMarches"):
        target = "tblSandboxStands0" if whole else ""
        done = {"deed": "delete_target", "target": target}
        tools.sandbox.post("/tools/do", tool="airtable", **done)
    assert "Nothing is left here." in shown(tools, "airtable")


def test_what_connects_a_tool_is_shown_as_it_is_pasted(tools: Tools) -> None:
    assert demo.NOTION_TOKEN in shown(tools, "notion")
    assert demo.AIRTABLE_TOKEN in shown(tools, "airtable")
    page = unescape(shown(tools, "sheets"))
    [key] = re.findall(r"<textarea readonly[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert {**json.loads(key), "token_uri": ""} == {**tools.key(), "token_uri": ""}
    assert f"https://docs.google.com/spreadsheets/d/{demo.SPREADSHEET_ID}/edit" in page
    assert "/tools/google_sheets" in page
