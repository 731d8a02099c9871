"""Words by which a contact says that they no longer want what they asked for; pure.

A model's word alone never cools a lead: the contact's own words have to say it, whole and plainly.
A price that is too high, or "later", is no such word.
"""

import re

from processing.words import listed, spelled_out

SAID = re.compile(
    r"\b(?:"
    + "|".join(
        listed(r"""
    finalement (?:non|pas)
    (?:non )?merci (?:mais )?(?:non|sans facon|pas interesse)
    non merci
    sans facon
    (?:plus|pas|pas du tout|pas plus|aucunement) interesse(?:e|s|es)?
    (?:ca|cela) ne m interesse (?:plus|pas)
    (?:n|ne) (?:en )?(?:veux|voulons|souhaite|cherche|prends|prendrai) (?:plus|pas)
    n en (?:veux|ai) (?:plus|pas besoin)
    plus besoin
    (?:n ai|avons) plus besoin
    (?:j ai|on a|nous avons) (?:deja )?(?:trouve|achete|pris|commande) \
    (?:ailleurs|autre chose|mieux)
    (?:j ai|on a|nous avons) change d avis
    (?:laisse|laissez|laissons) tomber
    (?:j|je|on|nous) (?:abandonne|renonce|annule)(?:ns|ons)?
    (?:oubliez|oublie|annulez|annule) (?:ca|cela|ma (?:demande|commande|reservation)|tout)
    no thanks?
    no thank you
    (?:not|no longer|not really) interested
    changed (?:my|our) minds?
    (?:found|bought|got) (?:one |it |something )?(?:elsewhere|another)
    (?:don t|do not|no longer) (?:want|need) (?:it|this|that|one|any)
    never ?mind
    forget (?:it|about it)
    """)
    )
    + r")\b"
)


def speaks_of_disinterest(text: str) -> bool:
    """Return whether `text` says, in French or English, that an interest is over."""
    return bool(SAID.search(spelled_out(text)))
