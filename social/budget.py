"""Who may use how much of a budget that everybody shares: arithmetic, no rows and no clock.

Everybody who shares has an equal part of what is for reading, and of what is for answers. A part
is used evenly over the day: what a quiet one has not used by now of the time that is gone is lent,
what it may still need until midnight is not. Whoever has borrowed least comes first: each up to an
equal part of all that is lent, counting one more who may still come; beyond it, one leaves the
others what they will borrow if they go on as they did.

One answer is everybody's until midnight, where there are enough for all: people write when they
do, and not evenly. Answers may also use what reading will not need, never the other way round.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Book:
    """One day of a budget, at one moment of it.

    - `most`, `used`: units of the day, and how many are used, by whom ever.
    - `kept`: the part of them (0 to 1) that is for answers.
    - `left`: the part of the day (0 to 1) that is still to come.
    - `answer`: what one answer costs.
    - `polled`, `replied`: units used for reading and for answers, by whoever shares; zeros too.
    """

    most: int
    used: int
    kept: float
    left: float
    answer: int
    polled: Mapping[int, int]
    replied: Mapping[int, int]


def room_for_reading(book: Book, who: int) -> float:
    """Return how many units `who` may use for reading now."""
    pool = book.most * (1 - book.kept)
    share = pool / max(1, len(book.polled))
    owed = {one: _owed(share, used, book.left) for one, used in book.polled.items()}
    free = pool - sum(book.polled.values()) - sum(owed.values())
    answers = book.most - book.used - sum(owed.values()) - sum(_owed_answers(book).values())
    return _room(min(free, answers), owed, book.polled, who, share=share, left=book.left)


def room_for_answers(book: Book, who: int) -> float:
    """Return how many units `who` may use for answers now."""
    share = book.most * book.kept / max(1, len(book.replied))
    owed = _owed_answers(book)
    reading = book.most * (1 - book.kept) / max(1, len(book.polled))
    reserved = sum(_owed(reading, used, book.left) for used in book.polled.values())
    free = book.most - book.used - reserved - sum(owed.values())
    if free > 0:
        lent = sum(max(0.0, used - reading) for used in book.polled.values())
        free = max(0.0, free - _going_on(lent, book.left))
    return _room(free, owed, book.replied, who, share=share, left=book.left)


def _owed_answers(book: Book) -> dict[int, float]:
    share = book.most * book.kept / max(1, len(book.replied))
    owed = {}
    for one, used in book.replied.items():
        first = book.answer - used if share >= book.answer else 0
        owed[one] = max(_owed(share, used, book.left), first, 0.0)
    return owed


def _owed(share: float, used: int, left: float) -> float:
    """Return what somebody may still need of their part until midnight."""
    return max(0.0, min(share - used, share * left))


def _room(
    free: float,
    owed: Mapping[int, float],
    used: Mapping[int, int],
    who: int,
    *,
    share: float,
    left: float,
) -> float:
    """Return what `who` is owed, and what they may take of what is `free` for all."""
    own = owed[who]
    borrowed = {one: max(0.0, taken - share) for one, taken in used.items()}
    lapsed = max(0.0, share - used[who] - own)
    if free <= 0:
        return max(0.0, own + free)
    others = {one: taken for one, taken in borrowed.items() if taken > 0 and one != who}
    equal = (sum(borrowed.values()) + free) / (1 + len(others) + left) - borrowed[who]
    # What they will borrow if they go on as they did; the rest is unclaimed.
    unclaimed = (free - _going_on(sum(others.values()), left)) / (1 + left)
    return own + min(free, lapsed + max(0.0, equal, unclaimed))


def _going_on(borrowed: float, left: float) -> float:
    """Return what will be borrowed until midnight, at the pace of the day so far."""
    return borrowed * left / (1 - left) if left < 1 else 0.0
