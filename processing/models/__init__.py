"""The tables of the mind, one file per subject."""

from processing.models.ledger import DeadLetter, InteractionEvent
from processing.models.people import Contact, Conversation, Lead
from processing.models.scenarios import Scenario
from processing.models.talk import Delivery, Message

__all__ = [
    "Contact",
    "Conversation",
    "DeadLetter",
    "Delivery",
    "InteractionEvent",
    "Lead",
    "Message",
    "Scenario",
]
