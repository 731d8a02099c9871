"""What changed between two wordings, word by word."""

import pytest

from processing.differences import differences, pieces_between

PAIRS = [
    ("Bonjour", "Bonjour", [("same", "Bonjour")]),
    ("", "Bonjour", [("added", "Bonjour")]),
    ("Bonjour", "", [("removed", "Bonjour")]),
    ("elle coûte 49 €", "elle coûte 59 €",
     [("same", "elle coûte "), ("removed", "49"), ("added", "59"), ("same", " €")]),
    ("un beau vase", "deux jolis vase",
     [("removed", "un beau"), ("added", "deux jolis"), ("same", " vase")]),
    ("l'été", "l’été", [("same", "l"), ("removed", "'"), ("added", "’"), ("same", "été")]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "pieces"), PAIRS)
def test_words_that_stay_go_and_come(
    before: str, after: str, pieces: list[tuple[str, str]]
) -> None:
    assert [(one.op, one.text) for one in pieces_between(before, after)] == pieces


@pytest.mark.parametrize("before", ["", "un deux  trois\n", "a b c " * 3000])
@pytest.mark.parametrize("after", ["", "deux\ttrois quatre", "b c d " * 3000])
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    pieces = pieces_between(before, after)
    assert "".join(one.text for one in pieces if one.op != "added") == before
    assert "".join(one.text for one in pieces if one.op != "removed") == after


def test_only_fields_that_differ_are_told_lists_and_hours_as_lines() -> None:
    before = {"name": "A", "keywords": ["prix"], "hours": {"mon": [["09:00", "12:00"]]}}
    after = {"name": "A", "keywords": ["prix", "tarif"], "hours": {}, "accounts": []}
    found = {one.field: (one.before, one.after) for one in differences(before, after)}

    assert set(found) == {"keywords", "hours"}
    assert found["keywords"] == ("prix", "prix\ntarif")
    assert found["hours"][0].startswith("mon: 09:00-12:00")
    assert found["hours"][1] == ""
