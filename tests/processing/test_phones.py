"""Phone numbers read by code: in digits, in words, in both; and figures that are none."""

import time

import pytest

from processing.phones import Phone, has_digits_left, phone_in, phones_in

MINE = "+33612345678"
WRITTEN = [
    ("0612345678", MINE), ("06 12 34 56 78", MINE), ("06.12.34.56.78", MINE),
    ("06-12-34-56-78", MINE), ("06/12/34/56/78", MINE), ("06_12_34_56_78", MINE),
    ("06 - 12 - 34 - 56 - 78", MINE), ("06  12  34  56  78", MINE), ("06 12.34-56 78", MINE),
    ("06 123 456 78", MINE), ("0612 345 678", MINE), ("0 6 1 2 3 4 5 6 7 8", MINE),
    ("+33 6 12 34 56 78", MINE), ("+33612345678", MINE), ("+33 (0)6 12 34 56 78", MINE),
    ("+33 06 12 34 56 78", MINE), ("0033 6 12 34 56 78", MINE), ("0033612345678", MINE),
    ("33612345678", MINE), ("O6 12 34 56 78", MINE), ("o612345678", MINE),
    ("06 12 34 56 7O", "+33612345670"), ("0️⃣6️⃣ 1️⃣2️⃣ 3️⃣4️⃣ 5️⃣6️⃣ 7️⃣8️⃣", MINE),
    ("06📞12📞34📞56📞78", MINE), ("٠٦١٢٣٤٥٦٧٨", MINE), ("０６１２３４５６７８", MINE),
    ("06\u200b12\u200b345678", MINE), ("appelez le 06.12.34.56.78 après 18h", MINE),
    ("06 12 34 56 78 18h", MINE), ("06 12 34 56 78, merci", MINE), ("06 12\n34 56 78", MINE),
    ("06 12 34\n56 78 dispo 18h", MINE), ("2 lampes\n06 12 34 56 78", MINE),
    ("tel.0612345678", MINE), ("tel:0612345678", MINE), ("N°0612345678", MINE),
    ("au0612345678 merci", MINE), ("(06 12 34 56 78)", MINE),
    ("https://wa.me/33612345678", MINE), ("pour ma commande 06 12 34 56 78", MINE),
    ("12 rue X, 75011 Paris, 0612345678", MINE), ("49 € ok, 06 12 34 56 78", MINE),
    ("call me on 06 12 34 56 78", MINE), ("01 42 68 53 00", "+33142685300"),
    ("07 56 78 90 12", "+33756789012"), ("06 39 98 12 34", "+33639981234"),
    ("02 61 91 24 36", "+33261912436"), ("0692 12 34 56", "+262692123456"),
    ("06 92 12 34 56", "+262692123456"), ("0690 30 12 34", "+590690301234"),
    ("0694 20 12 34", "+594694201234"), ("0696 20 12 34", "+596696201234"),
    ("0262 20 12 34", "+262262201234"), ("+262 692 12 34 56", "+262692123456"),
    ("00262692123456", "+262692123456"), ("+32 470 12 34 56", "+32470123456"),
    ("0032 470 12 34 56", "+32470123456"), ("+41 79 123 45 67", "+41791234567"),
    ("+352 621 123 456", "+352621123456"), ("+44 20 7946 0958", "+442079460958"),
    ("+1 415 555 2671", "+14155552671"), ("+49 30 901820", "+4930901820"),
    ("+212 6 12 34 56 78", "+212612345678"), ("06’12’34’56’78", MINE),
    ("06,12,34,56,78", MINE), ("06:12:34:56:78", MINE), ("+336 12 34 56 78", MINE),
    ("(+33) 6 12 34 56 78", MINE), ("00 33 6 12 34 56 78", MINE),
    ("06 12 34 56 78 / 07 12 34 56 78", MINE), ("06 12 34 56 78 (après 17 h)", MINE),
    ("livraison le 12/12/2026 tel 0612345678", MINE), ("06 12 34 56 78 75011 Paris", MINE),
    ("client 0612345678", MINE),
]  # fmt: skip
SPOKEN = [
    ("zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit", MINE),
    ("zero six douze trente quatre cinquante six soixante dix huit", MINE),
    ("ZÉRO SIX DOUZE TRENTE-QUATRE CINQUANTE-SIX SOIXANTE-DIX-HUIT", MINE),
    ("zéro six, 12 34 56 78", MINE), ("06 douze 34 cinquante-six 78", MINE),
    ("mon num zero 6 12 34 56 78", MINE),
    ("plus trente-trois six douze trente-quatre cinquante-six soixante-dix-huit", MINE),
    ("zéro zéro trente-trois six 12 34 56 78", MINE), ("+33 six 12 34 56 78", MINE),
    ("zéro six un deux trois quatre cinq six sept huit", MINE),
    ("06 puis 12 puis 34 puis 56 puis 78", MINE),
    ("zéro six point douze point trente-quatre point cinquante-six point soixante-dix-huit", MINE),
    ("six douze trente-quatre cinquante-six soixante-dix-huit", MINE),
    ("zerosix douze trentequatre cinquantesix soixantedixhuit", MINE),
    ("zero 6 douz trente quatres cinquente six soixente dix huit", MINE),
    ("zéro six douze\ntrente-quatre cinquante-six soixante-dix-huit", MINE),
    ("c'est le zéro six, 12, 34, cinquante-six, soixante-dix-huit après dix-huit heures", MINE),
    ("zéro six quatre-vingt-dix-neuf nonante septante et un quatre-vingt-onze", "+33699907191"),
    ("zéro six quatre vingts vingt et un soixante et onze septante-deux", "+33680217172"),
    ("zéro quatre, vingt-trois, douze, trente-quatre, cinquante-six", "+33423123456"),
    ("zéro quatre vingt-trois douze trente-quatre cinquante-six", "+33423123456"),
    ("zéro sept soixante-dix zéro zéro zéro cinq quatre-vingts", "+33770000580"),
    ("zéro six quatre-vingt-douze douze trente-quatre cinquante-six", "+262692123456"),
    ("plus trente-deux quatre septante douze trente-quatre cinquante-six", "+32470123456"),
    ("plus quarante et un, soixante-dix-neuf, 123 45 67", "+41791234567"),
    ("zero six one two three four five six seven eight", MINE), ("o six 12 34 56 78", MINE),
    ("zéro six zéro un zéro deux zéro trois zéro quatre", "+33601020304"),
    ("zero sept quatre vingt dix huit, soixante quinze, onze, vingt et un", "+33798751121"),
]  # fmt: skip
NONE = [
    "", "👍", "bonjour", "49,90 €", "120 €", "1 250,00 €", "1 250 000 €",
    "06.50 07.50 08.50 09.50", "50 %", "commande 0612345678901", "commande n° 0612345678",
    "ma commande numéro 0612345678", "facture #0612345678", "réf : 0123456789",
    "suivi n° 6A01234567890", "le 06/12/2026 à 14h30", "06/12/2026 14:30", "2026-12-06 14:30",
    "du 01/02/26 au 03/04/26", "FR76 3000 6000 0112 3456 7890 189",
    "FR7630006000011234567890189", "BE68 5390 0754 7034", "SIRET 732 829 320 00074",
    "73282932000074", "01234567800012", "4970 1012 3456 7890", "4970101234567890",
    "75011 Paris", "12 rue de la Paix, 75002 Paris", "36 15", "3615", "appelle le 15",
    "17 ou 18", "taille 38 40 42", "je prends 2 lampes et 3 tapis", "deux ou trois", "six",
    "quatre-vingt-dix euros", "vingt et un ans", "120x80 cm", "jean0612345678@gmail.com",
    "https://shop.example/p/0612345678", "un sac neuf à dix euros", "j'en veux plus",
    "de 9h à 18h30", "12 + 34", "ISBN 978-2-07-036822-8", "EAN 3760123456789",
    "GPS 48.8566, 2.3522", "192.168.1.100", "20 à 30 personnes le 12 à 20h30",
]  # fmt: skip
LEFT = [
    "06 12 34 56 7", "0612345", "06 12 34 56", "mon 06 c'est 12 34 56 7", "12345678",
    "zéro six douze trente-quatre cinquante",
    "zéro six douze trente-quatre cinquante-six cent", "06 12 x4 56 78",
    "zéro 6 douze et après trente-quatre cinquante", "06 l2 34 56 78",
    "zéro six, cent vingt-trois, quatre cent cinquante-six, soixante-dix-huit",
]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), WRITTEN)
def test_a_number_in_digits_is_read(text: str, number: str) -> None:
    found = phone_in(text)

    assert found is not None
    assert (found.e164, found.spoken) == (number, False)
    assert not has_digits_left(text)


