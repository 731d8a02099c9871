"""The risk statements: what they must say, and that no word changes without a new version."""

import re

import pytest
from django.utils import translation

from social.consents import digest_of
from social.providers.linkedin.statement import AUTOMATION, SESSION, statement

READ = {
    (SESSION, "2026-11-29"): "71153451259e7e21bca0a011152ac7f2bcae871275b53f141fcc6a68bea66a05",
    (AUTOMATION, "2026-11-29"): "a0936b9b5d71a941216bd815c61c90a76b0f0a9779a0a9ae408eb246929a5dd9",
}
"""What was read under each version, in English. A changed text needs a new version here, too."""


def text(kind: str) -> str:
    with translation.override("en"):
        return "\n".join(str(one) for one in statement(kind).paragraphs)


@pytest.mark.parametrize("kind", [SESSION, AUTOMATION])
def test_a_changed_text_is_another_version(kind: str) -> None:
    assert READ[kind, statement(kind).version] == digest_of(statement(kind), "en")


@pytest.mark.parametrize(
    "must",
    [
        r"8\.2 of its User Agreement",
        r"restrict your account or close it",
        r"full access",
        r"encrypted",
        r"signed out in your own browser",
        r"does not hide",
        r"Flow IA stops and",
        r"at most every 15 minutes",
        r"between 9:00 and 19:00",
        r"5 messages on its first day and 2 more",
        r"up to 20 a day",
        r"at least 2 minutes",
        r"you approve every answer",
        r"deletes your cookies",
        r"by hand",
        r"export of your data",
        r"partners",
    ],
)
def test_the_first_statement_says(must: str) -> None:
    assert re.search(must, text(SESSION))


@pytest.mark.parametrize("must", ["nobody has read", "8.2", "restricted or closed", "back at any"])
def test_the_second_statement_says(must: str) -> None:
    assert must in text(AUTOMATION)


def test_nothing_is_promised_to_be_safe() -> None:
    assert "not safety" in text(SESSION)
    assert not re.search(
        r"undetect|invisible|guarantee|risk-free", text(SESSION) + text(AUTOMATION)
    )


def test_there_is_no_third_statement() -> None:
    with pytest.raises(KeyError):
        statement("other")
