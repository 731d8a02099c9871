"""People in a browser: registering, inviting, and the places where one is signed in."""

import re
import secrets
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from sandbox import demo
from tests.browser.conftest import Visit
from tests.browser.test_owner_pages import sign_in
from tests.journeys.driver import eventually

pytestmark = pytest.mark.slow
PASSWORD = "six-tasses-en-grès"
LINK = re.compile(r"http://127\.0\.0\.1:\d+(/\S+)")


def new_address() -> str:
    return f"{secrets.token_hex(6)}@exemple.fr"


def link_to(visit: Visit, email: str) -> str:
    """Return the path in the newest letter to `email`, once it has come."""
    asked = f"/mail.json?{urlencode({'to': email})}"
    letters = eventually(lambda: visit.driver.sandbox(asked)["letters"], what="a letter")
    found = LINK.search(letters[0]["text"])
    assert found is not None
    return found[1]


def open_settings(page: Page, section: str) -> None:
    menu = page.locator("#menu > summary")
    if menu.is_visible():
        menu.click()
    page.get_by_role("link", name="Réglages").click()
    page.get_by_role("navigation", name="Réglages").get_by_role("link", name=section).click()


def test_somebody_registers_sets_up_their_workspace_and_signs_out(visit: Visit) -> None:
    page, email = visit.page, new_address()
    page.goto(f"{visit.driver.stack.web_url}/register")
    visit.check()
    expect(page.get_by_label("Fuseau horaire")).to_have_value("Europe/Paris")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill("123")
    page.get_by_role("button", name="Créer mon compte").click()
    expect(page.get_by_role("alert")).to_contain_text("Mot de passe")
    visit.check()
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Créer mon compte").click()
    expect(page.get_by_role("status").filter(has_text="Bienvenue")).to_be_visible()
    visit.check()

    open_settings(page, "Entreprise et faits")
    page.get_by_label("Nom", exact=True).fill("Atelier d’essai")
    page.get_by_label("Quoi").first.fill("Livraison")
    page.get_by_label("Réponse", exact=True).first.fill("gratuite")
    page.get_by_label("Quoi").first.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Enregistré.")).to_be_visible()
    expect(page.get_by_label("Réponse", exact=True).first).to_have_value("gratuite")
    visit.check()

    page.goto(visit.driver.stack.web_url + link_to(visit, email))
    page.get_by_role("button", name="Oui, la confirmer").click()
    expect(page.get_by_text("Votre adresse e-mail est confirmée.")).to_be_visible()
    expect(page.locator(".unproven")).to_have_count(0)
    page.locator(".switch > summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")


def test_an_invited_person_joins_from_another_browser(visit: Visit) -> None:
    page, email = visit.page, new_address()
    sign_in(visit)
    open_settings(page, "Membres")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_role("button", name="Envoyer l’invitation").click()
    expect(page.get_by_text(email).first).to_be_visible()
    visit.check()

    with visit.another() as other:
        other.page.goto(visit.driver.stack.web_url + link_to(visit, email))
        expect(other.page.get_by_role("heading", level=1)).to_contain_text(demo.WORKSPACE_NAME)
        other.check()
        other.page.get_by_label("Votre nom").fill("Inès")
        other.page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
        other.page.get_by_role("button", name="Créer mon compte et rejoindre").click()
        expect(
            other.page.get_by_role("status").filter(has_text=demo.WORKSPACE_NAME)
        ).to_be_visible()

    page.reload()
    page.get_by_role("listitem").filter(has_text=email).get_by_role("link", name="Retirer").click()
    page.wait_for_url("**/remove")
    visit.check()
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_text(email)).to_have_count(0)


def test_a_person_signs_another_browser_out(visit: Visit) -> None:
    page = visit.page
    sign_in(visit)
    with visit.another() as other:
        sign_in(other)
        open_settings(page, "Connexions")
        expect(page.get_by_role("main").get_by_text("cet appareil")).to_have_count(1)
        visit.check()
        page.get_by_role("link", name="Se déconnecter partout ailleurs…").click()
        page.wait_for_url("**/sessions/others")
        visit.check()
        page.get_by_role("button", name="Se déconnecter partout ailleurs").click()
        expect(page.get_by_text("Vous n’êtes connecté nulle part ailleurs.")).to_be_visible()

        other.page.reload()
        expect(other.page.get_by_role("heading", level=1)).to_have_text("Se connecter")
