"""What the rules find in a contact's words for the other questions: rules too, no understanding.

Things told of oneself, a conversation in three points, a phone number in words, a follow-up.
"""

import re
from typing import Any

from sandbox.standins import rules

MONTHS = (
    "janvier|f[eé]vrier|mars|avril|mai|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[eé]cembre"
)
LEARNED = (
    ("email", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    ("phone", r"(?:\+|\b0)[\d .()-]{8,}\d"),
    ("budget", r"\bbudget (?:de |d'|max\w* (?:de )?|of |is )?\d+ ?(?:€|euros?|eur)?"),
    ("name", r"\b(?:je m'appelle|moi c'est|my name is) (\w+(?: [A-Z]\w+)?)"),
    ("place", r"\b(?:j'habite (?:à |a )?|je suis (?:à|a) |i live in )(\w+)"),
    (
        "quantity",
        r"\b\d{1,3} (?:pi[eè]ces?|exemplaires?|personnes?|tasses?|bols?|assiettes?|pieces|people)",
    ),
    (
        "date",
        rf"\b(?:le |pour le |on )?\d{{1,2}}(?:er)? (?:{MONTHS})\b",
    ),
)
SMALL = (
    "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
)
TENS = {"vingt": "20", "trente": "30", "quarante": "40", "cinquante": "50", "soixante": "60"}
NUMBERS = {**{word: str(value) for value, word in enumerate(SMALL.split())}, **TENS}
SPOKEN = re.compile(rf"(?:\b(?:{'|'.join(NUMBERS)}|\d+)\b[\s,.-]*){{4,}}", re.IGNORECASE)
DIGITS = re.compile(r"\+?\d[\d .,;/()-]{6,}\d")
NO_MORE = r"\b(non merci|pas interess\w+|stop|plus de message|no thanks|not interested|merci)\b"
FOLLOW_UP = {
    "fr": "Bonjour, avez-vous pu réfléchir ? Je reste là si vous avez une question.",
    "en": "Hello, have you had time to think about it? I am here if you have a question.",
}
MOST_POINTS = 3
LONGEST = 100


def learned(text: str) -> list[dict[str, str]]:
    """Return what the contact tells of themselves, word for word."""
    found = [
        (name, match[match.lastindex or 0])
        for name, pattern in LEARNED
        for match in re.finditer(pattern, text.replace("\u2019", "'"), re.IGNORECASE)
    ]
    return [{"name": name, "words": words} for name, words in found]


def points(texts: list[str]) -> list[str]:
    """Return the contact's first telling sentences, shortened at a word."""
    parts = [part.strip() for text in texts for part in re.split(r"(?<=[.!?])\s+|\n", text)]
    telling = [part for part in parts if len(part.split()) > MOST_POINTS]
    return [part[:LONGEST].rsplit(" ", 1)[0] if len(part) > LONGEST else part for part in telling][
        :MOST_POINTS
    ]


def phone(text: str) -> dict[str, str]:
    """Return words that may be a telephone number, and their digits."""
    plain = rules.folded(text)
    written = DIGITS.search(text)
    if written:
        return {"words": written[0], "digits": re.sub(r"[^\d+]", "", written[0])}
    spoken = SPOKEN.search(plain) if len(plain) == len(text) else None
    if not spoken:
        return {"words": "", "digits": ""}
    words = text[spoken.start() : spoken.end()].strip(" ,.-\n")
    parts = re.findall(r"[a-z]+|\d+", rules.folded(words))
    return {"words": words, "digits": "".join(NUMBERS.get(part, part) for part in parts)}


def follow_up(talk: rules.Talk, texts: list[str]) -> dict[str, Any]:
    """Return a follow-up, or nothing where the contact has closed the subject."""
    last = rules.folded(texts[-1]) if texts else ""
    fields = rules.answer(talk)
    language = fields["language"]
    if not last or re.search(NO_MORE, last) or fields["action"] == rules.HANDOFF:
        return {"action": "nothing", "text": "", "confidence": 0.9, "language": language}
    text = FOLLOW_UP[language]
    return {"action": "write", "text": text, "confidence": 0.8, "language": language}
