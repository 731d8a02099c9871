"""What goes to the model and what comes back, as frozen values."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

IntentCode = Literal[
    "price",
    "availability",
    "product",
    "hours",
    "address",
    "delivery",
    "returns",
    "booking",
    "purchase",
    "callback",
    "order_status",
    "complaint",
    "human_request",
    "greeting",
    "thanks",
    "opt_out",
    "other",
]
"""The codes of `processing.intents`, written out for the model's schema."""


@dataclass(frozen=True)
class Line:
    """One earlier utterance; `author` is contact, assistant or human."""

    author: str
    text: str


@dataclass(frozen=True)
class Brief:
    """Everything the model may know: the business, the facts, the scenario, the thread.

    `language` is the business's ("fr" or "en") and chooses the prompt; `answer_in` is "customer",
    "fr" or "en". `purpose` is the scenario's kind. `earlier` are the contact's own words that the
    history no longer holds. `today` is the local date, written out. `workspace_id` counts against
    the workspace's calls a minute. `public`: the answer stands under a comment. `headline` is how
    the person introduces themselves, in their own words.
    """

    business: str
    profile: str
    facts: tuple[tuple[str, str], ...]
    instruction: str
    language: str
    history: tuple[Line, ...]
    text_limit: int
    answer_in: str = "customer"
    purpose: str = "reply"
    earlier: tuple[str, ...] = ()
    today: str = ""
    workspace_id: int = 0
    public: bool = False
    headline: str = ""


class Interest(BaseModel):
    """How interested the contact is, with their own words as proof."""

    model_config = ConfigDict(extra="forbid")

    level: Literal["hot", "warm", "cold"]
    evidence: list[str]


class ConversationClass(BaseModel):
    """What kind of conversation it is, with the person's own words as proof."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    kind: Literal["sales_pitch", "recruiting", "lead", "personal", "unsure"]
    evidence: list[str]
    confidence: float


class Learned(BaseModel):
    """One thing the contact told of themselves, in their own words."""

    model_config = ConfigDict(extra="forbid")

    name: Literal["name", "phone", "email", "budget", "date", "quantity", "place", "product"]
    words: str


class Reply(BaseModel):
    """The one typed answer for an inbound message: reply, intent and interest at once."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    action: Literal["reply", "handoff", "silence"]
    text: str
    intent: IntentCode
    interest: Interest
    learned: list[Learned]
    summary: list[str]
    confidence: float
    language: Literal["fr", "en", "other"]


class FollowUpReply(BaseModel):
    """The model's follow-up: the text, or no reason to write again."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    action: Literal["write", "nothing"]
    text: str
    confidence: float
    language: Literal["fr", "en", "other"]


class FoundPhone(BaseModel):
    """The contact's words that are a phone number, copied unchanged; empty when there are none."""

    model_config = ConfigDict(extra="forbid")

    words: str
    digits: str


class Points(BaseModel):
    """A conversation in three points, each from the contact's own words."""

    model_config = ConfigDict(extra="forbid")

    points: list[str]


@dataclass(frozen=True)
class Completion:
    """The model's raw text and what it cost, in tokens and in millionths of a US dollar.

    `failed` is the reason code of an answer that was paid for and cannot be used.
    """

    text: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: int = 0
    failed: str = ""


@dataclass(frozen=True)
class Spent:
    """What one call cost, for the ledger; `cost` is in millionths of a US dollar."""

    model: str
    prompt_version: str
    tokens_in: int
    tokens_out: int
    milliseconds: int
    cost: int = 0


@dataclass(frozen=True)
class Draft:
    """A checked answer, with what the ledger says about its making."""

    reply: Reply
    spent: Spent
