"""What must hold after a storm, asked of two witnesses: pure, so that it can be seen to say no.

The names (I1 …) are those of docs/faults.md. What rows alone can tell, the system's own command
tells (`Rows.claims`); here they are compared with what the outside world took and was told.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.faults.storm.network import TAKEN, Brought
from tests.faults.storm.planning import LIMITED, Said
from tests.faults.storm.witness import Accepted, Heard, Outside, Rows, Sent

RARE, A_FEW = 0.1, 10
"""At most this part of what people wrote, or so few, may end without an answer: the weather, and
what the model is not sure of, leave some five of a hundred to a human."""
ENDED = {"sent", "refused", "failed", "unconfirmed", "by_hand"}
SUPERSEDED = "superseded"
EXPLAINED = {"silent", "handoff", "hold"}
CLOCKS = 0.05
"""Seconds by which two moments of one machine's logs may be apart from what they tell of."""
MINUTE = 60.0
EXAMPLES = 3


@dataclass(frozen=True)
class Run:
    """All that is known of one storm. `lost_counters` are the moments at which Redis lost its data.

    `left` is what Redis still holds, `hits` the secrets and words of people found in logs,
    `leftovers` what processes and the database kept open that they should not.
    """

    said: list[Said]
    brought: list[Brought]
    outside: Outside
    rows: Rows
    spacing: float
    model_per_minute: int
    lost_counters: list[float] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    hits: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    slots: int = 0
    """How many calls of the model may be on their way as a minute begins: each was counted in the
    minute before, and is heard of in this one."""
    limit: int | None = 10
    """How many messages a day the limited account's plan has."""


@dataclass(frozen=True)
class Broken:
    """An invariant that does not hold: how often, and a few cases."""

    code: str
    says: str
    cases: tuple[str, ...]

    def __str__(self) -> str:
        shown = "; ".join(self.cases[:EXAMPLES])
        return f"{self.code} {self.says}: {len(self.cases)} ({shown})"


Found = Iterator[str]


def check(run: Run) -> list[Broken]:
    """Return what does not hold, in the order of the names."""
    found = [Broken(code, says, tuple(ask(run))) for code, says, ask in INVARIANTS]
    return [one for one in found if one.cases]


def acknowledged(run: Run) -> set[str]:
    """Return the messages of which the network was told that they were taken."""
    return {mid for call in run.brought if call.status == TAKEN for mid in call.mids}


def lost(run: Run) -> list[str]:
    """Return acknowledged messages that nobody has or decided on, or whose answer is gone."""
    heard = {one.mid: one for one in run.rows.heard}
    answers = {one.answers: one for one in run.rows.sent if one.answers}
    names = {one.name for one in run.outside.accepted}
    return [
        mid
        for mid in sorted(acknowledged(run))
        if not _accounted(heard.get(mid), answers.get(mid), names)
    ]


def _accounted(heard: Heard | None, answer: Sent | None, names: set[str]) -> bool:
    if heard is None:
        return False
    if heard.outcome == "reply":
        if answer is None or answer.status not in ENDED:
            return False
        return answer.status != "sent" or answer.name in names
    return heard.excused or (heard.outcome in EXPLAINED and bool(heard.reason))


def twice(run: Run) -> list[str]:
    """Return what the network took too often, one case for each time too many."""
    return list(_sent_once(run))


def unexpected(run: Run) -> list[str]:
    """Return what was sent to, or heard of, somebody who never wrote."""
    people, mids = {one.contact for one in run.said}, {one.mid for one in run.said}
    sent = [one.contact for one in run.outside.accepted if one.contact not in people]
    return sent + [one.mid for one in run.rows.heard if one.mid not in mids]


def _one_outcome(run: Run) -> Found:
    for one in run.rows.heard:
        if one.times > 1:
            yield f"{one.mid} has {one.times} rows"
    yield from (f"{mid} lost" for mid in lost(run))


def _at_rest(run: Run) -> Found:
    limited = {one.contact for one in run.said if one.account == LIMITED}
    for one in run.rows.heard:
        if not one.outcome and not (one.excused and one.contact in limited):
            yield f"{one.mid} undecided ({one.reason})"
    for sent in run.rows.sent:
        if sent.status not in ENDED:
            yield f"{sent.reference} {sent.status}"


def _acknowledged_is_kept(run: Run) -> Found:
    heard = {one.mid for one in run.rows.heard}
    yield from (f"{mid} was answered 200, no row" for mid in sorted(acknowledged(run) - heard))
    posted = {mid for call in run.brought for mid in call.mids}
    yield from (f"{mid} has a row, nobody brought it" for mid in sorted(heard - posted))
    yield from (f"{one.key} is forged" for one in run.brought if one.forged and one.status == TAKEN)


def _sent_once(run: Run) -> Found:
    accepted = run.outside.accepted
    references = Counter(one.reference for one in accepted if one.reference)
    said = Counter(one.contact for one in run.said)
    texts = Counter((one.contact, one.text) for one in accepted)
    for name, times in references.items():
        yield from (f"{name} accepted {times} times" for _ in range(times - 1))
    for (contact, _text), times in texts.items():
        yield from (f"one text to {contact} {times} times" for _ in range(times - 1))
    for contact, times in Counter(contact for contact, _text in texts).items():
        over = times - said[contact]
        if contact in said and over > 0:
            yield from (f"{contact} wrote {said[contact]}, got {times}" for _ in range(over))


