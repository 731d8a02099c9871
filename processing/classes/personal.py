"""Signs of what is no business at all: wishes, thanks for a contact, notes of absence, friends."""

from processing.classes.signs import sign

COURTESIES = (
    sign("congratulates", 2, r"""
        felicitations?  bravo  congrat\w*  bien merite  happy for you
        well deserved  chapeau pour
        well done  quelle belle nouvelle
    """),
    sign("wishes", 2, r"""
        (?:joyeux|bon) anniversaire  happy (?:\w+ )?(?:birthday|anniversary)  happy new year
        bonne annee  (?:meilleurs|mes) voeux  bonnes fetes  joyeux noel  merry christmas
        (?:joyeuses|bonnes) paques
        bel anniversaire  belle annee  joyeuses fetes
    """),
    sign("thanks_for_contact", 2, r"""
        merci (?:pour|de) (?:l ajout|la connexion|m avoir ajoutee?)
        merci d (?:avoir accepte (?:ma|mon) (?:invitation|demande)\w*|etre dans mon reseau)
        thanks? (?:you )?for (?:connecting|the add|accepting|the connection)
        faire partie de votre reseau
        merci pour (?:l acceptation|votre acceptation|ton like|ton soutien)
    """),
)  # fmt: skip
"""Nothing but a few more words stands beside these."""
AWAY = (
    sign("away", 2, r"""
        (?:absente?|en conges?|en conge \w+) (?:\w+ ){0,3}jusqu  reponse automatique
        message automatique  out of (?:the )?office  automatic reply  on leave until
        en deplacement (?:\w+ ){0,6}repondrai
        on (?:parental|annual|maternity|sick) leave  en conges (?:\w+ ){0,3}(?:retour|du|le)
    """),
)  # fmt: skip
"""What machines answer for people."""
CLOSE = (
    sign("friend", 2, r"""
        ma belle  mon grand  bisous  biz  bises  comment vont les enfants  how are the kids
        ca fait une eternite  long time no see  chez maman  (?:super|top|bien) de te revoir
        condoleances  fiere? de toi  on se boit  on dine  mariage de  la soiree d hier
        pense fort a toi
        frangine?  maman  papa  proud of you
        tu me manques?  gros bisous  pensees pour toi
    """),
)  # fmt: skip
"""What people who know each other write."""
