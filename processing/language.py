"""Which language a short message is in, by everyday words and letters; no dependency, no model.

For one question only: is a draft in the customer's language? So "other" needs clear signs, and
what two languages share stays "unknown".
"""

import re
import unicodedata

from processing.words import folded, vocabulary

WORDS = {
    "fr": vocabulary(
        "je j tu il elle on nous vous ils elles le la les un une des du de d et est sont c ce "
        "cet cette ces ca qu que qui quoi quel quelle quels quelles quand comment combien ou "
        "pourquoi pour avec sans dans sur chez mon ma mes ton ta tes votre vos notre nos son "
        "sa ses au aux ne pas plus n l s m t y en si oui non merci bonjour bonsoir salut bjr "
        "bsr slt cc coucou svp stp mdr jveu jveux jvoudrais chui cest jai avez avoir avais "
        "etes suis etre faire fait faites peux peut pouvez veux voudrais aimerais souhaite "
        "prix tarif tarifs couleur taille livraison livrez livrer commande commander magasin "
        "boutique ouvert ouverts horaires demain aujourd hui heure heures dispo disponible "
        "encore toujours bien tres trop aussi mais donc alors deja ici voila bonne bon journee "
        "soiree cherche cb coute acheter cadeau lampe arretez ecrivez voir savoir envoyer recu "
        "rdv reserver places personnes jour jours semaine pareil pourriez puis"
    ),
    "en": vocabulary(
        "i you he she it we they the a an and is are am was were be been do does did don have "
        "has had can could would will should may what when where who why how much many which "
        "this that these those my your our their his her its me us them for from with without "
        "of to in on at by not no yes please thanks thank hello hi hey good morning evening "
        "price cost shipping ship deliver delivery order open today tomorrow want need like "
        "looking available size colour color there any some still just also but or if so get "
        "got know u ur pls plz thx im ve ll re"
    ),
    "es": vocabulary(
        "hola gracias buenos buenas dias tardes noches por favor cuanto cuesta el los las una "
        "uno unos y es son esta estan que como donde cuando porque para con sin muy mas tiene "
        "tienen tienes quiero quisiera puedo puede hay precio envio envios lampara de del al "
        "lo mi su usted yo no si"
    ),
    "de": vocabulary(
        "hallo guten tag morgen abend danke bitte ich du er sie wir ihr der die das den dem "
        "ein eine einen und oder ist sind war haben hat habe wie viel was wann wo warum fur "
        "mit ohne nicht kein keine ja nein kostet preis lampe noch auch auf von zu im kann "
        "konnen mochte gibt es"
    ),
    "it": vocabulary(
        "buongiorno buonasera salve grazie prego per favore quanto costa il lo gli una uno e "
        "sono sei siete che come dove quando perche con senza molto piu ha hanno avete vorrei "
        "posso si no prezzo spedizione lampada di del della nel mi ti ci vi ancora disponibile "
        "questa questo la"
    ),
    "pt": vocabulary(
        "ola oi bom boa dia tarde noite obrigado obrigada por favor quanto custa o os as um "
        "uma e sao esta que como onde quando porque para com sem muito mais tem quero queria "
        "posso preco envio luminaria do da dos das no na nao sim voce voces eu meu"
    ),
    "nl": vocabulary(
        "hallo goedemorgen goedemiddag goedenavond dag dank bedankt alstublieft alsjeblieft ik "
        "jij je u hij zij wij jullie de het een en of is zijn heeft heb hebben hoeveel hoe wat "
        "wanneer waar waarom voor met zonder niet geen ja nee kost prijs lamp nog ook op van "
        "naar kan graag wil deze"
    ),
}
# Two points for one of these: no other of our languages writes them.
SURE = {
    "fr": vocabulary(
        "bonjour bonsoir bjr slt cc coucou merci svp stp combien vous avez etes pourquoi "
        "voudrais livraison livrez aujourd oui jveu jveux cest quel quelle votre vos je j est "
        "peut peux pouvez peuvent passer acheter commander"
    ),
    "en": vocabulary(
        "hello hi hey thanks thank please the how much you your does what when where which "
        "shipping deliver yes pls thx price i"
    ),
    "es": vocabulary("hola gracias buenos buenas cuanto cuesta quiero tienen donde lampara"),
    "de": vocabulary("guten danke bitte ich wir kostet nicht haben wie viel wann"),
    "it": vocabulary("buongiorno buonasera grazie quanto costa vorrei avete dove lampada"),
    "pt": vocabulary("ola obrigado obrigada bom custa voce voces nao quanto luminaria"),
    "nl": vocabulary("goedemorgen goedemiddag goedenavond bedankt alstublieft hoeveel ik het"),
}
LETTERS = {
    "es": re.compile("[ñ¿¡]"), "de": re.compile("[ßäöü]"), "pt": re.compile("[ãõ]"),
    "it": re.compile("[ìò]"), "fr": re.compile("[œèêûëîç]"),
}  # fmt: skip
CLEAR = 2
LATIN = re.compile("LATIN|FEMININE|MASCULINE|FULLWIDTH|MATHEMATICAL")


def language_of(text: str) -> str:
    """Return "fr", "en", "other" (clearly another language), or "unknown" where one cannot say."""
    letters = [one for one in text if one.isalpha()]
    foreign = sum(not LATIN.search(unicodedata.name(one, "")) for one in letters)
    if foreign >= CLEAR and foreign * 2 > len(letters):
        return "other"
    points = _points(text)
    ours = {name: points.pop(name) for name in ("fr", "en")}
    others = max(points.values())
    best = max(ours, key=lambda name: ours[name])
    if others >= CLEAR and others > ours[best]:
        return "other"
    if ours["fr"] == ours["en"] or ours[best] < CLEAR or ours[best] <= others:
        return "unknown"
    return best


def _points(text: str) -> dict[str, int]:
    """Return a point for every word of a language, one more where it is only theirs."""
    words = folded(text).split()
    small = unicodedata.normalize("NFC", text).casefold()
    points = dict.fromkeys(WORDS, 0)
    for name, known in WORDS.items():
        points[name] += sum((word in known) + (word in SURE[name]) for word in words)
        points[name] += len(LETTERS[name].findall(small)) if name in LETTERS else 0
    return points