def _both_agree(run: Run) -> Found:
    accepted = {one.name: one for one in run.outside.accepted}
    known = {one.name for one in run.rows.sent if one.status == "sent"}
    for name in sorted(set(accepted) - known):
        yield f"{accepted[name].contact} got {name}, no row knows"
    yield from (f"{name} was never accepted" for name in sorted(known - set(accepted)))


def gaps(run: Run) -> list[float]:
    """Return the seconds between two texts that the network took for one person."""
    by_person: dict[str, list[float]] = defaultdict(list)
    for one in run.outside.accepted:
        by_person[one.contact].append(one.at)
    return [
        later - earlier
        for times in by_person.values()
        for earlier, later in zip(sorted(times), sorted(times)[1:], strict=False)
    ]


def _spaced(run: Run) -> Found:
    yield from (f"{gap:.3f} s" for gap in gaps(run) if gap < run.spacing - CLOCKS)


def _within_the_day(run: Run) -> Found:
    if run.limit is None:
        return
    limited = {one.contact for one in run.said if one.account == LIMITED}
    accepted = [one for one in run.outside.accepted if one.contact in limited]
    if len(accepted) > run.limit:
        yield f"{len(accepted)} messages on a day of {run.limit}"
    names = {one.name for one in accepted}
    doubted = [
        one
        for one in run.rows.sent
        if one.contact in limited and one.status == "unconfirmed" and not _took(one, accepted)
    ]
    for day in run.rows.days:
        if day.account == LIMITED and day.used != len(names) + len(doubted):
            yield f"{day.used} counted, {len(names)} accepted, {len(doubted)} unknown"
        if min(day.used, day.reserved) < 0:
            yield f"{day.used} used, {day.reserved} reserved"


def _took(one: Sent, accepted: list[Accepted]) -> bool:
    return any((one.contact, one.text) == (it.contact, it.text) for it in accepted)


def busiest_minute(run: Run) -> int:
    """Return the most calls of the model within a minute."""
    times = sorted(run.outside.asked)
    return max((_within(times, index) for index in range(len(times))), default=0)


def _within(times: list[float], index: int) -> int:
    return bisect_left(times, times[index] + MINUTE) - index


def _asked_within_limits(run: Run) -> Found:
    """Yield minutes that are too full; one in which the counters were lost may begin twice."""
    times = sorted(run.outside.asked)
    for index, begin in enumerate(times):
        losses = sum(begin <= at < begin + MINUTE for at in run.lost_counters)
        if _within(times, index) > run.model_per_minute * (1 + losses) + run.slots:
            yield f"{_within(times, index)} calls within a minute"
            return


def _one_row_for_each_lead(run: Run) -> Found:
    for lead, times in Counter(run.outside.leads).items():
        if times > 1:
            yield f"{lead} stands there {times} times"


def unanswered(run: Run) -> Counter[str]:
    """Return why messages have no answer that was sent, but for what was meant to have none.

    Of who wrote several times only the last need be answered; the limited account waits for
    another day.
    """
    limited = {one.contact for one in run.said if one.account == LIMITED}
    several = {one.contact for one in run.said if one.nth > 1}
    ends = {one.answers: one.status for one in run.rows.sent if one.answers}
    found: Counter[str] = Counter()
    for one in run.rows.heard:
        status = ends.get(one.mid, "none") if one.outcome == "reply" else ""
        late = one.contact in several and (one.reason == SUPERSEDED or status == "refused")
        if one.contact not in limited and status != "sent" and not late:
            found[status or one.reason] += 1
    return found


def _mostly_answered(run: Run) -> Found:
    found = unanswered(run)
    if found.total() > max(A_FEW, RARE * len(run.said)):
        yield from (f"{reason} {times} times" for reason, times in found.most_common())
    if found[SUPERSEDED]:
        yield f"{found[SUPERSEDED]} superseded, though they wrote once"


def _nothing_in_the_broker(run: Run) -> Found:
    yield from (f"{name} {number}" for name, number in run.left.items())


def _no_leftovers(run: Run) -> Found:
    yield from run.leftovers


def _silent_logs(run: Run) -> Found:
    yield from run.hits


def _own_checks(run: Run) -> Found:
    yield from run.rows.claims


def _nothing_unexpected(run: Run) -> Found:
    yield from unexpected(run)


INVARIANTS: tuple[tuple[str, str, Callable[[Run], Found]], ...] = (
    ("I1", "every acknowledged message has one outcome", _one_outcome),
    ("I2", "nothing waits any more", _at_rest),
    ("I3", "what was answered 200 has a row, and no row came from nowhere", _acknowledged_is_kept),
    ("I4", "nothing was sent twice", _sent_once),
    ("I5", "the network took what we sent, and we know of what it took", _both_agree),
    ("I6", "messages to one person keep their distance", _spaced),
    ("I7", "no day has more messages than its plan, and counts them right", _within_the_day),
    ("I8", "the model is asked within its limits", _asked_within_limits),
    ("answers", "most of what people wrote was answered", _mostly_answered),
    ("I12", "a tool has one row for each lead", _one_row_for_each_lead),
    ("I14", "nothing is left in Redis", _nothing_in_the_broker),
    ("I15", "nothing is left open", _no_leftovers),
    ("I16", "no secret and no word of a person in any log", _silent_logs),
    ("rows", "the system's own checks find nothing", _own_checks),
    ("total", "nobody got or said what nobody wrote", _nothing_unexpected),
)
