"""The table: what was measured of each system, and the ratios between them. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.throughput.measuring import Pipeline, Result
from benchmarks.throughput.services import WORK

LABELS = {"limit": "limit", "nestjs": "NestJS + BullMQ", "flowia": "Flow IA"}
ALL = tuple(LABELS)
PAIRS = (("flowia", "limit"), ("flowia", "nestjs"), ("nestjs", "limit"))
Round = dict[str, Result]
Get = Callable[[Result], float | None]


@dataclass(frozen=True)
class Row:
    """One line of the table: what it tells, and how it is found in a result."""

    what: str
    get: Get
    form: str = ".2f"

    def of(self, one: Round, name: str) -> float | None:
        """Return a system's figure in one round, None when it was not measured."""
        return self.get(one[name]) if name in one else None

    def ratios(self, rounds: list[Round], ours: str, theirs: str) -> list[float]:
        """Return the ratio of each round in which both were measured."""
        pairs = [(self.of(one, ours), self.of(one, theirs)) for one in rounds]
        return [mine / other for mine, other in pairs if mine is not None and other]


@dataclass(frozen=True)
class Target:
    """One of the aims: a figure of Flow IA's, or its ratio to another system's."""

    row: Row
    theirs: str
    bound: float
    at_least: bool

    def told(self, rounds: list[Round]) -> tuple[str, bool | None]:
        """Return a sentence, and whether it is met for certain; None when it was not measured."""
        if self.theirs:
            found = self.row.ratios(rounds, "flowia", self.theirs)
        else:
            every = [self.row.of(one, "flowia") for one in rounds]
            found = [one for one in every if one is not None]
        of = f" of {LABELS[self.theirs]}" if self.theirs else ""
        aim = f"{self.row.what}{of}: {'≥' if self.at_least else '≤'} {self.bound:g}"
        if not found:
            return f"{aim}, not measured", None
        value = median(found)
        met = [one >= self.bound if self.at_least else one <= self.bound for one in found]
        if len(set(met)) > 1:
            spread = f"{min(found):.2f} to {max(found):.2f}"
            return f"{aim}, is {value:.2f}, from {spread}: undecided", False
        return f"{aim}, is {value:.2f}: {'met' if met[0] else 'MISSED'}", met[0]


def alone(what: str, name: str, form: str = ".2f") -> Row:
    """Return a row about acknowledgements while only the web runs."""
    return Row(what, lambda one: getattr(one.acks, name) if one.acks else None, form)


def whole(latency: int, what: str, get: Callable[[Pipeline], float], form: str = ".2f") -> Row:
    """Return a row about the whole pipeline at a latency of the model."""

    def find(one: Result) -> float | None:
        return get(one.pipelines[latency]) if latency in one.pipelines else None

    return Row(f"{what}, model {latency} ms", find, form)


def rows(latencies: list[int]) -> Iterator[Row]:
    """Return all lines."""
    yield ACKS
    for name in ("p50", "p95", "p99"):
        yield alone(f"the same, {name} ms", name)
    yield alone("web's CPU ms per webhook", "cpu")
    for latency in latencies:
        yield speed(latency)
        yield whole(latency, "leads written/s", lambda one: one.leads_per_second, ".1f")
        yield whole(latency, "acknowledged/s under load", lambda one: one.acks.per_second, ".0f")
        yield whole(latency, "ack p50 ms under load", lambda one: one.acks.p50)
        yield whole(latency, "ack p95 ms under load", lambda one: one.acks.p95)
        yield ack_p99(latency)
        yield cpu(latency)
        yield whole(
            latency, "PostgreSQL's CPU ms/message", lambda one: one.beside.get("postgres", 0)
        )
        yield whole(latency, "Redis's CPU ms/message", lambda one: one.beside["redis"])
        yield from (work(latency, name) for name in WORK)
        yield whole(latency, "CPU ms/s without work", lambda one: one.idle_cpu, ".1f")
        yield whole(latency, "PSS MB before", lambda one: sum(one.pss_idle.values()), ".0f")
        yield pss(latency)
        yield whole(latency, "model calls/message", lambda one: one.calls.get("model", 0))
        yield whole(latency, "tokens read/message", lambda one: one.tokens_in, ".0f")
        yield whole(latency, "tokens written/message", lambda one: one.tokens_out, ".0f")


def speed(latency: int) -> Row:
    """Return the line of messages a second."""
    return whole(latency, "messages/s", lambda one: one.per_second, ".1f")


