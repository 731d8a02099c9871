"""When the assistant answers, as a table: what is true, and what must be decided."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest

from processing.decision import (
    BEFORE_DRAFT,
    BEFORE_QUEUE,
    BEFORE_SEND,
    DAILY_CAP,
    Kind,
    Proposal,
    Situation,
    decide,
    judge,
)
from processing.reasons import SENTENCES

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=3)
PAST = NOW - timedelta(seconds=1)
QUIET = Situation(now=NOW, scenario="Accueil", window_closes_at=SOON)

# What stops a message, in the order in which the gates are asked.
STOPS: list[tuple[str, dict[str, Any], Kind, str]] = [
    ("the assistant is off", {"assistant_on": False}, Kind.SILENT, "assistant_off"),
    ("the contact opted out", {"opted_out": True}, Kind.SILENT, "opted_out"),
    (
        "a human took over",
        {"handled_by_human": True, "human_until": SOON},
        Kind.SILENT,
        "human_in_charge",
    ),
    ("a newer message exists", {"newer_inbound": True}, Kind.SILENT, "superseded"),
    ("somebody answered", {"answered": True}, Kind.SILENT, "already_answered"),
    ("it is a picture", {"has_text": False}, Kind.HANDOFF, "no_text"),
    ("no scenario", {"scenario": None}, Kind.SILENT, "no_scenario"),
    ("the window closed", {"window_closes_at": PAST}, Kind.HANDOFF, "window_closed"),
    (
        "the login is dead",
        {"account_status": "needs_login", "account_retry_at": SOON},
        Kind.WAIT,
        "account_needs_login",
    ),
    ("too many today", {"automatic_today": DAILY_CAP}, Kind.HANDOFF, "daily_cap"),
    ("still settling", {"settles_at": SOON}, Kind.WAIT, "settling"),
    ("five-minute rule", {"next_automatic_at": SOON}, Kind.WAIT, "five_minutes"),
    ("quota spent", {"quota_limit": 10, "quota_remaining": 0}, Kind.SILENT, "quota_spent"),
]
IDS = [row[0] for row in STOPS]


@pytest.mark.parametrize(("_name", "facts", "kind", "reason"), STOPS, ids=IDS)
def test_each_gate_stops_alone(_name: str, facts: dict[str, Any], kind: Kind, reason: str) -> None:
    decision = decide(replace(QUIET, **facts))

    assert (decision.kind, decision.reason) == (kind, reason)
    assert [gate["passed"] for gate in decision.gates] == [True] * (len(decision.gates) - 1) + [
        False
    ]
    assert decision.until == (SOON if kind is Kind.WAIT else None)


@pytest.mark.parametrize(
    ("first", "second"),
    list(combinations(STOPS, 2)),
    ids=[f"{one[3]} before {two[3]}" for one, two in combinations(STOPS, 2)],
)
def test_of_two_stops_the_earlier_gate_decides(
    first: tuple[str, dict[str, Any], Kind, str], second: tuple[str, dict[str, Any], Kind, str]
) -> None:
    decision = decide(replace(QUIET, **{**second[1], **first[1]}))

    assert decision.reason == first[3]


PASSES: list[tuple[str, dict[str, Any]]] = [
    ("nothing stands against it", {}),
    ("the human's time is over", {"handled_by_human": True, "human_until": NOW}),
    ("the window closes in a second", {"window_closes_at": NOW + timedelta(seconds=1)}),
    ("a network without a window", {"window_closes_at": None}),
    ("the settle time is over just now", {"settles_at": NOW}),
    ("five minutes have just passed", {"next_automatic_at": NOW}),
    ("one message is left", {"quota_limit": 10, "quota_remaining": 1}),
    ("an unlimited plan", {"quota_limit": None, "quota_remaining": None}),
    ("it holds the last one itself", {"quota_remaining": 0, "quota_held": True}),
    ("one below the cap", {"automatic_today": DAILY_CAP - 1}),
]


@pytest.mark.parametrize(("_name", "facts"), PASSES, ids=[row[0] for row in PASSES])
def test_it_answers_when(_name: str, facts: dict[str, Any]) -> None:
    decision = decide(replace(QUIET, **facts))

    assert decision.kind is Kind.REPLY
    assert len(decision.gates) == len(BEFORE_DRAFT)


def test_a_human_without_an_end_stays_in_charge() -> None:
    decision = decide(replace(QUIET, handled_by_human=True, human_until=None))

    assert decision.reason == "human_in_charge"


def test_a_paused_account_is_silent() -> None:
    assert decide(replace(QUIET, account_status="paused")).reason == "account_paused"


@pytest.mark.parametrize("gates", [BEFORE_QUEUE, BEFORE_SEND])
def test_money_and_patience_are_not_asked_again_before_leaving(gates: Any) -> None:
    late = replace(QUIET, quota_remaining=0, settles_at=SOON, next_automatic_at=SOON)

    assert decide(late, gates).kind is Kind.REPLY


@pytest.mark.parametrize("gates", [BEFORE_QUEUE, BEFORE_SEND])
def test_a_human_or_an_opt_out_stops_even_the_last_moment(gates: Any) -> None:
    assert decide(replace(QUIET, handled_by_human=True), gates).reason == "human_in_charge"
    assert decide(replace(QUIET, opted_out=True), gates).reason == "opted_out"
    assert decide(replace(QUIET, newer_inbound=True), gates).reason == "superseded"


GOOD = Proposal(action="reply", text="Oui, 49 €.", autonomy="auto", text_limit=20)
JUDGED: list[tuple[str, dict[str, Any], Kind, str]] = [
    ("a good answer", {}, Kind.REPLY, "replied"),
    ("the model asks for a human", {"action": "handoff"}, Kind.HANDOFF, "asked_for_human"),
    ("nothing to add", {"action": "silence", "text": ""}, Kind.SILENT, "nothing_to_add"),
    ("an empty answer", {"text": "  "}, Kind.HANDOFF, "draft_empty"),
    ("one character too many", {"text": "x" * 21}, Kind.HANDOFF, "draft_too_long"),
    ("exactly the limit", {"text": "x" * 20}, Kind.REPLY, "replied"),
    (
        "accents count double in bytes",
        {"text": "é" * 11, "text_limit_in_bytes": True},
        Kind.HANDOFF,
        "draft_too_long",
    ),
    ("the owner wants to see it", {"autonomy": "draft"}, Kind.HOLD, "needs_approval"),
    ("a handoff outranks approval", {"action": "handoff", "autonomy": "draft"}, Kind.HANDOFF,
     "asked_for_human"),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "facts", "kind", "reason"), JUDGED, ids=[r[0] for r in JUDGED])
def test_a_draft_is_judged(_name: str, facts: dict[str, Any], kind: Kind, reason: str) -> None:
    verdict = judge(replace(GOOD, **facts))

    assert (verdict.kind, verdict.reason) == (kind, reason)


def test_every_reason_has_a_sentence() -> None:
    asked = [decide(replace(QUIET, **facts)) for _, facts, _, _ in STOPS]
    judged = [judge(replace(GOOD, **facts)) for _, facts, _, _ in JUDGED]
    reasons = {gate["reason"] for decision in asked + judged for gate in decision.gates}

    assert reasons <= SENTENCES.keys()
