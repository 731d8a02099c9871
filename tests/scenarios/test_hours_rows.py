"""Opening hours as people type them, one line a day."""

import pytest

from processing.hours import DAYS
from processing.hours_rows import MalformedRowsError, hours_in, rows_of

MORNING = ["09:00", "12:30"]
AFTERNOON = ["14:00", "19:00"]


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("09:00-12:30, 14:00-19:00", [MORNING, AFTERNOON]),
        ("9:00-12:30,14:00-19:00", [MORNING, AFTERNOON]),
        ("9h-12h30, 14h-19h", [MORNING, AFTERNOON]),
        ("9h à 12h30 et 14h à 19h", [MORNING, AFTERNOON]),
        ("9H00 – 12H30 ; 14H – 19H", [MORNING, AFTERNOON]),
        ("14:00-19:00, 09:00-12:30", [MORNING, AFTERNOON]),
        ("9-12", [["09:00", "12:00"]]),
        ("00:00-24:00", [["00:00", "24:00"]]),
        ("fermé", []),
        ("—", []),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, periods: list[list[str]]) -> None:
    assert hours_in({"mon": text})["mon"] == periods


@pytest.mark.parametrize(
    "text",
    [
        "le matin",
        "09:00",
        "9h-",
        "25:00-26:00",
        "18:00-09:00",
        "09:00-12:00, 11:00-13:00",
        "9:5-10",
    ],
)
def test_a_line_that_is_no_hours_says_so_for_its_day(text: str) -> None:
    with pytest.raises(MalformedRowsError) as caught:
        hours_in({"mon": "09:00-10:00", "tue": text, "wed": text})
    assert set(caught.value.errors) == {"tue", "wed"}
    assert all(caught.value.errors.values())


def test_no_line_at_all_is_always_open() -> None:
    assert hours_in(dict.fromkeys(DAYS, "  ")) == {}


def test_a_day_left_empty_beside_others_is_closed() -> None:
    assert hours_in({"mon": "09:00-12:30"}) == {
        "mon": [MORNING],
        **{day: [] for day in DAYS if day != "mon"},
    }


def test_closed_on_every_day_is_not_always_open() -> None:
    assert hours_in(dict.fromkeys(DAYS, "fermé")) == {day: [] for day in DAYS}


@pytest.mark.parametrize(
    "hours",
    [
        {},
        {"closed": ["2026-12-25"]},
        {day: [] for day in DAYS},
        {**{day: [] for day in DAYS}, "mon": [MORNING, AFTERNOON], "closed": ["2026-12-25"]},
    ],
)
def test_what_is_shown_is_read_back_as_it_was(hours: dict[str, list[object]]) -> None:
    assert hours_in(rows_of(hours)) == hours


def test_dates_on_which_it_is_closed_are_checked() -> None:
    assert hours_in({"closed": "2026-12-25, 2027-01-01"}) == {
        "closed": ["2026-12-25", "2027-01-01"]
    }
    with pytest.raises(MalformedRowsError) as caught:
        hours_in({"closed": "Noël"})
    assert set(caught.value.errors) == {"closed"}
