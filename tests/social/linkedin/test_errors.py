"""Whatever the browser's program can say has a rule, and every rule is about something it says.

The codes are read from its source: a doubt that is new there fails here until somebody has decided
what follows from it.
"""

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from social.errors import ProviderError
from social.providers.linkedin import browser, states
from social.providers.linkedin.browser import Outcome, jobs, turnstile
from social.providers.linkedin.errors import RULES, STATUS, check, error_of
from social.refusals import rule_for

BROWSER = Path(browser.__file__).parent
PARENT = BROWSER.parent
STATES = {*states.STATES, jobs.FAILED} - {jobs.OK}


def literals(folder: Path, *functions: str) -> set[str]:
    """Return the texts that the modules of a folder give to functions of these names."""
    return {
        one.value
        for path in folder.glob("*.py")
        for call in calls(path, functions)
        for value in call.args
        for one in ast.walk(value)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def calls(path: Path, functions: tuple[str, ...]) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in functions:
                yield node


DOUBTS = sorted(literals(BROWSER, "refused"))
"""Why a run that is well does not go on; nothing was clicked then."""


def test_the_doubts_of_the_browser_are_found_in_its_source() -> None:
    assert {"wrong_thread", "newer_message", "stale_page"} <= set(DOUBTS)


def test_a_doubt_is_told_by_its_code_as_a_text() -> None:
    unclear = [
        ast.unparse(call)
        for path in BROWSER.glob("*.py")
        for call in calls(path, ("refused",))
        if isinstance(call.args[0], ast.Name)
    ]

    assert unclear == []


@pytest.mark.parametrize("code", [*DOUBTS, *sorted(STATES)])
def test_a_doubt_and_a_state_have_a_rule(code: str) -> None:
    assert rule_for(RULES, code) is not None


def test_what_the_turnstile_stops_has_a_rule() -> None:
    for code in (turnstile.EARLY, turnstile.UNREADABLE, turnstile.ELSEWHERE, turnstile.CHANGED):
        assert rule_for(RULES, code) is not None


@pytest.mark.parametrize("status", [400, 403, 404, 422, 499])
def test_a_send_that_was_refused_has_a_rule(status: int) -> None:
    error = error_of(f"{STATUS}{status}")

    assert error.code == f"status_{status}"
    assert True not in {error.retryable, error.outcome_unknown}


def test_every_rule_is_about_something_that_is_said() -> None:
    ours = literals(PARENT, "error_of")
    stopped = {turnstile.EARLY, turnstile.UNREADABLE, turnstile.ELSEWHERE, turnstile.CHANGED}
    known = {*DOUBTS, *STATES, *ours, *stopped, jobs.UNCONFIRMED, "400-499"}

    assert {code for rule in RULES for code in rule.codes} - known == set()


@pytest.mark.parametrize("state", sorted({str(one) for one in STATES}))
def test_every_state_but_a_good_one_is_an_error(state: str) -> None:
    for why, detail in product(("", "some_doubt"), repeat=2):
        with pytest.raises(ProviderError) as caught:
            check(Outcome(state, detail=detail, why=why))

        assert caught.value.code == state


@pytest.mark.parametrize("said", [{"why": "wrong_thread"}, {"detail": "wrong_thread"}], ids=str)
def test_a_doubt_is_an_error_although_the_session_is_well(said: dict[str, Any]) -> None:
    with pytest.raises(ProviderError) as caught:
        check(Outcome(jobs.OK, **said))

    assert caught.value.code == "wrong_thread"
    assert not caught.value.retryable


def test_a_run_that_saw_what_it_was_for_is_no_error() -> None:
    check(Outcome(jobs.OK, warnings=("count_differs",), ranks={"composer": 1}))


def test_a_code_without_a_rule_is_a_refusal_for_good() -> None:
    error = error_of("a_new_doubt")

    assert error.code == "a_new_doubt"
    assert True not in {error.retryable, error.outcome_unknown, error.needs_login}
