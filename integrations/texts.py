"""A lead in words, as every tool shows it, and texts cut to what a tool's cell can hold. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from integrations.contracts import LeadRecord

LEVELS = {"hot": "Chaud", "warm": "Tiède", "cold": "Froid"}
STAGES = {"new": "Nouveau", "contacted": "Contacté", "won": "Gagné", "lost": "Perdu"}
NETWORKS = {
    "messenger": "Messenger",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "tiktok": "TikTok",
    "youtube": "YouTube",
    "linkedin": "LinkedIn",
}
CHOICES: dict[str, tuple[str, ...]] = {
    "level": tuple(LEVELS.values()),
    "network": tuple(NETWORKS.values()),
    "stage": tuple(STAGES.values()),
}
"""The options of a column that is made for one of our fields."""
FRACTION = re.compile(r"(?<=T\d\d:\d\d:\d\d)\.\d+")
"""What people do not read of a moment; it still tells one change from another (`digests`)."""
FIRST_LOW_SURROGATE, LAST_LOW_SURROGATE = 0xDC00, 0xDFFF


def values_of(record: LeadRecord) -> dict[str, str]:
    """Return the text of each of our fields; what is not known is empty."""
    return {
        "name": clean(" ".join(record.name.split())),
        "lead_id": clean(record.lead_uid),
        "level": LEVELS.get(record.level, clean(record.level)),
        "phone": clean(record.phone),
        "network": NETWORKS.get(record.network, clean(record.network).capitalize()),
        "intent": clean(record.intent),
        "evidence": clean(" · ".join(f"« {quote} »" for quote in record.evidence)),
        "summary": clean("\n".join(record.summary)),
        "stage": STAGES.get(record.stage, clean(record.stage)),
        "link": clean(record.link),
        "updated": FRACTION.sub("", clean(record.updated_at)),
    }


def clean(text: str) -> str:
    """Leave out what no tool's JSON can carry: the null character and halves of characters."""
    return "".join(sign for sign in text if sign != "\0" and not "\ud800" <= sign <= "\udfff")


def pieces(text: str, units: int) -> Iterator[str]:
    """Cut a text into parts of at most `units` UTF-16 units; a character is never cut in two.

    The tools count as JavaScript does, where an emoji is two.
    """
    raw, start = text.encode("utf-16-le"), 0
    while start < len(raw):
        end = min(start + 2 * units, len(raw))
        following = int.from_bytes(raw[end : end + 2], "little")
        if FIRST_LOW_SURROGATE <= following <= LAST_LOW_SURROGATE:
            end -= 2
        yield raw[start:end].decode("utf-16-le")
        start = end


def cut(text: str, units: int) -> str:
    """Return the beginning of the text, at most `units` UTF-16 units."""
    return next(pieces(text, units), "")


def folded(text: str) -> str:
    """Return the text without case, accents and signs, to compare what people typed."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in _bare(plain)).split())


def option_for(word: str, options: Iterable[str]) -> str | None:
    """Return the option that says `word`, however it is written there; None when none does."""
    known = list(options)
    return word if word in known else {folded(one): one for one in known}.get(folded(word))


def _bare(text: str) -> Iterator[str]:
    return (sign for sign in text if not unicodedata.combining(sign))
