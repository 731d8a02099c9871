"""When nothing is sent: the plan's quota is spent, or the model gives no usable answer."""

import html
import http.client
import re
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest

from sandbox import demo
from tests.journeys.driver import Driver, eventually

pytestmark = pytest.mark.slow
QUESTION = "Bonjour, c'est combien la lampe Aube ?"
FREE = 10
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Browser:
    """The owner's browser without a screen: pages by path, cookies kept."""

    port: int
    cookies: dict[str, str]

    def page(self, path: str, form: dict[str, str] | None = None) -> str:
        """Return the text of a page; a form is posted."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {
            "Accept": "text/html",
            "Accept-Language": "fr",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"http://127.0.0.1:{self.port}/login",
        }
        method = "GET" if form is None else "POST"
        connection.request(method, path, urlencode(form or {}), headers)
        response = connection.getresponse()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        text = html.unescape(response.read().decode())
        connection.close()
        return text


@pytest.fixture
def owner(driver: Driver) -> Browser:
    """Return the owner's browser, signed in."""
    browser = Browser(driver.stack.port, {})
    found = TOKEN.search(browser.page("/login"))
    assert found
    login = {"username": demo.OWNER_EMAIL, "password": demo.MEMBERS_PASSWORD}
    browser.page("/login", {"csrfmiddlewaretoken": found[1], **login})
    assert "flowia_session" in browser.cookies
    return browser


def test_the_eleventh_message_of_the_day_is_not_sent_nor_paid_for(
    driver: Driver, owner: Browser
) -> None:
    driver.plan("freemium")
    driver.clock_of_the_wall(21)
    contacts = [driver.write(QUESTION) for _ in range(FREE + 1)]
    outcomes = {contact: driver.outcome(contact, 60) for contact in contacts}
    driver.at_rest()

    (last,) = [one for one, outcome in outcomes.items() if outcome[1] == "quota_waits"]
    assert driver.sends(last) == []
    assert len(driver.sends()) == FREE
    assert len(driver.calls("openai")) == FREE
    assert driver.quota() == (FREE, 0)
    (decided,) = driver.ledger(last, "decided")
    assert (decided["reason"], decided["gates"][-1]["gate"]) == ("quota_waits", "quota")
    assert decided["data"]["position"] == 1
    assert decided["sentence"] in owner.page(f"/inbox/{driver.conversation(last)['id']}")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("rate_limited", "model_rate_limited"),
        ("server_error", "model_error"),
        ("refusal", "model_refused"),
        ("truncated", "model_truncated"),
        ("not_json", "model_invalid"),
        ("insufficient_quota", "model_out_of_credit"),
    ],
)
def test_a_model_that_fails_hands_over_and_the_owner_sees_why(
    driver: Driver, owner: Browser, fault: str, reason: str
) -> None:
    driver.fault("openai", fault, times=None, retry_after=1)
    contact = driver.write(QUESTION)

    assert driver.outcome(contact, 40) == ("handoff", reason)
    driver.at_rest()
    (told,) = driver.sends(contact)
    assert demo.HANDOFF_TEXT in told["text"]
    assert driver.quota() == (1, 0)
    conversation = eventually(lambda: driver.conversation(contact))
    assert (conversation["handled_by"], conversation["handoff_reason"]) == ("human", reason)
    inbox = owner.page(f"/inbox?show=needs&search={contact[-8:]}")
    assert f"/inbox/{conversation['id']}" in inbox
    assert conversation["handoff_sentence"] in inbox
    assert conversation["handoff_sentence"] in owner.page(f"/inbox/{conversation['id']}")


def test_a_model_that_fails_once_is_asked_again(driver: Driver) -> None:
    driver.fault("openai", "server_error", times=1)
    contact = driver.write(QUESTION)

    assert "89 €" in driver.answer_to(contact)
    driver.at_rest()
    reasons = [row["reason"] for row in driver.ledger(contact, "decided")]
    assert reasons == ["model_retry", "replied"]
    assert driver.quota() == (1, 0)
