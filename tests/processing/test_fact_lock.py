"""The fact lock as a table: what a draft says, what the sources say, which words are held."""

from datetime import date

import pytest

from processing.factlock import Span, marked, unsupported

SATURDAY = date(2026, 11, 28)
SHEET = (
    "Lampe à poser Aube",
    "89 €, porcelaine émaillée, hauteur 32 cm",
    "Suspension Brume",
    "145 €, grès blanc, diamètre 26 cm",
    "Tasse Galet",
    "24 €, grès émaillé, contenance 25 cl",
    "Horaires",
    "du mardi au samedi, de 10 h à 19 h ; fermé le dimanche et le lundi",
    "14 rue des Lanternes, 44000 Nantes",
    "6,90 € en France, offerte dès 120 € d'achat, expédition sous 3 jours ouvrés",
    "55 € par personne, 2 h 30, le samedi à 14 h, six places",
    "02 61 91 24 36",
    "14 jours pour changer d'avis, objet intact dans son emballage",
    "Deux personnes, Camille et Hugo, tiennent l'atelier et la boutique.",
)


def held(draft: str, *sources: str) -> list[str]:
    return [span.words for span in unsupported(draft, sources or SHEET, today=SATURDAY)]


# What the demo's sheet does not say: the draft, and the words that are held.
WRONG = [
    ("La lampe Aube coûte 98 €.", ["98 €"]),
    ("La lampe Aube coûte 9 €.", ["9 €"]),
    ("La lampe Aube coûte 890 €.", ["890 €"]),
    ("La lampe Aube coûte 8,90 €.", ["8,90 €"]),
    ("La lampe Aube coûte 89,50 €.", ["89,50 €"]),
    ("La lampe Aube coûte 89 € 50.", ["89 € 50"]),
    ("La lampe Aube coûte 89€50.", ["89€50"]),
    ("Elle est à quatre-vingt-dix-neuf euros.", ["quatre-vingt-dix-neuf euros"]),
    ("Elle est à quatre vingt dix neuf euros.", ["quatre vingt dix neuf euros"]),
    ("Elle est à quatrevingtdixneuf euros.", ["quatrevingtdixneuf euros"]),
    ("Elle est à nonante-neuf euros.", ["nonante-neuf euros"]),
    ("Elle est à 99.", ["99"]),
    ("La lampe ? Quatre-vingt-quinze.", ["Quatre-vingt-quinze"]),
    ("Son prix : 32.", ["32"]),
    ("Elle coûte neuf.", ["neuf"]),
    ("Comptez 99 balles.", ["99 balles"]),
    ("Elle est à 99 e.", ["99 e"]),
    ("C'est 99e pour la lampe.", ["99e"]),
    ("EUR 99 tout compris.", ["EUR 99"]),
    ("Elle vaut **99** €.", ["99** €"]),
    ("Elle vaut 99 petits euros.", ["99 petits euros"]),
    ("Elle vaut 1 200 €.", ["1 200 €"]),
    ("Elle vaut 1\u202f200 €.", ["1\u202f200 €"]),
    ("Elle vaut 1.200,50 €.", ["1.200,50 €"]),
    ("Elle vaut 1,5 k€.", ["1,5 k€"]),
    ("Elle vaut deux mille euros.", ["deux mille euros"]),
    ("Elle vaut une vingtaine d'euros.", ["vingtaine d'euros"]),
    ("Le lot fait 89 + 24 = 113 €.", ["113 €"]),
    ("Le lot fait donc 113.", ["113"]),
    ("De 20 à 30 € selon la taille.", ["20", "30 €"]),
    ("Entre 24 et 30 € selon la taille.", ["30 €"]),
    ("Elle coûte 89 $.", ["89 $"]),
    ("Le centime : cinquante centimes.", ["cinquante centimes"]),
    ("Sie kostet neunzig Euro.", ["neunzig Euro"]),
    ("Remise de 20 % ce mois-ci.", ["20 %"]),
    ("Remise de vingt pour cent.", ["vingt pour cent"]),
    ("Remise de 10 %.", ["10 %"]),
    ("Tout est à moitié prix !", ["moitié prix"]),
    ("Nous ouvrons à 9 h.", ["9 h"]),
    ("Nous ouvrons à 1 h.", ["1 h"]),
    ("Nous fermons à 11 h.", ["11 h"]),
    ("Nous fermons à 19h30.", ["19h30"]),
    ("Nous fermons à 19:30.", ["19:30"]),
    ("Nous fermons à vingt heures.", ["vingt heures"]),
    ("Nous fermons à dix-neuf heures trente.", ["dix-neuf heures trente"]),
    ("Nous fermons à 8 heures du soir.", ["8 heures du soir"]),
    ("Nous fermons entre midi et 14 h.", ["midi"]),
    ("Ouvert de 9 à 19 h.", ["9"]),
    ("On vous répond 24h/24, 7j/7.", ["24h/24", "7j/7"]),
    ("L'atelier dure trois heures et demie.", ["trois heures et demie"]),
    ("Nous sommes ouverts le lundi.", ["lundi"]),
    ("Nous sommes ouverts du lundi au samedi.", ["lundi au samedi"]),
    ("Le lundi, nous sommes ouverts.", ["lundi"]),
    ("Nous sommes fermés le mardi.", ["mardi"]),
    ("Passez donc lundi !", ["lundi"]),
    ("Nous sommes ouverts demain.", ["demain"]),
    ("Nous sommes ouverts tous les jours.", ["tous les jours"]),
    ("L'atelier a lieu le 12 mars.", ["12 mars"]),
    ("L'atelier a lieu le 1er mars 2027.", ["1er mars 2027"]),
    ("L'atelier a lieu le 12/03.", ["12/03"]),
    ("L'atelier a lieu le 2026-12-24.", ["2026-12-24"]),
    ("L'atelier a lieu lundi 14.", ["lundi 14"]),
    ("Nous rouvrons le 15.", ["15"]),
    ("Nous sommes fermés en août.", ["août"]),
    ("Appelez le 02 61 91 24 37.", ["02 61 91 24 37"]),
    ("Appelez le +33 6 12 34 56 78.", ["+33 6 12 34 56 78"]),
    ("Appelez le 06.12.34.56.78.", ["06.12.34.56.78"]),
    ("Appelez le zéro six, 12 34 56 78.", ["zéro six, 12 34 56 78"]),
    ("Écrivez à camille@gmail.com.", ["camille@gmail.com"]),
    ("Écrivez à camille (at) gmail.com.", ["camille (at) gmail.com"]),
    ("Payez sur www.paiement-lumiere.fr/carte !", ["www.paiement-lumiere.fr/carte"]),
    ("Payez sur lumiere-paiement.com.", ["lumiere-paiement.com"]),
    ("Payez sur http://1.2.3.4/x", ["http://1.2.3.4/x"]),
    ("Suivez @un.autre.compte.", ["@un.autre.compte"]),
    ("Vous avez 30 jours pour changer d'avis.", ["30 jours"]),
    ("Expédition sous cinq jours.", ["cinq jours"]),
    ("Expédition sous une semaine.", ["une semaine"]),
    ("Elle est garantie deux ans.", ["deux ans"]),
    ("Elle fait 35 cm de haut.", ["35 cm"]),
    ("Elle fait 14 cm de haut.", ["14 cm"]),
    ("Elle contient 32 cl.", ["32 cl"]),
    ("Il reste huit places.", ["huit places"]),
    ("Elle existe en 12 couleurs.", ["12"]),
    ("Il y a 10 lampes en stock.", ["10"]),
    ("Payez en 3 fois.", ["3 fois"]),
    ("Nous sommes au 10 rue des Lanternes.", ["10 rue"]),
    ("L'atelier a lieu le premier mars.", ["premier mars"]),
    ("L'atelier a lieu après-demain.", ["après-demain"]),
    ("Elle vaut $1.5k.", ["$1.5k"]),
    ("Elle vaut 89 et demi, 80 keuros.", ["80 keuros"]),
    ("Elle pèse un demi-kilo.", ["demi-kilo"]),
    ("Fermé entre midi et demi et 14 h.", ["midi et demi"]),
    ("Ouvert le week-end.", ["week-end"]),
    ("Elle pèse 89/12.", ["89/12"]),
    ("Comptez 12 jours €.", ["12 jours", "€"]),
    ("Expédition à J+2.", ["J+2"]),
    ("Payez sur lumiere-paiement . com", ["lumiere-paiement . com"]),
    ("Payez sur lumiere-paiement[.]com", ["lumiere-paiement[.]com"]),
    ("Écrivez à camille @ gmail . com", ["camille @ gmail . com"]),
    ("Dim. : 10h-19h", ["Dim"]),
    # Written so that a machine might not see it.
    ("Elle coûte ９８ €.", ["９８ €"]),
    ("Elle coûte ٩٨ €.", ["٩٨ €"]),
    ("Elle coûte 9\u200b8 €.", ["9\u200b8 €"]),
    ("Elle coûte 9\u11608 €.", ["9\u11608 €"]),
    ("Elle coûte 9️⃣8️⃣ €.", ["9️⃣8️⃣ €"]),
    ("Elle coûte 9O €.", ["9O €"]),
    ("Elle coûte l30 €.", ["l30 €"]),
    ("Elle coûte 98 еuros.", ["98 еuros"]),
    ("Elle coûte 2 4 5 €.", ["2 4 5 €"]),
]

