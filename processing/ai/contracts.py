"""What goes to the model and what comes back, as frozen values."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True)
class Line:
    """One earlier utterance; `author` is contact, assistant or human."""

    author: str
    text: str


@dataclass(frozen=True)
class Brief:
    """Everything the model may know: the business, the facts, the scenario, the thread."""

    business: str
    profile: str
    facts: tuple[tuple[str, str], ...]
    instruction: str
    language: str
    history: tuple[Line, ...]
    text_limit: int


class Interest(BaseModel):
    """How interested the contact is, with their own words as proof."""

    model_config = ConfigDict(extra="forbid")

    level: Literal["hot", "warm", "cold"]
    evidence: list[str]


class Reply(BaseModel):
    """The one typed answer for an inbound message: reply, intent and interest at once."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    action: Literal["reply", "handoff", "silence"]
    text: str
    intent: str
    interest: Interest
    confidence: float
    language: Literal["fr", "en", "other"]


@dataclass(frozen=True)
class Completion:
    """The model's raw text and what it cost."""

    text: str
    model: str
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True)
class Draft:
    """A checked answer, with what the ledger says about its making."""

    reply: Reply
    model: str
    prompt_version: str
    tokens_in: int
    tokens_out: int
    milliseconds: int
