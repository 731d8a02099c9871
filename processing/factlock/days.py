"""Dates and weekdays: numeric, with month names, with weekdays, relative to today."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from processing.factlock.claim import Claim, Read, at, glued, texts
from processing.factlock.tokens import Token
from processing.factlock.vocabulary import DAYS, MONTHS, ORDINALS, RELATIVE, SHORT_DAYS

LAST_DAY, LAST_MONTH = 31, 12
ABOUT_MONTH = {
    "en",
    "de",
    "d",
    "fin",
    "debut",
    "mi",
    "courant",
    "mois",
    "in",
    "until",
    "since",
    "by",
}
WISHES = {"bon", "bonne", "beau", "belle", "excellent", "excellente", "joli", "joyeux", "happy"}
WISHES |= {"nice", "great", "good", "lovely", "agreable", "super"}
WITHIN = {"au", "a", "-", "to", "through", "jusqu", "until", ">"}
BEHIND_A_DAY = {"", "a", "au", "et", "ou", "pour", "prochain", ".", "!", "?", ";", "\n"}
HELPING = {"aider", "help", "assist", "renseigner"}


@dataclass(frozen=True)
class Day:
    """What a text says of a day; 0 or -1 where it is silent. Monday is 0."""

    day: int = 0
    month: int = 0
    year: int = 0
    weekday: int = -1


def numeric(pieces: Sequence[Token], place: int) -> Read:
    """Read 12/03, 12/03/2027 or 2026-12-24; day first, unless only the other way is a date."""
    piece = pieces[place]
    figures = [int(part) for part in re.findall(r"\d+", piece.text)]
    year = 0
    if figures[0] > LAST_DAY and len(figures) > 2:  # noqa: PLR2004 - the year comes first
        year, month, day = figures
    else:
        day, month, *rest = figures
        year = rest[0] + (2000 if rest[0] < 100 else 0) if rest else 0  # noqa: PLR2004
    if month > LAST_MONTH >= day:
        day, month = month, day
    return Claim("date", (Day(day, month, year),), piece.start, piece.end), place + 1


def with_number(pieces: Sequence[Token], place: int) -> Read | None:
    """Read a day that begins with its number: 12 mars 2027, 1er mars, 12th of March, « le 14 »."""
    piece, behind = at(pieces, place), place + 1
    if not _is_day(piece):
        return None
    if at(pieces, behind).text in ORDINALS and glued(pieces, place):
        behind += 1
    month = MONTHS.get(at(pieces, behind + texts(pieces, behind, "of")).text, 0)
    if month:
        behind += 1 + texts(pieces, behind, "of")
        year, behind = _year(pieces, behind)
        return _read(pieces, place, behind, Day(int(piece.value), month, year))
    return _alone(pieces, place, behind)


def with_word(pieces: Sequence[Token], place: int, today: date) -> Read | None:
    """Read a day that begins with a word: samedi, lundi 14, March 12th, demain, en août."""
    word = pieces[place].text
    if word in {"premier", "first"} and at(pieces, place + 1).text in MONTHS:
        year, behind = _year(pieces, place + 2)
        return _read(pieces, place, behind, Day(1, MONTHS[at(pieces, place + 1).text], year))
    if word in DAYS or word in SHORT_DAYS:
        return _weekday(pieces, place)
    if word in MONTHS:
        return _month(pieces, place)
    return _relative(pieces, place, today) or _several(pieces, place)


def _is_day(piece: Token) -> bool:
    small = piece.kind == "number" and 1 <= piece.value <= LAST_DAY
    return small and (piece.spelled or piece.text.isdigit()) and piece.value % 1 == 0


def _year(pieces: Sequence[Token], place: int) -> tuple[int, int]:
    behind = place + texts(pieces, place, ",")
    piece = at(pieces, behind)
    if piece.kind == "number" and 1900 <= piece.value <= 2100 and len(piece.text) == 4:  # noqa: PLR2004
        return int(piece.value), behind + 1
    return 0, place


def _read(pieces: Sequence[Token], place: int, behind: int, day: Day) -> Read:
    return Claim("date", (day,), pieces[place].start, pieces[behind - 1].end), behind


def _alone(pieces: Sequence[Token], place: int, behind: int) -> Read | None:
    """Read « le 14 » where no noun follows the number."""
    follows, before = at(pieces, behind), at(pieces, place - 1).text
    loose = follows.text in BEHIND_A_DAY
    if pieces[place].spelled or before not in {"le", "du", "au"} or not loose:
        return None
    if before == "au" and at(pieces, place - 2).kind not in {"number", "word"}:
        return None
    if follows.text in {"a", "au", "et", "ou"} and before != "le":
        return None
    return _read(pieces, place, behind, Day(int(pieces[place].value)))


def _weekday(pieces: Sequence[Token], place: int) -> Read | None:
    word = pieces[place].text
    first = DAYS.get(word, SHORT_DAYS.get(word, -1))
    behind = place + 1
    step = behind + texts(pieces, behind, ".")
    if at(pieces, step).text in WITHIN:
        step += 3 if texts(pieces, step, "jusqu", "'", "au") else 1
        step += at(pieces, step).text in {"le", "au"}
        last = DAYS.get(at(pieces, step).text, SHORT_DAYS.get(at(pieces, step).text, -1))
        if last >= 0:
            count = (last - first) % 7 + 1
            return _days(pieces, place, step + 1, {(first + i) % 7 for i in range(count)})
    known = word in DAYS or _is_short(pieces, place)
    if not known or at(pieces, place - 1).text in WISHES:
        return None
    behind += texts(pieces, behind, ",") and at(pieces, behind + 1).text in MONTHS
    dated = with_number(pieces, behind + texts(pieces, behind, "le")) or _month(pieces, behind)
    if dated and isinstance(dated[0].key[0], Day) and dated[0].key[0].day and at(pieces, behind):
        named = dated[0].key[0]
        day = Day(named.day, named.month, named.year, first)
        return _read(pieces, place, dated[1], day)
    number = at(pieces, behind)
    if _is_day(number) and not number.spelled and not _has_unit(pieces, behind):
        return _read(pieces, place, behind + 1, Day(int(number.value), weekday=first))
    if at(pieces, place + 1).text in {"prochain", "prochaine"}:
        return _days(pieces, place, place + 2, {first}, "next")
    near = at(pieces, place - 1).text in {"ce", "this", "next"}
    return _days(pieces, place, place + 1, {first}, "next" if near else "")


def _is_short(pieces: Sequence[Token], place: int) -> bool:
    """Tell « sam 9h » and « dim. : » and « sam, dim » from the sea, a game and my own."""
    for side in (-2, 2):
        between = at(pieces, place + side // 2).text
        listed = between in {",", "et", "and", "&", "-", "/", "+"}
        if listed and at(pieces, place + side).text in SHORT_DAYS:
            return True
    behind = place + 1 + texts(pieces, place + 1, ".")
    behind += texts(pieces, behind, ":")
    hours = at(pieces, behind).kind == "number" and at(pieces, behind + 1).text in {"h", ":", "am"}
    sure = pieces[place].text in {"lun", "ven", "sam", "dim", "tue", "wed", "thu", "fri"}
    return hours or (sure and behind > place + 1 and at(pieces, behind - 1).text == ":")


def _has_unit(pieces: Sequence[Token], place: int) -> bool:
    follows = at(pieces, place + 1)
    loose = follows.text in {"", "a", "au", "et", "ou", "pour", "de", "des", "prochain"}
    return not loose and (follows.kind != "mark" or follows.text in {":", "-", "/", "€", "$", "%"})


def _days(
    pieces: Sequence[Token], place: int, behind: int, days: set[int], which: str = ""
) -> Read:
    start, end = pieces[place].start, pieces[behind - 1].end
    return Claim("weekday", (which, frozenset(days)), start, end), behind


def _month(pieces: Sequence[Token], place: int) -> Read | None:
    month = MONTHS.get(at(pieces, place).text, 0)
    number = at(pieces, place + 1)
    if not month:
        return None
    if _is_day(number) and not number.spelled and at(pieces, place - 1).kind != "number":
        behind = place + 2
        behind += at(pieces, behind).text in ORDINALS and glued(pieces, behind - 1)
        year, behind = _year(pieces, behind)
        return _read(pieces, place, behind, Day(int(number.value), month, year))
    year, behind = _year(pieces, place + 1)
    before = at(pieces, place - 1 - texts(pieces, place - 1, "'")).text
    long = len(pieces[place].text) > 2 and pieces[place].text != "mar"  # noqa: PLR2004
    if long and (before in ABOUT_MONTH or year):
        return _read(pieces, place, behind, Day(month=month, year=year))
    return None


def _relative(pieces: Sequence[Token], place: int, today: date) -> Read | None:
    word, behind = pieces[place].text, place + 1
    shift = RELATIVE.get(word)
    if shift is None and word in {"ce", "cet", "this"}:
        behind += texts(pieces, behind, "apres", "-") * 2
        parts = {"soir", "matin", "midi", "aprem", "morning", "afternoon", "evening"}
        shift = 0 if at(pieces, behind).text in parts else None
        behind += 1
    elif word == "aujourd":
        if not texts(pieces, behind, "'", "hui"):
            return None
        behind += 2
    elif word == "demain" and texts(pieces, place - 2, "apres", "-"):
        shift = 2
    if shift is None or (shift == 0 and _asks_to_help(pieces, place)):
        return None
    start = place - 2 if shift == 2 else place  # noqa: PLR2004 - après-demain
    begin, end = pieces[start].start, pieces[behind - 1].end
    return Claim("date", ("on", today + timedelta(days=shift)), begin, end), behind


def _asks_to_help(pieces: Sequence[Token], place: int) -> bool:
    """« Que puis-je faire pour vous aujourd'hui ? » promises nothing."""
    near = [piece.text for piece in pieces[max(0, place - 8) : place]]
    return (
        bool(HELPING & set(near))
        or near[-3:] == ["faire", "pour", "vous"]
        or near[-2:]
        == [
            "for",
            "you",
        ]
        or near[-1:] == ["'"]
    )


def _several(pieces: Sequence[Token], place: int) -> Read | None:
    """Read words for several days: tous les jours, every day, le week-end."""
    for words in (("tous", "les", "jours"), ("every", "day"), ("chaque", "jour")):
        if texts(pieces, place, *words):
            behind = place + len(words)
            if at(pieces, behind).text in {"sauf", "except", "ouvres", "ouvrables"}:
                return None
            return _days(pieces, place, behind, set(range(7)))
    weekend = 3 if texts(pieces, place, "week", "-", "end") else 0
    weekend = weekend or (1 if pieces[place].text in {"weekend", "weekends"} else 0)
    if weekend and at(pieces, place - 1).text not in WISHES:
        return _days(pieces, place, place + weekend, {5, 6})
    return None