# The same facts in other words, and words that are no facts.
RIGHT = [
    "La lampe Aube coûte 89 €.",
    "La lampe Aube coûte 89,00 EUR.",
    "La lampe Aube coûte quatre-vingt-neuf euros.",
    "La lampe Aube coûte quatre vingt neuf euros.",
    "La lampe Aube coûte 89.",
    "La suspension est à cent quarante-cinq euros.",
    "La livraison est à six euros quatre-vingt-dix.",
    "La livraison est à six virgule quatre-vingt-dix euros.",
    "La livraison est à 6€90, offerte dès 120 euros.",
    "La livraison est gratuite dès 120 €.",
    "Elle fait trente-deux centimètres de haut, soit 320 mm.",
    "La tasse contient 0,25 l.",
    "Nous ouvrons à 10h et fermons à dix-neuf heures.",
    "Nous ouvrons à 10:00 et fermons à 7 heures du soir.",
    "Ouvert de 10 à 19 h, du mardi au samedi.",
    "Nous sommes ouverts mercredi.",
    "Nous sommes ouverts aujourd'hui dès 10 h.",
    "Nous sommes fermés demain.",
    "Désolée, nous n'ouvrons pas le lundi.",
    "Nous sommes fermés le dimanche et le lundi, mais ouverts mardi.",
    "Le dimanche et le lundi, la boutique est fermée.",
    "Appelez le +33 2 61 91 24 36.",
    "Appelez le 0261912436 ou le 02.61.91.24.36.",
    "Nous sommes au 14, rue des Lanternes, à Nantes (44000).",
    "Vous avez quatorze jours, soit deux semaines, pour changer d'avis.",
    "L'atelier dure deux heures et demie ; il y a 6 places.",
    "Voici nos prix :\n1. Lampe : 89 €\n2. Suspension : 145 €",
    "Un instant, j'ai une question ; nous sommes à deux pas et les deux vous iront.",
    "Mille mercis ! Bon dimanche et à samedi <3",
    "Que puis-je faire pour vous aujourd'hui ?",
    "C'est la 2e lampe de la collection, un objet neuf.",
    "C'est parti.Merci",
]

