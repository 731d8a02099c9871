"""Whether what a model says of a person was said by that person; pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from processing.words import folded

STEM = 4
"""So many first letters tell a word's family: livrer, livraison."""
_HOLLOW = (
    "avec dans pour plus sans tres leur elle elles vous nous mais donc cette chez entre vers aussi "
    "souhaite veut voudrait demande cherche attend client cliente personne contact question savoir "
    "interesse interessee etre avoir faire with from that this they their about into wants want "
    "would like asks asking needs looking customer person information infos"
)
HOLLOW = frozenset(_HOLLOW.split())
"""What a summary says of everybody."""


def stands_in(words: str, texts: Iterable[str]) -> bool:
    """Return whether `words` stand in one of `texts` as whole words; case and blanks aside."""
    wanted = _plain(words)
    if not wanted:
        return False
    pattern = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
    return any(pattern.search(_plain(text)) for text in texts)


def is_borne_out(point: str, texts: Sequence[str]) -> bool:
    """Return whether a point shares its words with `texts`.

    At least half of its words of some meaning, by their first letters, and every one of its
    numbers.
    """
    said = {word for text in texts for word in folded(text).split()}
    stems = {word[:STEM] for word in said}
    words = set(folded(point).split())
    if not {word for word in words if any(map(str.isdigit, word))} <= said:
        return False
    telling = {word for word in words - HOLLOW if len(word) >= STEM or word.isdigit()}
    shared = {word for word in telling if word[:STEM] in stems}
    return bool(shared) and 2 * len(shared) >= len(telling)


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join(plain.split())
