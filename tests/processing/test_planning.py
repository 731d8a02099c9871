"""When a follow-up leaves, as a table: the wish, the window, and what is planned."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.hours import daytime
from processing.planning import Plan, plan_follow_up

PARIS, HONOLULU, KATHMANDU = map(ZoneInfo, ("Europe/Paris", "Pacific/Honolulu", "Asia/Kathmandu"))
ZONES = (PARIS, HONOLULU, KATHMANDU, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC"))
MINUTE = timedelta(minutes=1)
PLANNED, MORNING = "planned", "moved_to_morning"
WINDOW, NOTHING = "moved_before_window_closes", "no_moment_left"


def local(text: str | None, zone: ZoneInfo) -> datetime | None:
    """A wall's time in 2026, as in "11-24 10:00"; a star is the second of two."""
    if text is None:
        return None
    wall = datetime.strptime(f"2026-{text.rstrip('*')}", "%Y-%m-%d %H:%M").replace(tzinfo=zone)
    return wall.replace(fold=int(text.endswith("*"))).astimezone(UTC)


# On the wall's clock: now, the wish, the window's end; then when it leaves, and why.
Row = tuple[str, ZoneInfo, str, str, str | None, str | None, str]
ROWS: list[Row] = [
    ("the wish fits", PARIS, "11-24 10:00", "11-24 15:00", "11-25 10:00", "11-24 15:00", PLANNED),
    ("no window", PARIS, "11-24 10:00", "11-27 15:00", None, "11-27 15:00", PLANNED),
    ("at nine sharp", PARIS, "11-24 10:00", "11-25 09:00", "11-25 10:00", "11-25 09:00", PLANNED),
    ("a minute to eight", PARIS, "11-24 10:00", "11-24 19:59", None, "11-24 19:59", PLANNED),
    ("on the margin", PARIS, "11-24 10:00", "11-24 15:00", "11-24 15:30", "11-24 15:00", PLANNED),
    ("in an hour", PARIS, "11-24 10:00", "11-24 11:00", "11-25 10:00", "11-24 11:00", PLANNED),
    ("nearer", PARIS, "11-24 10:00", "11-24 10:05", "11-25 10:00", "11-24 11:00", PLANNED),
    ("at once", PARIS, "11-24 10:00", "11-24 10:00", "11-25 10:00", "11-24 11:00", PLANNED),
    ("in the past", PARIS, "11-24 10:00", "11-20 10:00", "11-25 10:00", "11-24 11:00", PLANNED),
    ("past, no window", PARIS, "11-24 10:00", "11-20 10:00", None, "11-24 11:00", PLANNED),
    ("a far wish", PARIS, "11-24 10:00", "12-24 15:00", None, "12-24 15:00", PLANNED),
    # --- at night
    ("at eight", PARIS, "11-24 10:00", "11-24 20:00", "11-25 10:00", "11-25 09:00", MORNING),
    ("late", PARIS, "11-24 10:00", "11-24 23:00", "11-25 10:00", "11-25 09:00", MORNING),
    ("after midnight", PARIS, "11-24 10:00", "11-25 02:00", None, "11-25 09:00", MORNING),
    ("early", PARIS, "11-24 10:00", "11-25 08:59", "11-25 10:00", "11-25 09:00", MORNING),
    ("an hour ends at night", PARIS, "11-24 19:30", "11-24 19:40", None, "11-25 09:00", MORNING),
    ("asked at night", PARIS, "11-24 02:00", "11-24 02:00", "11-25 02:00", "11-24 09:00", MORNING),
    ("nine is the margin", PARIS, "11-24 10:00", "11-24 22:00", "11-25 09:30", "11-25 09:00",
     MORNING),
    ("new year's eve", PARIS, "12-30 22:00", "12-30 23:59", None, "12-31 09:00", MORNING),
    # --- the window closes first
    ("the morning is too late", PARIS, "11-24 10:00", "11-24 22:00", "11-25 09:29", "11-24 19:59",
     WINDOW),
    ("closes at night", PARIS, "11-24 10:00", "11-25 11:00", "11-25 03:00", "11-24 19:59", WINDOW),
    ("closes just after eight", PARIS, "11-24 10:00", "11-25 11:00", "11-24 20:10", "11-24 19:40",
     WINDOW),
    ("closes at eight and half", PARIS, "11-24 10:00", "11-25 11:00", "11-24 20:30", "11-24 19:59",
     WINDOW),
    ("wished after it", PARIS, "11-24 10:00", "11-26 10:00", "11-25 10:00", "11-25 09:30", WINDOW),
    ("wished within the margin", PARIS, "11-24 10:00", "11-25 09:45", "11-25 10:00",
     "11-25 09:30", WINDOW),
    ("a minute within it", PARIS, "11-24 10:00", "11-24 15:01", "11-24 15:30", "11-24 15:00",
     WINDOW),
    ("leaves no hour", PARIS, "11-24 10:00", "11-24 10:30", "11-24 11:00", "11-24 10:30", WINDOW),
    ("leaves a minute", PARIS, "11-24 10:00", "11-24 18:00", "11-24 10:31", "11-24 10:01", WINDOW),
    ("the evening's last hour", PARIS, "11-24 19:30", "11-24 19:40", "11-25 08:00", "11-24 19:59",
     WINDOW),
    ("the evening's last minute", PARIS, "11-24 19:58", "11-24 20:40", "11-25 08:00",
     "11-24 19:59", WINDOW),
    # --- nothing is left
    ("the margin is now", PARIS, "11-24 10:00", "11-24 18:00", "11-24 10:30", None, NOTHING),
    ("closes in a minute", PARIS, "11-24 10:00", "11-24 18:00", "11-24 10:01", None, NOTHING),
    ("closes now", PARIS, "11-24 10:00", "11-24 18:00", "11-24 10:00", None, NOTHING),
    ("closed already", PARIS, "11-24 10:00", "11-24 18:00", "11-23 10:00", None, NOTHING),
    ("the night lasts longer", PARIS, "11-24 22:00", "11-24 23:00", "11-25 09:29", None, NOTHING),
    ("the evening is over", PARIS, "11-24 19:59", "11-24 20:40", "11-25 08:00", None, NOTHING),
    ("closes before nine", PARIS, "11-24 03:00", "11-24 04:00", "11-24 09:00", None, NOTHING),
    # --- the clock is put forward on 29 March, back on 25 October
    ("a wish in a skipped hour", PARIS, "03-28 10:00", "03-29 02:30", None, "03-29 09:00", MORNING),
    ("a short night", PARIS, "03-28 12:00", "03-28 21:00", "03-29 12:00", "03-29 09:00", MORNING),
    ("24 hours end later", PARIS, "03-28 09:00", "03-29 12:00", "03-29 10:00", "03-29 09:30",
     WINDOW),
    ("23 of them", PARIS, "03-28 09:00", "03-29 07:00", "03-29 09:00", "03-28 19:59", WINDOW),
    ("the first two o'clock", PARIS, "10-24 10:00", "10-25 02:30", None, "10-25 09:00", MORNING),
    ("and the second", PARIS, "10-24 10:00", "10-25 02:30*", None, "10-25 09:00", MORNING),
    ("a long night", PARIS, "10-24 10:00", "10-24 20:30", "10-25 09:00", "10-24 19:59", WINDOW),
    ("closes in the doubled hour", PARIS, "10-24 10:00", "10-25 10:00", "10-25 02:15*",
     "10-24 19:59", WINDOW),
    ("within the doubled hour", PARIS, "10-25 02:10", "10-25 02:10", "10-25 02:50*", None,
     NOTHING),
    # --- elsewhere
    ("Honolulu's day", HONOLULU, "11-24 08:00", "11-24 19:00", None, "11-24 19:00", PLANNED),
    ("Honolulu's night", HONOLULU, "11-24 08:00", "11-24 22:00", "11-25 08:00", "11-24 19:59",
     WINDOW),
    ("Kathmandu's day", KATHMANDU, "11-24 08:00", "11-24 09:15", None, "11-24 09:15", PLANNED),
    ("Kathmandu's night", KATHMANDU, "11-24 08:00", "11-24 23:15", "11-25 10:00", "11-25 09:00",
     MORNING),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]}, {row[1]}" for row in ROWS])
