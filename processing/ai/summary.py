"""What stays of messages that no longer fit: the contact's own telling sentences, word for word."""

import re
from collections.abc import Collection, Iterator, Sequence

from processing.ai.contracts import Line
from processing.words import folded

SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
TELLING = re.compile(
    r"[?€$£%@]"
    # A capital letter inside the sentence: a name, a place, a product.
    r"|(?<=[^\W_][\s,'’])[A-ZÀ-ÖØ-Þ][^\W\d_]"
    r"|\d"
)
FOLDED_TELLING = re.compile(
    r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|demain|weekend|week end|semaine|mois"
    r"|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|noel"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|tonight|week|month"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|christmas|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt|trente|cent"
    r"|two|three|four|five|seven|eight|nine|ten|twelve|twenty|dozen|douzaine|budget|euros?"
    r"|anniversaire|mariage|cadeau|birthday|wedding|gift|cherche|voudrais|veux|besoin|prefere"
    r"|looking for|need|want|would like|prefer|allergi\w+|m appelle|my name|habite|live in)\b"
)
LEAST_LETTERS = 4
"""Shorter words of a product's name say nothing by themselves."""
PREFIX_BYTES = 3
"""What a line takes beside its words, where it is listed."""


def earlier_words(
    cut: Sequence[Line], *, limit: int, names: Collection[str] = (), kept: Collection[str] = ()
) -> tuple[str, ...]:
    """Return what to keep of the contact's own lines in `cut`, oldest first, in `limit` bytes.

    Sentences with amounts, dates, phones, quantities, questions, wishes or `names` of products;
    the newest come first when not all fit. Each is word for word what the contact wrote, and is
    kept once. Texts in `kept` were chosen before and need no reason.
    """
    heard = {word for name in names for word in folded(name).split() if len(word) >= LEAST_LETTERS}
    left, chosen, known = limit, list[str](), set[str]()
    for sentence in _newest_first(cut, kept):
        plain, size = folded(sentence), len(sentence.encode()) + PREFIX_BYTES
        if not plain or plain in known or size > left:
            continue
        if sentence in kept or _tells(sentence, plain, heard):
            known.add(plain)
            chosen.append(sentence)
            left -= size
    return tuple(reversed(chosen))


def _newest_first(cut: Sequence[Line], kept: Collection[str]) -> Iterator[str]:
    for line in reversed(cut):
        if line.author == "contact":
            parts = [line.text] if line.text in kept else SENTENCE.split(line.text)
            yield from (part.strip() for part in reversed(parts) if part and part.strip())


def _tells(sentence: str, plain: str, heard: Collection[str]) -> bool:
    if TELLING.search(sentence) or FOLDED_TELLING.search(plain):
        return True
    return any(word.rstrip("s") in heard or word in heard for word in plain.split())
