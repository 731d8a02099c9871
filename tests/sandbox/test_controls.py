"""Faults on request, the log of what arrived, and the page."""

import time

import pytest
import requests

from sandbox import demo
from sandbox.__main__ import environment_lines
from tests.sandbox.conftest import Sandbox
from tests.sandbox.test_meta import codes, send
from tests.stack import wait_until

CONTACT = "70123456789012345"


def test_a_message_accepted_before_the_answer_stalls_is_recorded(sandbox: Sandbox) -> None:
    sandbox.post("/faults", service="graph", kind="timeout_after_acceptance", seconds=0.6)
    begun = time.monotonic()
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{sandbox.url}/graph/v26.0/{demo.PAGE_ID}/messages",
            params={"access_token": demo.PAGE_TOKEN},
            json={"recipient": {"id": CONTACT}, "message": {"text": "Bonjour"}},
            timeout=0.3,
        )
    assert sandbox.get("/counts")["accepted_sends"] == 1
    assert wait_until(lambda: sandbox.product.posts, 1)
    assert time.monotonic() - begun < 2


def test_a_fault_is_played_as_often_as_asked(sandbox: Sandbox) -> None:
    sandbox.post("/faults", service="graph", kind="rate_limited", times=2, retry_after=5)
    first = send(sandbox, CONTACT)
    assert (codes(first)[:2], first.headers["Retry-After"]) == ((429, 80006), "5")
    assert send(sandbox, CONTACT).status_code == 429
    assert send(sandbox, CONTACT).status_code == 200


def test_a_fault_without_number_stays_until_removed(sandbox: Sandbox) -> None:
    sandbox.post("/faults", service="any", kind="server_error", times=None)
    assert [send(sandbox, CONTACT).status_code for _ in range(3)] == [500] * 3
    sandbox.delete("/faults")
    assert send(sandbox, CONTACT).status_code == 200


def test_an_unknown_fault_is_refused_with_what_exists(sandbox: Sandbox) -> None:
    assert "rate_limited" in sandbox.post("/faults", service="notion", kind="refusal")["error"]


def test_the_log_tells_what_was_sent_to_whom(sandbox: Sandbox) -> None:
    mid = send(sandbox, CONTACT, "Bonsoir").json()["message_id"]
    [call] = sandbox.get("/calls", service="graph")["calls"]
    seen = (call["operation"], call["status"], call["recipient"], call["text"], call["external_id"])
    assert seen == ("send", 200, CONTACT, "Bonsoir", mid)
    assert sandbox.get("/calls", since_id=call["id"])["calls"] == []


def test_another_site_cannot_make_a_browser_speak(sandbox: Sandbox) -> None:
    answer = requests.post(f"{sandbox.url}/say", data='{"text": "x"}', timeout=5)
    assert answer.status_code == 400
    form = requests.post(f"{sandbox.url}/", data={"text": "x"}, timeout=5)
    assert form.status_code == 403


@pytest.mark.parametrize(("language", "word"), [("fr", "bac à sable"), ("en", "sandbox")])
def test_the_page_speaks_the_readers_language(sandbox: Sandbox, language: str, word: str) -> None:
    page = requests.get(sandbox.url, headers={"Accept-Language": language}, timeout=5)
    assert f">{word}</span>" in page.text
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
    assert requests.get(f"{sandbox.url}/static/sandbox/phone.js", timeout=5).ok


def test_the_page_works_without_javascript(sandbox: Sandbox) -> None:
    browser = requests.Session()
    browser.get(sandbox.url, timeout=5)
    form = {"csrfmiddlewaretoken": browser.cookies["sandbox_csrf"], "account": "messenger"}
    page = browser.post(f"{sandbox.url}/", data={**form, "text": "<b>Bonjour</b>"}, timeout=5)
    assert "contact=" in page.url
    assert "&lt;b&gt;Bonjour" in page.text


def test_the_notion_table_is_shown(sandbox: Sandbox) -> None:
    assert requests.get(f"{sandbox.url}/notion-table", timeout=5).ok


def test_the_environment_points_at_the_stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("SANDBOX_PORT", "9001")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    lines = environment_lines().splitlines()
    assert "PUBLIC_URL=http://127.0.0.1:9000" in lines
    assert "META_GRAPH_URL=http://127.0.0.1:9001/graph" in lines


def test_ones_own_key_keeps_the_real_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    assert "OPENAI" not in environment_lines()
