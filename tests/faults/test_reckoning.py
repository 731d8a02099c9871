"""The judge can say no: fed with a lost, a doubled and an invented send, it names each."""

from typing import Any

import pytest

from sandbox import demo
from tests.faults.reckoning import Fate, reckon
from tests.journeys.driver import Driver
from tests.journeys.envelopes import new_contact
from tests.stack import fetch

ANSWERED = Fate("reply", "replied", "sent")


def call(recipient: str, status: int = 200) -> dict[str, Any]:
    return {"recipient": recipient, "status": status, "text": "Bonjour"}


def test_all_is_well_when_each_is_answered_once_or_explained() -> None:
    fates = {"a": ANSWERED, "b": Fate("silent", "quota_spent"), "c": Fate("reply", "replied")}
    fates["c"] = Fate("reply", "replied", "unconfirmed")
    found = reckon("abc", [call("a"), call("a", 500), call("c")], fates)

    assert (found.answered, found.explained, found.wrong) == (["a", "c"], ["b"], {})


@pytest.mark.parametrize(
    ("calls", "fate", "wrong"),
    [
        ([call("a"), call("a")], ANSWERED, {"twice": ["a"]}),
        ([], Fate("", "settling"), {"lost": ["a"]}),
        ([], Fate("silent", ""), {"lost": ["a"]}),
        ([], Fate("reply", "replied", "queued"), {"lost": ["a"]}),
        ([], None, {"lost": ["a"]}),
        ([call("a", 429)], ANSWERED, {"lost": ["a"], "not known": ["a"]}),
        ([call("a")], Fate("reply", "replied", "failed"), {"not known": ["a"]}),
        ([call("a"), call("b")], ANSWERED, {"unexpected": ["b"]}),
    ],
)
def test_what_may_never_happen_is_named(
    calls: list[dict[str, Any]], fate: Fate | None, wrong: dict[str, list[str]]
) -> None:
    assert reckon(["a"], calls, {"a": fate} if fate else {}).wrong == wrong


@pytest.mark.slow
def test_a_naive_sender_that_tries_again_is_caught_by_the_networks_log(
    sqlite_driver: Driver,
) -> None:
    contact, sandbox = new_contact(), sqlite_driver.stack.sandbox_url
    body = {"recipient": {"id": contact}, "message": {"text": "Bonjour !"}}
    token = {"Authorization": f"Bearer {demo.PAGE_TOKEN}"}
    for _ in range(2):
        status, _answer = fetch(f"{sandbox}/graph/v26.0/{demo.PAGE_ID}/messages", body, **token)
        assert status == 200

    found = reckon([contact], sqlite_driver.sends(), {contact: ANSWERED})
    assert found.wrong == {"twice": [contact]}
