"""A run says once that there is no browser, as soon as its workers have looked."""

import json
from pathlib import Path

import pytest

from flowia.run import children, conductor, readiness
from flowia.run.plan import Plan
from flowia.run.signals import Interruptions

PLAN = Plan(serve=True, told={}, var=Path(), port=1, sandbox_port=2, mail_port=3)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"parts": {"sessions": {"ok": True, "browser": True}}}, True),
        ({"parts": {"sessions": {"ok": True, "browser": False}}}, False),
        ({"parts": {"sessions": {"ok": True, "browser": None}}}, None),
        ({"parts": {"sessions": {"ok": False, "error": "OperationalError"}}}, None),
        ({"parts": {}}, None),
        ([], None),
    ],
)
def test_what_the_workers_found_stands_on_the_page_of_health(
    body: object, found: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "_ask", lambda *_asked: (503, json.dumps(body).encode()))
    assert readiness.browser(PLAN) is found


@pytest.mark.parametrize(
    ("answers", "told"),
    [([None, None, False, False], 1), ([None, True], 0), ([True, False], 0)],
)
def test_a_missing_browser_is_told_once(
    answers: list[bool | None],
    told: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.setattr(children, "PAUSE", 0)
    given = iter(answers)
    monkeypatch.setattr(readiness, "browser", lambda _plan: next(given))
    conductor.tell_of_browser(PLAN, Interruptions())
    assert capsys.readouterr().out.count("No browser was found") == told


def test_nobody_waits_for_ever_to_hear_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(children, "PAUSE", 0)
    monkeypatch.setattr(conductor, "BROWSER_SECONDS", 0.05)
    monkeypatch.setattr(readiness, "browser", lambda _plan: None)
    conductor.tell_of_browser(PLAN, Interruptions())
    assert capsys.readouterr().out == ""
