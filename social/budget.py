"""Who may use how much of a budget that everybody shares: arithmetic, no rows and no clock.

Everybody who shares has an equal part of what is for reading, and of what is for answers. A part
is used evenly over the day: what a quiet one has not used by now of the time that is gone has
lapsed and is lent, for good; what it may still need until midnight is not. Whoever has borrowed
least comes first: each up to an equal part of all that is lent, counting one more who may still
come; beyond it, one leaves the others what they will borrow if they go on as they did.

What somebody is owed and everybody's used units are never more than the day has, so that all can
have what they are owed in any order, even at the same moment; as long as nobody joins. Who joins
during the day is owed a part of what is gone in it, and all may come away with less.

One answer is everybody's until midnight, where there are enough for all: people write when they
do, and not evenly. Answers may also use what reading will not need, never the other way round.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Book:
    """One day of a budget, at one moment of it.

    - `most`, `used`: units of the day, and how many are used, by whom ever.
    - `kept`: the part of them (0 to 1) that is for answers.
    - `left`: the part of the day (0 to 1) that is still to come.
    - `answer`: what one answer costs.
    - `polled`, `replied`: units used for reading and for answers, by whoever shares; zeros too.
    - `polls_lapsed`, `replies_lapsed`: the part (0 to 1) of an equal part that had lapsed when
      somebody last used units; nobody's is 0.
    """

    most: int
    used: int
    kept: float
    left: float
    answer: int
    polled: Mapping[int, int]
    replied: Mapping[int, int]
    polls_lapsed: Mapping[int, float] = field(default_factory=dict)
    replies_lapsed: Mapping[int, float] = field(default_factory=dict)


def lapsed(book: Book, who: int) -> tuple[float, float]:
    """Return which part of an equal part has lapsed by now, for reading and for answers.

    To be kept with the units that are used next: what has lapsed is lent, and using units does not
    bring it back.
    """
    return (
        _lapsed(_reading_share(book), book.polled, book.polls_lapsed, who, book.left),
        _lapsed(_answers_share(book), book.replied, book.replies_lapsed, who, book.left),
    )


def room_for_reading(book: Book, who: int) -> float:
    """Return how many units `who` may use for reading now."""
    share = _reading_share(book)
    owed = _owed_reading(book)
    free = book.most * (1 - book.kept) - sum(book.polled.values()) - sum(owed.values())
    answers = book.most - book.used - sum(owed.values()) - sum(_owed_answers(book).values())
    return _room(min(free, answers), owed, book.polled, who, share=share, left=book.left)


def room_for_answers(book: Book, who: int) -> float:
    """Return how many units `who` may use for answers now."""
    owed = _owed_answers(book)
    free = book.most - book.used - sum(_owed_reading(book).values()) - sum(owed.values())
    if free > 0:
        reading = _reading_share(book)
        lent = sum(max(0.0, used - reading) for used in book.polled.values())
        free = max(0.0, free - _going_on(lent, book.left))
    return _room(free, owed, book.replied, who, share=_answers_share(book), left=book.left)


def _reading_share(book: Book) -> float:
    return book.most * (1 - book.kept) / max(1, len(book.polled))


def _answers_share(book: Book) -> float:
    return book.most * book.kept / max(1, len(book.replied))


def _owed_reading(book: Book) -> dict[int, float]:
    share = _reading_share(book)
    return {
        who: _owed(share, book.polled, book.polls_lapsed, who, book.left) for who in book.polled
    }


def _owed_answers(book: Book) -> dict[int, float]:
    share = _answers_share(book)
    owed = {}
    for who, used in book.replied.items():
        first = book.answer - used if share >= book.answer else 0
        even = _owed(share, book.replied, book.replies_lapsed, who, book.left)
        owed[who] = max(even, first, 0.0)
    return owed


def _owed(
    share: float, used: Mapping[int, int], lapsed: Mapping[int, float], who: int, left: float
) -> float:
    """Return what somebody may still need of their part until midnight."""
    return max(0.0, share * (1 - _lapsed(share, used, lapsed, who, left)) - used[who])


def _lapsed(
    share: float, used: Mapping[int, int], lapsed: Mapping[int, float], who: int, left: float
) -> float:
    """Return which part of an equal part was not used in its time."""
    behind = 1 - left - used[who] / share if share > 0 else 0.0
    return max(0.0, behind, lapsed.get(who, 0.0))


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
