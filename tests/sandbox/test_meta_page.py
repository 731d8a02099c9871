"""The phone below a publication, and the buttons that end an access."""

import re

import pytest
import requests

from sandbox import demo
from tests.sandbox.conftest import Sandbox
from tests.sandbox.meta import call, error_of
from tests.sandbox.test_meta_comments import comment, private_reply, reply


def browser_at(sandbox: Sandbox, path: str = "/") -> tuple[requests.Session, dict[str, str]]:
    """Return a browser that has seen the page, and what its forms carry along."""
    browser = requests.Session()
    browser.get(f"{sandbox.url}{path}", timeout=5)
    return browser, {"csrfmiddlewaretoken": browser.cookies["sandbox_csrf"]}


@pytest.mark.parametrize(
    ("account", "words"), [("messenger", demo.POST_TEXT), ("instagram", demo.MEDIA_TEXT)]
)
def test_a_visitor_comments_without_javascript(sandbox: Sandbox, account: str, words: str) -> None:
    browser, form = browser_at(sandbox)
    form |= {"account": account, "place": "post"}
    page = browser.post(f"{sandbox.url}/", data={**form, "text": "<b>Prix ?</b>"}, timeout=5)
    assert "&lt;b&gt;Prix ?" in page.text
    assert words.replace("'", "&#x27;") in page.text
    contact = re.findall(r"contact=(\d+)", page.url)[0]
    again = browser.post(
        f"{sandbox.url}/", data={**form, "contact": contact, "text": "Et en bleu ?"}, timeout=5
    )
    assert page.url == again.url
    assert again.text.count('class="comment') == 2
    assert 'class="comment answer"' in again.text


def test_a_visitor_writes_to_an_account_that_another_workspace_connected(sandbox: Sandbox) -> None:
    browser, form = browser_at(sandbox)
    address = f"{sandbox.url}/to/meta/{demo.THIRD_PAGE_ID}"
    page = browser.get(address, timeout=5)
    assert page.url.endswith(f"/?account={demo.THIRD_PAGE_ID}")
    assert f"<h1>{demo.THIRD_PAGE_NAME}</h1>" in page.text
    assert "sa propre boîte de réception" in page.text

    form |= {"account": demo.THIRD_PAGE_ID}
    page = browser.post(f"{sandbox.url}/", data={**form, "text": "Bonjour"}, timeout=5)
    assert f"account={demo.THIRD_PAGE_ID}" in page.url
    assert 'class="bubble mine' in page.text
    contact = re.findall(r"contact=(\d+)", page.url)[0]
    heard = sandbox.get("/thread", account=demo.PAGE_ID, contact=contact)
    assert heard["contact"] == contact


@pytest.mark.parametrize("network", ["tiktok", "youtube", "linkedin"])
def test_each_network_has_its_own_place_to_write(sandbox: Sandbox, network: str) -> None:
    found = requests.get(f"{sandbox.url}/to/{network}/x", timeout=5, allow_redirects=False)
    assert found.headers["Location"].startswith(f"/{network}")


def test_the_demos_own_page_is_found_by_its_id_too(sandbox: Sandbox) -> None:
    page = requests.get(f"{sandbox.url}/to/meta/{demo.PAGE_ID}", timeout=5)
    assert f"<h1>{demo.WORKSPACE_NAME}</h1>" in page.text
    assert 'data-account="messenger"' in page.text


def test_the_page_shows_public_and_private_answers(sandbox: Sandbox) -> None:
    said = comment(sandbox)
    reply(sandbox, said["comment"], "Réponse publique")
    private_reply(sandbox, said["comment"])
    place = {"account": "messenger", "contact": said["contact"]}
    public = sandbox.get("/thread", place="post", **place)
    assert public["parent"] == said["comment"]
    shown = [part["html"] for part in public["bubbles"]]
    assert [("message privé" in html, "Réponse publique" in html) for html in shown] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    [bubble] = sandbox.get("/thread", **place)["bubbles"]
    assert "En privé : 89 €." in bubble["html"]


def test_a_button_ends_an_access_and_another_gives_it_back(sandbox: Sandbox) -> None:
    browser, form = browser_at(sandbox)
    address = f"{sandbox.url}/change-accounts"
    page = browser.post(address, data={**form, "revoke": demo.PAGE_ID}, timeout=5)
    assert "accès coupé" in page.text
    assert error_of(call(sandbox, "GET", "me", demo.PAGE_TOKEN)) == (190, 460)
    page = browser.post(address, data={**form, "restore": "1"}, timeout=5)
    assert "accès coupé" not in page.text
    assert call(sandbox, "GET", "me", demo.PAGE_TOKEN).ok
