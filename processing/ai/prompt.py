"""Building the prompt: the rules in the instructions, the contact's words only as marked data."""

import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from pathlib import Path
from string import Template

from processing.ai.contracts import Brief, Line
from processing.errors import AnswerUnavailable

FOLDER = Path(__file__).parent / "prompts"
ANSWER_TOKENS = 600
"""Kept free of the token limit for the answer, reasoning included."""
LEAST_ROOM = 200
"""Fewer tokens than this are no room for a message of a contact."""
MARK_TOKENS = 20
"""What the marks around a contact's words take."""
UNSEEN = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060\ufeff]"
)
"""Control and zero-width characters, which hide text from people but not from a model."""


@dataclass(frozen=True)
class Prompt:
    """What is sent: instructions, then (role, text) items, oldest first; and its version."""

    instructions: str
    items: tuple[tuple[str, str], ...]
    version: str


def build(brief: Brief, *, max_tokens: int) -> Prompt:
    """Return the prompt for the newest line of `brief.history`.

    The oldest lines are left out, whole, until the estimate fits `max_tokens` less the answer's
    share; the newest line always stays, its end cut off when it alone is too long. Raises
    AnswerUnavailable when the instructions leave no room for it.
    """
    template, version = _template(brief.language if brief.language in {"fr", "en"} else "en")
    nonce = secrets.token_hex(4)
    instructions = Template(template).substitute(
        business=brief.business,
        profile=brief.profile or "—",
        facts="\n".join(f"- {label} : {value}" for label, value in brief.facts) or "—",
        instruction=brief.instruction,
        text_limit=brief.text_limit,
        nonce=nonce,
    )
    room = max_tokens - ANSWER_TOKENS - estimate_tokens(instructions)
    if room < LEAST_ROOM:
        raise AnswerUnavailable("brief_too_long")
    newest = replace(brief.history[-1], text=_cut(brief.history[-1].text, room - MARK_TOKENS))
    items = [_item(line, nonce) for line in (*brief.history[:-1], newest)]
    while len(items) > 1 and sum(estimate_tokens(text) for _, text in items) > room:
        items.pop(0)
    return Prompt(instructions, tuple(items), version)


def _cut(text: str, tokens: int) -> str:
    return text.encode()[: 3 * tokens].decode(errors="ignore")


def estimate_tokens(text: str) -> int:
    """Return an upper estimate: one token for three UTF-8 bytes.

    Measured on French, English, JSON and emoji against the o200k table; it never counted too
    few, and needs no download.
    """
    return ceil(len(text.encode()) / 3)


def _item(line: Line, nonce: str) -> tuple[str, str]:
    if line.author != "contact":
        return "assistant", line.text
    plain = UNSEEN.sub("", line.text).replace(nonce, "")
    return "user", f"<contact-{nonce}>{plain}</contact-{nonce}>"


@cache
def _template(language: str) -> tuple[str, str]:
    text = (FOLDER / f"answer.{language}.txt").read_text(encoding="utf-8")
    return text, f"answer.{language}:{hashlib.sha256(text.encode()).hexdigest()[:8]}"
