"""The tables of the mind, one file per subject."""

from processing.models.ai import ModelState, Replay, ReplayAnswer, ReplayResult
from processing.models.followups import DmSequence, FollowUp, SequenceStep
from processing.models.ledger import DailyFigure, DeadLetter, InteractionEvent
from processing.models.people import Contact, Conversation, Lead
from processing.models.scenarios import Scenario, ScenarioVersion, Trust
from processing.models.talk import Delivery, Message

__all__ = [
    "Contact",
    "Conversation",
    "DailyFigure",
    "DeadLetter",
    "Delivery",
    "DmSequence",
    "FollowUp",
    "InteractionEvent",
    "Lead",
    "Message",
    "ModelState",
    "Replay",
    "ReplayAnswer",
    "ReplayResult",
    "Scenario",
    "ScenarioVersion",
    "SequenceStep",
    "Trust",
]
