"""The owner's pages: sign in, find the conversation, ask why, see who needs a human."""

import pytest
from playwright.sync_api import expect

from sandbox import demo
from tests.browser.conftest import Visit

pytestmark = pytest.mark.slow
QUESTION = "Bonjour, c'est combien la lampe Aube ?"
LONG = 60_000
PAUSE_SECONDS = 7


def sign_in(visit: Visit) -> None:
    visit.page.goto(visit.driver.stack.web_url)
    visit.page.get_by_label("Adresse e-mail").fill(demo.OWNER_EMAIL)
    visit.page.get_by_label("Mot de passe").fill(demo.MEMBERS_PASSWORD)
    visit.page.get_by_role("button", name="Se connecter").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Boîte de réception")


def open_conversation(visit: Visit, contact: str) -> None:
    conversation = visit.driver.conversation(contact)
    visit.page.locator(f'a[href="/inbox/{conversation["id"]}"]').click()


def test_the_owner_signs_in_finds_the_conversation_and_asks_why(visit: Visit) -> None:
    page, driver = visit.page, visit.driver
    contact = driver.write(QUESTION)
    driver.answer_to(contact)
    page.goto(driver.stack.web_url)
    visit.check()
    sign_in(visit)
    visit.check()

    open_conversation(visit, contact)
    expect(page.locator(".bubble").filter(has_text="89 €")).to_be_visible()
    why = page.locator("details.why").first
    why.get_by_text("Pourquoi ?").click()
    expect(why.locator(".gates li").first).to_be_visible()
    expect(why).to_contain_text("La fenêtre de réponse du réseau est ouverte")
    expect(why).to_contain_text("sandbox-rules")
    visit.check()


def test_a_hand_off_stands_first_and_says_why(visit: Visit) -> None:
    page, driver = visit.page, visit.driver
    contact = driver.write("Je veux parler à un humain")
    driver.outcome(contact)
    sentence = driver.conversation(contact)["handoff_sentence"]
    sign_in(visit)
    row = page.get_by_role("listitem").filter(has=page.locator(f'a[href$="{uid(visit, contact)}"]'))
    expect(row).to_contain_text(sentence)
    visit.check()

    open_conversation(visit, contact)
    expect(page.get_by_role("heading", name="Un humain est attendu")).to_be_visible()
    expect(page.get_by_text(sentence).first).to_be_visible()
    visit.check()


def test_a_waiting_reply_says_until_when_and_why(visit: Visit) -> None:
    page, driver = visit.page, visit.driver
    contact = driver.write(QUESTION)
    driver.answer_to(contact)
    sign_in(visit)
    open_conversation(visit, contact)
    expect(page.locator(".line.inbound")).to_have_count(1)
    driver.at_rest()
    driver.lengthen_pause(contact, PAUSE_SECONDS)
    driver.write("Et vous êtes ouverts samedi ?", contact=contact)

    expect(page.locator(".tag.wait")).to_be_visible()
    expect(page.locator(".line.inbound").last).to_contain_text("message automatique")
    expect(page.locator(".line.outbound")).to_have_count(2, timeout=LONG)
    expect(page.locator(".tag.wait")).to_have_count(0)
    visit.check()


def uid(visit: Visit, contact: str) -> str:
    return str(visit.driver.conversation(contact)["id"])