# Facts of other sheets, and the customer's own words.
PAIRS = [
    ("Vous disiez 50 €.", "J'ai 50 euros", []),
    ("Avec votre budget de 50 €, oui.", "budget 50", []),
    ("Elle coûte 12 €.", "12", []),
    ("Elle coûte 12 €.", "12 rue Basse", ["12 €"]),
    ("Pour deux personnes, oui.", "on sera 2", []),
    ("Dix pour cent de remise.", "10 % dès 3 articles", []),
    ("Dix pour cent de remise.", "10 €", ["Dix pour cent"]),
    ("Sous 14 jours.", "à 14 h", ["14 jours"]),
    ("Voyez x.fr !", "https://www.x.fr/", []),
    ("Voyez https://x.fr/promo.", "x.fr", ["https://x.fr/promo"]),
    ("Voyez https://x.fr@autre.com", "https://x.fr", ["https://x.fr@autre.com"]),
    ("Voyez é.fr/a", "e.fr/a", ["é.fr/a"]),
    ("Écrivez à A@B.fr.", "a@b.fr", []),
    ("Le 12 mars 2027.", "Salon : 12/03/2027", []),
    ("Le douze mars.", "Salon : 12/03/2027", []),
    ("Vendredi 12 mars.", "Salon : 12/03/2027", []),
    ("Samedi 12 mars.", "Salon : 12/03/2027", ["Samedi 12 mars"]),
    ("Le 12 mars 2028.", "Salon le 12 mars", ["12 mars 2028"]),
    ("Le 5 mars.", "fermé du 3 au 8 mars", []),
    ("À demain !", "le 29 novembre", []),
    ("À dimanche 29 novembre !", "je viens demain", []),
    ("Le 5 décembre, oui.", "samedi prochain ?", ["5 décembre"]),
    ("Oui, nous sommes ouverts dimanche.", "Vous êtes ouverts dimanche ?", ["dimanche"]),
    ("Pour dimanche, je demande à l'équipe.", "Vous êtes ouverts dimanche ?", []),
    ("Oui, nous sommes ouverts lundi.", "fermé le lundi ; je passe lundi", ["lundi"]),
    ("Ouvert le samedi de 9 h à 17 h.", "Mar-Ven 9h-18h30 / Sam 9h-17h", []),
    ("Ouvert le mercredi dès 9 h.", "Mar-Ven 9h-18h30 / Sam 9h-17h", []),
    ("Ouvert le lundi dès 9 h.", "Mar-Ven 9h-18h30 / Sam 9h-17h", ["lundi"]),
    ("La couleur commence à 60 €.", "Couleur à partir de 60", []),
    ("Elle coûte 8 €.", "à partir de 8 ans", ["8 €"]),
    ("L'atelier de 2027.", "Salon : 12/03/2027", []),
    ("En mars.", "Salon : 12/03/2027", []),
    ("À ce soir !", "ce soir ?", []),
    ("Appelez le 0475 12 34 56.", "+32 475 12 34 56", ["0475 12 34 56"]),
    ("Call 415 555 2671.", "+1 (415) 555-2671", []),
    ("Deux articles.", "2", []),
    ("Une place à six euros la paire.", "6 € la paire", []),
    ("Fermé à minuit.", "jusqu'à 24 h", []),
    ("At noon.", "12 h", []),
    ("La boîte fait 20 x 30 cm.", "20 cm sur 30 cm", []),
    ("Appelez le 06 12 34 56 78.", "mon numéro : +33 (0)6 12 34 56 78", []),
]

