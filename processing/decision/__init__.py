"""Whether to answer, wait, hand over or stay silent: ordered lists of gates, pure.

`gates.py` looks at a message and its situation before the model is paid and again before the
answer leaves; `drafts.py` looks at what the model proposed; `turns.py` knows whose turn it is on a
short day; `verdicts.py` holds their words. No database, no clock, no model: whoever calls brings
the values and the time.
"""

from processing.decision.drafts import Proposal, judge
from processing.decision.gates import (
    APPROVED,
    BEFORE_DRAFT,
    BEFORE_FOLLOW_UP,
    BEFORE_QUEUE,
    BEFORE_SEND,
    BY_HAND,
    DAILY_CAP,
    FOLLOW_UP_LEAVES,
    FOLLOW_UP_SENT,
    OF_ITSELF,
    ON_ARRIVAL,
    Gate,
    decide,
)
from processing.decision.situation import Situation
from processing.decision.turns import LAST_HOUR, LONGEST_WAIT, has_turn
from processing.decision.verdicts import Decision, Kind, Verdict

__all__ = [
    "APPROVED",
    "BEFORE_DRAFT",
    "BEFORE_FOLLOW_UP",
    "BEFORE_QUEUE",
    "BEFORE_SEND",
    "BY_HAND",
    "DAILY_CAP",
    "FOLLOW_UP_LEAVES",
    "FOLLOW_UP_SENT",
    "LAST_HOUR",
    "LONGEST_WAIT",
    "OF_ITSELF",
    "ON_ARRIVAL",
    "Decision",
    "Gate",
    "Kind",
    "Proposal",
    "Situation",
    "Verdict",
    "decide",
    "has_turn",
    "judge",
]
