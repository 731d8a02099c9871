"""Whether a weekday is said to be open or closed: « fermé le lundi », « lundi : fermé »."""

import re
from collections.abc import Sequence

from processing.factlock.claim import STOPS, at
from processing.factlock.tokens import Token
from processing.factlock.vocabulary import DAYS, RELATIVE, SHORT_DAYS

OPEN = re.compile(r"ouv(?:ert|r)\w*|rouvr\w*|open\w*|accueill\w*|revenez|passez|venez")
CLOSED = re.compile(
    r"ferm(?:e|es|ee|ees|ons|ez|ent|eture|ait)|closed?|closes|sauf|except|hors|hormis"
)
TURNS = {"mais", "but"}
NOT = {"pas", "not", "n", "jamais", "never", "t"}


def moods(pieces: Sequence[Token]) -> list[str]:
    """Return for each piece what its clause says of days there: open, closed, asked or "".

    A word such as *fermé* speaks of the days behind it, or of those before when it ends their
    clause. A question asks: it gives no support to who says that a day is open.
    """
    found = [""] * len(pieces)
    mood, waiting, began = "", list[int](), 0
    for place, piece in enumerate(pieces):
        if piece.text in STOPS:
            if piece.text == "?":
                found[began:place] = ["asked"] * (place - began)
            mood, waiting, began = "", [], place + 1
        elif piece.text in TURNS:
            mood, waiting = "", []
        elif said := _said(pieces, place):
            spoken = _behind_its_days(pieces, place, waiting) or _near_day(pieces, place)
            for day in spoken:
                found[day] = said
            mood, waiting = "" if spoken else said, []
        else:
            found[place] = mood
            if _is_day(pieces, place) and not mood:
                waiting.append(place)
    return found


def _behind_its_days(pieces: Sequence[Token], place: int, waiting: list[int]) -> list[int]:
    """Return the days that the word at `place` speaks of, standing behind them."""
    touches = bool(waiting) and place - waiting[-1] <= 2  # noqa: PLR2004 - lundi : fermé
    touches = touches and at(pieces, place - 1).text not in {",", "et", "and"}
    return waiting if touches or not _speaks_on(pieces, place) else []


def _near_day(pieces: Sequence[Token], place: int) -> list[int]:
    """Find the day of « …, et demain nous ouvrons », which an earlier word does not govern."""
    if _speaks_on(pieces, place):
        return []
    for step in range(place - 1, max(place - 4, -1), -1):
        if _is_day(pieces, step):
            return [step]
        if pieces[step].kind != "word":
            return []
    return []


def _is_day(pieces: Sequence[Token], place: int) -> bool:
    word = pieces[place].text
    return word in DAYS or word in SHORT_DAYS or word in RELATIVE or word in {"week", "weekend"}


def _said(pieces: Sequence[Token], place: int) -> str:
    word = pieces[place].text
    if CLOSED.fullmatch(word) or (word == "non" and place and _is_day(pieces, place - 1)):
        return "closed"
    if not OPEN.fullmatch(word):
        return ""
    before = {at(pieces, place - 1).text, at(pieces, place - 2).text}
    only = {at(pieces, place + 1).text, at(pieces, place + 2).text} & {"que", "qu"}
    return "closed" if before & NOT and not only else "open"


def _speaks_on(pieces: Sequence[Token], place: int) -> bool:
    """Return whether days follow the word at once, so that it speaks of them."""
    for step in range(place + 1, min(place + 5, len(pieces))):
        if _is_day(pieces, step) or pieces[step].text == "tous":
            return True
        if pieces[step].kind != "word":
            return False
    return False
