"""Charts as geometry: whatever the numbers, everything stays in its place."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.charts.bars import Measure, bars_of
from processing.charts.columns import Column, Stack, columns_of, labels_of, largest_of
from processing.charts.lines import Known, line_of
from processing.charts.scales import HEIGHT, scale_of, ticks_of
from processing.charts.spans import Span, before, foretold, is_month, month_of, spans_of, unit_of

COUNTS = st.one_of(st.just(0), st.integers(0, 40), st.integers(0, 2**53))
STACKS = st.lists(
    st.builds(Stack, st.just("x"), st.tuples(COUNTS, COUNTS, COUNTS), st.none() | COUNTS),
    min_size=1,
    max_size=366,
)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
PERIODS = st.builds(
    lambda first, days: Span(first, first + timedelta(days=days)), DAYS, st.integers(0, 365)
)


def drawn(stacks: list[Stack]) -> tuple[Column, ...]:
    return columns_of(stacks, scale_of(largest_of(stacks))).columns


@pytest.mark.parametrize(("largest", "ticks"), [
    (0, (0, 1)), (1, (0, 1)), (3, (0, 1, 2, 3)), (4, (0, 1, 2, 3, 4)), (5, (0, 2, 4, 6)),
    (17, (0, 5, 10, 15, 20)), (53, (0, 20, 40, 60)), (100, (0, 50, 100)),
    (999, (0, 500, 1000)), (1_000_001, (0, 500_000, 1_000_000, 1_500_000)),
])  # fmt: skip
def test_a_scale_counts_as_people_do(largest: int, ticks: tuple[int, ...]) -> None:
    assert scale_of(largest).ticks == ticks


@given(st.integers(0, 2**60))
def test_a_scale_holds_its_largest_value_with_few_lines(largest: int) -> None:
    scale = scale_of(largest)

    assert scale.top >= largest
    assert 2 <= len(scale.ticks) <= 5
    assert scale.top < max(2.5 * largest, 1.1)


def test_a_line_says_its_value_in_the_words_it_is_given() -> None:
    ticks = ticks_of(scale_of(2000), lambda value: f"{value:_}".replace("_", " "))

    assert [(one.y, one.words) for one in ticks] == [
        (200, "0"), (150, "500"), (100, "1 000"), (50, "1 500"), (0, "2 000"),
    ]  # fmt: skip


@given(STACKS)
def test_every_part_stands_within_its_column_and_the_plot(stacks: list[Stack]) -> None:
    columns = drawn(stacks)

    for stack, column in zip(stacks, columns, strict=True):
        assert 0 <= column.x < column.middle < column.end <= 100
        assert 0 <= column.y <= HEIGHT
        bottom = HEIGHT
        for part in column.parts:
            assert part.height >= 0
            assert part.y + part.height == pytest.approx(bottom, abs=0.02)
            bottom = part.y
        assert bottom == pytest.approx(column.y, abs=0.02)
        assert [part.value for part in column.parts] == [one for one in stack.values if one]
    assert all(left.end <= right.x for left, right in itertools.pairwise(columns))


@given(STACKS)
def test_a_number_never_lies_on_the_mark_of_before(stacks: list[Stack]) -> None:
    for column in drawn(stacks):
        foot, mark = column.number_y, column.before_y
        assert foot <= column.y - 6
        assert mark is None or mark >= column.y or not foot - 12 <= mark <= foot


def test_days_of_nothing_are_columns_without_parts() -> None:
    columns = drawn([Stack("a", (0, 0)), Stack("b", (0, 0))])

    assert [(one.y, one.parts, one.total) for one in columns] == [(HEIGHT, (), 0)] * 2


def test_one_day_alone_is_a_column_in_the_middle() -> None:
    (column,) = drawn([Stack("today", (3, 1))])

    assert (column.x, column.middle, column.width) == (44, 50, 12)
    assert [(one.series, one.y, one.height) for one in column.parts] == [(0, 50, 150), (1, 0, 50)]


@pytest.mark.parametrize("number", [1, 2, 6, 7, 8, 9, 14, 26, 31, 60, 366])
def test_as_many_labels_are_shown_as_there_is_room_for(number: int) -> None:
    labels = labels_of(number)

    assert len(labels) == number
    assert 1 <= labels.count("always") <= 6
    assert labels.count("always") + labels.count("wide") <= 8
    assert labels[-1] == "always"


@pytest.mark.parametrize(("number", "numbered"), [
    (1, "always"), (8, "always"), (9, "wide"), (16, "wide"), (17, "never"),
])  # fmt: skip
def test_numbers_stand_above_columns_where_there_is_room(number: int, numbered: str) -> None:
    stacks = [Stack("x", (1,))] * number

    assert columns_of(stacks, scale_of(1)).numbered == numbered


@given(st.lists(st.builds(Measure, st.just("x"), COUNTS, st.none() | COUNTS), max_size=60))
def test_bars_are_as_long_as_their_part_of_the_longest(measures: list[Measure]) -> None:
    bars = bars_of(measures)

    assert all(0 <= one.width <= 100 for one in bars)
    assert all(one.before_x is None or 0 <= one.before_x <= 100 for one in bars)
    assert sum(one.share for one in bars) == pytest.approx(
        1 if any(m.value for m in measures) else 0
    )
    assert [one.value for one in bars] == [one.value for one in measures]


def test_the_longest_bar_fills_its_place_and_half_of_it_half() -> None:
    bars = bars_of([Measure("a", 8, 4), Measure("b", 4, 0), Measure("c", 0, None)])

    assert [(one.width, one.before_x) for one in bars] == [(100, 50), (50, 0), (0, None)]


@given(st.lists(st.none() | COUNTS, min_size=1, max_size=366))
def test_a_line_goes_through_what_is_known_alone(values: list[int | None]) -> None:
    known = [one for one in values if one is not None]
    line = line_of([Known("x", one) for one in values], scale_of(max(known, default=0)))

    assert len(line.points) == len(values)
    assert all(0 < one.x < 100 for one in line.points)
    assert [one.y is None for one in line.points] == [one is None for one in values]
    assert all(one.y is None or 0 <= one.y <= HEIGHT for one in line.points)
    assert len(line.stretches) == max(0, len(known) - 1)


def test_a_line_says_where_it_crosses_a_gap() -> None:
    values = [Known("a", 1), Known("b", 2), Known("c", None), Known("d", 4)]
    line = line_of(values, scale_of(4))

    assert [(one.y1, one.y2, one.bridges) for one in line.stretches] == [
        (150, 100, False), (100, 0, True),
    ]  # fmt: skip


@given(PERIODS)
def test_a_period_is_cut_into_spans_without_a_gap(period: Span) -> None:
    spans = spans_of(period)

    assert (spans[0].first, spans[-1].last) == (period.first, period.last)
    assert sum(one.days for one in spans) == period.days
    assert len(spans) <= 31
    assert all(
        left.last + timedelta(days=1) == right.first for left, right in itertools.pairwise(spans)
    )


@pytest.mark.parametrize(("days", "unit"), [
    (1, "day"), (31, "day"), (32, "week"), (180, "week"), (181, "month"), (366, "month"),
])  # fmt: skip
def test_longer_periods_are_cut_into_larger_pieces(days: int, unit: str) -> None:
    period = Span(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=days - 1))

    assert unit_of(period) == unit


def test_weeks_begin_on_monday_and_the_ends_are_cut_short() -> None:
    spans = spans_of(Span(date(2026, 10, 1), date(2026, 11, 10)))

    assert spans[0] == Span(date(2026, 10, 1), date(2026, 10, 4))
    assert spans[1] == Span(date(2026, 10, 5), date(2026, 10, 11))
    assert spans[-1] == Span(date(2026, 11, 9), date(2026, 11, 10))


@given(PERIODS)
def test_the_period_before_ends_the_day_before(period: Span) -> None:
    earlier = before(period)

    assert earlier.last == period.first - timedelta(days=1)
    assert earlier.days == period.days or is_month(period)


def test_a_whole_month_is_compared_with_the_whole_month_before() -> None:
    march = Span(date(2026, 3, 1), date(2026, 3, 31))

    assert before(march) == Span(date(2026, 2, 1), date(2026, 2, 28))
    assert month_of(date(2028, 2, 10)) == Span(date(2028, 2, 1), date(2028, 2, 29))


@pytest.mark.parametrize(("so_far", "passed", "expected"), [
    (0, 0.1, None), (100, 2.9, None), (100, 10, 300), (100, 30, 100), (0, 15, 0), (7, 29.9, 7),
])  # fmt: skip
def test_a_month_is_foretold_once_enough_of_it_has_passed(
    so_far: int, passed: float, expected: int | None
) -> None:
    assert foretold(so_far, passed=passed, days=30) == expected
