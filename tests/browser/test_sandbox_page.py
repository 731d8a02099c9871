"""The sandbox's phone: a visitor writes, is answered, and sees why."""

import re
from uuid import UUID

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.slow
QUESTION = "Bonjour, c'est combien la lampe Aube ?"
ANSWER_MILLISECONDS = 30_000
LONG = 60_000
PAUSE_SECONDS = 7


def write(visit: Visit, text: str) -> None:
    visit.page.get_by_label("Votre message").fill(text)
    visit.page.get_by_role("button", name="Envoyer").click()


def contact_of(visit: Visit) -> str:
    return visit.page.locator("[data-page]").get_attribute("data-contact") or ""


def lead_of(visit: Visit) -> str:
    rows = visit.driver.rows(
        "SELECT l.uid FROM processing_lead l JOIN processing_contact c ON c.id = l.contact_id"
        " WHERE c.external_id = %s",
        contact_of(visit),
    )
    return str(UUID(str(rows[0][0])))


def test_a_visitor_is_answered_in_the_page_and_sees_why(visit: Visit) -> None:
    page = visit.page
    page.goto(visit.driver.stack.sandbox_url)
    visit.check()
    write(visit, QUESTION)
    expect(page.locator(".bubble.mine")).to_contain_text("la lampe Aube")
    expect(page.locator(".bubble.theirs")).to_contain_text("89 €", timeout=ANSWER_MILLISECONDS)

    steps = page.locator("[data-steps]")
    expect(steps.get_by_text("Le message est arrivé")).to_be_visible()
    gates = steps.locator("details").first
    gates.locator("summary").click()
    expect(gates.get_by_text("La fenêtre de réponse du réseau est ouverte")).to_be_visible()
    expect(page.locator("[data-lead] q")).to_contain_text(QUESTION, timeout=LONG)
    expect(steps.get_by_text("Le prospect est écrit dans Notion")).to_be_visible(timeout=LONG)
    visit.check()

    lead = lead_of(visit)
    page.get_by_role("link", name="Voir sa ligne dans Notion").click()
    row = page.get_by_role("row").filter(has_text=lead)
    expect(row).to_have_count(1)
    expect(row).to_contain_text(QUESTION)
    visit.check()


def test_a_waiting_reply_shows_its_countdown_and_its_rule(visit: Visit) -> None:
    page = visit.page
    page.goto(visit.driver.stack.sandbox_url)
    write(visit, QUESTION)
    expect(page.locator(".bubble.theirs")).to_have_count(1, timeout=LONG)
    visit.driver.at_rest()
    visit.driver.lengthen_pause(contact_of(visit), PAUSE_SECONDS)
    write(visit, "Et vous êtes ouverts samedi ?")

    waiting = page.locator("[data-state] .card.wait")
    expect(waiting).to_contain_text("un seul message automatique par cinq minutes", timeout=LONG)
    expect(waiting.locator(".count")).to_have_text(re.compile(r"^\d+ s$"))
    expect(page.locator(".bubble.theirs")).to_have_count(2, timeout=LONG)
    expect(waiting).to_have_count(0)
    visit.check()


def test_a_hand_off_is_told_and_can_be_given_back(visit: Visit) -> None:
    page = visit.page
    page.goto(visit.driver.stack.sandbox_url)
    write(visit, "Je veux parler à un humain")
    handed_over = page.locator("[data-state] .card.human")
    expect(handed_over).to_contain_text("devrait parler à un humain", timeout=LONG)
    visit.check()

    handed_over.get_by_role("button").click()
    expect(page.locator("[data-state] .card.human")).to_have_count(0, timeout=LONG)
    visit.check()
