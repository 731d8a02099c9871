"""Signs that somebody wants something of the member: they are never surely to be left alone."""

from processing.classes.signs import sign

WISHES = (
    sign("wishes_something", 1, r"""
        j aimerais\w*  je voudrais  nous (?:aimerions|voudrions|souhait\w+)
        on (?:aimerait|voudrait)
        je souhait\w+  (?:je|nous) (?:cherch\w+|recherch\w+)  on (?:cherche|recherche)
        (?:pourriez|pouvez|seriez|auriez|feriez|etes) vous  (?:pourrais|peux|serais|aurais) tu
        (?:votre|vos|tes) (?:disponibilites?|tarifs?|prix)  pense a (?:vous|toi) pour  besoin d\w*
        i d (?:love|like)  would (?:love|like)  could you  can you  are you available  looking for
        we need  i need  wondering if
    """),
)  # fmt: skip
"""Whoever congratulates and wishes for something does not only congratulate."""
WORK = (
    sign("asks_for_work", 1, r"""
        (?:vous|te) sous traiter  sous traiter une  (?:un|une|des) intervenante?s?
        (?:cherch|recherch)\w* (?:un|une|des) (?:\w+ )?(?:formateur|formatrice|coach)\w*
        (?:cherch|recherch)\w* (?:un|une|des) (?:\w+ )?(?:consultant|photographe|prestataire)\w*
        (?:cherch|recherch)\w* (?:un|une|des) (?:\w+ )?(?:animat|conferencier)\w*
        on aurait une demande  (?:avons|aurions|ai|aurais) (?:\w+ )?besoin d\w*
        (?:coaching|formation|atelier|accompagnement|seminaire) pour (?:nos|notre|mes|mon)
        (?:a|pour) (?:\d+|nos|mes) (?:managers?|collaborat\w+|salaries|equipes?|cadres)
        (?:la|le|vous) proposer a (?:mon|mes|notre|nos)  (?:vous|te) faire intervenir
        (?:vous|te) confier  faire appel a (?:vous|toi)  speak at our  hire you  work with you on
        for our (?:team|managers|offsite|staff)
    """),
)  # fmt: skip
"""What a customer says of the member's own work; sellers and recruiters speak of theirs."""
