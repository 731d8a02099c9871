"""Fifty channels on one project's units: a whole week of it is `python -m benchmarks.polling`."""

from datetime import date, timedelta

import pytest

from social.providers.youtube import errors
from tests.polling.week import make_week

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SUNDAY = date(2026, 11, 1)
"""The clocks go back in California: a day of 25 hours."""
MINUTE, HOUR = 60, 3600


def test_the_longest_day_of_fifty_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    week = make_week(starts=SUNDAY, hours=25)
    monkeypatch.setattr(errors, "call", week.world.call)
    week.play()

    # Google's own count, with every answer that was granted: never over, and well used.
    assert 9000 < week.world.units[SUNDAY] <= 10_000
    assert set(week.world.units) == {SUNDAY}
    # The busiest does not starve the quietest.
    assert week.worst_delay(quietest=True) < 30 * MINUTE
    assert week.refused_answers(quiet=True) == 0
    # Nor is it starved itself: its comments are read within minutes, its answers go on all day.
    assert week.mean_delay(0) < 10 * MINUTE
    assert week.worst_delay(quietest=False) < HOUR
    assert len(week.answered_hours[SUNDAY]) >= 20
    assert week.lost(older_than=timedelta(hours=1)) == []
