"""Opening hours as people write them: one line of text for each day; pure."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from processing.hours import DAYS, MalformedHoursError, check_hours

CLOSED = "closed"
BETWEEN = re.compile(r"\s*(?:-|–|—|à|to)\s*", re.IGNORECASE)
PARTS = re.compile(r"\s*(?:,|;|\bet\b|\band\b|&)\s*", re.IGNORECASE)
HOUR = re.compile(r"([0-9]{1,2})\s*(?:h|:|$)\s*([0-9]{2})?(?:\s*min)?", re.IGNORECASE)
SHUT = "—"
SHUT_WORDS = {"-", "–", SHUT, "fermé", "ferme", "closed"}


def rows_of(hours: Mapping[str, Any]) -> dict[str, str]:
    """Return a line for each of the seven days ("09:00-12:30, 14:00-19:00"), and `closed`.

    A closed day is a dash; when no day is named at all, the seven are empty: always open.
    """
    shut = SHUT if any(day in hours for day in DAYS) else ""
    rows = {day: ", ".join("-".join(one) for one in hours.get(day, ())) or shut for day in DAYS}
    return {**rows, CLOSED: ", ".join(hours.get(CLOSED, ()))}


def hours_in(rows: Mapping[str, str]) -> dict[str, Any]:
    """Return what the lines say, as `check_hours` keeps it; reads "9h-12h30 et 14h-19h" too.

    A day left empty is closed as soon as another one is filled in. Raises MalformedRowsError with
    a sentence for each line that is wrong.
    """
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name in (*DAYS, CLOSED):
        text = rows.get(name, "").strip()
        if not text:
            continue
        try:
            value = _dates(text) if name == CLOSED else _periods(text)
            found |= check_hours({name: value})
        except MalformedHoursError as error:
            errors[name] = str(error)
    if errors:
        raise MalformedRowsError(errors)
    if any(day in found for day in DAYS):
        return check_hours({**{day: [] for day in DAYS}, **found})
    return found


class MalformedRowsError(ValueError):
    """Lines that are no hours: `errors` holds a sentence for each, by its day."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def _periods(text: str) -> list[list[str]]:
    if text.casefold() in SHUT_WORDS:
        return []
    return [_period(one) for one in PARTS.split(text)]


def _period(text: str) -> list[str]:
    ends = BETWEEN.split(text.strip())
    if len(ends) != 2:  # noqa: PLR2004 - a start, an end
        raise MalformedHoursError(
            _("“%(text)s” is no period; write one as 09:00-12:30, several with commas."),
            text=text.strip()[:40],
        )
    return [_clock(one) for one in ends]


def _clock(text: str) -> str:
    found = HOUR.fullmatch(text.strip())
    if found is None:
        raise MalformedHoursError(
            _("“%(text)s” is no time; write it as 09:00, at most 24:00."), text=text.strip()[:40]
        )
    return f"{int(found[1]):02}:{found[2] or '00'}"


def _dates(text: str) -> list[str]:
    return [one for one in re.split(r"[\s,;]+", text) if one]
