"""What kind of conversation it is, by a few words of each kind; rules, no understanding."""

import re
from typing import Any

from sandbox.standins import rules

KINDS = (
    (
        "recruiting",
        (
            r"\b(recrut\w+|recruit\w*|hiring|cdi|cdd|poste|postes|cv|resume|stage|alternance"
            r"|candidature|mission (de|chez|freelance)|job|salar\w+|salaire|role)\b"
        ),
    ),
    (
        "sales_pitch",
        (
            r"\b(notre (solution|plateforme|logiciel|outil|offre|agence)|nos (services|prestations)"
            r"|demo\w*|gratuit\w*|offert\w*|our (tool|platform|services|agency)|free|webinaire"
            r"|prospection|seo|leads?|je vous propose|nous proposons|we (help|offer))\b"
        ),
    ),
    (
        "lead",
        (
            r"\b(devis|tarifs?|prix|combien|how much|price|quote|rates?|besoin|disponib\w+"
            r"|availab\w+|accompagner|aider|help us|reserver|book|rendez-vous|formation"
            r"|atelier|workshop)\b"
        ),
    ),
    (
        "personal",
        (
            r"\b(anniversaire|felicitations?|bravo|congrat\w*|birthday|voeux|bisous|ca va"
            r"|les enfants|the kids|week-?end|merci pour l.ajout|thanks for connecting)\b"
        ),
    ),
)
SURE, NOT_SURE = 0.9, 0.4


def kind_of(texts: list[str]) -> dict[str, Any]:
    """Return the kind whose words stand in `texts`, with their sentence; of two, none for sure."""
    words = rules.folded("\n".join(texts))
    found = [(kind, pattern) for kind, pattern in KINDS if re.search(pattern, words)]
    if len(found) != 1:
        return {"kind": "unsure", "evidence": [], "confidence": NOT_SURE}
    kind, pattern = found[0]
    said = [part.strip() for text in texts for part in re.split(r"(?<=[.!?])\s+|\n", text)]
    quotes = [part for part in said if re.search(pattern, rules.folded(part))][:2]
    return {"kind": kind, "evidence": quotes, "confidence": SURE}
