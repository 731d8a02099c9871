"""What a storm's result looks like in print."""

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.faults.storm import checker
from tests.faults.storm.nemesis import KILLS
from tests.faults.storm.network import TAKEN
from tests.faults.storm.running import Told, counters, outcomes, recovery

SETTLED = ("confirmed_by_echo", "confirmed_by_reading", "not_at_network", "cannot_be_told")


def lines(told: Told) -> Iterator[str]:
    """Yield the report, line by line."""
    storm, run = told.storm, told.run
    yield (
        f"{storm.webhooks} messages in {len(run.brought)} deliveries, {len(told.struck)} faults,"
        f" {sum(one.kind in KILLS for one in told.struck)} of them kills,"
        f" seed {storm.seed}, {told.seconds:.0f} s"
    )
    yield from _table("", counters(told))
    yield from _table("outcomes", outcomes(told))
    yield from _table("not answered", checker.unanswered(run))
    answers = Counter(str(one.status or "none") for one in run.brought)
    yield from _table("answers to calls", answers)
    settled = {name: run.rows.settled.get(name, 0) for name in SETTLED}
    needs = sum(one.status == "unconfirmed" for one in run.rows.sent)
    yield from _table("unknown sends", {**settled, "needs review": needs, "dead": run.rows.letters})
    yield from _table("faults", Counter(one.kind for one in told.struck))
    yield from _table("exits nobody asked for", Counter(one.name for one in told.exits))
    taken = sorted(one.seconds for one in run.brought if one.status == TAKEN)
    yield f"acknowledged within p50 {_ms(taken, 50)}, p99 {_ms(taken, 99)}"
    for kind, seconds in sorted(recovery(told).items()):
        there = sorted(seconds)
        yield (
            f"in flight at '{kind}': {len(there)}, answered p50 {_at(there, 50):.1f} s,"
            f" p99 {_at(there, 99):.1f} s"
        )
    apart = sorted(checker.gaps(run))
    if apart:
        yield f"least distance in a conversation {apart[0]:.3f} s of {run.spacing:.0f} s"
    yield f"busiest minute of the model {checker.busiest_minute(run)} of {run.model_per_minute}"
    for day in run.rows.days:
        limit = "no limit" if day.limit is None else f"of {day.limit}"
        yield f"quota of {day.account}: {day.used} used, {day.reserved} reserved, {limit}"
    yield from told.notes
    if not told.drained:
        yield "it did not come to rest"
    if told.untaken:
        yield f"{told.untaken} calls were never taken"
    yield from (f"BROKEN {one}" for one in told.broken)
    yield f"seed {storm.seed}: " + ("BROKEN" if is_broken(told) else "everything holds")


def is_broken(told: Told) -> bool:
    """Tell whether anything does not hold."""
    return bool(told.broken) or not told.drained or bool(told.untaken)


def _table(title: str, numbers: "Counter[str] | dict[str, int]") -> Iterator[str]:
    shown = ", ".join(f"{name} {number}" for name, number in sorted(numbers.items()))
    if shown:
        yield f"{title}: {shown}" if title else shown


def _at(values: Sequence[float], percent: int) -> float:
    return values[min(len(values) - 1, len(values) * percent // 100)] if values else 0.0


def _ms(values: Sequence[float], percent: int) -> str:
    return f"{1000 * _at(values, percent):.0f} ms"
