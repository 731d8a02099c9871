"""What stays of messages that no longer fit: the contact's own telling sentences."""

from datetime import timedelta

import pytest

from processing import situations
from processing.ai.contracts import Line
from processing.ai.grounds import is_borne_out, stands_in
from processing.ai.summary import earlier_words
from processing.models import Message, Scenario
from social.providers.registry import CAPABILITIES
from tests.factories import make_message
from tests.processing.conftest import Scene


def contact(*texts: str) -> tuple[Line, ...]:
    return tuple(Line("contact", text) for text in texts)


TELLING = [
    ("an amount", "Pas plus de 120 € en tout"),
    ("a date", "C'est pour le 3 décembre"),
    ("a weekday", "plutôt samedi matin"),
    ("a phone", "appelez le 06 12 34 56 78"),
    ("a quantity in words", "il m'en faudrait douze"),
    ("a product of the fact sheet", "j'aime bien les suspensions"),
    ("a name", "je vis à Rennes maintenant"),
    ("a question", "vous livrez ?"),
    ("a wish", "je cherche pour ma mère"),
    ("a wish in English", "i need it for my mother"),
    ("an address", "ecrivez a nadia@courriel.example"),
]


@pytest.mark.parametrize(("_name", "text"), TELLING, ids=[row[0] for row in TELLING])
def test_a_telling_sentence_is_kept_word_for_word(_name: str, text: str) -> None:
    found = earlier_words(contact(f"Bonjour. {text}"), limit=500, names=("Suspension Brume",))

    assert found == (text,)


@pytest.mark.parametrize("text", ["Bonjour", "Merci beaucoup !", "d'accord", "👍", "", "…", "\n"])
def test_small_talk_is_not_kept(text: str) -> None:
    assert earlier_words(contact(text), limit=500) == ()


def test_only_the_contacts_lines_count() -> None:
    cut = (Line("assistant", "145 € ?"), Line("human", "Samedi ?"), Line("contact", "Pour six ?"))

    assert earlier_words(cut, limit=500) == ("Pour six ?",)


def test_the_newest_are_chosen_first_and_told_in_their_order() -> None:
    texts = [f"Question numéro {number} ?" for number in range(20)]

    found = earlier_words(contact(*texts), limit=3 * len("- Question numéro 10 ?") + 9)

    assert found == tuple(texts[-3:])


def test_the_same_is_kept_once() -> None:
    assert earlier_words(contact("Combien ?", "combien ?", "Combien"), limit=500) == ("combien ?",)


def test_nothing_is_shortened_to_fit() -> None:
    found = earlier_words(contact("Pour six ?", "long " * 100 + "?"), limit=100)

    assert found == ("Pour six ?",)


def test_what_was_chosen_before_needs_no_reason() -> None:
    assert earlier_words(contact("Pour ma mère"), limit=99, kept=("Pour ma mère",)) == (
        "Pour ma mère",
    )


STANDS = [
    ("je la prends", "Oui, JE LA  PRENDS !", True),
    ("c'est combien", "C’est combien ?", True),
    ("12", "en 2012", False),
    ("12", "il en faut 12.", True),
    ("la", "lampe", False),
    ("", "lampe", False),
    (" ", "une lampe", False),
    ("je la prend", "je la prends", False),
]


@pytest.mark.parametrize(("words", "text", "expected"), STANDS)
def test_words_stand_in_a_text_whole_or_not_at_all(words: str, text: str, expected: bool) -> None:
    assert stands_in(words, ("Bonjour", text)) is expected


BORNE = [
    ("Livraison à Lyon", "vous livrez à Lyon ?", True),
    ("Cherche une lampe bleue", "une lampe, bleue si possible", True),
    ("Budget 120 €", "120 euros de budget", True),
    ("Budget 150 €", "120 euros de budget", False),
    ("Veut acheter tout le magasin", "vous êtes ouverts ?", False),
    ("Client très intéressé", "bonjour", False),
    ("Lampe rouge commandée hier soir", "une lampe ?", False),
    ("", "bonjour", False),
]


@pytest.mark.parametrize(("point", "text", "expected"), BORNE)
def test_a_point_is_borne_out_by_the_contacts_words(point: str, text: str, expected: bool) -> None:
    assert is_borne_out(point, (text,)) is expected


def history(scene: Scene, first: str, others: int) -> Message:
    """The contact says `first`, so many small things after it, and then asks."""
    message = scene.say(first)
    for number in range(1, others + 1):
        at = message.sent_at + timedelta(seconds=number)
        make_message(message.conversation, text="ok", sent_at=at, outcome="silent")
    at = message.sent_at + timedelta(seconds=others + 1)
    return make_message(message.conversation, text="Alors ?", sent_at=at)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("others", "earlier"),
    [(10, ()), (29, ()), (30, ("J'ai 300 € de budget.",)), (100, ("J'ai 300 € de budget.",)),
     (250, ())],
)  # fmt: skip
def test_what_was_told_before_the_lines_of_the_prompt_is_looked_up(
    others: int, earlier: tuple[str, ...], scene: Scene
) -> None:
    newest = history(scene, "Bonjour. J'ai 300 € de budget.", others)
    able = CAPABILITIES[scene.account.kind]
    for then in (False, True):
        brief = situations.brief_for(newest, Scenario.objects.get(), able, as_then=then)
        assert brief.earlier == earlier
