"""Opening hours and daytime: on the wall's clock, also on the days that change it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.hours import (
    DAYS,
    HORIZON,
    MalformedHoursError,
    check_hours,
    daytime,
    is_open,
    last_daytime_before,
    next_daytime,
    next_opening,
)

PARIS, HONOLULU, KATHMANDU = map(ZoneInfo, ("Europe/Paris", "Pacific/Honolulu", "Asia/Kathmandu"))
LORD_HOWE, SANTIAGO = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Santiago")
ZONES = (PARIS, HONOLULU, KATHMANDU, LORD_HOWE, SANTIAGO, ZoneInfo("UTC"))
MINUTE = timedelta(minutes=1)
SHOP: dict[str, Any] = {
    "tue": [["09:00", "12:30"], ["14:00", "19:00"]],
    "sat": [["10:00", "24:00"]],
    "sun": [["00:00", "02:00"]],
    "closed": ["2026-12-26"],
}
NIGHTS = {"sun": [["01:00", "02:30"]]}
GAP = {"sun": [["02:15", "02:45"], ["04:00", "05:00"]]}
ACROSS = {"sun": [["02:30", "04:00"]]}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


GOOD: list[tuple[str, Any, dict[str, Any]]] = [
    ("always open", {}, {}),
    ("never open", {"mon": []}, {"mon": []}),
    ("short hours are filled", {"mon": [["9:00", "12:30"]]}, {"mon": [["09:00", "12:30"]]}),
    (
        "periods are sorted",
        {"mon": [["14:00", "19:00"], ["09:00", "12:30"]]},
        {"mon": [["09:00", "12:30"], ["14:00", "19:00"]]},
    ),
    (
        "periods may touch",
        {"mon": [["09:00", "12:00"], ["12:00", "13:00"]]},
        {"mon": [["09:00", "12:00"], ["12:00", "13:00"]]},
    ),
    ("until midnight", {"fri": [["20:00", "24:00"]]}, {"fri": [["20:00", "24:00"]]}),
    ("tuples are lists", {"fri": (("20:00", "24:00"),)}, {"fri": [["20:00", "24:00"]]}),
    (
        "dates are sorted and said once",
        {"closed": ["2026-12-26", "2026-12-25", "2026-12-26"]},
        {"closed": ["2026-12-25", "2026-12-26"]},
    ),
]


@pytest.mark.parametrize(("_name", "value", "checked"), GOOD, ids=[row[0] for row in GOOD])
def test_hours_are_kept_as(_name: str, value: Any, checked: dict[str, Any]) -> None:
    assert check_hours(value) == checked
    assert check_hours(checked) == checked


def test_days_stand_in_their_order() -> None:
    assert list(check_hours({"sun": [], "closed": [], "mon": []})) == ["mon", "sun", "closed"]


BAD: list[tuple[Any, str]] = [
    (None, "list of days"),
    ([], "list of days"),
    ("09:00", "list of days"),
    ({"lundi": []}, "“lundi” is no day"),
    ({"MON": []}, "no day"),
    ({1: []}, "no day"),
    ({"mon": "09:00-12:00"}, "list of at most"),
    ({"mon": {"09:00": "12:00"}}, "list of at most"),
    ({"mon": None}, "list of at most"),
    ({"mon": [["09:00", "09:01"]] * 13}, "list of at most"),
    ({"mon": ["09:00", "12:00"]}, "a start and an end"),
    ({"mon": [["09:00"]]}, "a start and an end"),
    ({"mon": [["09:00", "10:00", "11:00"]]}, "a start and an end"),
    ({"mon": [[9, 12]]}, "is no time"),
    ({"mon": [[None, "12:00"]]}, "is no time"),
    ({"mon": [["09h00", "12:00"]]}, "is no time"),
    ({"mon": [["9", "12:00"]]}, "is no time"),
    ({"mon": [["09:60", "12:00"]]}, "is no time"),
    ({"mon": [["09:00", "24:01"]]}, "is no time"),
    ({"mon": [["09:00", "25:00"]]}, "is no time"),
    ({"mon": [["-9:00", "12:00"]]}, "is no time"),
    ({"mon": [["٠٩:٠٠", "12:00"]]}, "is no time"),
    ({"mon": [["09:00\n", "12:00"]]}, "is no time"),
    ({"mon": [["12:00", "12:00"]]}, "ends before it begins"),
    ({"mon": [["22:00", "02:00"]]}, "past midnight is written as two"),
    ({"mon": [["24:00", "24:00"]]}, "ends before it begins"),
    ({"mon": [["09:00", "12:00"], ["11:59", "13:00"]]}, "overlap"),
    ({"mon": [["09:00", "12:00"], ["09:00", "12:00"]]}, "overlap"),
    ({"mon": [["09:00", "18:00"], ["10:00", "11:00"]]}, "overlap"),
    ({"closed": "2026-12-25"}, "list of at most"),
    ({"closed": ["25/12/2026"]}, "is no date"),
    ({"closed": ["2026-02-30"]}, "“2026-02-30” is no date"),
    ({"closed": ["20261225"]}, "is no date"),
    ({"closed": ["2026-W52-5"]}, "is no date"),
    ({"closed": [20261225]}, "is no date"),
    ({"closed": ["2026-12-25"] * 401}, "list of at most"),
]


@pytest.mark.parametrize(("value", "sentence"), BAD)
def test_malformed_hours_are_refused_with_a_sentence(value: Any, sentence: str) -> None:
    with pytest.raises(MalformedHoursError) as caught:
        check_hours(value)

    with translation.override("en"):
        assert sentence in str(caught.value)


def test_a_sentence_names_the_day_in_the_readers_language() -> None:
    with pytest.raises(MalformedHoursError) as caught:
        check_hours({"mon": [["9", "12:00"]]})

    with translation.override("fr"):
        assert "(lundi)" in str(caught.value)


OPEN: list[tuple[str, dict[str, Any], ZoneInfo, str, bool]] = [
    ("no day named is always open", {}, PARIS, "2026-11-28T03:00", True),
    ("empty days are never open", {"mon": []}, PARIS, "2026-11-30T12:00", False),
    ("at the first minute", SHOP, PARIS, "2026-11-24T08:00", True),
    ("just before it", SHOP, PARIS, "2026-11-24T07:59:59.999", False),
    ("in the last second", SHOP, PARIS, "2026-11-24T11:29:59", True),
    ("at the end", SHOP, PARIS, "2026-11-24T11:30", False),
    ("in the afternoon", SHOP, PARIS, "2026-11-24T13:00", True),
    ("on a day not named", SHOP, PARIS, "2026-11-25T10:00", False),
    ("before midnight", SHOP, PARIS, "2026-11-28T22:59:59", True),
    ("after it, the next day's hours", SHOP, PARIS, "2026-11-29T00:59", True),
    ("until two", SHOP, PARIS, "2026-11-29T01:00", False),
    ("a closed date", SHOP, PARIS, "2026-12-26T12:00", False),
    ("always but for a date", {"closed": ["2026-12-25"]}, PARIS, "2026-12-24T22:59", True),
    ("that date, local", {"closed": ["2026-12-25"]}, PARIS, "2026-12-24T23:00", False),
    ("Honolulu: still Tuesday", SHOP, HONOLULU, "2026-11-25T04:59", True),
    ("Honolulu: Tuesday is over", SHOP, HONOLULU, "2026-11-25T05:00", False),
    ("Kathmandu: nine is 3:15 UTC", SHOP, KATHMANDU, "2026-11-24T03:15", True),
    ("Kathmandu: a minute before", SHOP, KATHMANDU, "2026-11-24T03:14", False),
    ("2:15 the first time", NIGHTS, PARIS, "2026-10-25T00:15", True),
    ("2:45 the first time", NIGHTS, PARIS, "2026-10-25T00:45", False),
    ("2:15 the second time", NIGHTS, PARIS, "2026-10-25T01:15", True),
    ("2:45 the second time", NIGHTS, PARIS, "2026-10-25T01:45", False),
    ("three o'clock comes after two", ACROSS, PARIS, "2026-03-29T01:00", True),
]


@pytest.mark.parametrize(
    ("_name", "hours", "zone", "at", "expected"), OPEN, ids=[row[0] for row in OPEN]
)
def test_whether_it_is_open(
    _name: str, hours: dict[str, Any], zone: ZoneInfo, at: str, *, expected: bool
) -> None:
    assert is_open(check_hours(hours), utc(at), zone) is expected


OPENINGS: list[tuple[str, dict[str, Any], ZoneInfo, str, str | None]] = [
    ("open now", SHOP, PARIS, "2026-11-24T08:30:15", "2026-11-24T08:30:15"),
    ("always open", {}, PARIS, "2026-11-24T08:30:15", "2026-11-24T08:30:15"),
    ("never open", {"mon": []}, PARIS, "2026-11-24T08:30", None),
    ("after lunch", SHOP, PARIS, "2026-11-24T11:30", "2026-11-24T13:00"),
    ("next Saturday", SHOP, PARIS, "2026-11-24T18:00", "2026-11-28T09:00"),
    ("midnight to midnight", SHOP, PARIS, "2026-11-29T01:00", "2026-12-01T08:00"),
    ("a closed Saturday is skipped", SHOP, PARIS, "2026-12-22T18:00", "2026-12-26T23:00"),
    (
        "the day after a closed date",
        {"closed": ["2026-12-25"]},
        PARIS,
        "2026-12-25T10:00",
        "2026-12-25T23:00",
    ),
    (
        "thirteen closed days",
        {"closed": [f"2026-12-{day:02}" for day in range(1, 14)]},
        PARIS,
        "2026-12-01T00:00",
        "2026-12-13T23:00",
    ),
    (
        "more than fourteen of them",
        {"closed": [f"2026-12-{day:02}" for day in range(1, 17)]},
        PARIS,
        "2026-12-01T00:00",
        None,
    ),
    ("Honolulu", SHOP, HONOLULU, "2026-11-24T10:00", "2026-11-24T19:00"),
    ("Kathmandu", SHOP, KATHMANDU, "2026-11-24T00:00", "2026-11-24T03:15"),
    ("the second two o'clock", NIGHTS, PARIS, "2026-10-25T00:30", "2026-10-25T01:00"),
    ("half past two exists twice: first", ACROSS, PARIS, "2026-10-24T23:00", "2026-10-25T00:30"),
    ("and second", ACROSS, PARIS, "2026-10-25T01:00", "2026-10-25T01:30"),
    ("a period that spring skips", GAP, PARIS, "2026-03-29T00:00", "2026-03-29T02:00"),
    ("one that spring cuts short", ACROSS, PARIS, "2026-03-28T12:00", "2026-03-29T01:00"),
    ("nine is an hour earlier in spring", SHOP, PARIS, "2026-03-29T12:00", "2026-03-31T07:00"),
    ("and later in autumn", SHOP, PARIS, "2026-10-25T12:00", "2026-10-27T08:00"),
    (
        "half an hour's jump",
        {"sun": [["02:10", "02:20"]]},
        LORD_HOWE,
        "2026-10-03T12:00",
        "2026-10-10T15:10",
    ),
    (
        "a midnight that does not exist",
        {"sun": [["00:00", "02:00"]]},
        SANTIAGO,
        "2026-09-05T12:00",
        "2026-09-06T04:00",
    ),
    (
        "a Saturday that comes back at midnight",
        {"sat": [["23:30", "24:00"]]},
        SANTIAGO,
        "2026-04-05T03:00",
        "2026-04-05T03:30",
    ),
]


@pytest.mark.parametrize(
    ("_name", "hours", "zone", "at", "expected"), OPENINGS, ids=[row[0] for row in OPENINGS]
)
def test_when_it_opens_next(
    _name: str, hours: dict[str, Any], zone: ZoneInfo, at: str, expected: str | None
) -> None:
    opening = next_opening(check_hours(hours), utc(at), zone)

    assert opening == (utc(expected) if expected else None)
    assert opening is None or opening.tzinfo is UTC


DAYTIMES: list[tuple[str, ZoneInfo, str, str, str]] = [
    ("in the day", PARIS, "2026-11-28T12:34:56", "2026-11-28T12:34:56", "2026-11-28T12:34:56"),
    ("at nine", PARIS, "2026-11-28T08:00", "2026-11-28T08:00", "2026-11-28T08:00"),
    ("before nine", PARIS, "2026-11-28T07:59", "2026-11-28T08:00", "2026-11-27T18:59"),
    ("before eight", PARIS, "2026-11-28T18:59:59", "2026-11-28T18:59:59", "2026-11-28T18:59:59"),
    ("at eight", PARIS, "2026-11-28T19:00", "2026-11-29T08:00", "2026-11-28T18:59"),
    ("the night to summer", PARIS, "2026-03-29T00:00", "2026-03-29T07:00", "2026-03-28T18:59"),
    ("the night to winter", PARIS, "2026-10-25T00:00", "2026-10-25T08:00", "2026-10-24T17:59"),
    ("Honolulu's night", HONOLULU, "2026-11-28T12:00", "2026-11-28T19:00", "2026-11-28T05:59"),
    ("Kathmandu's night", KATHMANDU, "2026-11-28T20:00", "2026-11-29T03:15", "2026-11-28T14:14"),
]


@pytest.mark.parametrize(
    ("_name", "zone", "at", "following", "before"), DAYTIMES, ids=[row[0] for row in DAYTIMES]
)
def test_the_day_around_a_moment(
    _name: str, zone: ZoneInfo, at: str, following: str, before: str
) -> None:
    assert next_daytime(utc(at), zone) == utc(following)
    assert last_daytime_before(utc(at), zone) == utc(before)
    assert daytime(utc(at), zone) is (at == following)


def test_a_day_may_be_cut_short_by_the_clock() -> None:
    short = {"start": time(1), "end": time(2, 30)}

    assert last_daytime_before(utc("2026-03-29T02:00"), PARIS, **short) == utc("2026-03-29T00:59")
    assert last_daytime_before(utc("2026-10-25T00:50"), PARIS, **short) == utc("2026-10-25T00:29")
    assert last_daytime_before(utc("2026-10-25T02:00"), PARIS, **short) == utc("2026-10-25T01:29")


def test_a_day_that_ends_before_it_starts_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="after its start"):
        daytime(utc("2026-11-28T12:00"), PARIS, start=time(20), end=time(9))


def test_a_moment_without_a_zone_is_a_mistake() -> None:
    naive = datetime(2026, 11, 28, 12, 0)  # noqa: DTZ001 - the mistake itself

    with pytest.raises(ValueError, match="aware"):
        is_open({}, naive, PARIS)


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, Any]:
    """Hours as owners write them, and as nobody would."""
    value: dict[str, Any] = {}
    for day in draw(st.sets(st.sampled_from(DAYS))):
        edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
        pairs = zip(edges[::2], edges[1::2], strict=False)
        value[day] = [[f"{one // 60:02}:{one % 60:02}" for one in pair] for pair in pairs]
    if draw(st.booleans()):
        dates = st.dates(datetime(2026, 1, 1).date(), datetime(2026, 12, 31).date())  # noqa: DTZ001
        value["closed"] = [one.isoformat() for one in draw(st.sets(dates, max_size=5))]
    return check_hours(value)


def moments() -> st.SearchStrategy[datetime]:
    """Any moment of 2026, and often one near a change of some clock."""
    jumps = ("2026-03-29T01:00", "2026-10-25T01:00", "2026-04-04T15:00", "2026-10-03T15:30")
    more = ("2026-04-05T03:00", "2026-09-06T04:00")
    near = st.builds(
        lambda jump, minutes: utc(jump) + timedelta(minutes=minutes),
        st.sampled_from(jumps + more),
        st.integers(-600, 600),
    )
    return near | st.integers(0, 525_599).map(lambda n: utc("2026-01-01") + n * MINUTE)


@settings(max_examples=300, deadline=None)
@given(hours=weeks(), moment=moments(), zone=st.sampled_from(ZONES))
def test_no_open_minute_lies_before_the_next_opening(
    hours: dict[str, Any], moment: datetime, zone: ZoneInfo
) -> None:
    opening = next_opening(hours, moment, zone)
    until = opening or moment + HORIZON
    minutes = int((until - moment) / MINUTE)

    assert opening is None or (opening >= moment and is_open(hours, opening, zone))
    assert not any(is_open(hours, moment + n * MINUTE, zone) for n in range(0, minutes, 3))
    near = range(max(minutes - 90, 0), minutes)
    assert not any(is_open(hours, moment + n * MINUTE, zone) for n in near)


@settings(max_examples=200, deadline=None)
@given(
    moment=moments(),
    zone=st.sampled_from(ZONES),
    edges=st.sets(st.integers(0, 1439), min_size=2, max_size=2),
)
def test_the_last_minute_of_the_day_is_followed_by_night(
    moment: datetime, zone: ZoneInfo, edges: set[int]
) -> None:
    start, end = (time(one // 60, one % 60) for one in sorted(edges))
    last = last_daytime_before(moment, zone, start=start, end=end)
    minutes = int((moment - last) / MINUTE)

    assert last <= moment
    assert daytime(last, zone, start=start, end=end)
    assert not any(
        daytime(last + n * MINUTE, zone, start=start, end=end) for n in range(1, minutes + 1)
    )