@pytest.mark.parametrize(("text", "number"), SPOKEN)
def test_a_number_in_words_is_read(text: str, number: str) -> None:
    found = phone_in(text)

    assert found is not None
    assert (found.e164, found.spoken) == (number, True)
    assert not has_digits_left(text)


@pytest.mark.parametrize("text", NONE)
def test_other_figures_are_no_phone_and_leave_nothing_to_ask(text: str) -> None:
    assert phone_in(text) is None
    assert not has_digits_left(text)


@pytest.mark.parametrize("text", LEFT)
def test_what_may_be_a_phone_is_left_to_ask(text: str) -> None:
    assert phone_in(text) is None
    assert has_digits_left(text)


def test_the_sizes_of_babies_clothes_are_no_phone() -> None:
    assert phone_in("en 0 6 12 18 24 36 mois ?") is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Appelez le 06.12.34.56.78 après 18h", "06.12.34.56.78"),
        ("tél : 0️⃣6️⃣12345678 svp", "0️⃣6️⃣12345678"),
        ("voilà : 06 12 34 56 7️⃣8️⃣ !", "06 12 34 56 7️⃣8️⃣"),
        ("c'est zéro six, 12 34 56 78.", "zéro six, 12 34 56 78"),
        ("Œuvre n°1, É : 06 12\n34 56 78", "06 12\n34 56 78"),
    ],
)
def test_the_place_of_a_number_is_told(text: str, part: str) -> None:
    found = phone_in(text)

    assert found is not None
    assert text[found.start : found.end] == part


