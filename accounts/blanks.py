"""Blanks in a fact sheet: "…" where somebody is still to write. No rows, no clock."""

import re

BLANK = re.compile(r"(?<![\w…])…|(?<![\w.])\.{3,}|(?<!\w)_{2,}(?!\w)")
"""Dots or a rule that stand by themselves. Dots right after a word ("pizza, pasta…") say "and so
on", which is no blank."""
AND_SO_ON = re.compile(r",\s*(?:…|\.{3,})(?=\s*(?:[)\].;,(]|$))", re.MULTILINE)
"""Dots that end an enumeration ("pizza, pasta, …"): after a comma, and nothing is measured by
them, as in "38 €, … sessions"."""


def has_blank(text: str) -> bool:
    """Return whether something is still to be written into `text`."""
    return BLANK.search(AND_SO_ON.sub("", text)) is not None


def is_complete(label: str, value: str) -> bool:
    """Return whether a line says something and nothing of it is still to be written.

    Only complete lines are facts: the assistant reads no other, and no other supports a claim.
    """
    return all(part.strip() and not has_blank(part) for part in (label, value))
