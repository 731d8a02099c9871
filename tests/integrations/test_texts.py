"""A lead in words, and texts cut without breaking a character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.texts import clean, cut, folded, option_for, pieces, values_of
from tests.integrations.contract import lead


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(st.text(), st.integers(2, 9))
def test_pieces_are_short_and_make_the_whole(text: str, most: int) -> None:
    safe = clean(text)
    found = list(pieces(safe, most))
    assert "".join(found) == safe
    assert all(0 < units(piece) <= most for piece in found)


def test_an_emoji_is_not_cut_in_two() -> None:
    assert list(pieces("a😀😀", 2)) == ["a", "😀", "😀"]
    assert (cut("a😀", 2), cut("", 2)) == ("a", "")


def test_a_lead_in_words() -> None:
    said = values_of(lead(name="  Zoé \n Martin ", network="tiktok", stage="won"))
    assert (said["name"], said["network"], said["stage"]) == ("Zoé Martin", "TikTok", "Gagné")
    assert said["summary"] == "Veut une lampe\nHabite à Lyon"


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-11-28T23:51:12.350830+00:00", "2026-11-28T23:51:12+00:00"),
        ("2026-11-28T23:51:12+00:00", "2026-11-28T23:51:12+00:00"),
        ("", ""),
    ],
)
def test_a_moment_is_told_to_the_second(moment: str, told: str) -> None:
    assert values_of(lead(updated_at=moment))["updated"] == told


def test_words_that_we_do_not_know_yet_are_passed_on() -> None:
    said = values_of(lead(level="boiling", network="bluesky", stage="later"))
    assert (said["level"], said["network"], said["stage"]) == ("boiling", "Bluesky", "later")


@pytest.mark.parametrize(
    ("word", "options", "wanted"),
    [
        ("Tiède", ["tiede", "Chaud"], "tiede"),
        ("Chaud", ["🔥 CHAUD", "Chaud"], "Chaud"),
        ("Chaud", ["🔥 CHAUD"], "🔥 CHAUD"),
        ("TikTok", ["Tiktok"], "Tiktok"),
        ("Froid", ["Chaud"], None),
        ("Froid", [], None),
    ],
)
def test_an_option_is_known_however_it_is_written(
    word: str, options: list[str], wanted: str | None
) -> None:
    assert option_for(word, options) == wanted


def test_signs_accents_and_case_do_not_count() -> None:
    assert folded("  📞 N° de TÉLÉPHONE (portable) ") == folded("n de telephone portable")