def test_all_numbers_come_in_their_order() -> None:
    found = phones_in("zéro six, 12 34 56 78 ou 0712345678 ou +32 470 12 34 56")

    assert found == (
        Phone(MINE, 0, 21, spoken=True),
        Phone("+33712345678", 25, 35, spoken=False),
        Phone("+32470123456", 39, 55, spoken=False),
    )


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("0470 12 34 56", "BE", "+32470123456"),
        ("zéro quatre septante, douze, trente-quatre, cinquante-six", "BE", "+32470123456"),
        ("079 123 45 67", "CH", "+41791234567"),
        ("zéro septante-neuf 123 45 67", "CH", "+41791234567"),
        ("621 123 456", "LU", "+352621123456"),
        ("06 12 34 56 78", "BE", None),
    ],
)
def test_the_region_decides_about_numbers_without_a_code(
    text: str, region: str, number: str | None
) -> None:
    found = phone_in(text, region=region)

    assert (found.e164 if found else None) == number


@pytest.mark.parametrize(
    "unit",
    [
        "0", "0 ", "06 ", "1 ", "1-", "zero ", "zero six ", "+", "+33 ", "plus zero zero ", "(",
        "o", "quatre vingt ", "12/", "a@", "00 11 ", "06 12 34 56 7 ", "06 12 34 56 78 ", "1 (2) ",
        "fr76 3000 ", "\n0", "\u200b",
    ],
)  # fmt: skip
def test_a_hostile_text_is_read_at_once(unit: str) -> None:
    text = (unit * 5000)[:5000]
    begun = time.process_time()

    phones_in(text)
    has_digits_left(text)

    assert time.process_time() - begun < 5
