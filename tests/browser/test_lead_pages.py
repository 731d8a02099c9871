"""Leads in a real browser: chosen by keyboard, set all at once and taken back, into a table."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Reader

pytestmark = pytest.mark.slow
SHOTS = os.environ.get("FLOWIA_SHOTS", "")
"""A directory for pictures of the pages, for people who look at them."""


def look(reader: Reader, name: str) -> None:
    reader.check()
    if SHOTS:
        size = reader.page.viewport_size or {"width": 0}
        for scheme in ("light", "dark"):
            reader.page.emulate_media(color_scheme=scheme)
            path = Path(SHOTS) / f"{name}-{size['width']}-{scheme}.png"
            reader.page.screenshot(path=path, full_page=True)
        reader.page.emulate_media(color_scheme=None)


def two_leads(reader: Reader) -> None:
    for question in ("Je la prends ! 06 12 34 56 78", "Bonjour, c'est combien la lampe Aube ?"):
        reader.driver.answer_to(reader.driver.write(question))


def test_leads_are_chosen_by_keyboard_set_taken_back_and_put_into_a_table(reader: Reader) -> None:
    two_leads(reader)
    reader.sign_in()
    page = reader.page
    reader.open("/inbox/leads")
    look(reader, "leads")
    boxes = page.locator('[name="lead"]')
    stage = page.locator('[name="do"][value="stage"]').first
    expect(stage).to_be_disabled()
    boxes.nth(0).focus()
    page.keyboard.press("Space")
    boxes.nth(1).focus()
    page.keyboard.press("Space")
    expect(stage.locator("b")).to_have_text("2")
    look(reader, "leads-chosen")

    with page.expect_download() as table:
        page.locator('[name="do"][value="csv"]').first.click()
    lines = table.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 3
    uids = [str(boxes.nth(at).get_attribute("value")) for at in (0, 1)]
    assert all(any(uid in line for line in lines) for uid in uids)

    stage.focus()
    page.keyboard.press("Enter")
    page.locator("#value").select_option("won")
    look(reader, "lead-act-ask")
    page.locator('main [name="do"][value="stage"]').press("Enter")
    undo = page.locator('.act [name="do"][value="undo"]')
    expect(undo).to_be_visible()
    look(reader, "lead-act-done")
    undo.press("Enter")
    expect(page.locator(".act")).to_be_visible()
    expect(undo).to_have_count(0)

    page.goto(f"{reader.driver.stack.web_url}/inbox/leads?level=hot&period=7")
    look(reader, "leads-filtered")
    page.locator("tbody th a").first.click()
    expect(page.locator("#story")).to_be_visible()
    look(reader, "lead")
    page.goto(f"{reader.driver.stack.web_url}/tasks")
    look(reader, "tasks")
