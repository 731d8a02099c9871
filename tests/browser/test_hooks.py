"""Outgoing webhooks in a browser: added, tried, told of a lead, failing, gone, sent again."""

import re
import secrets

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.journeys.driver import eventually

pytestmark = pytest.mark.slow
PASSWORD = "six-tasses-en-grès"
PLAN = """
from accounts.models import User
from billing.models import Subscription
workspace = User.objects.get(email="{email}").workspaces.get()
Subscription.objects.update_or_create(workspace=workspace, defaults={{"plan": "premium"}})
"""


def told(visit: Visit, box: str) -> list[tuple[str, str, int]]:
    asked = {"service": "receiver", "recipient": box}
    address = f"{visit.driver.stack.sandbox_url}/calls"
    calls = requests.get(address, params=asked, timeout=10).json()["calls"]
    return [(one["body"].get("type", ""), one["text"], one["status"]) for one in calls]


def sandbox(visit: Visit, path: str, **body: object) -> None:
    address = f"{visit.driver.stack.sandbox_url}{path}"
    requests.post(address, json=body, timeout=10).raise_for_status()


def test_an_owner_sends_leads_to_a_program_of_their_own(visit: Visit) -> None:
    page, stack, box = visit.page, visit.driver.stack, f"box{secrets.token_hex(4)}"
    email = f"{secrets.token_hex(6)}@exemple.fr"
    page.goto(f"{stack.web_url}/register")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Créer mon compte").click()
    page.wait_for_url(re.compile("start"))

    page.goto(f"{stack.web_url}/tools/webhooks")
    expect(page.locator('main a[href="/plan"]')).to_be_visible()
    visit.check()
    assert stack.manage("shell", "-c", PLAN.format(email=email)).returncode == 0
    page.reload()
    page.locator('main a[href="/tools/webhooks/new"]').click()
    visit.check()
    page.locator("#id_name").fill("Ma caisse")
    page.locator("#id_url").fill("https://10.0.0.1/")
    page.locator("main form.card button").click()
    expect(page.locator(".errors")).to_be_visible()
    visit.check()
    page.locator("#id_url").fill(f"{stack.sandbox_url}/receiver/{box}")
    page.locator("main form.card button").click()
    secret = page.locator("#secret").input_value()
    assert secret.startswith("whsec_")
    visit.check()
    sandbox(visit, "/options", receiver_secrets={box: secret})

    page.locator("main .deeds a").click()
    assert secret not in page.content()
    page.locator('button[value="test"]').click()
    expect(page.locator(".note.success")).to_contain_text("200")
    assert told(visit, box) == [("test.ping", "signed", 200)]
    visit.check()
    sandbox(visit, "/faults", service="receiver", operation=box, kind="error", status=410)
    page.locator('button[value="test"]').click()
    expect(page.locator(".note.error")).to_contain_text("410")
    eventually(lambda: len(told(visit, box)) == 2, 10)
    page.locator("main table tbody th a").first.click()
    expect(page.locator("pre")).to_contain_text("test.ping")
    visit.check()
