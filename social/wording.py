"""When two texts are the same although a page or a network shows them in its own way. Pure."""

import re
import unicodedata

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u2060\ufeff\u00ad"))
SPACES = re.compile(r"[^\S\n]+")


def normal(text: str) -> str:
    """Return `text` with one kind of space, line end and accent, none at its lines' ends.

    Blank lines stay: one more or one fewer is another text.
    """
    composed = unicodedata.normalize("NFC", text).translate(INVISIBLE)
    lines = SPACES.sub(" ", composed.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(line.strip() for line in lines).strip("\n")


def flat(text: str) -> str:
    """Return `text` in one line, as lists and headers show it."""
    return " ".join(normal(text).split())
