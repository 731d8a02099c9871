"""No secret and nobody's words in any log, whatever happens."""

import pytest

from sandbox import demo
from tests.conftest import QUICK
from tests.journeys.driver import Driver, envelope, eventually, message, new_contact, signed

pytestmark = pytest.mark.slow
SAID = "glycine-en-fleur"
SECRETS = {
    "the Page's token": demo.PAGE_TOKEN,
    "the model's key": QUICK["OPENAI_API_KEY"],
    "Notion's token": demo.NOTION_TOKEN,
    "Meta's app secret": demo.APP_SECRET,
    "Meta's verify token": demo.VERIFY_TOKEN,
    "the owner's password": demo.MEMBERS_PASSWORD,
    "a contact's words": SAID,
    "our answer's words": "porcelaine émaillée",
    "a native answer's words": "rhododendron",
}


def test_the_passwords_of_the_machine_room_are_not_logged(driver: Driver) -> None:
    secrets = []
    for name in ("secrets.env", "services.env"):
        lines = (driver.stack.var / name).read_text(encoding="utf-8").splitlines()
        values = [line.partition("=")[2] for line in lines if "=" in line]
        secrets += [value.rpartition("@")[0].rpartition(":")[2] or value for value in values]

    assert len(secrets) >= 3
    logs = [path.read_text(errors="replace") for path in (driver.stack.var / "log").iterdir()]
    assert not [secret for secret in secrets for log in logs if secret in log]


def test_no_secret_and_no_words_reach_the_logs(driver: Driver) -> None:
    question = f"Bonjour, c'est combien la lampe Aube {SAID} ?"
    for fault in (("openai", "server_error"), ("graph", "server_error"), ("notion", "not_json")):
        driver.fault(*fault)
    contact = driver.write(question)
    driver.outcome(contact)
    driver.answer_to(driver.write(question))
    driver.sandbox("/human", {"contact": contact, "text": "rhododendron"})
    for body in (f"pas du JSON {SAID}".encode(), b'{"object": "page", "entry": "' + SAID.encode()):
        driver.post(body)
    forged = envelope(message(new_contact(), question))
    driver.post(forged, signed(forged, "another-secret"))
    eventually(lambda: "push postponed" in driver.logged(), what="the failure of Notion")
    eventually(lambda: driver.conversation(contact)["handled_by"] == "human")

    texts = {
        path.name: path.read_text(encoding="utf-8", errors="replace")
        for path in [*(driver.stack.var / "log").iterdir(), driver.stack.var / "up.out"]
    }
    assert "worker-reply.log" in texts
    allowed = {("up.out", "the owner's password")}  # printed for the visitor of the demo
    found = {
        (name, what)
        for name, text in texts.items()
        for what, secret in SECRETS.items()
        if secret in text or ascii(secret).strip("'") in text
    }
    assert found - allowed == set()
