"""Texts made comparable, and the owner's keywords found in what customers type."""

import time

import pytest

from processing.words import folded, latin, mentions

FOLDED = [
    ("C’est COMBIEN l'œuvre ?!", "c est combien l oeuvre"),
    ("Élève à Noël", "eleve a noel"),
    ("E\u0301le\u0300ve", "eleve"),
    ("ex æquo", "ex aequo"),
    ("Straße", "strasse"),
    ("p\u200br\u00adi\u2060x", "prix"),
    ("merci👍🏽", "merci 👍"),
    ("❤️🔥", "❤ 🔥"),
    ("0️⃣6️⃣", "06"),
    ("𝐏𝐑𝐈𝐗 ＰＲＩＸ", "prix prix"),
    ("49,90€ (-20%)", "49 90 € 20 %"),
    ("aujourd`hui…", "aujourd hui"),
    ("Lampe Aube™", "lampe aube"),
    ("\n\t ", ""),
    ("", ""),
]
FOUND = [
    ("Quel est le prix ?", "prix"), ("les PRIX svp", "Prix"), ("vos tarifs ?", "tarif"),
    ("le tarif", "tarifs"), ("des chevaux", "cheval"), ("un cheval", "chevaux"),
    ("2 lampes", "lampe"), ("la lampe", "lampes"), ("vos bijoux", "bijou"),
    ("un bijou", "bijoux"), ("un gâteau", "gateaux"), ("des gateaux", "gâteau"),
    ("C'est combien ?", "c est combien"), ("c’est combien", "c'est combien"),
    ("C EST COMBIEN", "c'est combien"), ("Bonjour, c'est combien svp", "C'est combien ?"),
    ("des cartes cadeaux ?", "carte cadeau"), ("🔥🔥", "🔥"), ("trop beau❤️", "❤"),
    ("❤", "❤️"), ("👍🏽", "👍"), ("bleu 🇫🇷", "🇫🇷"), ("l'art", "art"), ("boxes", "box"),
    ("the box", "boxes"), ("deliveries", "delivery"), ("some dresses", "dress"),
    ("women", "woman"), ("t-shirts", "t-shirt"), ("livraison?", "LIVRAISON"),
    ("réservation", "reservation"), ("reservation", "réservation"), ("#promo", "promo"),
    ("mes cheveux", "cheveu"), ("journaux", "journal"), ("des travaux", "travail"),
    ("l'œil", "yeux"), ("bougies", "bougie"), ("sacs", "sac"), ("sac", "sacs"),
    ("amis", "ami"), ("canapés", "canapé"), ("50 €", "€"), ("en XL", "xl"),
]  # fmt: skip
ABSENT = [
    ("une tarte", "art"), ("l'artisan", "art"), ("j'ai pris", "prix"),
    ("c'est pour moi", "mois"), ("un mois", "moi"), ("ma foi", "fois"), ("j'ai bu", "bus"),
    ("combien est-ce", "c'est combien"), ("c'est très combien", "c'est combien"),
    ("combien", "c'est combien"), ("", "prix"), ("prix", ""), ("prix ?", "?"), ("prix", "   "),
    ("🔥", "❤️"), ("prise", "pris"), ("lampadaire", "lampe"), ("surprix", "prix"),
    ("vous", "vou"), ("a glas", "glass"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "plain"), FOLDED)
def test_a_text_is_folded(text: str, plain: str) -> None:
    assert folded(text) == plain
    assert folded(plain) == plain


@pytest.mark.parametrize(("text", "keyword"), FOUND)
def test_a_keyword_is_found(text: str, keyword: str) -> None:
    assert mentions(text, (keyword,)) == (keyword,)


@pytest.mark.parametrize(("text", "keyword"), ABSENT)
def test_a_keyword_is_not_found_where_it_does_not_stand(text: str, keyword: str) -> None:
    assert mentions(text, (keyword,)) == ()


def test_keywords_come_back_as_written_and_in_their_order() -> None:
    assert mentions("Bonjour, prix des lampes ?", ["Lampe", "tarif", "PRIX"]) == ("Lampe", "PRIX")


@pytest.mark.parametrize("text", ["ЅТОР", "ѕtоp", "ＳＴＯＰ", "ⓢⓣⓞⓟ", "s\u200bt\u200bop"])
def test_look_alikes_are_read_as_latin_letters(text: str) -> None:
    assert latin(text) == "stop"


@pytest.mark.parametrize("unit", ["a ", "prix ", "e\u0301\u0323", "🔥", "\u200b", "œ", "'"])
def test_a_hostile_text_is_read_at_once(unit: str) -> None:
    keywords = [f"{'prix ' * 8}{number}" for number in range(100)] + ["a a a a b"]
    begun = time.process_time()

    mentions((unit * 5000)[:5000], keywords)

    assert time.process_time() - begun < 2
