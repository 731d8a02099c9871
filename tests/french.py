"""How French is written on the pages: apostrophes, spaces that do not break, one word a thing."""

import re

NARROW, WIDE = "\u202f", "\u00a0"
_SPACE = f"[ {NARROW}{WIDE}]"
_END = r"(?=[\s»)<\"\\]|$)"
_CHANGES = (
    (re.compile(r"(?<=[^\W\d_])'(?=[\w«<%])"), "’"),
    (re.compile(rf"{_SPACE}+([;!?]){_END}"), rf"{NARROW}\1"),
    (re.compile(rf"{_SPACE}+:{_END}"), f"{WIDE}:"),
    (re.compile(rf"«{_SPACE}*"), f"«{WIDE}"),
    (re.compile(rf"{_SPACE}*»"), f"{WIDE}»"),
)
WORDS = {
    r"\bleads?\b": "prospect",
    r"\b[Nn]iveaux?\b": "température",
    r"\b[Aa]pp(rouv|robation)": "valider, validation",
    r"\bmessages? directs?\b": "messages privés",
    r"\b[Cc]omptes? (socia|de réseau)": "compte, comptes connectés",
    r"\b[Dd]ésinscri": "ne veut plus de messages",
    r"\b[Cc]ourriels?\b": "e-mail",
    r"(?<!’est )\b[Tt](u|oi|a|es) ": "vous",
}
"""What pages do not say, and the word that they say instead."""


def spaced(text: str) -> str:
    """Return French with its own apostrophes, and with the spaces of its signs unbreakable."""
    for found, instead in _CHANGES:
        text = found.sub(instead, text)
    return text


def doubts(text: str) -> list[str]:
    """Return one line per thing that is written otherwise elsewhere; none for good French."""
    told = [f"say « {word} »" for found, word in WORDS.items() if re.search(found, text)]
    return told if spaced(text) == text else [*told, "apostrophe or space, run `make messages`"]


def spaced_catalogue(text: str) -> str:
    """Return the text of a catalogue, every French text in it `spaced`; nothing else changes."""
    return re.sub(
        r'^msgstr(?:\[\d\])? ".*"(?:\n".*")*$',
        lambda one: spaced(one.group()),
        text,
        flags=re.MULTILINE,
    )
