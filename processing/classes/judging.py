"""Weighing the signs: one kind, and whether the rules are sure of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from processing.classes.asking import WISHES, WORK
from processing.classes.lead import LEADS
from processing.classes.personal import AWAY, CLOSE, COURTESIES
from processing.classes.pitch import PITCH, SELLS
from processing.classes.recruiting import RECRUITER, RECRUITS
from processing.classes.signs import LEAD, PERSONAL, RECRUITING, SALES_PITCH, Sign, found
from processing.words import spelled_out

LEFT_ALONE = frozenset({SALES_PITCH, RECRUITING, PERSONAL})
"""The kinds in which nobody waits for the business."""
SURE = 4
"""What a kind must weigh to be certain, for what the assistant would then leave alone."""
SURE_OF_LEAD = 3
"""A lead's draft is seen by a human: less is enough."""
AHEAD = 2
"""How far it must be before every other kind."""
SOME = 2
"""So much of a lead may a pitch or a recruiter say: they ask for one's dates, too."""
FEW_WORDS, MORE_WORDS = 14, 45
"""How many words a courtesy has at most, and a note of absence or of a friend."""


@dataclass(frozen=True)
class Classed:
    """A kind of conversation ("" where none is likely) and who says so: rules, model or member.

    Only a `sure` one decides by itself. `because` names the signs, of every kind.
    """

    kind: str
    by: str = "rules"
    sure: bool = False
    because: tuple[str, ...] = ()


def class_of(texts: Sequence[str], *, first_contact: bool, headline: str = "") -> Classed:
    """Return what the contact's `texts`, which nobody answered yet, make of a conversation.

    `headline` is how the contact introduces themselves on the network. `first_contact`: nobody
    of the business has written to them; who was written to is seldom new to it, so that more is
    needed to take them for a seller or a recruiter.
    """
    said = [words for text in texts if (words := spelled_out(text))]
    words = " ".join(said)
    asks = any("?" in text for text in texts) or bool(found(WISHES + WORK, words))
    signs = _signs(words, headline)
    because = tuple(f"{kind}:{one.name}" for kind, found in signs.items() for one in found)
    weights = {kind: sum(one.weight for one in found) for kind, found in signs.items()}
    if not any(weights.values()) and said and all(_is_personal(one, asks=asks) for one in said):
        return Classed(PERSONAL, sure=True, because=_courtesies(said))
    best = max(weights, key=lambda kind: weights[kind])
    if not weights[best]:
        return Classed("")
    wanted = best in LEFT_ALONE and bool(found(WORK, words))
    sure = not wanted and _is_sure(best, weights, first_contact=first_contact)
    return Classed(best, sure=sure, because=because)


def _signs(words: str, headline: str) -> dict[str, tuple[Sign, ...]]:
    title = spelled_out(headline)
    return {
        LEAD: found(LEADS, words),
        SALES_PITCH: found(PITCH, words) + found((SELLS,), title),
        RECRUITING: found(RECRUITS, words) + found((RECRUITER,), title),
    }


def _is_sure(kind: str, weights: dict[str, int], *, first_contact: bool) -> bool:
    others = max(weight for one, weight in weights.items() if one != kind)
    if kind == LEAD:
        return weights[kind] >= SURE_OF_LEAD and weights[kind] - others >= AHEAD
    enough = SURE if first_contact else SURE + AHEAD
    ahead = weights[kind] - others >= AHEAD
    return weights[kind] >= enough and ahead and weights[LEAD] <= SOME


def _is_personal(words: str, *, asks: bool) -> bool:
    """Return whether `words` are a courtesy alone: "Bravo ! Vous embauchez ?" is none."""
    number = len(words.split())
    if found(AWAY, words) and number <= MORE_WORDS:
        return True
    short = found(COURTESIES, words) and number <= FEW_WORDS
    return not asks and bool(short or (found(CLOSE, words) and number <= MORE_WORDS))


def _courtesies(said: Sequence[str]) -> tuple[str, ...]:
    words = " ".join(said)
    return tuple(f"{PERSONAL}:{one.name}" for one in found((*COURTESIES, *AWAY, *CLOSE), words))
