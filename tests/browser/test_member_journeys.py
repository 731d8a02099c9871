"""What members do all day: approve by keyboard, take over, replay, switch language, sign in."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from sandbox import demo
from tests.browser.conftest import Reader
from tests.browser.test_people_pages import link_to
from tests.journeys.driver import Driver, eventually

pytestmark = pytest.mark.slow
QUESTION = "Bonjour, c'est combien la lampe Aube ?"
PASSWORD = "six-tasses-en-grès"
MINUTE = 60_000


@pytest.fixture
def drafting(driver: Driver) -> Iterator[None]:
    """Let the demo's scenario write drafts only, for one test."""
    (scenario,) = [
        one for one in driver.api("/scenarios")["results"] if one["name"] == demo.SCENARIO_NAME
    ]
    _patch(driver, f"/scenarios/{scenario['id']}", {"autonomy": "draft"})
    try:
        yield
    finally:
        _patch(driver, f"/scenarios/{scenario['id']}", {"autonomy": scenario["autonomy"]})


def _patch(driver: Driver, path: str, body: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {driver.token}"}
    answer = requests.patch(f"{driver.stack.web_url}{path}", json=body, headers=headers, timeout=30)
    assert answer.ok, answer.text


def open_conversation(reader: Reader, contact: str) -> None:
    reader.open(f"/inbox/{reader.driver.conversation(contact)['id']}")


def of_contact(page: Page, uid: str) -> Locator:
    return page.locator(".draft").filter(has=page.locator(f'a[href*="{uid}"]'))


def test_drafts_are_approved_by_keyboard_and_taken_back_in_time(
    reader: Reader, drafting: None
) -> None:
    page, driver = reader.page, reader.driver
    contact = driver.write(QUESTION)
    uid = str(eventually(lambda: driver.conversation(contact).get("id"), what="a conversation"))
    eventually(lambda: driver.api(f"/drafts?conversation={uid}")["results"], what="a draft")
    reader.sign_in()
    reader.open("/inbox/drafts")
    reader.check()
    drafts = page.locator("ol.drafts > li")
    eventually(lambda: drafts.count() > 0, what="drafts on the page")
    for _each in range(drafts.count()):
        if of_contact(page, uid).and_(page.locator("[aria-current]")).count():
            break
        page.keyboard.press("j")
    expect(of_contact(page, uid).and_(page.locator("[aria-current]"))).to_have_count(1)

    page.keyboard.press("a")
    expect(page.locator("#undo")).to_be_visible()
    page.keyboard.press("u")
    expect(of_contact(page, uid)).to_have_count(1)
    assert driver.sends(contact) == []

    of_contact(page, uid).focus()
    while not of_contact(page, uid).and_(page.locator("[aria-current]")).count():
        page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator("#undo")).to_be_visible()
    assert "89 €" in driver.answer_to(contact)
    assert len(driver.sends(contact)) == 1
    reader.check()


def test_a_member_takes_a_conversation_over_answers_and_gives_it_back(reader: Reader) -> None:
    page, driver = reader.page, reader.driver
    contact = driver.write(QUESTION)
    driver.answer_to(contact)
    reader.sign_in()
    open_conversation(reader, contact)
    reader.button("Take over").click()
    expect(reader.heading("A human answers")).to_be_visible()
    reader.check()

    driver.write("Et la lampe Brume ?", contact=contact)
    expect(page.locator(".line.inbound")).to_have_count(2, timeout=MINUTE)
    page.locator("textarea[name=text]").last.fill("Elle arrive en mars.")
    page.locator('button[name="do"][value="reply"]').click()
    assert driver.answer_to(contact, number=2) == "Elle arrive en mars."

    reader.button("Give back to the assistant").click()
    expect(reader.heading("The assistant answers")).to_be_visible()
    driver.let_all_go()
    driver.write("Et la livraison, c'est combien ?", contact=contact)
    driver.answer_to(contact, number=3)
    expect(page.locator(".line.outbound")).to_have_count(3, timeout=MINUTE)
    reader.check()


def test_the_time_machine_shows_what_other_words_would_have_answered(reader: Reader) -> None:
    page, driver = reader.page, reader.driver
    driver.answer_to(driver.write(QUESTION))
    (scenario,) = [
        one for one in driver.api("/scenarios")["results"] if one["name"] == demo.SCENARIO_NAME
    ]
    reader.sign_in()
    reader.open(f"/assistant/scenarios/{scenario['id']}/replay")
    reader.check()
    page.locator('button[name="do"][value="start"]').click()
    expect(page.locator("#live progress")).to_be_visible()
    # It goes on by itself, and lives on in its own address.
    page.reload()
    expect(page.locator("#live [data-running]")).to_have_count(0, timeout=MINUTE)
    expect(reader.heading("Message by message")).to_be_visible()
    expect(page.locator("#live")).to_contain_text(QUESTION)
    reader.check()


def test_the_language_is_switched_and_stays(reader: Reader) -> None:
    page = reader.page
    reader.sign_in()
    other = {"fr": ("English", "en"), "en": ("Français", "fr")}[reader.language]
    switch = page.get_by_role("button", name=other[0], exact=True)
    if not switch.is_visible():
        page.locator("header summary").first.click()
    switch.click()
    page.wait_for_load_state("load")
    expect(page.locator("html")).to_have_attribute("lang", other[1])
    reader.language = other[1]
    reader.open("/inbox/leads")
    expect(page.locator("html")).to_have_attribute("lang", other[1])
    expect(page.get_by_role("heading", level=1)).to_have_text(reader.words("Leads"))
    reader.check()


def test_a_forgotten_password_is_chosen_anew_from_the_letter_itself(reader: Reader) -> None:
    page, driver = reader.page, reader.driver
    driver.forget_knocks()
    email, new = f"{secrets.token_hex(6)}@exemple.fr", "douze-bols-en-faïence"
    with reader.another() as elsewhere:
        elsewhere.page.goto(f"{driver.stack.web_url}/register")
        elsewhere.page.get_by_label("Adresse e-mail").fill(email)
        elsewhere.page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
        elsewhere.page.get_by_role("button", name="Créer mon compte").click()
        expect(elsewhere.page.get_by_role("status").first).to_contain_text("Bienvenue")
    link_to(reader, email)

    reader.open("/login")
    page.get_by_role("link", name=reader.words("Forgot your password?")).click()
    page.get_by_label(reader.words("E-mail address")).fill(email)
    reader.button("Send me the e-mail").click()
    reader.check()
    reader.open(eventually(lambda: reset_link(reader, email), what="a letter with a link"))
    reader.check()
    page.get_by_label(reader.words("New password")).first.fill(new)
    reader.button("Set the new password").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text(
        reader.words("Choose a new password")
    )
    page.context.clear_cookies(name="flowia_session")
    reader.sign_in(email, new)


def reset_link(reader: Reader, email: str) -> str:
    """Return the newest letter's path if it leads to a new password."""
    path = link_to(reader, email)
    return path if "/password/reset/" in path else ""
