"""How the day's messages are shared while they are short, as a table."""

from typing import Any

from processing.decision import LONGEST_WAIT
from tests.decision.facts import (
    HANDOFF,
    INSTANT,
    LATER,
    MORNING,
    NOW,
    REPLY,
    SILENT,
    WAIT,
    Row,
)

# Ten a day, two of them kept till the evening at LATER.
SHORT: dict[str, Any] = {
    "quota_limit": 10,
    "quota_kept": 2,
    "quota_opens_at": LATER,
    "quota_renews_at": MORNING,
}
HOT: dict[str, Any] = {**SHORT, "quota_priority": True}
EVENING: dict[str, Any] = {**SHORT, "quota_kept": 0, "quota_opens_at": None}
CLOSING = MORNING - INSTANT
QUOTA: list[Row] = [
    ("a replay: nothing waits", {"quota_limit": 10, "quota_remaining": 0}, SILENT, "quota_spent"),
    ("a downgrade left less than nothing", {"quota_limit": 10, "quota_remaining": -3}, SILENT,
     "quota_spent"),
    ("only what is kept is left", {**SHORT, "quota_remaining": 2}, WAIT, "quota_waits"),
    ("one that is not kept is left, for who came before", {**SHORT, "quota_remaining": 3,
     "quota_ahead": 1}, WAIT, "quota_waits"),
    ("nothing is left, and the lead is hot", {**HOT, "quota_remaining": 0}, WAIT, "quota_waits"),
    ("a hotter one takes the last", {**HOT, "quota_remaining": 1, "quota_ahead": 1}, WAIT,
     "quota_waits"),
    ("in the evening the last is for who came before", {**EVENING, "quota_remaining": 1,
     "quota_ahead": 1}, WAIT, "quota_waits"),
    ("nothing is left, and the window closes first", {**HOT, "quota_remaining": 0,
     "window_closes_at": CLOSING}, HANDOFF, "quota_spent"),
    ("nothing is left, and the window closes with the day", {**HOT, "quota_remaining": 0,
     "window_closes_at": MORNING}, HANDOFF, "quota_spent"),
    ("nothing is left, and the window closes just after the day", {**HOT, "quota_remaining": 0,
     "window_closes_at": MORNING + INSTANT}, WAIT, "quota_waits"),
    ("nothing is left, and no window closes", {**SHORT, "quota_remaining": 0,
     "window_closes_at": None}, WAIT, "quota_waits"),
    ("nothing is left, no window closes, and it has waited for a week", {**SHORT,
      "quota_remaining": 0, "window_closes_at": None, "quota_since": MORNING - LONGEST_WAIT},
      HANDOFF, "quota_spent"),
    ("nothing is left, no window closes, and it has waited for nearly a week", {**SHORT,
      "quota_remaining": 0, "window_closes_at": None,
      "quota_since": MORNING - LONGEST_WAIT + INSTANT}, WAIT, "quota_waits"),
    ("one is left, and it has waited for a week", {**EVENING, "quota_remaining": 1,
      "quota_since": NOW - LONGEST_WAIT}, REPLY, "replied"),
    ("only what is kept is left, and the window closes in the evening", {**SHORT,
     "quota_remaining": 1, "window_closes_at": LATER}, HANDOFF, "quota_spent"),
]  # fmt: skip
