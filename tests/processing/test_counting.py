"""What each row of the ledger adds to the figures, and how a median is read out of bands."""

from typing import Any

import pytest

from processing.counting import Told, band_of, figures_of, median_of

COST = {"tokens_in": 400, "tokens_out": 30, "cost": 120}
PAID = {"calls": (1, 0), "tokens": (1, 430), "cost": (1, 120)}
ROWS: list[tuple[str, str, str, dict[str, Any], dict[str, tuple[int, int]]]] = [
    ("received", "", "received", {}, {"received::received": (1, 0)}),
    ("decided", "reply", "replied", COST, {"decided:reply:replied": (1, 0), **PAID}),
    ("decided", "silent", "opted_out", {}, {"decided:silent:opted_out": (1, 0)}),
    (
        "delivery", "sent", "sent",
        {"purpose": "reply", "author": "assistant", "first_answer": 9},
        {"delivery:sent:sent": (1, 0), "answered:assistant": (1, 0), "first_answer": (1, 9),
         "first_answer:lt10": (1, 0)},
    ),
    (
        "delivery", "sent", "confirmed_by_echo", {"purpose": "reply", "author": "human"},
        {"delivery:sent:confirmed_by_echo": (1, 0), "answered:human": (1, 0)},
    ),
    (
        "delivery", "sent", "sent", {"purpose": "follow_up", "author": "assistant"},
        {"delivery:sent:sent": (1, 0)},
    ),
    ("delivery", "sent", "sent", {}, {"delivery:sent:sent": (1, 0), "answered:assistant": (1, 0)}),
    (
        "delivery", "unconfirmed", "send_unconfirmed", {},
        {"delivery:unconfirmed:send_unconfirmed": (1, 0)},
    ),
    (
        "takeover", "", "human_replied", {"first_answer": 4000},
        {"takeover::human_replied": (1, 0), "answered:human": (1, 0), "first_answer": (1, 4000),
         "first_answer:more": (1, 0)},
    ),
    ("takeover", "", "taken_over", {}, {"takeover::taken_over": (1, 0)}),
    ("lead", "hot", "lead_new", {"level": "hot"}, {"lead_new:hot": (1, 0), "lead:hot": (1, 0)}),
    ("lead", "hot", "lead_changed", {"level": "hot", "from": "warm"}, {"lead:hot": (1, 0)}),
    ("lead", "hot", "lead_changed", {"level": "hot", "from": "hot"}, {}),
    ("lead", "hot", "lead_changed", {"level": "hot"}, {"lead:hot": (1, 0)}),
    ("lead", "hot", "lead_same", {"level": "hot", "from": "hot"}, {}),
    ("lead", "warm", "lead_cooled", {"level": "warm", "from": "hot"}, {"lead:warm": (1, 0)}),
    ("lead", "hot", "lead_corrected", {"level": "hot", "from": "cold"}, {"lead:hot": (1, 0)}),
    ("lead", "hot", "lead_corrected", {"level": "hot", "from": "hot"}, {}),
    (
        "lead", "hot", "lead_stage", {"level": "hot", "from": "hot", "stage": "won"},
        {"lead_stage:won": (1, 0)},
    ),
    (
        "lead", "warm", "lead_level_undone", {"level": "warm", "from": "hot", "was": "warm"},
        {"lead_undone:hot": (1, 0)},
    ),
    (
        "lead", "hot", "lead_level_undone", {"level": "hot", "from": "cold", "was": "warm"},
        {"lead_undone:cold": (1, 0), "lead:hot": (1, 0)},
    ),
    ("lead", "hot", "lead_level_undone", {"level": "hot", "from": "hot", "was": "hot"}, {}),
    ("lead", "synced", "synced", {"tool": "Notion"}, {"push:synced": (1, 0)}),
    ("draft", "queued", "approved", {"by": "x"}, {"draft:approved": (1, 0)}),
    ("draft", "queued", "approved_edited", {}, {"draft:approved_edited": (1, 0)}),
    ("draft", "held", "approval_undone", {}, {"draft:approval_undone:approved": (1, 0)}),
    (
        "draft", "held", "quota_gone", {"was": "approved", "limit": 10},
        {"draft:approval_undone:approved": (1, 0)},
    ),
    (
        "draft", "held", "approval_undone", {"was": "approved_edited"},
        {"draft:approval_undone:approved_edited": (1, 0)},
    ),
    (
        "decided", "wait", "model_retry", {"tokens_in": -3, "tokens_out": "x", "cost": None},
        {"decided:wait:model_retry": (1, 0), "calls": (1, 0), "tokens": (1, 0), "cost": (1, 0)},
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "outcome", "reason", "data", "expected"), ROWS, ids=[f"{r[0]}-{r[2]}" for r in ROWS]
)
def test_a_row_adds_exactly(
    kind: str, outcome: str, reason: str, data: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = list(figures_of(Told(kind, outcome, reason, data)))

    assert {one.name: (one.count, one.amount) for one in found} == expected
    assert len(found) == len(expected)


BANDED = [(0, "lt10"), (9, "lt10"), (10, "lt30"), (30, "lt60"), (60, "lt300"), (299, "lt300"),
          (300, "lt3600"), (3599, "lt3600"), (3600, "more"), (90000, "more")]  # fmt: skip


@pytest.mark.parametrize(("seconds", "band"), BANDED)
def test_a_time_has_one_band(seconds: int, band: str) -> None:
    assert band_of(seconds) == band


MEDIANS = [
    ({}, None),
    ({"lt10": 1}, ("lt10", 5.0)),
    ({"lt10": 4}, ("lt10", 5.0)),
    ({"lt10": 1, "lt30": 2}, ("lt30", 15.0)),
    ({"lt10": 1, "more": 5}, ("more", 3600.0)),
    ({"lt300": 1, "lt3600": 1}, ("lt300", 300.0)),
]


@pytest.mark.parametrize(("bands", "median"), MEDIANS)
def test_the_median_is_estimated_within_its_band(bands: dict[str, int], median: Any) -> None:
    assert median_of(bands) == median
