"""In which language short messages are, and where one cannot say."""

import time

import pytest

from processing.language import language_of

CASES = {
    "fr": [
        "Bonjour", "bjr", "Merci !", "merci 👍", "C'est combien ?", "c cb svp", "jveu la bleu",
        "bjr c cb la lampe", "Bonjour, c'est combien la lampe Aube ?", "Vous livrez à Lyon ?",
        "slt dispo demain ?", "oui", "svp", "je suis intéressée", "Quels sont vos horaires ?",
        "Hello, c'est combien la lampe ?", "quel prix ?", "Avez-vous du stock ?",
        "c’est ouvert aujourd’hui ?", "J'adore !!", "ça coûte combien", "Ou êtes vous ?",
        "Je veux bien recevoir le lien", "On peut passer à 18h ?", "stp le prix",
        "le prix du tote bag et du T-shirt", "Bonjour, je cherche un cadeau pour ma mère",
        "pas de souci, à demain", "cest possible en noir ?",
    ],
    "en": [
        "Hello", "Hi!", "How much is it?", "hi how much pls", "Do you ship to France?",
        "thanks a lot 🙏", "price?", "Is the lamp still available?", "I'm looking for a gift",
        "What are your opening hours?", "Can I order online?", "Hey, is this the Aube lamp?",
        "do u deliver", "thank you", "Hello, how much is la lampe Aube ?", "yes please",
        "I want to buy it", "where are you",
    ],
    "other": [
        "Hola, ¿cuánto cuesta la lámpara?", "hola buenas", "Gracias",
        "¿Tienen envíos a España?", "Guten Tag", "Wie viel kostet die Lampe?",
        "Ich möchte die Lampe kaufen", "Danke schön", "Buongiorno, quanto costa la lampada?",
        "Grazie mille", "Vorrei ordinare una lampada", "Olá, quanto custa a luminária?",
        "Bom dia, vocês enviam para Portugal?", "Obrigada!", "Hoeveel kost de lamp?",
        "Goedemorgen, is het nog beschikbaar?", "Привет, сколько стоит?", "مرحبا كم السعر",
        "Γειά σου, πόσο κάνει;", "你好，多少钱？", "こんにちは", "שלום כמה עולה",
        "Здравствуйте", "Hallo, wie viel kostet das?",
    ],
    "unknown": [
        "ok", "👍", "Aube ?", "", "   ", "???", "12", "0612345678", "Léa", "😂", "wow",
        "Instagram", "lol", "XL", "https://example.org/abc", "M", "❤️❤️", "hmm", "Paris",
        "n°5", "49 €", "top",
    ],
}  # fmt: skip
ROWS = [(language, text) for language, texts in CASES.items() for text in texts]


@pytest.mark.parametrize(("language", "text"), ROWS)
def test_the_language_of_a_short_message(language: str, text: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("unit", ["a", "le ", "é", "🛑", "\u200b", "ñ", "世"])
def test_a_hostile_text_is_read_at_once(unit: str) -> None:
    begun = time.process_time()

    language_of((unit * 5000)[:5000])

    assert time.process_time() - begun < 2
