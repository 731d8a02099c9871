"""Airtable in a browser: connected by hand with what the sandbox shows, written into, mended."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from sandbox import demo
from tests.browser.conftest import Reader, Visit
from tests.journeys.driver import Driver, eventually

pytestmark = pytest.mark.slow
QUESTION = "Bonjour, c'est combien la lampe Aube ?"
MINUTE = 60_000
TOOL = "/tools/airtable"


def shown_in_sandbox(visit: Visit) -> str:
    """Return the token that the sandbox's page tells a visitor to paste."""
    page = visit.page
    page.goto(f"{visit.driver.stack.sandbox_url}/tools?tool=airtable")
    page.locator("details.panel summary").first.click()
    token = page.locator(".logins code").first.inner_text()
    visit.check()
    page.locator('.panel a[href$="/tools/airtable"]').click()
    return token


def connect(visit: Visit, token: str) -> None:
    """Go the three steps; a wrong key first."""
    page = visit.page
    page.locator("#token").fill(f"pat{secrets.token_hex(14)}")
    page.locator('button[value="connect"]').click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#token")).to_have_value("")
    visit.check()
    page.locator("#token").fill(token)
    page.locator("#token").press("Enter")
    visit.check()
    page.locator("label").filter(has_text="Leads").click()
    page.locator('button[value="table"]').click()
    expect(page.locator("#c-summary")).to_have_value("new")
    visit.check()
    page.locator('button[value="columns"]').click()
    expect(page.locator("#live .tag.good")).to_be_visible()
    assert token not in page.content()


def columns_in_airtable(driver: Driver) -> list[str]:
    found: list[str] = driver.sandbox("/tools/table?tool=airtable")["columns"]
    return found


def rows_in_airtable(driver: Driver) -> list[str]:
    rows = driver.sandbox("/tools/table?tool=airtable")["rows"]
    return [row["cells"]["Flow IA ID"] for row in rows]


def disconnect(page: Page, visit: Visit) -> None:
    page.goto(f"{visit.driver.stack.web_url}{TOOL}/disconnect")
    visit.check()
    page.locator("button.grave").click()
    page.wait_for_url(re.compile("/tools$"))


def test_an_owner_connects_airtable_and_sees_a_lead_arrive(reader: Reader) -> None:
    page, driver = reader.page, reader.driver
    driver.forget_knocks()
    reader.sign_in()
    before = columns_in_airtable(driver)
    connect(reader, shown_in_sandbox(reader))
    try:
        it_arrives(reader, driver)
        it_fails_and_goes_on(reader, driver)
    finally:
        driver.sandbox("/tools/do", {"tool": "airtable", "deed": "revive_token"})
        disconnect(page, reader)
        for name in set(columns_in_airtable(driver)).difference(before):
            driver.sandbox(
                "/tools/do", {"tool": "airtable", "deed": "delete_column", "column": name}
            )


def it_arrives(reader: Reader, driver: Driver) -> None:
    page = reader.page
    contact = driver.write(QUESTION)
    driver.answer_to(contact)
    lead = eventually(lambda: driver.lead(contact), what="a lead")["id"]
    eventually(lambda: lead in rows_in_airtable(driver), what=lambda: rows_in_airtable(driver))
    page.locator("#pushes > summary").click()
    page.locator("#pushes tbody tr").first.wait_for(timeout=MINUTE)
    reader.check_sizes()
    page.goto(f"{driver.stack.web_url}/inbox/leads/{lead}")
    expect(page.locator("section", has_text="Airtable").locator(".tag.good").first).to_be_visible()
    reader.check()
    page.goto(f"{driver.stack.web_url}{TOOL}")


def it_fails_and_goes_on(visit: Visit, driver: Driver) -> None:
    """The open page tells by itself that the key died, and when it lives again."""
    page = visit.page
    driver.sandbox("/tools/do", {"tool": "airtable", "deed": "revoke_token"})
    page.locator('button[value="sync"]').click()
    expect(page.locator("#live .tag.call")).to_be_visible(timeout=MINUTE)
    page.reload()
    expect(page.locator("#token")).to_be_visible()
    visit.check()
    driver.sandbox("/tools/do", {"tool": "airtable", "deed": "revive_token"})
    page.locator("#token").fill(demo.AIRTABLE_TOKEN)
    page.locator('button[value="connect"]').click()
    expect(page.locator("#live .tag.good")).to_be_visible(timeout=MINUTE)
    visit.check()