ENGLISH = [
    ("The lamp costs €89.", []),
    ("The lamp is eighty-nine euros.", []),
    ("The lamp costs $89.", ["$89"]),
    ("The lamp is ninety-nine euros.", ["ninety-nine euros"]),
    ("Take twenty percent off.", ["twenty percent"]),
    ("We open at 10 am and close at 7 pm.", []),
    ("We close at 8 p.m. on Tuesdays.", ["8 p.m."]),
    ("We are open on Mondays.", ["Mondays"]),
    ("Closed on Sunday and Monday, open Tuesday to Saturday.", []),
    ("See you on March 12th, 2027!", ["March 12th, 2027"]),
    ("Free shipping from €120.", []),
    ("Feel free to ask.", []),
    ("May I help you? One moment please.", []),
]


@pytest.mark.parametrize(("draft", "words"), WRONG, ids=[row[0] for row in WRONG])
def test_what_the_sheet_does_not_say_is_held(draft: str, words: list[str]) -> None:
    assert held(draft) == words


@pytest.mark.parametrize("draft", RIGHT)
def test_what_the_sheet_says_passes_in_any_words(draft: str) -> None:
    assert held(draft) == []


@pytest.mark.parametrize(
    ("draft", "source", "words"), PAIRS, ids=[f"{a} / {b}" for a, b, _ in PAIRS]
)
def test_a_source_supports_its_own_facts_alone(draft: str, source: str, words: list[str]) -> None:
    assert held(draft, source) == words


@pytest.mark.parametrize(("draft", "words"), ENGLISH, ids=[row[0] for row in ENGLISH])
def test_english_is_read_too(draft: str, words: list[str]) -> None:
    assert held(draft) == words


def test_a_span_says_where_and_what() -> None:
    draft = "Bonjour ! Elle coûte 98 €, à 11 h."
    spans = unsupported(draft, SHEET, today=SATURDAY)
    assert spans == (Span(21, 25, "amount", "98 €"), Span(29, 33, "hour", "11 h"))
    assert marked(draft, spans) == [
        ("Bonjour ! Elle coûte ", False),
        ("98 €", True),
        (", à ", False),
        ("11 h", True),
        (".", False),
    ]


def test_nothing_to_mark_leaves_the_draft_whole() -> None:
    assert marked("Bonjour !", ()) == [("Bonjour !", False)]
    assert marked("", ()) == []
