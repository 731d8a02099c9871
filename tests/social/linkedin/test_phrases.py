"""What LinkedIn's pages say, in both languages."""

import pytest

from social.providers.linkedin.phrases import PHRASES, found, is_sign_in, name_in, without_you


def test_every_purpose_has_both_languages() -> None:
    for purpose, wordings in PHRASES.items():
        assert {one.language for one in wordings} == {"en", "fr"}, purpose


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("Your account has been restricted.\nLearn more", {"restricted"}),
        ("YOUR  ACCOUNT\u00a0HAS BEEN temporarily restricted", {"restricted"}),
        ("L’accès à votre compte a été restreint", {"restricted"}),
        ("Too Many Requests", {"too_many_requests"}),
        ("Trop de requêtes", {"too_many_requests"}),
        ("You can’t message Anna", {"cannot_message"}),
        ("Vous ne pouvez pas envoyer de message à Anna", {"cannot_message"}),
        ("A restricted area of my account", set()),
        ("Many requests today", set()),
        ("", set()),
    ],
)
def test_a_page_is_searched_for_what_matters(page: str, expected: set[str]) -> None:
    assert found(page) == expected


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Select conversation with Anna Meyer", "Anna Meyer"),
        ("  Sélectionner la conversation avec\u00a0Zoé  Roy ", "Zoé Roy"),
        ("Select conversation with", ""),
        ("Select conversation withal", ""),
        ("Anna Meyer", ""),
        ("", ""),
    ],
)
def test_a_rows_label_names_the_person(label: str, name: str) -> None:
    assert name_in(label) == name


@pytest.mark.parametrize(
    ("snippet", "expected"),
    [
        ("You: see you soon", (True, "see you soon")),
        ("Vous\u00a0: à bientôt", (True, "à bientôt")),
        ("Vous: à bientôt", (True, "à bientôt")),
        ("Anna: hello", (False, "Anna: hello")),
        ("Your offer", (False, "Your offer")),
        ("Vous avez raison", (False, "Vous avez raison")),
    ],
)
def test_a_snippet_says_whether_it_is_our_own(snippet: str, expected: tuple[bool, str]) -> None:
    assert without_you(snippet) == expected


def test_a_title_is_a_way_in_only_as_a_whole() -> None:
    assert is_sign_in("S’identifier | LinkedIn")
    assert not is_sign_in("How to sign in | LinkedIn")
    assert not is_sign_in("")
