"""What one row of the ledger adds to the figures of its day; pure.

Most rows count once, under `kind:outcome:reason`. Besides, there are measures: `answered:<author>`,
`first_answer` (amount: seconds) with its bands, `draft:<what a member did>`, `lead:<level>` for a
lead that came to this level, `lead_undone:<level>` for one that a member took back from it,
`lead_new:<level>`, `calls`, `tokens` and `cost` (amount: millionths of a US dollar).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

BANDS: tuple[tuple[str, int], ...] = (
    ("lt10", 10),
    ("lt30", 30),
    ("lt60", 60),
    ("lt300", 300),
    ("lt3600", 3600),
)
"""Where a time to first answer belongs: under so many seconds."""
LONGER = "more"
IN_TIME = ("lt10", "lt30", "lt60", "lt300")
"""Bands of an answer in time: it left within five minutes of the first message it answers.

Five minutes is our own measure. People who wrote are still at their telephone then, and it is how
long the assistant may have to wait between two answers in one conversation.
"""
LEFT = {"sent", "confirmed_by_echo", "confirmed_by_reading", "confirmed_by_hand"}
"""Reasons of a delivery that left; of these every message has exactly one."""
LEVELS = {
    "lead_new",
    "lead_changed",
    "lead_cooled",
    "lead_corrected",
    "lead_corrected_by_operator",
    "lead_given_back",
}
NO_LONGER_STANDS = {"approval_undone", "quota_gone", "newer_message"}
PUSHES = {"synced", "sync_failed"}
LARGEST = 2**53
"""Above this, a number in JSON is no count of ours."""


@dataclass(frozen=True)
class Told:
    """A row of the ledger, as far as it counts."""

    kind: str
    outcome: str
    reason: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """What is added to one figure."""

    name: str
    count: int = 1
    amount: int = 0


def figures_of(told: Told) -> Iterator[Figure]:
    """Yield everything that the row adds to its day."""
    if told.kind == "lead":
        yield from _lead(told)
    elif told.kind == "draft":
        yield Figure(f"draft:{_decision(told)}")
    else:
        yield Figure(f"{told.kind}:{told.outcome}:{told.reason}")
    author = _answered_by(told)
    if author:
        yield Figure(f"answered:{author}")
    if "first_answer" in told.data:
        seconds = _whole(told.data["first_answer"])
        yield Figure("first_answer", 1, seconds)
        yield Figure(f"first_answer:{band_of(seconds)}")
    if "tokens_in" in told.data:
        tokens = _whole(told.data["tokens_in"]) + _whole(told.data.get("tokens_out"))
        yield Figure("calls")
        yield Figure("tokens", 1, tokens)
        yield Figure("cost", 1, _whole(told.data.get("cost")))


def band_of(seconds: float) -> str:
    """Return the band of a time to first answer."""
    return next((name for name, limit in BANDS if seconds < limit), LONGER)


def median_of(bands: Mapping[str, int]) -> tuple[str, float] | None:
    """Return the band of the median, and an estimate in seconds: evenly spread within the band.

    In the open band above an hour the estimate is an hour, that is "at least". None without times.
    """
    half, seen, lower = sum(bands.values()) / 2, 0, 0
    if not half:
        return None
    for name, upper in BANDS:
        here = bands.get(name, 0)
        if here and seen + here >= half:
            return name, lower + (upper - lower) * (half - seen) / here
        seen, lower = seen + here, upper
    return LONGER, float(lower)


def _lead(told: Told) -> Iterator[Figure]:
    level = told.data.get("level", told.outcome)
    if told.reason in PUSHES:
        yield Figure(f"push:{told.reason}")
    elif told.reason in {"lead_stage", "lead_stage_by_operator"}:
        yield Figure(f"lead_stage:{told.data.get('stage', '')}")
    elif told.reason == "lead_new":
        yield Figure(f"lead_new:{level}")
    if told.reason == "lead_level_undone":
        yield from _taken_back(told)
    # A row from before `from` was kept may tell of a phone alone; it counts as a change.
    if told.reason in LEVELS and told.data.get("from", "") != level:
        yield Figure(f"lead:{level}")


def _taken_back(told: Told) -> Iterator[Figure]:
    """Yield what makes a level that was set and taken back count as if nobody had set it.

    `was` is the level before it was set, `from` the one that was set; the lead may have come to
    another one meanwhile.
    """
    was, since = told.data.get("was", told.outcome), told.data.get("level", told.outcome)
    if (taken := told.data.get("from", was)) != was:
        yield Figure(f"lead_undone:{taken}")
    if since != was:
        yield Figure(f"lead:{since}")


def _decision(told: Told) -> str:
    """Return what was decided on a draft, or which approval no longer stands.

    A row that does not say which speaks of a plain one.
    """
    if told.reason not in NO_LONGER_STANDS:
        return told.reason
    return f"approval_undone:{told.data.get('was', 'approved')}"


def _answered_by(told: Told) -> str:
    if told.kind == "takeover" and told.reason == "human_replied":
        return "human"
    if told.kind != "delivery" or told.reason not in LEFT:
        return ""
    # Before the ledger kept them, answers by the assistant were all that left.
    by_purpose = told.data.get("purpose", "reply") == "reply"
    return str(told.data.get("author", "assistant")) if by_purpose else ""


def _whole(value: Any) -> int:
    """Return a number of the ledger as a count; 0 for whatever is none."""
    fits = isinstance(value, int | float) and 0 <= value <= LARGEST
    return int(value) if fits else 0
