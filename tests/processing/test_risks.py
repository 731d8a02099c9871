"""Which customer's words call a human, and which are harmless although they look alike."""

import time

import pytest

from processing.risks import Risk, risk_in

RISKY = {
    "legal": [
        "Mon avocat vous contactera", "mon avocate va vous écrire",
        "Je vais prendre un avocat", "mon avocat est parti en vacances", "je porte plainte",
        "Je vais porter plainte demain", "jvais porter plainte contre vs",
        "plainte au tribunal", "je dépose plainte", "On se voit au tribunal",
        "Ceci est une mise en demeure", "Je vous mets en demeure de me livrer",
        "je saisis la DGCCRF", "signalement à la répression des fraudes",
        "je fais un Signal Conso", "un huissier passera", "je vous poursuivrai en justice",
        "poursuites judiciaires", "le médiateur de la consommation",
        "My lawyer will contact you", "I will sue you", "we will take legal action",
        "see you in court", "jvai porté plainte", "je vai porter plainte",
        "porter plainte contre vous", "plainte a la police", "mon avocat va prendre contact",
        "je contacte mon avocat", "jappelle mon avocat", "vous allez avoir de mes nouvelles",
        "on va vous attaquer en justice", "je vous attaque en justice", "je porterai plainte",
        "j'ai déposé une main courante", "je vais me plaindre à la direction",
        "le tribunal de commerce tranchera", "je saisis la justice",
        "je vais vous mettre en demeure", "la DDPP sera prévenue", "commissaire de justice",
        "l'UFC sera avertie", "je contacte Que Choisir", "60 millions de consommateurs",
        "action en justice", "je vous assigne en justice", "small claims court",
        "I'll press charges", "trading standards", "cease and desist", "expect a lawsuit",
        "my consumer rights",
    ],
    "anger": [
        "C'est une arnaque !!", "arnaqueurs", "une vraie arnak votre site", "Bande d'escrocs",
        "escroquerie", "VOLEURS", "vous êtes des voleurs", "C’est honteux",
        "honteuse façon de faire", "c'est une honte", "Inadmissible !", "c'est inadmisible",
        "c'est un scandale", "vous vous foutez de moi", "service de merde",
        "Je suis très déçue", "je suis furieux", "Vous me prenez pour un idiot ?",
        "j'en ai marre d'attendre", "je vais laisser un avis négatif", "connards",
        "allez vous faire voir", "аrnаque", "𝐀𝐑𝐍𝐀𝐐𝐔𝐄", "This is a scam",
        "you are thieves", "What a rip-off", "totally unacceptable", "shame on you",
        "fuck you", "vous etes des voleur", "bande de voleur", "c une arnaque", "arnack",
        "cest de larnaque", "c'est honteu", "inadmisible", "jai été arnaqué", "escrots",
        "je suis pas contente du tout", "jamais reçu ma commande depuis 3 semaines",
        "toujours rien reçu depuis un mois !!!", "je vais vous signaler", "this is fraud",
        "you scammed me", "liar", "menteurs", "vous êtes des menteurs", "I will report you",
        "c'est du vol", "vous vous moquez de moi", "on se fout de ma gueule",
        "service client déplorable", "lamentable", "une honte votre service",
        "plus jamais chez vous", "honte à vous", "c'est inacceptable", "scandaleux",
        "intolérable", "foutage de gueule", "je suis en colère", "mauvais avis assuré",
        "je signale votre compte", "salope", "salauds", "enfoirés", "enculés", "fdp", "ntm",
        "fils de pute", "charlatans", "publicité mensongère", "c'est une fraude",
        "vous êtes malhonnêtes", "pire boutique", "fraudulent shop", "you crooks",
        "disgusting service", "disgraceful", "it's a disgrace", "outrageous", "shameful",
        "this is ridiculous", "absolutely ridiculous", "assholes", "bullshit", "piece of shit",
        "worst service ever", "false advertising", "expect a one star review",
        "I'm very disappointed", "I'll report you",
    ],
    "health": [
        "je veux mourir", "Je vais me suicider", "j'ai envie d'en finir",
        "je n'ai plus envie de vivre", "I want to kill myself", "je pense au suicide",
        "Mon fils a fait une réaction allergique",
        "je suis allergique aux noix, c'est sans danger ?", "Elle n'arrive plus à respirer",
        "on est aux urgences", "la lampe a pris feu", "je me suis brûlée avec",
        "votre plat m'a rendu malade", "intoxication alimentaire", "my daughter can't breathe",
        "I'm allergic to nuts", "appelez une ambulance", "ma fille a avalé une pièce",
        "mon bébé a avalé une pile", "je saigne", "jveux mourir", "je veux plus vivre",
        "j'ai envie de me suicider", "I wanna die", "je vais me pendre",
        "j'ai envie de me faire du mal", "en finir avec la vie",
        "m'ouvrir les veines, me couper les veines", "je me scarifie : scarification",
        "automutilation", "je mets fin à mes jours", "overdose", "I'll end my life",
        "I self-harm", "I don't want to live", "choc anaphylactique !", "anaphylaxie",
        "she had an allergic reaction", "on a tous été intoxiqués",
        "votre crème m'a empoisonnée", "food poisoning after your lunch", "I was poisoned",
        "je suis tombée malade à cause de vous", "your food made me sick",
        "mon fils vomit depuis hier, il vomit toute la nuit", "il ne respire plus",
        "I cannot breathe", "elle a fait un malaise", "il a perdu connaissance",
        "we are in the emergency room", "elle est hospitalisée", "appelez le SAMU", "call 911",
        "urgence médicale", "it is a medical emergency", "he is bleeding",
        "je me suis électrocuté", "the lamp caught fire", "la batterie a explosé",
        "it exploded", "j'ai pris une décharge",
    ],
    "violence": [
        "je vais vous tuer", "je vais te retrouver", "je sais où vous habitez",
        "je vais vous casser la gueule", "menace de mort",
        "Je vais mettre le feu à votre boutique", "vous allez le regretter", "I will kill you",
        "I know where you live", "mon mari me frappe", "je vais te péter la gueule",
        "je vais venir vous buter tous", "j'vais te frapper", "je te défonce",
        "tu vas regretter", "vous allez me le payer", "tu vas me le payer",
        "je vais brûler votre boutique", "je vais poser une bombe", "alerte à la bombe",
        "bomb threat", "attentat", "crevez tous", "violences conjugales", "il m'a violée",
        "un viol", "agression sexuelle", "I will burn your shop down", "death threats",
        "she was raped",
    ],
    "minors": [
        "j'ai 15 ans je peux commander ?", "jai 12 ans", "J'ai quinze ans", "je suis mineure",
        "je suis en 5ème", "ne dites rien à mes parents", "I'm 14 years old", "i'm 15",
        "I am underage", "jai 14ans", "g 14 ans", "j'ai 16 ans", "suis mineur",
        "mes parents ne savent pas", "sans l'accord de mes parents", "pédophile",
        "my parents don't know", "don't tell my parents",
    ],
    "press": [
        "Bonjour, je suis journaliste", "journaliste pour Le Monde", "demande presse",
        "j'écris un article sur vous", "I'm a journalist with the BBC", "press inquiry",
        "Je souhaite vous interviewer pour un reportage", "BBC journalist here",
        "Je travaille pour Le Parisien", "je suis rédacteur au Monde",
        "une enquête pour un journal", "I am a reporter", "I'm writing an article about shops",
    ],
    "privacy": [
        "RGPD", "supprimez mes données", "Supprimez toutes mes données svp",
        "effacez mon compte", "je saisis la CNIL", "droit à l'oubli",
        "d'où avez-vous mon numéro ?", "comment vous avez eu mon numéro",
        "une copie de mes données", "delete my data", "GDPR request",
        "How did you get my number?", "supprimer mes donné perso",
        "effacez tout ce que vous avez sur moi", "mes données personnelles",
        "protection des données", "je veux écrire au DPO", "qui vous a donné mon numéro ?",
        "que savez-vous sur moi ?", "I want a copy of my data", "personal data request",
        "data protection", "right to be forgotten", "subject access request",
    ],
    "payment": [
        "j'ai fait opposition", "je vais faire opposition sur ma carte", "chargeback",
        "litige PayPal", "J'ouvre un litige", "je conteste le paiement",
        "j'ai été débité deux fois", "remboursez-moi", "Rembourser moi tout de suite",
        "Je veux être remboursée", "rendez-moi mon argent", "ma banque va vous contacter",
        "I was charged twice", "I'll open a dispute", "I want a refund",
        "give me my money back", "remboursé moi", "rembourser nous", "je veu etre rembourser",
        "je veux un remboursement", "jai fait oposition", "réclamation PayPal",
        "paiement frauduleux", "fraude à la carte", "double débit !",
        "prélevé sans mon accord", "débitée à tort", "ma carte volée a servi chez vous",
        "je vais appeler ma banque", "I will dispute the charge", "PayPal claim",
        "double charged", "unauthorized payment", "refund me now",
    ],
}  # fmt: skip
HARMLESS = [
    "avez-vous un bol avocat ?", "un toast avocat svp", "mon avocat n'est pas mûr",
    "huile d'avocat", "je suis avocate, je cherche une lampe pour mon cabinet",
    "pas de plainte, merci", "je ne me plains pas", "c'est honteusement bon",
    "une lampe qui tue", "cette lampe est à tomber", "ça tue !", "trop mortel ce sac",
    "je meurs d'envie de l'avoir", "à mourir de rire", "mort de rire mdr", "je suis pressé",
    "un presse agrumes", "vente privée ?", "sac anti-voleur", "antivol vélo",
    "c'est du cadeau à ce prix 😅", "en opposition de couleurs", "par opposition à la bleue",
    "carré plongeant", "travaux mineurs", "j'ai 9 ans d'expérience", "j'ai 35 ans",
    "j'ai 17 ans de mariage", "ma fille a 12 ans, quel modèle ?", "pour un enfant de 8 ans",
    "Quelle est votre politique de remboursement ?", "c'est remboursable ?",
    "paiement en 3 fois possible ?", "je peux payer deux fois sans frais ?",
    "j'ai payé en 2 fois sans souci", "la bombe cette robe", "bombe de laque",
    "avis positif !", "vos avis sont super", "merci beaucoup 👍", "combien la lampe Aube ?",
    "vous livrez à Lyon ?", "bjr c cb svp", "jveu la bleu", "dispo ?", "ok", "", "👍",
    "rue du Palais Royal", "le temps presse", "je presse le bouton ?", "How much is it?",
    "do you have a money back guarantee?", "killer lamp!", "this lamp is sick",
    "I'm 15 minutes late", "to die for!", "I'm dying to try it", "sans gluten ?",
    "c'est bio ?", "un article sur votre site me plaît", "l'article du journal est super",
    "la donnée technique ?", "supprimez un article de ma commande", "j'ai supprimé l'appli",
    "Sue is my friend", "violet ou bleu ?", "un violon", "violoncelle",
    "la mise en place est facile ?", "je suis malade, puis-je déplacer mon rdv ?",
    "c'est scandaleusement beau", "j'ai honte, j'ai oublié mon rdv", "livre sur la justice ?",
    "la justice league figurine", "une opposition de style", "je suis juge",
    "mon fils est en 6eme, un cartable ?", "il est mineur de fond",
    "une veste en cuir de buffle", "sac de frappe", "ça me frappe",
    "le vol pour Nice est à 8h", "vol retardé, je viens demain", "fils de lin",
    "le bat-signal", "bats ta mousse", "les urgences vétérinaires c'est ici ?",
    "un livre pour ado : elle a 15 ans", "j'ai 16 ans de métier", "j'ai 10 ans de garantie ?",
    "la presse en parle", "j'ai vu l'interview", "une bombe de bain", "bombe de bain",
    "crevette", "crever un pneu", "la lampe a explosé les ventes", "explosé de rire",
    "ce parfum me tue", "you killed it", "killing it", "this is ridiculous cheap lol",
    "ridiculously good", "beat the price?", "scampi", "mettre le feu au barbecue", "feu",
    "violette", "je vais le regretter si je n'achète pas",
    "vous allez regretter de pas venir mdr", "les avis négatifs ? non", "pas déçue",
    "je suis pas déçue", "vraiment pas déçue", "trop déçue de l'avoir raté", "dommage",
    "la honte mdr j'ai oublié", "furieusement beau", "je ne suis pas en colère",
    "how about my data plan", "refund policy?", "can I get a refund if it doesn't fit?",
    "rendez-vous demain", "je suis malade depuis hier je peux annuler ?",
    "je saisis l'occasion", "mise en avant", "assigner une place",
    "que choisir entre les deux ?", "Que choisir ?", "je sais pas que choisir",
    "un article pour ma mère", "j'écris un message pour", "je presse", "la poste a signalé",
    "je vous signale que le lien est mort", "je signale un bug", "en justice",
    "le tribunal est loin ?", "mon compte", "modifier mon adresse",
    "vous avez mes coordonnées", "blessée", "on est en colère contre la pluie", "la vente",
    "cadeau pour avocat", "robe d'avocat",
]  # fmt: skip
CASES = [(category, text) for category, texts in RISKY.items() for text in texts]


@pytest.mark.parametrize(("category", "text"), CASES)
def test_a_risk_calls_a_human(category: str, text: str) -> None:
    found = risk_in(text)

    assert found is not None
    assert found.category == category


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_words_call_nobody(text: str) -> None:
    assert risk_in(text) is None


def test_the_words_that_rang_are_told() -> None:
    assert risk_in("Ceci est une Mise En Demeure.") == Risk("legal", "mise en demeure")


def test_the_gravest_risk_is_told() -> None:
    found = risk_in("Arnaque ! Mon avocat vous écrira, et je vais vous tuer")

    assert found is not None
    assert found.category == "violence"


@pytest.mark.parametrize(
    "unit", ["je vais ", "mes ", "a", "jamais recu ", "mon avocat est pas ", "é", "🛑", "vous te "]
)
def test_a_hostile_text_is_read_at_once(unit: str) -> None:
    begun = time.process_time()

    risk_in((unit * 5000)[:5000])

    assert time.process_time() - begun < 2
