"""The mail server and the mailbox: letters over SMTP in, a page and JSON out, faults on request."""

import smtplib
import time
from email.message import EmailMessage

import pytest
import requests

from sandbox.__main__ import environment_lines
from tests.sandbox.conftest import Sandbox

ADDRESS = "camille@exemple.fr"
TEXT = "Bonjour,\nvotre lien : http://127.0.0.1:8000/verify/a-b_c.d\n<script>alert(1)</script>\n"


def send(sandbox: Sandbox, *receivers: str, subject: str = "Écoutez", patience: float = 5) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Flow IA <a@flowia.fr>", ADDRESS, subject
    message.set_content(TEXT)
    message.add_alternative("<p>Bonjour</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", sandbox.mail_port, timeout=patience) as server:
        server.send_message(message, to_addrs=receivers or [ADDRESS])


def page(sandbox: Sandbox, path: str) -> str:
    return requests.get(f"{sandbox.url}{path}", headers={"Accept-Language": "fr"}, timeout=5).text


def test_a_letter_arrives_as_it_was_written(sandbox: Sandbox) -> None:
    send(sandbox)
    [letter] = sandbox.get("/mail.json")["letters"]
    assert (letter["receiver"], letter["sender"]) == (ADDRESS, "a@flowia.fr")
    assert letter["subject"] == "Écoutez"
    assert letter["text"].replace("\r\n", "\n") == TEXT
    assert "<p>Bonjour</p>" in letter["html"]


def test_each_receiver_has_their_own_letters_newest_first(sandbox: Sandbox) -> None:
    send(sandbox, ADDRESS, "b@exemple.fr", subject="un")
    send(sandbox, subject="deux")
    subjects = [one["subject"] for one in sandbox.get("/mail.json", to=ADDRESS)["letters"]]
    assert subjects == ["deux", "un"]
    assert len(sandbox.get("/mail.json", to="b@exemple.fr")["letters"]) == 1


def test_the_mailbox_leads_to_the_letter_and_its_link(sandbox: Sandbox) -> None:
    send(sandbox)
    number = sandbox.get("/mail.json")["letters"][0]["id"]
    listed = page(sandbox, "/mail")
    assert f'href="/mail/{number}"' in listed
    assert ADDRESS in listed
    shown = page(sandbox, f"/mail/{number}")
    assert '<a href="http://127.0.0.1:8000/verify/a-b_c.d"' in shown
    assert "&lt;script&gt;" in shown


def test_the_phone_leads_to_the_mailbox(sandbox: Sandbox) -> None:
    assert 'href="/mail"' in page(sandbox, "/")
    assert "Boîte aux lettres" in page(sandbox, "/mail")


def test_there_is_no_letter_where_none_is(sandbox: Sandbox) -> None:
    assert requests.get(f"{sandbox.url}/mail/999999", timeout=5).status_code == 404


@pytest.mark.parametrize(("kind", "reply"), [("refuses", 550), ("busy", 451)])
def test_a_receiver_is_refused_on_request(sandbox: Sandbox, kind: str, reply: int) -> None:
    sandbox.post("/faults", service="mail", kind=kind)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        send(sandbox)
    assert caught.value.recipients[ADDRESS][0] == reply
    send(sandbox)
    assert [one["status"] for one in sandbox.get("/calls", service="mail")["calls"]] == [reply, 250]


def test_a_server_that_is_down_hangs_up(sandbox: Sandbox) -> None:
    sandbox.post("/faults", service="mail", kind="down")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(sandbox)


def test_a_server_that_hangs_says_nothing(sandbox: Sandbox) -> None:
    sandbox.post("/faults", service="mail", kind="hangs", seconds=2)
    begun = time.monotonic()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(sandbox, patience=0.3)
    assert 0.3 <= time.monotonic() - begun < 1.5


def test_a_letter_taken_before_the_silence_is_kept(sandbox: Sandbox) -> None:
    sandbox.post("/faults", service="mail", kind="timeout_after_acceptance", seconds=2)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(sandbox, patience=0.3)
    assert len(sandbox.get("/mail.json")["letters"]) == 1


def test_the_pages_switch_makes_the_mail_server_fail(sandbox: Sandbox) -> None:
    browser = requests.Session()
    browser.get(sandbox.url, timeout=5)
    token = {"csrfmiddlewaretoken": browser.cookies["sandbox_csrf"]}
    form = {"account": "messenger", "fault": "mail:refuses", "times": "1", **token}
    shown = browser.post(f"{sandbox.url}/change-faults", data=form, timeout=5)
    assert "<strong>E-mail</strong>" in shown.text
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(sandbox)


def test_the_demo_posts_its_letters_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_PORT", "9001")
    monkeypatch.delenv("SANDBOX_MAIL_PORT", raising=False)
    assert "EMAIL_URL=smtp://127.0.0.1:9002" in environment_lines().splitlines()
    monkeypatch.setenv("SANDBOX_MAIL_PORT", "9100")
    assert "EMAIL_URL=smtp://127.0.0.1:9100" in environment_lines().splitlines()
