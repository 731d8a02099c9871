"""The words by which the assistant says what it is, where the owner wrote none."""

import pytest

from processing.notices import sentence
from tests.factories import make_conversation, make_message, make_workspace

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Ici l’assistant automatique (IA) – Atelier Lumière."),
        ("en", "This is the automatic assistant (AI) – Atelier Lumière."),
    ],
)
def test_the_notice_reads_well_before_any_name(language: str, words: str) -> None:
    question = make_message(make_conversation(make_workspace("Atelier Lumière")))

    assert sentence(question, language=language) == words
