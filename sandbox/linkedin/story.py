"""What was said on the demo's LinkedIn before it began: a table, with the cases easy to confuse.

Two threads of one person, two people of one name, a group, an organisation, an advertisement,
somebody who cannot be written to, and enough others for a second page.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Told:
    """One thread at the start. `lines`: what was said, "> " before the member's own words.

    `who`: names, with "#2" behind the second person of a name; `age`: hours since the last line.
    """

    who: tuple[str, ...]
    lines: tuple[str, ...]
    age: float
    unread: int = 0
    headline: str = ""
    kind: str = "member"
    title: str = ""
    sponsored: bool = False
    closed: str = ""
    category: str = "PRIMARY_INBOX"


FRENCH_THREADS = (
    Told(
        ("Zoé Martin",),
        ("Bonjour Camille,\n\nj’ouvre un hôtel à Nantes : feriez-vous 24 lampes Aube ?",),
        0.5,
        1,
        "Directrice, Hôtel des Brumes",
    ),
    Told(
        ("Marc Delmas",),
        ("Bonjour, je recrute une responsable d’atelier, CDI à Lyon. En parlons-nous ?",),
        2,
        1,
        "Consultant en recrutement",
    ),
    Told(
        ("Kevin Stone",),
        ("Hi Camille! We help ceramic brands triple their leads. 15 min this week?",),
        3,
        1,
        "Growth at LeadRocket",
    ),
    Told(
        ("Inès Caron",),
        ("Bonjour, j’ai vu vos tasses.", "> Bonjour Inès, merci !", "Livrez-vous en Belgique ?"),
        5,
        1,
        "Acheteuse, Maison Caron",
    ),
    Told(
        ("Inès Caron",),
        ("> Bonjour Inès, votre commande est partie.", "Merci beaucoup, bonne journée !"),
        260,
    ),
    Told(
        ("Thomas Petit",),
        ("Salut Camille, on se voit samedi chez maman ?", "> Oui, à midi !"),
        26,
        headline="Menuisier",
    ),
    Told(
        ("Thomas Petit#2",),
        ("Bonjour Madame, quel est le délai pour dix suspensions ?",),
        27,
        1,
        "Architecte d’intérieur",
    ),
    Told(
        ("Léa Morel", "Hugo Le Goff", "Nadia Benali"),
        ("On commence lundi.", "> Parfait.", "J’apporte le café."),
        30,
        1,
        title="Projet Brumes",
    ),
    Told(
        ("LinkedIn Premium",),
        ("Camille, votre mois gratuit vous attend.",),
        31,
        1,
        kind="custom",
        sponsored=True,
        category="SPONSORED",
    ),
    Told(
        ("Céramiques de l’Ouest",),
        ("Bonjour, notre catalogue de grès est arrivé.",),
        33,
        kind="organization",
    ),
    Told(
        ("Paul Rémy",),
        ("Bonjour, j’aimerais échanger avec vous.",),
        40,
        1,
        "Hors de votre réseau",
        closed="upsell",
    ),
)
ENGLISH_THREADS = (
    Told(
        ("Olivia Park",),
        ("Hi Grace, could you price our new tableware line?", "We launch in March."),
        0.5,
        2,
        "Founder, Park & Clay",
    ),
    Told(
        ("Noah Reed",),
        ("Hello, I have a great opportunity for a Head of Pricing.",),
        4,
        1,
        "Talent partner",
    ),
    Told(("Ella Ward",), ("> Hi Ella, did the numbers help?", "They did, thank you!"), 20),
)
FIRST = ("Alice", "Bruno", "Chloé", "David", "Emma", "Farid", "Gaëlle", "Henri", "Iris", "Jules")
LAST = ("Lambert", "Roussel", "Faure")


def fillers() -> list[Told]:
    """Return threads enough for a second page."""
    names = [f"{first} {last}" for last in LAST for first in FIRST]
    said = ("Merci pour votre réponse.", "> Avec plaisir !")
    return [Told((name,), said, 60 + 9 * number) for number, name in enumerate(names[:24])]
