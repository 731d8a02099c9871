"""A model played over HTTP for tests of the engine alone: what it says, in both styles."""

import json
from dataclasses import replace
from typing import Any

from processing.ai.contracts import Brief, Line
from tests.processing.conftest import model_document
from tests.standin import StandIn

STYLES = ("responses", "chat")
BRIEF = Brief(
    business="Atelier Lumière",
    profile="Des lampes en céramique.",
    facts=(("Lampe Brume", "145 €"),),
    instruction="Propose l'atelier du samedi.",
    language="fr",
    history=(Line("contact", "Bonjour, c'est combien la lampe Brume ?"),),
    text_limit=600,
    today="samedi 28 novembre 2026",
    workspace_id=7,
)
REPLY: dict[str, Any] = {
    "action": "reply",
    "text": "Elle coûte 145 €.",
    "intent": "price",
    "interest": {"level": "warm", "evidence": ["c'est combien"]},
    "learned": [],
    "summary": [],
    "confidence": 0.9,
    "language": "fr",
}


def asked_by(*texts: str, **changes: Any) -> Brief:
    """The brief of a contact who wrote `texts`."""
    return replace(BRIEF, history=tuple(Line("contact", text) for text in texts), **changes)


def chat_document(text: str | None, **changes: Any) -> dict[str, Any]:
    """A document of chat completions."""
    choice = {
        "index": 0,
        "finish_reason": changes.pop("finish_reason", "stop"),
        "message": {"role": "assistant", "content": text, "refusal": changes.pop("refusal", None)},
    }
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-test",
        "choices": [choice],
        "usage": {
            "prompt_tokens": 420,
            "completion_tokens": 35,
            "total_tokens": 455,
            "prompt_tokens_details": {"cached_tokens": 20},
        },
        **changes,
    }


def says(model: StandIn, style: str, fields: Any, **changes: Any) -> None:
    """From now on the model says this, in the given style."""
    text = fields if isinstance(fields, str) else json.dumps(fields)
    make = chat_document if style == "chat" else model_document
    model.answers.clear()
    model.answer(200, make(text, **changes))


def instructions_of(body: dict[str, Any]) -> str:
    """The instructions that were sent, in either style."""
    return str(body["instructions"] if "instructions" in body else body["messages"][0]["content"])


def items_of(body: dict[str, Any]) -> list[dict[str, str]]:
    """The turns that were sent, in either style."""
    return list(body["input"] if "input" in body else body["messages"][1:])
