"""The tables of this folder, asked of the gates."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from processing.decision import (
    APPROVED,
    BEFORE_DRAFT,
    BEFORE_FOLLOW_UP,
    BEFORE_QUEUE,
    BEFORE_SEND,
    BY_HAND,
    FOLLOW_UP_LEAVES,
    LAST_HOUR,
    LONGEST_WAIT,
    OF_ITSELF,
    ON_ARRIVAL,
    Kind,
    Situation,
    decide,
    judge,
)
from processing.reasons import SENTENCES
from tests.decision import drafts
from tests.decision.facts import GOOD, INSTANT, LATER, MORNING, NOW, PAST, QUIET, SOON, Row
from tests.decision.leaving import LEAVING
from tests.decision.quota import HOT, SHORT
from tests.decision.table import PASSES, STOPS, TABLE

SETS = {
    "on arrival": ON_ARRIVAL,
    "before the draft": BEFORE_DRAFT,
    "before it is queued": BEFORE_QUEUE,
    "before it is sent": BEFORE_SEND,
    "before an approved draft leaves": APPROVED,
    "before a notice leaves": OF_ITSELF,
    "before a member's words leave": BY_HAND,
    "before a follow-up": BEFORE_FOLLOW_UP,
    "before a follow-up leaves": FOLLOW_UP_LEAVES,
}
# Which of the stops holds where, by the first letters of the sets above.
HELD: dict[str, set[str]] = {
    "duplicate": {"on arrival", "before the draft"},
    "echo": {"on arrival", "before the draft"},
    "plan_suspended": set(SETS) - {"on arrival", "before a member's words leave"},
    "assistant_off": {
        "before the draft",
        "before it is queued",
        "before it is sent",
        "before a follow-up",
        "before a follow-up leaves",
    },
    "opted_out": set(SETS)
    - {"on arrival", "before a notice leaves", "before a member's words leave"},
    "human_in_charge": {
        "before the draft",
        "before it is queued",
        "before it is sent",
        "before a follow-up",
        "before a follow-up leaves",
    },
    "taken_back": {
        "before the draft",
        "before it is queued",
        "before it is sent",
        "before an approved draft leaves",
    },
    "another_app_in_control": set(SETS) - {"on arrival", "before a member's words leave"},
    "account_lacks": {"before the draft", "before a follow-up"},
    "superseded": {
        "before the draft",
        "before it is queued",
        "before it is sent",
        "before a follow-up",
        "before a follow-up leaves",
    },
    "already_answered": {"before the draft", "before it is queued"},
    "daily_cap": {"before the draft", "before a follow-up"},
    "no_text": {"before the draft"},
    "risk_words": {"before the draft"},
    "sorted_as_sales_pitch": {
        "before the draft",
        "before it is queued",
        "before it is sent",
        "before a follow-up",
        "before a follow-up leaves",
    },
    "no_scenario": {"before the draft", "before a follow-up"},
    "window_closed": set(SETS) - {"on arrival"},
    "waits_for_hours": {"before the draft"},
    "provider_paused": set(SETS) - {"on arrival", "before it is queued"},
    "account_needs_login": set(SETS) - {"on arrival", "before it is queued"},
    "settling": {"before the draft"},
    "reading_thread": {"before the draft"},
    "five_minutes": {"before the draft", "before a follow-up"},
    "quota_waits": {"before the draft", "before a follow-up"},
    "model_out_of_credit": {"before the draft", "before a follow-up"},
}


@pytest.mark.parametrize(("_name", "facts", "kind", "reason"), TABLE, ids=[r[0] for r in TABLE])
def test_it_is_decided_as_the_table_says(
    _name: str, facts: dict[str, Any], kind: Kind, reason: str
) -> None:
    decision = decide(replace(QUIET, **facts))

    assert (decision.kind, decision.reason) == (kind, reason)


@pytest.mark.parametrize(("_name", "facts", "kind", "reason"), STOPS, ids=[r[3] for r in STOPS])
def test_each_gate_stops_alone_after_all_before_it_passed(
    _name: str, facts: dict[str, Any], kind: Kind, reason: str
) -> None:
    decision = decide(replace(QUIET, **facts))

    passed = [gate["passed"] for gate in decision.gates]
    assert passed == [True] * (len(passed) - 1) + [False]
    assert decision.gates[-1]["reason"] == reason
    assert len(passed) == [row[3] for row in STOPS].index(reason) + 1
    assert decision.until == (SOON if kind is Kind.WAIT else None)


@pytest.mark.parametrize(
    ("first", "second"),
    list(combinations(STOPS, 2)),
    ids=[f"{one[3]} before {two[3]}" for one, two in combinations(STOPS, 2)],
)
def test_of_two_stops_the_earlier_gate_decides(first: Row, second: Row) -> None:
    decision = decide(replace(QUIET, **{**second[1], **first[1]}))

    assert decision.reason == first[3]


@pytest.mark.parametrize(("_name", "facts", "_kind", "_reason"), PASSES, ids=[r[0] for r in PASSES])
def test_every_gate_is_asked_before_an_answer(
    _name: str, facts: dict[str, Any], _kind: Kind, _reason: str
) -> None:
    decision = decide(replace(QUIET, **facts))

    assert [gate["gate"] for gate in decision.gates] == [gate.__name__ for gate in BEFORE_DRAFT]
    assert all(gate["passed"] for gate in decision.gates)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("row", STOPS, ids=[r[3] for r in STOPS])
def test_a_stop_holds_where_it_has_to_and_nowhere_else(row: Row, name: str) -> None:
    decision = decide(replace(QUIET, **row[1]), SETS[name])

    stopped = decision.kind is not Kind.REPLY
    assert stopped == (name in HELD[row[3]])
    assert not stopped or (decision.kind, decision.reason) == (row[2], row[3])


NAMED = {"queued": BEFORE_QUEUE, "sent": BEFORE_SEND, "approved": APPROVED,
         "notice": OF_ITSELF, "by hand": BY_HAND,
         "follow-up": BEFORE_FOLLOW_UP, "follow-up leaves": FOLLOW_UP_LEAVES,
         "arrival": ON_ARRIVAL}  # fmt: skip


@pytest.mark.parametrize(
    ("gates", "_name", "facts", "kind", "reason"),
    LEAVING,
    ids=[f"{row[0]}: {row[1]}" for row in LEAVING],
)
def test_what_is_about_to_leave_is_asked_once_more(
    gates: str, _name: str, facts: dict[str, Any], kind: Kind, reason: str
) -> None:
    decision = decide(replace(QUIET, **facts), NAMED[gates])

    assert (decision.kind, decision.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("facts", "data"),
    [
        ({"automatic_today": 20}, {"cap": 20}),
        ({"risk": "legal"}, {"risk": "legal"}),
        ({"quota_limit": 10, "quota_remaining": 0}, {"limit": 10}),
        (
            {**HOT, "quota_remaining": 0, "window_closes_at": NOW + INSTANT},
            {"limit": 10},
        ),
        (
            {
                **SHORT,
                "quota_remaining": 0,
                "quota_ahead": 3,
                "quota_phone": True,
                "quota_since": PAST,
                "quota_closed": LATER,
            },
            {
                "position": 4,
                "limit": 10,
                "phone": True,
                "closes": "2026-11-21T10:00:00+00:00",
                "since": PAST.timestamp(),
                "closed": LATER.timestamp(),
            },
        ),
        (
            {**SHORT, "quota_remaining": 0, "window_closes_at": None},
            {
                "position": 1,
                "limit": 10,
                "phone": False,
                "closes": None,
                "since": None,
                "closed": None,
            },
        ),
    ],
    ids=["cap", "risk", "limit", "limit, for a human", "place", "first place"],
)
def test_a_stop_brings_its_numbers(facts: dict[str, Any], data: dict[str, Any]) -> None:
    decision = decide(replace(QUIET, **facts))

    assert (decision.data, decision.gates[-1]["data"]) == (data, data)


def test_an_answer_names_its_scenario() -> None:
    (gate,) = [gate for gate in decide(QUIET).gates if gate["gate"] == "scenario"]

    assert gate["data"] == {"scenario": "Accueil"}


@pytest.mark.parametrize(
    ("facts", "until"),
    [
        ({"outside_hours": True, "opens_at": MORNING}, MORNING),
        ({"provider_paused": True, "provider_until": LATER}, LATER),
        ({"account_status": "needs_login", "account_retry_at": LATER}, LATER),
        ({"settles_at": LATER}, LATER),
        ({"next_automatic_at": LATER}, LATER),
        ({**SHORT, "quota_remaining": 2}, LATER),
        ({**SHORT, "quota_remaining": 3, "quota_ahead": 2}, LATER),
        ({**SHORT, "quota_remaining": 3, "quota_ahead": 3}, MORNING),
        ({**HOT, "quota_remaining": 0}, MORNING),
        ({**SHORT, "quota_remaining": 2, "quota_opens_at": None}, MORNING),
        ({**SHORT, "quota_remaining": 0, "quota_ahead": 9}, MORNING),
        (
            {**SHORT, "quota_remaining": 0, "quota_ahead": 10},
            MORNING + timedelta(hours=1),
        ),
        (
            {
                **SHORT,
                "quota_remaining": 0,
                "quota_ahead": 10,
                "window_closes_at": MORNING + INSTANT,
            },
            MORNING,
        ),
        (
            {
                **SHORT,
                "quota_remaining": 0,
                "quota_ahead": 10,
                "quota_since": PAST,
                "window_closes_at": None,
            },
            PAST + LONGEST_WAIT - LAST_HOUR,
        ),
    ],
    ids=[
        *("hours", "network", "login", "settle", "spacing"),
        *("kept", "kept, behind two", "too many before", "hot", "kept for good"),
        *("the next day's last", "beyond it", "beyond it, window closes then", "no window"),
    ],
)
def test_waiting_has_an_end(facts: dict[str, Any], until: Any) -> None:
    assert decide(replace(QUIET, **facts)).until == until


@pytest.mark.parametrize(
    ("_name", "facts", "kind", "reason"), drafts.TABLE, ids=[r[0] for r in drafts.TABLE]
)
def test_a_draft_is_judged(_name: str, facts: dict[str, Any], kind: Kind, reason: str) -> None:
    verdict = judge(replace(GOOD, **facts))

    assert (verdict.kind, verdict.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("first", "second"),
    list(combinations(drafts.STOPS, 2)),
    ids=[f"{one[3]} before {two[3]}" for one, two in combinations(drafts.STOPS, 2)],
)
def test_of_two_faults_of_a_draft_the_earlier_gate_decides(first: Row, second: Row) -> None:
    assert judge(replace(GOOD, **{**second[1], **first[1]})).reason == first[3]


@pytest.mark.parametrize(
    ("facts", "data"),
    [
        ({"unsafe": ("other_person",)}, {"codes": ["other_person"]}),
        ({"doubtful": ("markup", "placeholder")}, {"codes": ["markup", "placeholder"]}),
        ({"unsupported": 3}, {"number": 3}),
    ],
    ids=["unsafe", "doubtful", "facts"],
)
def test_a_fault_of_a_draft_is_named(facts: dict[str, Any], data: dict[str, Any]) -> None:
    assert judge(replace(GOOD, **facts)).data == data


def test_all_gates_of_a_draft_are_told() -> None:
    assert [gate["gate"] for gate in judge(GOOD).gates] == [
        *("handoff", "silence", "text", "length", "safe"),
        *("fact_lock", "form", "confidence", "sort", "network", "autonomy"),
    ]


def test_what_nobody_says_is_harmless() -> None:
    assert (Situation(now=NOW).automatic_today, GOOD.confidence) == (0, 1.0)


def test_every_reason_has_a_sentence() -> None:
    asked = [decide(replace(QUIET, **facts)) for _, facts, _, _ in TABLE]
    judged = [judge(replace(GOOD, **facts)) for _, facts, _, _ in drafts.TABLE]
    leaving = [decide(replace(QUIET, **row[2]), NAMED[row[0]]) for row in LEAVING]
    every = [*asked, *judged, *leaving]
    reasons = {gate["reason"] for decision in every for gate in decision.gates}

    assert reasons <= SENTENCES.keys()
