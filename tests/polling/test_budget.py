"""Who may use how much of a shared day, by hand and at random."""

import random
from dataclasses import replace

import pytest

from social.budget import Book, lapsed, room_for_answers, room_for_reading

FIFTY = dict.fromkeys(range(50), 0)
DAY = Book(most=10_000, used=0, kept=0.3, left=1.0, answer=50, polled=FIFTY, replied=FIFTY)


def book(
    left: float = 1.0, *, polled: dict[int, int], replied: dict[int, int] | None = None
) -> Book:
    """A day of fifty, of whom some used something."""
    read, answered = FIFTY | polled, FIFTY | (replied or {})
    used = sum(read.values()) + sum(answered.values())
    return replace(DAY, left=left, polled=read, replied=answered, used=used)


EVENLY, HALF = dict.fromkeys(FIFTY, 140), dict.fromkeys(FIFTY, 70)
READING: list[tuple[str, Book, int, int]] = [
    ("in the morning everybody has their equal part", DAY, 0, 140),
    ("whoever used theirs has to wait", book(polled={0: 140}), 0, 0),
    ("and nobody else has less for it", book(polled={0: 140}), 1, 140),
    ("two thirds of what is lent, another may come", book(0.5, polled={0: 140}), 0, 2286),
    ("two who borrow share it, another may come", book(0.5, polled={0: 1512, 1: 140}), 1, 1344),
    ("what others will borrow is left to them", book(0.5, polled={0: 3000, 1: 400}), 0, 0),
    ("what nobody claims is lent on", book(0.5, polled={0: 3000, 1: 150}), 0, 320),
    ("who used theirs evenly has their even rest", book(0.5, polled=HALF), 7, 70),
    ("just before midnight all of it is lent", book(0.0, polled={0: 140}), 0, 6860),
]


@pytest.mark.parametrize(("_name", "day", "who", "units"), READING, ids=lambda one: str(one)[:50])
def test_reading(_name: str, day: Book, who: int, units: int) -> None:
    assert int(room_for_reading(day, who)) == units


ANSWERS: list[tuple[str, Book, int, int]] = [
    ("in the morning nothing is over yet", DAY, 0, 1),
    ("one is everybody's until midnight", book(0.01, polled=EVENLY, replied={0: 550}), 1, 1),
    (
        "where none is over there is none to borrow",
        book(0.01, polled=EVENLY, replied={0: 550}),
        0,
        0,
    ),
    ("whoever had theirs may borrow", book(0.5, polled=HALF, replied={0: 50}), 0, 6),
    ("what reading left is lent by night", book(0.1, polled=HALF, replied={0: 500}), 0, 51),
]


@pytest.mark.parametrize(("_name", "day", "who", "answers"), ANSWERS, ids=lambda one: str(one)[:50])
def test_answers(_name: str, day: Book, who: int, answers: int) -> None:
    assert int(room_for_answers(day, who) // 50) == answers


def test_a_hundred_and_one_share_less_than_an_answer_each_and_still_get_some() -> None:
    many = dict.fromkeys(range(101), 0)
    day = replace(DAY, polled=many, replied=many, left=0.97)

    assert room_for_answers(day, 5) >= 50
    assert room_for_answers(replace(day, left=1.0), 5) < 50


def test_answers_never_borrow_what_is_owed_to_reading() -> None:
    day = book(0.8, polled={}, replied={0: 1950})

    assert room_for_answers(day, 0) == 0
    assert room_for_reading(day, 1) == pytest.approx(112)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_asked_the_day_holds_and_everybody_gets_their_part(seed: int) -> None:
    """A greedy few ask all day; a quiet one asks late, within their even rest: always granted."""
    drawn = random.Random(seed)
    members, most = drawn.randint(1, 40), drawn.randint(200, 12_000)
    day = Played(most, members)
    for step in range(3000):
        left = 1 - step / 3000
        who = drawn.randrange(max(1, members // 3)) if drawn.random() < 0.8 else members - 1
        answers = drawn.random() < 0.1
        room = day.room(who, left, answers=answers)
        assert room >= day.owed(who, left, answers=answers) - 1e-6, (seed, step, who, answers)
        if room >= (50 if answers else 1):
            day.use(who, left, answers=answers)
        assert sum(day.polled.values()) + sum(day.replied.values()) <= most
        assert sum(day.polled.values()) <= most * 0.7 + 1e-6


@pytest.mark.parametrize("seed", range(20))
def test_everybody_gets_what_they_are_owed_when_all_ask_for_it_at_once(seed: int) -> None:
    """After a day of greed, broken off anywhere, each in turn uses whatever there is."""
    drawn = random.Random(seed)
    members, most = drawn.randint(2, 12), drawn.randint(500, 12_000)
    day, lasts = Played(most, members), drawn.random()
    for step in range(400):
        left, answers = 1 - lasts * step / 400, drawn.random() < 0.3
        who = drawn.randrange(max(1, members // 2))
        while day.room(who, left, answers=answers) >= (50 if answers else 1):
            day.use(who, left, answers=answers)
            if drawn.random() < 0.3:
                break
    left = 1 - lasts
    promised = {
        (who, answers): day.owed(who, left, answers=answers)
        for who in day.polled
        for answers in (False, True)
    }
    for (who, answers), owed in drawn.sample(sorted(promised.items()), len(promised)):
        cost = 50 if answers else 1
        used = 0
        while day.room(who, left, answers=answers) >= cost:
            day.use(who, left, answers=answers)
            used += cost
        assert used > owed - cost, (who, answers, owed, used)


class Played:
    """A day of some members, played use by use."""

    def __init__(self, most: int, members: int) -> None:
        self.polled, self.replied = (
            dict.fromkeys(range(members), 0),
            dict.fromkeys(range(members), 0),
        )
        self.polls_lapsed: dict[int, float] = {}
        self.replies_lapsed: dict[int, float] = {}
        self.day = replace(DAY, most=most)

    def book(self, left: float) -> Book:
        used = sum(self.polled.values()) + sum(self.replied.values())
        return replace(
            self.day,
            left=left,
            used=used,
            polled=self.polled,
            replied=self.replied,
            polls_lapsed=self.polls_lapsed,
            replies_lapsed=self.replies_lapsed,
        )

    def room(self, who: int, left: float, *, answers: bool) -> float:
        return (room_for_answers if answers else room_for_reading)(self.book(left), who)

    def use(self, who: int, left: float, *, answers: bool) -> None:
        self.polls_lapsed[who], self.replies_lapsed[who] = lapsed(self.book(left), who)
        if answers:
            self.replied[who] += 50
        else:
            self.polled[who] += 1

    def owed(self, who: int, left: float, *, answers: bool) -> float:
        """What nobody else may take, by the words of `social/budget.py`."""
        used = self.replied[who] if answers else self.polled[who]
        share = self.day.most * (0.3 if answers else 0.7) / len(self.polled)
        gone = (self.replies_lapsed if answers else self.polls_lapsed).get(who, 0.0) * share
        owed = min(share - used - gone, share * left)
        return max(owed, 50.0) if answers and share >= 50 and used == 0 else max(owed, 0.0)
