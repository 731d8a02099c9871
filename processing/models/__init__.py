"""The tables of the mind, one file per subject."""

from processing.models.acts import LeadAct, LeadActRow
from processing.models.ai import ModelState, Replay, ReplayAnswer, ReplayResult
from processing.models.beginnings import Beginning
from processing.models.followups import DmSequence, FollowUp, SequenceStep
from processing.models.ledger import DailyFigure, DeadLetter, InteractionEvent
from processing.models.people import Contact, Conversation, Lead
from processing.models.scenarios import Scenario, ScenarioVersion, Trust
from processing.models.talk import Delivery, Message

__all__ = [
    "Beginning",
    "Contact",
    "Conversation",
    "DailyFigure",
    "DeadLetter",
    "Delivery",
    "DmSequence",
    "FollowUp",
    "InteractionEvent",
    "Lead",
    "LeadAct",
    "LeadActRow",
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
