"""Calls that are not for us, not from the network, or not what the network sends."""

import hashlib
import json
import re

import pytest

from tests.journeys.driver import Driver
from tests.journeys.envelopes import envelope, message, new_contact, signed

pytestmark = pytest.mark.slow
PROBLEM = "application/problem+json"
RAISED = re.compile(r'"level": "(?:error|critical)"|Traceback|Internal Server Error')


def stored(driver: Driver, body: bytes) -> list[tuple[str, str]]:
    """Return status and reasons of the rows that hold this very call."""
    digest = hashlib.sha256(body).hexdigest()
    sql = "SELECT status, reasons FROM social_webhookevent WHERE digest = %s"
    return [(status, str(reasons)) for status, reasons in driver.rows(sql, digest)]


def test_an_unknown_account_is_taken_and_ignored_with_its_reason(driver: Driver) -> None:
    contact = new_contact()
    body = envelope(message(contact, "Bonjour", page="999999999999999"))
    assert driver.post(body).status == 200

    driver.at_rest()
    ((status, reasons),) = stored(driver, body)
    assert (status, "unknown_account" in reasons) == ("ignored", True)
    assert driver.conversation(contact) == {}


@pytest.mark.parametrize("kind", ["wrong", "missing", "another body's", "sha1 only"])
def test_a_wrong_signature_leaves_no_row(driver: Driver, kind: str) -> None:
    body = envelope(message(new_contact(), "Bonjour"))
    headers = {
        "wrong": signed(body, "another-secret"),
        "missing": {"Content-Type": "application/json"},
        "another body's": signed(body + b" "),
        "sha1 only": {"X-Hub-Signature": "sha1=" + "0" * 40},
    }[kind]
    answered = driver.post(body, headers)

    assert (answered.status, answered.content_type) == (403, PROBLEM)
    assert json.loads(answered.body)["code"] == "bad_signature"
    assert stored(driver, body) == []
    assert not RAISED.search(driver.logged())


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"object": "page", "entry": "' + b"x" * 2 * 1024 * 1024 + b'"}', 413),
        (b"ceci n'est pas du JSON", 400),
        (b"", 400),
        (b"\xff\xfe{}", 400),
        (b"[1, 2]", 400),
        (b'{"object": "page"}', 400),
        (b'{"object": 7, "entry": []}', 400),
        (b'{"object": "page", "entry": {"id": "1"}}', 400),
    ],
    ids=["2 MiB", "no JSON", "empty", "no UTF-8", "a list", "no entry", "object 7", "one entry"],
)
def test_a_signed_body_of_another_shape_is_refused_clearly(
    driver: Driver, body: bytes, status: int
) -> None:
    answered = driver.post(body)

    assert (answered.status, answered.content_type) == (status, PROBLEM)
    assert json.loads(answered.body)["status"] == status
    assert stored(driver, body) == []
    assert not RAISED.search(driver.logged())


def test_malformed_entries_never_cost_the_good_one_beside_them(driver: Driver) -> None:
    contact = new_contact()
    good = json.loads(envelope(message(contact, "Bonjour, c'est combien la lampe Aube ?")))
    broken: list[object] = [
        None,
        7,
        {"id": "1"},
        {"messaging": [{}]},
        {"messaging": [{"sender": {"id": []}}]},
    ]
    body = json.dumps({**good, "entry": [*broken, *good["entry"]]}).encode()
    assert driver.post(body).status == 200

    assert "89 €" in driver.answer_to(contact)
    assert not RAISED.search(driver.logged())
