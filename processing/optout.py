"""Whether a text asks us to stop writing: natural words, French and English, no model.

Short on purpose: a whole message that says stop, or one of the plain sentences. A stop inside a
longer text ("un arrêt de bus") is not one.
"""

import re
import unicodedata

WHOLE = {
    "stop", "stop sms", "stopp", "arret", "arretez", "arretez svp", "desinscription",
    "desinscrire", "me desinscrire", "desabonner", "desabonnement", "unsubscribe", "opt out",
    "stop it", "stop please", "stop svp", "stop merci", "ne plus recevoir",
}  # fmt: skip
PHRASES = (
    re.compile(r"\bne me? ?(?:ecri(?:vez|s|re)|contact(?:ez|e|er)) plus\b"),
    re.compile(r"\b(?:arretez?|cessez?) de m ?(?:ecrire|contacter|envoyer|harceler)\b"),
    re.compile(r"\bne plus (?:m ?ecrire|me contacter|recevoir (?:de|vos) messages?)\b"),
    re.compile(r"\b(?:desinscri(?:vez|s)|desabonnez?) ?moi\b"),
    # From the beginning: "je ne reçois plus de messages" and "avez-vous plus de…" are no wishes.
    re.compile(
        r"^(?:(?:non|merci|bonjour) )?(?:je (?:ne |n en )?(?:veux|souhaite|desire) )?"
        r"plus de messages?(?: svp| s il vous plait| merci)?$"
    ),
    re.compile(r"\b(?:stop|quit) (?:writing|messaging|texting|contacting) me\b"),
    re.compile(r"\b(?:don t|do not) (?:write|message|text|contact) me\b"),
    re.compile(r"\bunsubscribe me\b"),
)


def is_opt_out(text: str) -> bool:
    """Return whether `text` asks for silence; accents, case and punctuation don't matter."""
    folded = _fold(text)
    return folded in WHOLE or any(phrase.search(folded) for phrase in PHRASES)


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", " ", letters).strip()
