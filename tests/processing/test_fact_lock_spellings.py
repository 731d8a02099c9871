"""The fact lock's promises for all amounts, hours and texts, not only those of a table."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.factlock import marked, unsupported
from sandbox.demo import BUSINESS_PROFILE, FACTS
from sandbox.standins.rules import Talk, answer

TODAY = date(2026, 11, 28)
UNITS = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
)
TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante"}
TENS |= {80: "quatre-vingt"}

euros = st.integers(min_value=2, max_value=9999)
cents = st.integers(min_value=0, max_value=99)


def in_words(number: int) -> str:
    """French number words, as schools teach them."""
    if number >= 1000:
        head, rest = divmod(number, 1000)
        return " ".join(filter(None, [in_words(head) if head > 1 else "", "mille", some(rest)]))
    if number >= 100:
        head, rest = divmod(number, 100)
        return " ".join(filter(None, [in_words(head) if head > 1 else "", "cent", some(rest)]))
    if number <= 16:
        return UNITS.split()[number]
    if number < 20:
        return f"dix-{in_words(number - 10)}"
    tens = max(ten for ten in TENS if ten <= number)
    rest = number - tens
    between = " et " if rest in {1, 11} and tens < 80 else "-"
    return TENS[tens] + (between + in_words(rest) if rest else "")


def some(number: int) -> str:
    return in_words(number) if number else ""


def spellings(whole: int, part: int) -> list[str]:
    """Return an amount as people write it."""
    grouped = f"{whole:,}"
    tail = f",{part:02d}" if part else ""
    texts = [
        f"{whole}{tail} €",
        f"{whole}{tail}€",
        f"{whole},{part:02d} euros",
        f"EUR {whole}.{part:02d}",
        f"€{whole}.{part:02d}",
        f"{grouped.replace(',', ' ')}{tail} €",
        f"{grouped.replace(',', chr(0x202F))}{tail}{chr(0xA0)}€",
        f"{grouped.replace(',', '.')},{part:02d} €",
        f"{in_words(whole)} euros {some(part)}".strip(),
        f"{in_words(whole).replace('-', ' ')} euros",
    ]
    return texts[:-1] if part else texts


@given(euros, cents, st.data())
@settings(deadline=None)
def test_an_amount_supports_itself_in_every_spelling(
    whole: int, part: int, data: st.DataObject
) -> None:
    texts = spellings(whole, part)
    draft, source = data.draw(st.sampled_from(texts)), data.draw(st.sampled_from(texts))
    assert unsupported(f"Elle coûte {draft}.", [f"Prix : {source}"], today=TODAY) == ()


@given(euros, cents, st.integers(1, 9), st.integers(0, 5), st.data())
@settings(deadline=None)
def test_a_changed_digit_is_always_caught(
    whole: int, part: int, more: int, place: int, data: st.DataObject
) -> None:
    figures = f"{whole:04d}{part:02d}"
    changed = f"{(int(figures[place]) + more) % 10}"
    other = int(figures[:place] + changed + figures[place + 1 :])
    if other < 200:
        return
    draft = data.draw(st.sampled_from(spellings(other // 100, other % 100)))
    source = data.draw(st.sampled_from(spellings(whole, part)))
    spans = unsupported(f"Elle coûte {draft}.", [f"Prix : {source}"], today=TODAY)
    assert [span.kind for span in spans] == ["amount"]


@given(st.integers(0, 23), st.integers(0, 59), st.data())
@settings(deadline=None)
def test_an_hour_supports_itself_in_every_spelling(
    hour: int, minute: int, data: st.DataObject
) -> None:
    texts = [f"{hour}h{minute:02d}", f"{hour} h {minute:02d}", f"{hour}:{minute:02d}"]
    texts += [f"{in_words(hour)} heures {some(minute)}"] if hour > 1 else []
    draft, source = data.draw(st.sampled_from(texts)), data.draw(st.sampled_from(texts))
    assert unsupported(f"Ouvert à {draft}.", [source], today=TODAY) == ()
    assert unsupported(f"Ouvert à {draft}.", [f"{(hour + 1) % 24}h{minute:02d}"], today=TODAY)


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(1, 300))
@settings(deadline=None)
def test_a_date_supports_itself_and_no_other(day: date, later: int) -> None:
    months = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    written = f"{day.day} {months.split()[day.month - 1]} {day.year}"
    other = day + timedelta(days=later)
    assert unsupported(f"Le {written}.", [f"{day:%d/%m/%Y}"], today=TODAY) == ()
    assert unsupported(f"Le {day:%Y-%m-%d}.", [written], today=TODAY) == ()
    assert unsupported(f"Le {other:%d/%m/%Y}.", [written], today=TODAY)


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_it_and_the_pieces_are_the_draft(draft: str, source: str) -> None:
    spans = unsupported(draft, [source], today=TODAY)
    assert all(draft[span.start : span.end] == span.words != "" for span in spans)
    assert "".join(words for words, _ in marked(draft, spans)) == draft


PARTS = [
    "8",
    "9",
    " ",
    "€",
    "é",
    "quatre",
    "-",
    "vingt",
    "h",
    ":",
    ",",
    "/",
    "à",
    "le",
    "lundi",
    "mars",
    "et",
]
PARTS += [
    "demain",
    "@",
    "x.fr",
    "fermé",
    "0",
    "virgule",
    "cent",
    "\n",
    ".",
    "%",
    "jours",
    "x",
    "(",
    "+33",
]


@given(st.lists(st.sampled_from(PARTS), max_size=40).map("".join))
@settings(max_examples=200, deadline=None)
def test_whatever_a_text_says_it_supports_itself(text: str) -> None:
    claims_of_text = unsupported(text, [], today=TODAY)
    spans = unsupported(text, [text], today=TODAY)
    assert {span.start for span in spans} <= {
        span.start for span in claims_of_text if span.kind in {"weekday", "date"}
    }


HOSTILE = [
    "9",
    "0 ",
    "1 à ",
    "a.",
    "a@",
    "@",
    "O",
    "quatre-vingt-",
    "12/03 ",
    "89 € ",
    "8 9 ",
    "+3 ",
]
HOSTILE += [
    "lundi ",
    "fermé lundi ",
    "du lundi au ",
    "sixsept",
    "virgule ",
    "www.",
    "a-",
    "1.\n",
    "ﷺ",
]


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.timeout(20)
def test_a_long_hostile_text_is_read_to_its_end(words: str) -> None:
    text = (words * 20_000)[:20_000]
    spans = unsupported(text + " 7 777 €", [text], today=TODAY)
    assert spans[-1].words.endswith("7 777 €")


QUESTIONS = [
    "Bonjour, c'est combien la lampe Aube ?",
    "Quels sont vos prix ?",
    "Vous êtes ouverts quand, et où ?",
    "Et la livraison ? les retours ? les ateliers ?",
    "Je prends la suspension Brume",
    "Votre numéro de téléphone ?",
    "Hello, how much is the Aube lamp?",
    "What are your opening hours, and the address?",
    "06 12 34 56 78",
    "Remboursez-moi !",
    "Avez-vous un chat ?",
]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("day", range(7))
def test_every_answer_of_the_sandbox_passes(question: str, day: int) -> None:
    text = str(answer(Talk(question, "", dict(FACTS)))["text"])
    sources = [*(words for fact in FACTS for words in fact), BUSINESS_PROFILE, question]
    assert text
    assert unsupported(text, sources, today=TODAY + timedelta(days=day)) == ()


def test_the_words_of_these_tests_are_right() -> None:
    numbers = (21, 71, 77, 80, 81, 91, 99, 200, 1989)
    assert [in_words(number) for number in numbers] == [
        "vingt et un",
        "soixante et onze",
        "soixante-dix-sept",
        "quatre-vingt",
        "quatre-vingt-un",
        "quatre-vingt-onze",
        "quatre-vingt-dix-neuf",
        "deux cent",
        "mille neuf cent quatre-vingt-neuf",
    ]
    assert Decimal("89.00") == Decimal(89)
