"""Do fifty channels live on one project's units for a week? `python -m benchmarks.polling`.

Plays the product's own turns and meter on a clock set by hand, over YouTube in this process, and
prints Google's count of units by Pacific day, how long comments waited, and who got answers.
"""

import argparse
import os
import time
from datetime import date, timedelta
from statistics import mean, median
from unittest import mock

import django
from django.test.utils import get_runner

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
WEDNESDAY = date(2026, 10, 28)
"""On Sunday, November 1st, the clocks go back: a day of 25 hours."""


def main() -> None:
    """Play the days in a throw-away database and print what happened."""
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - Django is set up by then

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=7)
    days = parser.parse_args().days
    runner = get_runner(settings)(verbosity=0)
    databases = runner.setup_databases()
    try:
        play(days)
    finally:
        runner.teardown_databases(databases)


def play(days: int) -> None:
    """Play so many days and print their figures."""
    from django.db import transaction  # noqa: PLC0415 - Django is set up by then

    from social.providers.youtube import errors  # noqa: PLC0415
    from tests.polling.week import QUIETEST, Week, make_week  # noqa: PLC0415

    extra = 1 if days > (date(2026, 11, 1) - WEDNESDAY).days else 0
    begun = time.process_time()
    with transaction.atomic():
        week: Week = make_week(starts=WEDNESDAY, hours=days * 24 + extra)
        with mock.patch.object(errors, "call", week.world.call):
            week.play()
    took = time.process_time() - begun
    print(f"{sum(week.turns.values())} turns in {took:.0f} s of computing")
    for day, units in sorted(week.world.units.items()):
        hours = len(week.answered_hours[day])
        print(f"{day}  {units:>6} units, answers in {hours} different hours")
    for name, whose in (("busiest", [0]), ("second", [1]), ("third", [2]), ("quietest", QUIETEST)):
        found = sorted(delay / 60 for who in whose for delay in week.delays[who])
        p95, most = found[int(len(found) * 0.95)], found[-1]
        middle = f"median {median(found):.1f}, mean {mean(found):.1f}"
        print(f"{name}: {len(found)} comments, minutes: {middle}, 95 % {p95:.1f}, worst {most:.1f}")
    late = sorted(delay / 3600 for found in week.late.values() for delay in found)
    missing = week.missing_replies(older_than=timedelta(days=1))
    print(f"replies: median {median(late):.1f} h, worst {late[-1]:.1f} h, never {missing:.1%}")
    given, refused = week.answers[0, True], week.answers[0, False]
    print(f"answers of the busiest: {given} of {given + refused}")
    granted = sum(n for (who, given), n in week.answers.items() if who and given)
    wished = granted + week.refused_answers(quiet=True)
    print(f"answers of the others: {granted} of {wished}")
    print(f"comments never found: {len(week.lost(older_than=timedelta(hours=1)))}")


if __name__ == "__main__":
    main()
