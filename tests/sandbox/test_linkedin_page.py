"""The visitor's LinkedIn: writing as both sides, the session, the traps."""

import html
import json
import re

import pytest
import requests

from tests.sandbox.conftest import Sandbox
from tests.sandbox.linkedin import Browser, control, english, order, thread_of, urn


@pytest.fixture(autouse=True)
def at_first(sandbox: Sandbox) -> None:
    order(sandbox, "reset")


class Visitor:
    """Somebody with a browser that takes cookies and runs no script."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.url = f"{sandbox.url}/linkedin/sandbox"
        self.browser = requests.Session()

    def see(self, **query: str) -> str:
        answer = self.browser.get(self.url, params=query, timeout=5)
        assert answer.status_code == 200
        return html.unescape(answer.text)

    def do(self, **form: str) -> requests.Response:
        [secret, *_] = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.see())
        told = {"csrfmiddlewaretoken": secret, **form}
        return self.browser.post(self.url, data=told, timeout=5)


def last(sandbox: Sandbox, thread: str) -> tuple[str, str]:
    said = control(sandbox, "messages", thread=thread)["messages"][-1]
    return said["by"], said["text"].replace("\r", "")


def test_a_visitor_writes_as_the_contact_and_answers_as_the_member(sandbox: Sandbox) -> None:
    thread = thread_of(sandbox, "Marc Delmas")["thread"]
    visitor = Visitor(sandbox)
    assert "Encore moi" in visitor.do(thread=thread, text="Encore moi").text
    assert last(sandbox, thread) == ("contact", "Encore moi")
    visitor.do(act="human", thread=thread, text="Non,\nmerci")
    assert last(sandbox, thread) == ("human", "Non,\nmerci")


def test_somebody_new_writes_to_either_member(sandbox: Sandbox) -> None:
    grace = english(sandbox)
    page = Visitor(sandbox).do(member=grace, name="Ada Poe", kind="sales", text="Hi!").text
    assert "Ada Poe" in page
    [person] = thread_of(sandbox, "Ada Poe", member=grace)["contacts"]
    people = {one["id"]: one["headline"] for one in control(sandbox, "contacts")["contacts"]}
    assert people[person["id"]] == "Growth at LeadRocket"


def test_nothing_is_not_a_message(sandbox: Sandbox) -> None:
    thread = thread_of(sandbox, "Marc Delmas")["thread"]
    answer = Visitor(sandbox).do(thread=thread, text=" ")
    assert answer.status_code == 400
    assert "Écrivez d’abord" in html.unescape(answer.text)


@pytest.mark.parametrize("kind", ["cookie_editor", "cookies_txt", "storage_state"])
def test_the_session_is_there_to_copy_and_to_download(sandbox: Sandbox, kind: str) -> None:
    visitor = Visitor(sandbox)
    shown = visitor.see(**{"as": kind}).partition("readonly")[2].partition(">")[2]
    shown = shown.partition("</textarea>")[0]
    file = visitor.browser.get(f"{visitor.url}/cookies", params={"as": kind}, timeout=5)
    assert "attachment" in file.headers["Content-Disposition"]
    assert "li_at" in shown
    told = control(sandbox, "export")[kind]
    li_at = told if isinstance(told, str) else json.dumps(told)
    [value] = set(re.findall(r"AQEDAT[\w-]+", li_at))
    assert value in shown
    assert value in file.text


def test_logging_out_ends_the_session_until_one_logs_in_again(sandbox: Sandbox) -> None:
    browser, visitor = Browser.of(sandbox), Visitor(sandbox)
    assert "li_at" not in visitor.do(act="revoke").text
    assert browser.see().status_code == 302
    assert "li_at" in visitor.do(act="sign_in").text
    assert browser.see().status_code == 302
    assert Browser.of(sandbox).see().status_code == 200


def test_a_visitor_sees_linkedin_as_the_member(sandbox: Sandbox) -> None:
    answer = Visitor(sandbox).do(act="enter")
    assert answer.url.endswith("/linkedin/messaging/")
    assert '<script id="page"' in answer.text


def test_a_trap_is_set_and_taken_away_for_the_member_alone(sandbox: Sandbox) -> None:
    visitor, browser = Visitor(sandbox), Browser.of(sandbox)
    grace = Browser.of(sandbox, member=english(sandbox))
    assert visitor.do(act="press", trap="robot").text.count('aria-pressed="true"') == 2
    assert [browser.see().status_code, grace.see().status_code] == [999, 200]
    assert visitor.do(act="press", trap="robot").text.count('aria-pressed="true"') == 1
    visitor.do(act="press", trap="checkpoint")
    visitor.do(act="release")
    assert browser.see().status_code == 200


def test_what_a_browser_did_is_shown(sandbox: Sandbox) -> None:
    browser = Browser.of(sandbox)
    browser.see()
    browser.create(urn(thread_of(sandbox, "Zoé Martin")), "Bonjour Zoé !")
    assert Visitor(sandbox).see().count("Bonjour Zoé !") == 2


def test_the_phone_leads_to_linkedin(sandbox: Sandbox) -> None:
    assert 'href="/linkedin/sandbox"' in requests.get(sandbox.url, timeout=5).text
