"""What kind of conversation it is: rows as people write them, in three files.

`python -m pytest -s` prints how precise the rules are and how much they find. `heldout` was written
before the rules, in the words in which such messages usually come; `fresh` after all tuning, by
other trades and in other words: there the rules know less, and leave more to the model.
"""

import pytest

from processing.classes import LEAD, LEFT_ALONE, PERSONAL, RECRUITING, SALES_PITCH, class_of
from tests.classes.rows import OPEN, figures, printed, rows

FILES = ("seen", "heldout", "fresh")
LEAST_PRECISION = 0.95
PITCH = (
    "Bonjour, je me permets de vous contacter : nous aidons les consultants à trouver des "
    "clients. Audit gratuit ?"
)


@pytest.mark.parametrize("name", FILES)
def test_a_sure_verdict_is_right(name: str) -> None:
    print("\n" + printed(name))  # noqa: T201 - what `-s` is asked for

    told = figures(name).values()
    said = sum(said for _, said, _ in told)
    assert said
    assert sum(right for _, _, right in told) >= LEAST_PRECISION * said


@pytest.mark.parametrize("name", FILES)
def test_nobody_who_may_buy_is_left_alone_by_a_rule(name: str) -> None:
    silenced = [row for row in rows(name) if row.kind == LEAD and row.classed().sure]

    assert not [row for row in silenced if row.classed().kind in LEFT_ALONE]


def test_the_rules_decide_most_of_what_is_usually_written() -> None:
    told = {kind: found for kind, found in figures("heldout").items() if kind != OPEN}

    assert all(right >= 0.8 * there for there, _, right in told.values())


def test_there_are_enough_rows_of_every_kind() -> None:
    there = {kind: there for kind, (there, _, _) in figures("heldout").items()}

    assert sum(there.values()) >= 100
    assert min(there.values()) >= 10


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        ((PITCH,), SALES_PITCH),
        ((PITCH, "Avez-vous pu regarder mon message ?"), SALES_PITCH),
        (("Félicitations !",), PERSONAL),
        (("Félicitations !", "Au fait, quels sont vos tarifs ?"), LEAD),
        (("Félicitations !", "Vous connaissez quelqu'un qui ferait notre site ?"), ""),
        (("Je recrute un chef de projet en CDI, votre CV m'intéresse.",), RECRUITING),
        (("Bonjour, pouvez-vous nous faire un devis ?",), LEAD),
        (("Bonjour",), ""),
        (("",), ""),
        ((), ""),
    ],
)
def test_all_that_was_written_counts(texts: tuple[str, ...], kind: str) -> None:
    found = class_of(texts, first_contact=True)

    assert (found.kind if found.sure else "") == kind


def test_a_headline_speaks_along_but_never_alone() -> None:
    hello = class_of(["Bonjour !"], headline="Talent Acquisition Manager", first_contact=True)
    client = class_of(
        ["Bonjour, quels sont vos tarifs pour former six recruteurs ?"],
        headline="Talent Acquisition Manager",
        first_contact=True,
    )

    assert (hello.kind, hello.sure) == (RECRUITING, False)
    assert not client.sure
    assert {"lead:price", "recruiting:recruits_for_a_living"} <= set(client.because)


def test_who_was_written_to_is_not_so_easily_taken_for_a_seller() -> None:
    text = "Bonjour, je reviens vers vous pour notre offre, avec une démo."
    heard = [class_of([text], first_contact=first).sure for first in (True, False)]

    assert heard == [True, False]


def test_a_long_message_is_weighed_quickly() -> None:
    found = class_of(["je vous propose une " * 5_000], first_contact=True)

    assert found.kind in {SALES_PITCH, ""}
