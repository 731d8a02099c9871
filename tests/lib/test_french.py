"""How French is written, and what the catalogue's check says of another way."""

import pytest

from tests.french import doubts, spaced, spaced_catalogue


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("l'espace d'un jour", "l’espace d’un jour"),
        ("l'%(name)s", "l’%(name)s"),
        ("Pourquoi ?", "Pourquoi\u202f?"),
        ("fini ; oui !", "fini\u202f; oui\u202f!"),
        ("Réponse : oui", "Réponse\u00a0: oui"),
        ("dans « Brume »", "dans «\u00a0Brume\u00a0»"),
        ("dans «Brume».", "dans «\u00a0Brume\u00a0»."),
        ("à 12:30, https://exemple.fr/?a=b;c", "à 12:30, https://exemple.fr/?a=b;c"),
    ],
)
def test_french_is_written_with_its_own_signs(typed: str, written: str) -> None:
    assert spaced(typed) == written
    assert spaced(written) == written


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Un lead est entré", "prospect"),
        ("Fixer le niveau", "température"),
        ("Approuvez la réponse", "valider"),
        ("Répondre aux messages directs", "messages privés"),
        ("Comptes sociaux", "comptes connectés"),
        ("Un contact désinscrit", "ne veut plus de messages"),
        ("Ce que tu veux", "vous"),
    ],
)
def test_another_word_for_the_same_thing_is_told(text: str, word: str) -> None:
    (doubt,) = doubts(text)
    assert word in doubt


def test_good_french_is_not_doubted() -> None:
    assert doubts("Pourquoi l’assistant s’est tu\u202f? Validez le brouillon.") == []
    assert doubts("Pourquoi ?") == ["apostrophe or space, run `make messages`"]


def test_a_catalogue_keeps_its_english() -> None:
    english, header = (
        'msgid "It\'s so: why ?"\n',
        '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n',
    )

    text = header + english + 'msgstr "C\'est ça : pourquoi ?"\n'

    assert spaced_catalogue(text) == (
        header + english + 'msgstr "C’est ça\u00a0: pourquoi\u202f?"\n'
    )
