"""A follow-up's steps as rows of a form: a number, its unit, and words; and read as lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from processing.steps import LONGEST_DELAY, LONGEST_INSTRUCTION, MOST_STEPS

UNITS = {"minutes": 1, "hours": 60, "days": 1440}
"""What one of each unit is in minutes."""
UNIT_NAMES = [
    ("hours", gettext_lazy("hours")),
    ("days", gettext_lazy("days")),
    ("minutes", gettext_lazy("minutes")),
]
"""The first is what a blank row offers."""
BLANK_ROWS = 2
MOST_DIGITS = 6
Errors = dict[str, str]


@dataclass(frozen=True)
class Row:
    """The three fields of one step, by their names in the form."""

    number: int

    @property
    def delay(self) -> str:
        """The field of the number."""
        return f"step_{self.number}_delay"

    @property
    def unit(self) -> str:
        """The field of the number's unit."""
        return f"step_{self.number}_unit"

    @property
    def words(self) -> str:
        """The field of the instruction."""
        return f"step_{self.number}_words"


ROWS = tuple(Row(number) for number in range(1, MOST_STEPS + 1))


def fields_of_rows() -> dict[str, forms.Field]:
    """Return the fields of every row there may be; all of them may stay empty."""
    found: dict[str, forms.Field] = {}
    for row in ROWS:
        names = {"number": row.number}
        found[row.delay] = forms.CharField(
            label=_("Step %(number)s: how long after the message before") % names,
            required=False,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 6}),
        )
        found[row.unit] = forms.ChoiceField(
            label=_("Step %(number)s: unit") % names,
            required=False,
            choices=UNIT_NAMES,
        )
        found[row.words] = forms.CharField(
            label=_("Step %(number)s: what it should say") % names,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
    return found


def rows_of_steps(steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return steps as the first values of their rows, each in its longest whole unit."""
    values: dict[str, Any] = {}
    for row, step in zip(ROWS, steps, strict=False):
        number, unit = _in_units(int(step["delay_minutes"]))
        values |= {row.delay: number, row.unit: unit, row.words: step["instruction"]}
    return values


def rows_shown(values: Mapping[str, Any]) -> list[Row]:
    """Return the rows up to the last one with words or a number, and two blank ones."""
    filled = [row.number for row in ROWS if _is_filled(row, values)]
    return list(ROWS[: max(filled, default=0) + BLANK_ROWS])


def steps_in(values: Mapping[str, Any]) -> tuple[list[dict[str, Any]], Errors]:
    """Return the steps that the rows say, and the sentences for rows that are wrong, by field.

    Rows left empty are no steps, wherever they stand.
    """
    steps: list[dict[str, Any]] = []
    errors: Errors = {}
    for row in ROWS:
        if not _is_filled(row, values):
            continue
        words = str(values.get(row.words) or "").strip()
        minutes = _minutes(values.get(row.delay), values.get(row.unit))
        if not words or len(words) > LONGEST_INSTRUCTION:
            errors[row.words] = _("Write an instruction of at most %(most)s characters.") % {
                "most": LONGEST_INSTRUCTION
            }
        if not 1 <= minutes <= LONGEST_DELAY:
            errors[row.delay] = _("Write a whole number: between 1 minute and 30 days.")
        steps.append({"delay_minutes": minutes, "instruction": words})
    return steps, errors


def lines_of_steps(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return steps as people read them, one line each."""
    return list(_lines(steps))


def _lines(steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for place, step in enumerate(steps, start=1):
        number, unit = _in_units(int(step["delay_minutes"]))
        wait = {
            "minutes": ngettext("%(number)s minute", "%(number)s minutes", number),
            "hours": ngettext("%(number)s hour", "%(number)s hours", number),
            "days": ngettext("%(number)s day", "%(number)s days", number),
        }[unit] % {"number": number}
        yield _("%(place)s. After %(wait)s: %(words)s") % {
            "place": place,
            "wait": wait,
            "words": step["instruction"],
        }


def _in_units(minutes: int) -> tuple[int, str]:
    unit = next(one for one in ("days", "hours", "minutes") if minutes % UNITS[one] == 0)
    return minutes // UNITS[unit], unit


def _minutes(number: Any, unit: Any) -> int:
    """Return the wait in minutes; 0 for what is no number."""
    text = str(number if number is not None else "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        return 0
    return int(text) * UNITS.get(str(unit or "hours"), 0)


def _is_filled(row: Row, values: Mapping[str, Any]) -> bool:
    return any(str(values.get(name) or "").strip() for name in (row.delay, row.words))
