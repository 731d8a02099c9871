"""Building the prompt: the rules in the instructions, the contact's words only as marked data."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path
from string import Template

from processing.ai.contracts import Brief, Line
from processing.ai.summary import earlier_words
from processing.errors import AnswerUnavailable

FOLDER = Path(__file__).parent / "prompts"
ANSWER_TOKENS = 700
"""Kept free of the token limit for the answer, reasoning included."""
LEAST_ROOM = 200
"""Fewer tokens than this are no room for a message of a contact."""
ITEM_TOKENS = 5
"""What a message takes beside its text, for its role."""
MARK_TOKENS = 20
"""What the marks around a contact's words take."""
EARLIER_TOKENS = 250
"""At most this much for older words of the contact that no longer fit as messages."""
HEADLINE_TOKENS = 100
BYTES_PER_TOKEN = 3
UNSEEN = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"
    r"\U000e0000-\U000e0fff]"
)
"""Control, zero-width and tag characters, which hide text from people but not from a model."""
ANSWER_IN = {
    "fr": {
        "customer": "celle de la personne",
        "fr": "toujours le français",
        "en": "toujours l'anglais",
    },
    "en": {"customer": "the person's own", "fr": "always French", "en": "always English"},
}
SILENT = {
    "fr": "(La personne n'a rien écrit depuis.)",
    "en": "(The person has not written since.)",
}
"""Ends a thread in which we wrote last: many services expect the last turn to be the person's."""


@dataclass(frozen=True)
class Prompt:
    """What is sent: instructions, then (role, text) items, oldest first; and its version."""

    instructions: str
    items: tuple[tuple[str, str], ...]
    version: str


def build(brief: Brief, *, task: str = "reply", max_tokens: int, taken: int = 0) -> Prompt:
    """Return the prompt for `task`, the name of a file in `prompts/`, about `brief.history`.

    The oldest lines are left out, whole, until the estimate fits `max_tokens` less `taken` and
    the answer's share; of what is left out, the contact's telling words stay as far as there is
    room. The newest line always stays, its end cut off when it alone is too long. Raises
    AnswerUnavailable when the instructions leave no room for it.
    """
    language = brief.language if brief.language in ANSWER_IN else "en"
    nonce = secrets.token_hex(4)
    instructions, version = _instructions(brief, task, language, nonce)
    end = [] if brief.history[-1].author == "contact" else [("user", SILENT[language])]
    head = _headline(brief, nonce)
    room = max_tokens - ANSWER_TOKENS - taken - estimate_tokens(instructions) - _size(head + end)
    if room < LEAST_ROOM:
        raise AnswerUnavailable("brief_too_long")
    items = _newest(brief.history, room, nonce)
    if len(items) < len(brief.history) or brief.earlier:
        items = _newest(brief.history, room, nonce, spare=min(EARLIER_TOKENS, room // 4))
        items = _earlier(brief, len(items), room - _size(items), nonce) + items
    return Prompt(instructions, tuple(head + items + end), version)


def rules_of(brief: Brief, task: str = "reply") -> tuple[str, ...]:
    """Return our own part of the instructions for `task`, which no answer may repeat."""
    language = brief.language if brief.language in ANSWER_IN else "en"
    parts = (task, "qualify", "public")
    return tuple(_file(f"{part}.{language}") for part in parts)


def estimate_tokens(text: str) -> int:
    """Return an upper estimate: one token for three UTF-8 bytes.

    Measured on French, English, JSON and emoji against the o200k table; it never counted too
    few, and needs no download.
    """
    return ceil(len(text.encode()) / BYTES_PER_TOKEN)


def _instructions(brief: Brief, task: str, language: str, nonce: str) -> tuple[str, str]:
    template = _file(f"{task}.{language}")
    added = _added(brief, task)
    purpose = "".join(_file(f"{part}.{language}") for part in added)
    digest = hashlib.sha256((template + purpose).encode()).hexdigest()[:8]
    instructions = Template(template).substitute(
        purpose=purpose,
        business=brief.business,
        profile=brief.profile or "—",
        facts="\n".join(f"- {label} : {value}" for label, value in brief.facts) or "—",
        instruction=brief.instruction,
        answer_in=ANSWER_IN[language].get(brief.answer_in, ANSWER_IN[language]["customer"]),
        text_limit=brief.text_limit,
        today=brief.today or "—",
        nonce=nonce,
    )
    return instructions, f"{'+'.join((task, *added))}.{language}:{digest}"


def _added(brief: Brief, task: str) -> tuple[str, ...]:
    """Return the parts that this answer needs beside its task's own."""
    if task != "reply":
        return ()
    qualify = ("qualify",) if brief.purpose == "qualify" else ()
    return (*qualify, "public") if brief.public else qualify


def _newest(
    history: Sequence[Line], room: int, nonce: str, *, spare: int = 0
) -> list[tuple[str, str]]:
    """Return the newest line and those before it that fit while `spare` tokens stay free."""
    newest = history[-1]
    text = _cut(_clean(newest.text, nonce), room - MARK_TOKENS)
    items = [_item(Line(newest.author, text), nonce)]
    for line in reversed(history[:-1]):
        item = _item(Line(line.author, _clean(line.text, nonce)), nonce)
        if _size([item, *items]) > room - spare:
            break
        items.insert(0, item)
    return items


def _earlier(brief: Brief, kept: int, room: int, nonce: str) -> list[tuple[str, str]]:
    """Return the block of the contact's older words, as an item, or nothing."""
    limit = (min(room, EARLIER_TOKENS) - MARK_TOKENS) * BYTES_PER_TOKEN
    before = tuple(Line("contact", words) for words in brief.earlier)
    cut = (*before, *brief.history[: len(brief.history) - kept])
    shown = " ".join(line.text for line in brief.history[len(brief.history) - kept :])
    labels = tuple(label for label, _value in brief.facts)
    words = earlier_words(cut, limit=limit, names=labels, kept=brief.earlier)
    said = [_clean(one, nonce) for one in words if one not in shown]
    text = "\n".join(f"- {one}" for one in said)
    return [("user", f"<earlier-{nonce}>\n{text}\n</earlier-{nonce}>")] if said else []


def _headline(brief: Brief, nonce: str) -> list[tuple[str, str]]:
    """Return how the person introduces themselves, as an item: it is their text, so only data."""
    text = _cut(_clean(brief.headline, nonce), HEADLINE_TOKENS)
    return [("user", f"<headline-{nonce}>{text}</headline-{nonce}>")] if text.strip() else []


def _item(line: Line, nonce: str) -> tuple[str, str]:
    if line.author != "contact":
        return "assistant", line.text
    return "user", f"<contact-{nonce}>{line.text}</contact-{nonce}>"


def _size(items: Sequence[tuple[str, str]]) -> int:
    return sum(estimate_tokens(text) + ITEM_TOKENS for _role, text in items)


def _clean(text: str, nonce: str) -> str:
    return UNSEEN.sub("", text).replace(nonce, "")


def _cut(text: str, tokens: int) -> str:
    return text.encode()[: BYTES_PER_TOKEN * tokens].decode(errors="ignore")


@cache
def _file(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
