"""Everything the ledger keeps, and every gate's word, has a sentence for people."""

import ast
from collections.abc import Iterator

import pytest
from django.utils.translation import override

from flowia.embedded import BASE_DIR
from processing.reasons import SENTENCES, sentence

PLACES = {"tell": 2, "Verdict": 0}
"""At which place a call names its reason."""


def reasons() -> Iterator[tuple[str, str]]:
    """Every reason that is written out in a call, with its file."""
    for path in sorted((BASE_DIR / "processing").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                for code in _reasons_of(node):
                    yield code, path.name


def _reasons_of(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    place = PLACES.get(name)
    given = [call.args[place]] if place is not None and len(call.args) > place else []
    if name in {"tell", "record"}:
        given += [one.value for one in call.keywords if one.arg == "reason"]
    for one in given:
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def test_every_reason_in_the_code_has_a_sentence() -> None:
    found = list(reasons())
    assert len(found) > 60
    unknown = {(code, where) for code, where in found if code and code not in SENTENCES}
    # The audit log's own names have their words elsewhere.
    assert {one for one in unknown if "." not in one[0]} == set()


@pytest.mark.parametrize(
    "code",
    ["edited", "removed", "hidden", "reacted", "referred", "control_taken", "control_given_back",
     "held_back", "confirmed_by_reading", "not_at_network", "account_held", "window_full",
     "comment_hidden", "taken_back", "edited_since", "another_app_in_control",
     "network_needs_approval"],
)  # fmt: skip
def test_what_the_networks_brought_is_told(code: str) -> None:
    assert sentence(code) != code


def test_an_ability_is_told_in_words() -> None:
    told = sentence("account_lacks", {"ability": "comments"})
    assert "comments" not in told.replace("Answer comments", "").replace(
        "Répondre aux commentaires", ""
    )


def test_why_a_lead_was_not_written_is_told_in_words() -> None:
    with override("en"):
        said = sentence("sync_failed", {"tool": "Airtable", "code": "row_missing"})
    assert said.startswith("The lead could not be written into Airtable. The lead's row was taken")
    assert "row_missing" not in said