def test_a_follow_up_leaves(row: Row) -> None:
    _, zone, now, wish, closes, at, reason = row
    moment, wanted, window = local(now, zone), local(wish, zone), local(closes, zone)
    assert moment
    assert wanted

    plan = plan_follow_up(now=moment, wanted_at=wanted, window_closes_at=window, zone=zone)

    assert plan == Plan(local(at, zone), window if at is None else None, reason)


def test_a_workspace_has_its_own_day_and_margin() -> None:
    now, wanted, closes = (local(f"11-24 {at}", PARIS) for at in ("12:00", "19:00", "20:00"))
    assert now
    assert wanted

    plan = plan_follow_up(
        now=now,
        wanted_at=wanted,
        window_closes_at=closes,
        zone=PARIS,
        start=time(10),
        end=time(18),
        margin=timedelta(hours=3),
    )

    assert plan == Plan(local("11-24 17:00", PARIS), None, WINDOW)


def test_plans_are_told_in_utc_whatever_came_in() -> None:
    now = datetime(2026, 11, 24, 10, 0, tzinfo=PARIS)
    late = plan_follow_up(now=now, wanted_at=now, window_closes_at=now, zone=PARIS)
    soon = plan_follow_up(now=now, wanted_at=now, window_closes_at=None, zone=PARIS)

    assert late.task_until
    assert late.task_until.tzinfo is UTC
    assert soon.at
    assert soon.at.tzinfo is UTC


def moments() -> st.SearchStrategy[datetime]:
    jumps = [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
    seconds = st.integers(-200_000, 200_000)
    near = st.builds(lambda at, more: at + timedelta(seconds=more), st.sampled_from(jumps), seconds)
    year = st.integers(0, 31_535_999)
    return near | year.map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n))


HOURS = st.integers(-48 * 60, 96 * 60).map(lambda n: n * MINUTE)


@settings(max_examples=400, deadline=None)
@given(now=moments(), wish=HOURS, window=st.none() | HOURS, zone=st.sampled_from(ZONES))
def test_never_at_night_never_too_late_never_in_the_past(
    now: datetime, wish: timedelta, window: timedelta | None, zone: ZoneInfo
) -> None:
    closes = None if window is None else now + window
    plan = plan_follow_up(now=now, wanted_at=now + wish, window_closes_at=closes, zone=zone)

    if plan.at is None:
        assert plan.task_until == closes
        assert closes
        whole = now.replace(second=0, microsecond=0) + 2 * MINUTE
        left = int((closes - timedelta(minutes=30) - whole) / MINUTE)
        assert not any(daytime(whole + n * MINUTE, zone) for n in range(left + 1))
        return
    assert plan.task_until is None
    assert daytime(plan.at, zone)
    assert plan.at >= now + MINUTE
    assert closes is None or plan.at <= closes - timedelta(minutes=30)
    if plan.reason in {PLANNED, MORNING}:
        assert plan.at >= now + timedelta(hours=1)
        assert plan.at >= now + wish
    if plan.reason == PLANNED:
        assert plan.at == now + max(wish, timedelta(hours=1))
