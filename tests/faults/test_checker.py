"""The judge of a storm can say no: of a log that breaks an invariant it names that one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.faults.storm import checker
from tests.faults.storm.checker import Run, check
from tests.faults.storm.nemesis import KILLS, KINDS, planned
from tests.faults.storm.network import Brought
from tests.faults.storm.planning import LIMITED, Said, parcels, people
from tests.faults.storm.witness import Accepted, Day, Heard, Outside, Rows, Sent

ANNA, BEN = Said("m1", "11", "page", "Prix ?"), Said("m2", "22", LIMITED, "Horaires ?")
ANSWER = Accepted("11", "89 €", "out-1", "delivery:1", 100.0)


def run(**changes: object) -> Run:
    """A storm after which everything holds: one was answered, one was left to a human."""
    outside = Outside(accepted=[ANSWER], asked=[99.0], leads=["lead-1"])
    rows = Rows(
        heard=[Heard("m1", "11", "reply", "replied"), Heard("m2", "22", "handoff", "complaint")],
        sent=[Sent("11", "89 €", "out-1", "delivery:1", "sent", "m1")],
        days=[Day(LIMITED, 0, 0, 10)],
    )
    brought = [
        Brought("call-1", ("m1",), 0, 90.0, 20.0, 0),
        Brought("call-1", ("m1",), 200, 95.0, 0.1, 1),
        Brought("call-2", ("m2",), 200, 96.0, 0.1, 0),
    ]
    usual = Run([ANNA, BEN], brought, outside, rows, spacing=3.0, model_per_minute=2)
    return replace(usual, **changes)  # type: ignore[arg-type]


def with_rows(**changes: object) -> Run:
    return run(rows=replace(run().rows, **changes))  # type: ignore[arg-type]


def with_outside(**changes: object) -> Run:
    return run(outside=replace(run().outside, **changes))  # type: ignore[arg-type]


def also_accepted(**changes: object) -> Run:
    again = replace(ANSWER, **changes)  # type: ignore[arg-type]
    return with_outside(accepted=[ANSWER, again])


def heard(**changes: object) -> Run:
    first, second = run().rows.heard
    return with_rows(heard=[replace(first, **changes), second])  # type: ignore[arg-type]


def sent(**changes: object) -> Run:
    return with_rows(sent=[replace(run().rows.sent[0], **changes)])  # type: ignore[arg-type]


def limited(number: int) -> Run:
    """So many messages to people of the limited account, of which its day knows one."""
    accepted = [Accepted("22", f"Text {n}", f"out-{n}", "", 100.0 + 10 * n) for n in range(number)]
    return run(
        outside=replace(run().outside, accepted=[ANSWER, *accepted]),
        rows=replace(run().rows, days=[Day(LIMITED, 1, 0, 10)]),
    )


def test_a_storm_after_which_everything_holds_has_no_breach() -> None:
    assert check(run()) == []
    assert checker.lost(run()) == []


CASES: list[tuple[str, Callable[[], Run], str]] = [
    ("row twice", lambda: heard(times=2), "I1"),
    ("no outcome", lambda: heard(outcome="", reason="settling"), "I1"),
    ("no reason", lambda: heard(outcome="silent", reason=""), "I1"),
    ("no answer", lambda: with_rows(sent=[]), "I1"),
    ("undecided", lambda: heard(outcome="", reason="settling"), "I2"),
    ("on the wire", lambda: sent(status="sending"), "I2"),
    ("waits to leave", lambda: sent(status="queued"), "I2"),
    ("200 without a row", lambda: with_rows(heard=run().rows.heard[:1]), "I3"),
    ("row from nowhere", lambda: run(brought=run().brought[:2]), "I3"),
    ("reference twice", lambda: also_accepted(name="out-2", at=200.0), "I4"),
    ("text twice", lambda: also_accepted(name="out-2", reference="x", at=200.0), "I4"),
    ("two answers", lambda: also_accepted(name="o", reference="x", text="!", at=200.0), "I4"),
    ("sent, never accepted", lambda: with_outside(accepted=[]), "I5"),
    ("accepted, unknown", lambda: sent(status="failed"), "I5"),
    ("accepted, nobody found out", lambda: sent(status="unconfirmed", name=""), "I5"),
    ("forged, taken", lambda: forged(200), "I3"),
    ("waits, though without a limit", lambda: heard(outcome="", excused=True), "I2"),
    ("most without an answer", lambda: crowd(silent=11), "answers"),
    ("superseded by nothing", lambda: heard(outcome="silent", reason="superseded"), "answers"),
    ("calls above those on their way", lambda: full_minute(lost=[], slots=1), "I8"),
    ("too near", lambda: also_accepted(name="o", reference="x", text="!", at=102.0), "I6"),
    ("over the plan", lambda: limited(11), "I7"),
    ("counted wrongly", lambda: limited(2), "I7"),
    ("asked too often", lambda: with_outside(asked=[99.0, 100.0, 158.0]), "I8"),
    ("two rows of a lead", lambda: with_outside(leads=["lead-1", "lead-1"]), "I12"),
    ("left in Redis", lambda: run(left={"flowia:autoReply": 3}), "I14"),
    ("left open", lambda: run(leftovers=["1 connection rests"]), "I15"),
    ("secret in a log", lambda: run(hits=["web.log: canari"]), "I16"),
    ("own checks", lambda: with_rows(claims=["I9 …"]), "rows"),
    ("stranger", lambda: also_accepted(contact="99", name="o", reference="x"), "total"),
]


@pytest.mark.parametrize(("made", "code"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_a_log_that_breaks_an_invariant_is_flagged(made: Callable[[], Run], code: str) -> None:
    assert code in [one.code for one in check(made())]


def answered() -> Heard:
    return run().rows.heard[0]


def waiting() -> Heard:
    return Heard("m2", "22", "", "quota_waits", excused=True)


def nothing_left(made: Run) -> Run:
    return replace(made, outside=replace(made.outside, accepted=[]))


def forged(status: int) -> Run:
    stranger = Brought("forged-1", (), status, 97.0, 0.1, 0, forged=True)
    return run(brought=[*run().brought, stranger])


def crowd(*, silent: int) -> Run:
    """Anna is answered, and so many others are left to a human."""
    names = [str(number) for number in range(silent)]
    return run(
        said=[ANNA, BEN, *(Said(f"c{name}", f"3{name}", "page", "Prix ?") for name in names)],
        brought=[
            *run().brought,
            *(Brought(f"c-{name}", (f"c{name}",), 200, 96.0, 0.1, 0) for name in names),
        ],
        rows=replace(
            run().rows,
            heard=[
                *run().rows.heard,
                *(Heard(f"c{name}", f"3{name}", "handoff", "model_invalid") for name in names),
            ],
        ),
    )


def several() -> Run:
    """Anna wrote again before her answer left: the first is answered with the second."""
    first = Said("m0", "11", "page", "Bonjour")
    return run(
        said=[first, replace(ANNA, nth=2), BEN],
        brought=[Brought("call-0", ("m0",), 200, 89.0, 0.1, 0), *run().brought],
        rows=replace(
            run().rows, heard=[Heard("m0", "11", "silent", "superseded"), *run().rows.heard]
        ),
    )


def full_minute(*, lost: list[float], slots: int = 0) -> Run:
    asked = with_outside(asked=[99.0, 100.0, 101.0, 102.0])
    return replace(asked, lost_counters=lost, slots=slots)


FINE: list[tuple[str, Callable[[], Run]]] = [
    ("waits for tomorrow", lambda: run(rows=replace(run().rows, heard=[answered(), waiting()]))),
    ("nobody knows, it did not leave", lambda: nothing_left(sent(status="unconfirmed", name=""))),
    ("forged, refused", lambda: forged(401)),
    ("a few without an answer", lambda: crowd(silent=9)),
    ("several, the last is answered", several),
    ("a minute after Redis was emptied", lambda: full_minute(lost=[100.5])),
    ("two calls on their way", lambda: full_minute(lost=[], slots=2)),
]


@pytest.mark.parametrize("made", [case[1] for case in FINE], ids=[case[0] for case in FINE])
def test_what_may_be_is_not_flagged(made: Callable[[], Run]) -> None:
    assert check(made()) == []


def test_a_minute_without_a_loss_is_not_excused_by_one_before() -> None:
    assert [one.code for one in check(full_minute(lost=[30.0]))] == ["I8"]


def test_the_same_seed_plans_the_same_storm_and_another_one_another() -> None:
    first, again, other = (people(200, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert list(parcels(first, 1)) == list(parcels(again, 1))


def test_every_message_is_brought_and_some_of_them_twice_late_or_together() -> None:
    said = people(500, 3)
    calls = list(parcels(said, 3))
    true = [call for call in calls if not call.forged]
    first = [one for call in true if "again" not in call.key for one in call.said]
    assert {one.mid for one in said} == {one.mid for one in first}
    assert sum(len(call.said) for call in true) > 1.1 * len(said)
    assert any(call.forged for call in calls)
    assert any(call.delay for call in calls)
    assert any(len(call.said) > 1 for call in calls)
    assert any(call.poison for call in calls)


def test_a_plan_has_as_many_kills_as_were_asked_for_and_every_other_fault_among_them() -> None:
    kinds = [one.kind for one in planned(30, 10_000, 1)]
    assert sum(kind in KILLS for kind in kinds) == 30
    assert set(kinds) == set(KINDS)
