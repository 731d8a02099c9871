"""One storm from its beginning to the report."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from flowia.celery import TRANSPORT_OPTIONS
from sandbox import demo
from tests.faults.storm import checker, planning
from tests.faults.storm.keeper import Exit
from tests.faults.storm.nemesis import Nemesis, Struck, planned
from tests.faults.storm.network import Network
from tests.faults.storm.systems import System
from tests.faults.storm.witness import Work, outside
from tests.faults.storm.world import SPACING
from tests.stack import wait_until

MOST_OPEN = 60
"""A network brings no more while so much is left to do: the storm is of faults, not of load."""
BRING_SECONDS = 120
SLOTS = 10
"""How many tasks all workers do at once (`Procfile`)."""
TELL_SECONDS = 15
REST_SECONDS = 20
VISIBILITY_SECONDS = float(TRANSPORT_OPTIONS["visibility_timeout"]) + 60
"""After this long Redis gives away again what a worker took that died before it acknowledged."""
MOST_FILES = 400
SECRETS = (
    demo.APP_SECRET,
    demo.PAGE_TOKEN,
    demo.page_token(demo.SECOND_PAGE_ID),
    demo.NOTION_TOKEN,
    demo.STRIPE_SECRET_KEY,
    demo.OWNER_EMAIL,
    demo.MEMBERS_PASSWORD,
    demo.GOOGLE_CLIENT_SECRET,
)
"""What may stand in no log, beside the words that people wrote with a canary."""


@dataclass(frozen=True)
class Storm:
    """What was asked for."""

    webhooks: int
    kills: int
    seed: int
    rate: float = 25.0
    calm: bool = False
    """Nothing fails but what is killed: no weather; everybody writes once, calls come once."""


@dataclass
class Told:
    """What came of it."""

    storm: Storm
    run: checker.Run
    broken: list[checker.Broken]
    struck: list[Struck]
    exits: list[Exit]
    seconds: float
    drained: bool
    untaken: int
    notes: list[str] = field(default_factory=list)


def play(system: System, storm: Storm, say: Callable[[str], None] = lambda _line: None) -> Told:
    """Start everything, let the storm pass, wait for rest, ask both witnesses."""
    system.world.start()
    system.start()
    said = planning.people(storm.webhooks, storm.seed, again=not storm.calm)
    nemesis = Nemesis(system, planned(storm.kills, storm.webhooks, storm.seed), storm.webhooks)
    gate = Gate(system)
    network = Network(
        system.webhook, storm.rate, gate.is_open, gate.is_stuck, written=system.world.wrote
    )
    network.on_first = lambda told: setattr(nemesis, "told", told)
    started = time.monotonic()
    say("the storm begins")
    nemesis.start(storm.seed, weather=not storm.calm)
    network.bring(planning.parcels(said, storm.seed, twice=not storm.calm))
    nemesis.finish()
    untaken = network.finish(BRING_SECONDS)
    say(f"{len(network.brought)} calls in {time.monotonic() - started:.0f} s; draining")
    notes = ["broken off: nothing moved any more"] if gate.is_stuck() else []
    drained = not notes and _drained(system, say)
    system.world.calm()
    seconds = time.monotonic() - started
    say(f"at rest after {seconds:.0f} s" if drained else "it does not come to rest")
    emptied = [one.until for one in nemesis.struck if one.kind == "redis emptied"]
    left = _left_for_long(system, say)
    run = checker.Run(
        said,
        network.brought,
        outside(system.world.book),
        system.rows(),
        SPACING,
        system.world.model_per_minute,
        emptied,
        left,
        _hits(system.world.logs, said),
        _leftovers(system),
        SLOTS,
    )
    exits = system.world.keeper.unwanted()
    broken = checker.check(run)
    return Told(storm, run, broken, nemesis.struck, exits, seconds, drained, untaken, notes)


@dataclass
class Gate:
    """Tells whether more may be brought; asks the rows twice a second at most."""

    system: System
    work: Work = field(default_factory=lambda: Work(0, 0))
    asked_at: float = 0.0
    moved_at: float = field(default_factory=time.monotonic)

    def is_open(self) -> bool:
        """Tell whether less is left to do than may be."""
        now = time.monotonic()
        if now - self.asked_at > 0.5:
            self.asked_at = now
            try:
                work = self.system.work()
            except psycopg.Error:
                return True
            if work != self.work:
                self.work, self.moved_at = work, now
        if self.work.left < MOST_OPEN:
            self.moved_at = now
            return True
        return False

    def is_stuck(self) -> bool:
        """Tell whether the gate is shut and nothing has moved for longer than every lease."""
        return time.monotonic() - self.moved_at > self.system.longest_wait


def _drained(system: System, say: Callable[[str], None]) -> bool:
    """Wait until nothing is left to do; False when nothing moves any more."""
    before, moved, told, quiet = Work(-1, -1), time.monotonic(), time.monotonic(), 0
    work = before
    while time.monotonic() - moved < system.longest_wait:
        with suppress(psycopg.Error):
            work = system.work()
        if work != before:
            before, moved = work, time.monotonic()
        if time.monotonic() - told > TELL_SECONDS:
            told = time.monotonic()
            say(f"{work.left} rows left" if work.left else "no row left, not all parts ready")
        quiet = quiet + 1 if work.left == 0 else 0
        if quiet > 10 and system.ready():
            return True
        time.sleep(0.3)
    return False


def _left_for_long(system: System, say: Callable[[str], None]) -> dict[str, int]:
    """Return what Redis still holds once what was taken by workers that died has come back."""
    if wait_until(lambda: not _left(system), REST_SECONDS):
        return {}
    left = _left(system)
    if left and all("unacked" in name for name in left):
        say(f"{left}: was taken by who died, and is waited for")
        wait_until(lambda: not _left(system), VISIBILITY_SECONDS)
    return _left(system)


def _left(system: System) -> dict[str, int]:
    """Return what Redis holds of work, and for ever outside of what is meant to stay."""
    meant = (
        "flowia:tick",
        "_kombu.binding",
        "flowia:_kombu",
        "flowia:unacked_mutex",
        "flowia:workers",
        "flowia:notes",
        "flowia:memory",
        "flowia:tally",
    )
    held = system.world.broker.left()
    return {
        name: number
        for name, number in held.items()
        if not any(name.removeprefix("for ever: ").startswith(one) for one in meant)
    }


def _hits(logs: Path, said: list[planning.Said]) -> list[str]:
    canaries = [one.text.split()[-1] for one in said if "canari-" in one.text]
    wanted = [*SECRETS, *canaries]
    found = []
    for path in sorted(logs.iterdir()):
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.name}: {word[:12]}" for word in wanted if word in text]
    return found


def _leftovers(system: System) -> list[str]:
    connections, idle = system.world.database.connections()
    found = [f"{idle} connections rest inside a transaction"] if idle else []
    if connections > 60:
        found.append(f"{connections} connections to the database")
    for name in system.world.keeper.kept:
        pid = system.world.keeper.pid(name)
        files = len(list(Path(f"/proc/{pid}/fd").iterdir())) if pid else 0
        if files > MOST_FILES:
            found.append(f"{name} has {files} files open")
    return found


def recovery(told: Told) -> dict[str, list[float]]:
    """Return for each kind of fault how long messages in flight at its moment took from there."""
    taken: dict[str, float] = {}
    contact_of = {one.mid: one.contact for one in told.run.said if one.nth == 1}
    for call in told.run.brought:
        if call.status == 200:
            for mid in call.mids:
                taken.setdefault(mid, call.at)
    arrived: dict[str, float] = {}
    for one in told.run.outside.accepted:
        arrived.setdefault(one.contact, one.at)
    found: dict[str, list[float]] = defaultdict(list)
    for fault in told.struck:
        for mid, at in taken.items():
            sent = arrived.get(contact_of.get(mid, ""))
            if sent is not None and at <= fault.at < sent:
                found[fault.kind].append(sent - fault.at)
    return dict(found)


def counters(told: Told) -> dict[str, int]:
    """Return Jepsen's counters: messages by what became of them."""
    run = told.run
    first: dict[str, int] = {}
    for call in sorted(run.brought, key=lambda one: one.at):
        for mid in call.mids:
            first.setdefault(mid, call.status)
    good, gone = checker.acknowledged(run), set(checker.lost(run))
    return {
        "attempts": len(first),
        "acknowledged": len(good),
        "ok": len(good - gone),
        "lost": len(gone),
        "duplicated": len(checker.twice(run)),
        "unexpected": len(checker.unexpected(run)),
        "recovered": sum(status != 200 and mid in good - gone for mid, status in first.items()),
    }


def outcomes(told: Told) -> Counter[str]:
    """Return how many messages had which outcome, and how many sends ended how."""
    heard = Counter(one.outcome or f"waits ({one.reason})" for one in told.run.rows.heard)
    return heard + Counter(f"send {one.status}" for one in told.run.rows.sent)
