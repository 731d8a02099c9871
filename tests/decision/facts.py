"""The words of the tables: a calm situation, moments around noon, and how a row is written."""

from datetime import UTC, datetime, timedelta
from typing import Any

from processing.decision import Kind, Proposal, Situation

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=3)
LATER = NOW + timedelta(hours=6)
MORNING = NOW + timedelta(hours=20)
PAST = NOW - timedelta(seconds=1)
INSTANT = timedelta(microseconds=1)

QUIET = Situation(now=NOW, scenario="Accueil", window_closes_at=MORNING + timedelta(hours=2))
"""Nothing stands against an answer."""
GOOD = Proposal(action="reply", text="Oui, 49 €.", autonomy="auto", text_limit=20)
"""A draft that may leave."""

REPLY, HOLD, HANDOFF, WAIT, SILENT = (
    Kind.REPLY,
    Kind.HOLD,
    Kind.HANDOFF,
    Kind.WAIT,
    Kind.SILENT,
)
Row = tuple[str, dict[str, Any], Kind, str]
"""What is true, in words and as values; what must be decided; its reason."""
