"""The benchmark's table: medians, ratios with their spread, and which aims are missed."""

import pytest

from benchmarks.throughput import table
from benchmarks.throughput.measuring import Acks, Pipeline, Result
from benchmarks.throughput.services import WORK
from benchmarks.throughput.systems import in_turn


def acks(per_second: float = 100, p99: float = 10) -> Acks:
    return Acks(per_second, 1, 2, p99, cpu=2, load_cpu=0.1)


def pipeline(per_second: float, cpu: float, *, pss: float = 300, p99: float = 10) -> Pipeline:
    return Pipeline(
        messages=100,
        acks=acks(p99=p99),
        per_second=per_second,
        leads_per_second=per_second,
        cpu={"web": cpu / 2, "worker": cpu / 2},
        beside={"postgres": 1, "redis": 1},
        work=dict.fromkeys(WORK, 3.0),
        idle_cpu=1,
        pss_idle={"web": pss / 2, "worker": pss / 2},
        pss={"web": pss / 2, "worker": pss / 2},
        calls={"model": 1, "send": 1},
        tokens_in=400,
        tokens_out=90,
        twice=0,
    )


def result(name: str, per_second: float, cpu: float, **more: float) -> Result:
    ways = {latency: pipeline(per_second, cpu, **more) for latency in (0, 800)}
    return Result(name, acks(), ways)


def a_round(ours: Result) -> table.Round:
    return {
        "limit": result("limit", 100, 10),
        "nestjs": result("nestjs", 50, 12),
        "flowia": ours,
    }


def test_all_aims_are_met_by_who_is_as_good() -> None:
    told, met = table.targets([a_round(result("flowia", 90, 10))])

    assert met
    assert told.count(": met") == len(table.TARGETS)


@pytest.mark.parametrize(
    ("ours", "missed"),
    [
        (result("flowia", 49, 10), "messages/s, model 0 ms of NestJS + BullMQ: ≥ 1, is 0.98"),
        (result("flowia", 80, 10), "messages/s, model 800 ms of NestJS + BullMQ: ≥ 1.8, is 1.60"),
        (result("flowia", 90, 11), "CPU ms/message, model 0 ms of limit: ≤ 1, is 1.10"),
        (result("flowia", 90, 10, pss=451), "PSS MB after, model 0 ms: ≤ 450, is 451.00"),
        (result("flowia", 90, 10, p99=21), "ack p99 ms under load, model 0 ms of limit: ≤ 2"),
    ],
)
def test_a_missed_aim_is_named(ours: Result, missed: str) -> None:
    told, met = table.targets([a_round(ours)])

    assert not met
    assert any(line.startswith(missed) and "MISSED" in line for line in told.splitlines())


@pytest.mark.parametrize("speeds", [(85, 95, 99), (99, 95, 85)])
def test_an_aim_whose_bound_lies_within_the_spread_is_undecided(speeds: tuple[float, ...]) -> None:
    rounds = [a_round(result("flowia", speed, 10)) for speed in speeds]
    told, met = table.targets(rounds)

    assert not met
    line = (
        "messages/s, model 800 ms of NestJS + BullMQ: ≥ 1.8, is 1.90, from 1.70 to 1.98: undecided"
    )
    assert line in told.splitlines()
    assert told.count(": met") == len(table.TARGETS) - 1


def test_what_was_not_measured_is_said_and_not_missed() -> None:
    told, met = table.targets([{"flowia": Result("flowia", acks())}])

    assert met
    assert "messages/s, model 800 ms of NestJS + BullMQ: ≥ 1.8, not measured" in told


def test_several_rounds_show_the_spread_of_each_ratio() -> None:
    rounds = [a_round(result("flowia", speed, 10)) for speed in (80, 90, 110)]
    lines = table.table(rounds).splitlines()

    [line] = [line for line in lines if line.startswith("| messages/s, model 0 ms")]
    assert line.split(" | ")[1:4] == ["100.0", "50.0", "90.0"]
    assert "0.90 (0.80–1.10)" in line
    assert "1.80 (1.60–2.20)" in line


def test_each_system_is_the_first_and_the_last_once_in_as_many_rounds() -> None:
    orders = [in_turn(list(table.ALL), number) for number in range(len(table.ALL))]

    assert orders[0] == list(table.ALL)
    assert all(sorted(order) == sorted(table.ALL) for order in orders)
    assert {order[0] for order in orders} == {order[-1] for order in orders} == set(table.ALL)


def test_calls_that_only_flow_ia_makes_are_told() -> None:
    ours = result("flowia", 90, 10)
    ours.pipelines[0].calls["profile"] = 1.0

    told = table.calls(a_round(ours))

    assert "Flow IA beside the limit, model 0 ms: profile +1.00" in told
    assert "Flow IA beside the limit, model 800 ms: the same calls" in told