def work(latency: int, name: str) -> Row:
    """Return a line of what PostgreSQL or Redis counted."""
    return whole(latency, f"{name}/message", lambda one: one.work[name])


def cpu(latency: int) -> Row:
    """Return the line of the processor's time of the system's own processes."""
    return whole(latency, "CPU ms/message", lambda one: one.cpu_sum)


def pss(latency: int) -> Row:
    """Return the line of the memory after the load."""
    return whole(latency, "PSS MB after", lambda one: one.pss_sum, ".0f")


def ack_p99(latency: int) -> Row:
    """Return the line of the slowest acknowledgements while everything runs."""
    return whole(latency, "ack p99 ms under load", lambda one: one.acks.p99)


ACKS = alone("acknowledged/s, web alone", "per_second", ".0f")
TARGETS = (
    Target(ACKS, "limit", 0.8, at_least=True),
    Target(speed(0), "nestjs", 1.0, at_least=True),
    Target(speed(800), "nestjs", 1.8, at_least=True),
    Target(cpu(0), "limit", 1.0, at_least=False),
    Target(pss(0), "", 450, at_least=False),
    Target(ack_p99(0), "limit", 2.0, at_least=False),
)


def table(rounds: list[Round]) -> str:
    """Return the table of all rounds: medians, and each ratio with its spread."""
    names = [name for name in ALL if name in rounds[0]]
    pairs = [pair for pair in PAIRS if set(pair) <= set(names)]
    latencies = sorted({ms for one in rounds[0].values() for ms in one.pipelines})
    heads = [*(LABELS[name] for name in names), *(f"{a} / {b}" for a, b in _labelled(pairs))]
    lines = [f"| | {' | '.join(heads)} |", f"|---|{'--:|' * len(heads)}"]
    for row in rows(latencies):
        cells = [_cell([row.of(one, name) for one in rounds], row.form) for name in names]
        cells += [_ratio(row.ratios(rounds, *pair)) for pair in pairs]
        lines.append(f"| {row.what} | {' | '.join(cells)} |")
    return "\n".join(lines)


def by_process(one: Round) -> str:
    """Return what each process of each system costs in one round."""
    lines = ["| process | model ms | CPU ms/message | PSS MB before | PSS MB after |"]
    lines.append("|---|--:|--:|--:|--:|")
    for name, result in one.items():
        for latency, way in result.pipelines.items():
            lines += [
                f"| {LABELS[name]} {process} | {latency} | {used:.2f} |"
                f" {way.pss_idle[process]:.0f} | {way.pss[process]:.0f} |"
                for process, used in way.cpu.items()
            ]
    return "\n".join(lines)


def calls(one: Round) -> str:
    """Return how often each system called the stand-in for a message, and where Flow IA differs."""
    lines = []
    for name, result in one.items():
        for latency, way in result.pipelines.items():
            told = ", ".join(f"{kind} {number:.2f}" for kind, number in sorted(way.calls.items()))
            twice = f"; {way.twice} people were answered twice" if way.twice else ""
            lines.append(f"{LABELS[name]}, model {latency} ms, calls/message: {told}{twice}")
    ours, theirs = one.get("flowia"), one.get("limit")
    for latency in ours.pipelines if ours and theirs else ():
        mine, other = (each.pipelines[latency].calls for each in (ours, theirs) if each)
        differ = {kind: mine.get(kind, 0) - other.get(kind, 0) for kind in mine.keys() | other}
        told = ", ".join(f"{kind} {n:+.2f}" for kind, n in sorted(differ.items()) if n)
        lines.append(f"Flow IA beside the limit, model {latency} ms: {told or 'the same calls'}")
    return "\n".join(lines)


def targets(rounds: list[Round]) -> tuple[str, bool]:
    """Return a sentence on each aim, and whether all that were measured are met for certain."""
    found = [target.told(rounds) for target in TARGETS]
    return "\n".join(sentence for sentence, _met in found), all(
        met is not False for _, met in found
    )


def _labelled(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(LABELS[ours], LABELS[theirs]) for ours, theirs in pairs]


def _cell(values: list[float | None], form: str) -> str:
    known = [value for value in values if value is not None]
    return format(median(known), form) if known else ""


def _ratio(values: list[float]) -> str:
    if len(values) > 1:
        return f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})"
    return f"{values[0]:.2f}" if values else ""
