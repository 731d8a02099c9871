"""A lead's level, phone and summary, each from the contact's own words and nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from processing import leads
from processing.disinterest import speaks_of_disinterest
from processing.leads import Interest, note_interest
from processing.models import Conversation, Lead, Message
from tests.factories import NOON, make_conversation, make_lead, make_message, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread() -> Conversation:
    return make_conversation(make_workspace())


def interest(level: str, *quotes: str, **more: Any) -> Interest:
    return Interest(level, quotes, more.pop("intent", "other"), **more)


def note(thread: Conversation, text: str, said: Interest, **message: Any) -> Lead:
    return note_interest(make_message(thread, text, **message), said).lead


LEVELS = [
    ("a proven wish raises", "cold", "Je la prends !", "hot", "Je la prends", "hot"),
    ("a question warms", "cold", "C'est combien ?", "warm", "combien", "warm"),
    ("an invented quote proves nothing", "cold", "Bonjour", "hot", "je la prends", "cold"),
    ("no quote proves nothing", "cold", "Je la prends !", "hot", "", "cold"),
    ("blank quotes prove nothing", "cold", "Je la prends !", "hot", " ", "cold"),
    ("a question does not cool", "hot", "Et la couleur ?", "warm", "la couleur", "hot"),
    ("a cold word that is no refusal", "hot", "Merci bien", "cold", "Merci bien", "hot"),
    ("a refusal cools one step", "hot", "Finalement non merci", "cold", "Finalement non", "warm"),
    ("and one more", "warm", "Finalement non merci", "cold", "Finalement non", "cold"),
    ("cold stays cold", "cold", "Non merci", "cold", "Non merci", "cold"),
    ("an invented refusal", "hot", "Je réfléchis", "cold", "non merci", "hot"),
    ("a refusal the model does not see", "hot", "Non merci", "warm", "Non merci", "hot"),
    ("an unknown level", "warm", "Je la prends", "boiling", "Je la prends", "warm"),
]


@pytest.mark.parametrize("row", [row[1:] for row in LEVELS], ids=[row[0] for row in LEVELS])
def test_only_their_own_words_move_a_level(row: tuple[str, ...], thread: Conversation) -> None:
    before, text, claimed, quote, after = row
    make_lead(thread.contact, level=before, phone="", evidence=[])

    assert note(thread, text, interest(claimed, quote)).level == after


def test_two_refusals_in_one_message_are_one_step(thread: Conversation) -> None:
    make_lead(thread.contact, level="hot", phone="", evidence=[])
    said = interest("cold", "Non merci", "laissez tomber")

    assert note(thread, "Non merci, laissez tomber", said).level == "warm"


def test_what_moved_a_level_is_kept_with_its_message(thread: Conversation) -> None:
    asked = make_message(thread, "C'est combien ?")
    note_interest(asked, interest("warm", "combien"))
    bought = make_message(thread, "Je la prends")
    note_interest(bought, interest("hot", "Je la prends"))
    gone = make_message(thread, "Finalement non, merci")
    noted = note_interest(gone, interest("cold", "Finalement non"))

    assert noted.lead.evidence == [
        {"quote": "combien", "message": str(asked.uid), "level": "warm"},
        {"quote": "Je la prends", "message": str(bought.uid), "level": "hot"},
        {"quote": "Finalement non", "message": str(gone.uid), "level": "cold"},
    ]
    assert (noted.lead.level, noted.reason, noted.before) == ("warm", "lead_changed", "hot")


def test_old_evidence_without_a_level_stays_and_is_not_repeated(thread: Conversation) -> None:
    old = {"quote": "combien", "message": None}
    make_lead(thread.contact, level="warm", phone="", evidence=[old])

    assert note(thread, "C'est combien ?", interest("warm", "combien")).evidence == [old]


def test_a_quote_from_the_same_burst_counts_for_its_own_message(thread: Conversation) -> None:
    first = make_message(thread, "Je la prends", reason="superseded", outcome="silent")
    second = make_message(thread, "Vous livrez ?", sent_at=first.sent_at + timedelta(seconds=5))
    lead = note_interest(second, interest("hot", "Je la prends")).lead

    assert lead.level == "hot"
    assert lead.evidence[0]["message"] == str(first.uid)
    # The model repeats it with the next message: it was noted, and warms nobody again.
    third = make_message(thread, "Alors ?", sent_at=second.sent_at + timedelta(seconds=5))
    assert note_interest(third, interest("hot", "Je la prends")).lead.warmed_at == second.sent_at


def test_words_of_an_earlier_answered_message_prove_nothing(thread: Conversation) -> None:
    make_message(thread, "Je la prends", reason="replied", outcome="reply")

    assert note(thread, "Bonjour", interest("hot", "Je la prends")).level == "cold"


def test_a_members_level_stays_but_words_are_kept(thread: Conversation) -> None:
    make_lead(thread.contact, level="cold", phone="", evidence=[], level_by_member=True)
    lead = note(thread, "Je la prends, 06 12 34 56 78", interest("hot", "Je la prends"))

    assert (lead.level, lead.evidence[0]["level"]) == ("cold", "hot")
    assert lead.phone == "+33612345678"


def test_a_sign_is_dated_by_the_message(thread: Conversation) -> None:
    lead = note(thread, "Combien ?", interest("warm", "Combien"), sent_at=NOON)
    assert lead.warmed_at == NOON

    later = NOON + timedelta(days=2)
    assert note(thread, "Merci", interest("cold"), sent_at=later).warmed_at == NOON
    assert note(thread, "06 12 34 56 78", interest("cold"), sent_at=later).warmed_at == later


PHONES = [
    ("in digits", "Au 06 12 34 56 78", (), "+33612345678"),
    ("in words", "zéro six, 12 34 56 78", (), "+33612345678"),
    ("the code's number wins", "06 12 34 56 78", ("07 00 00 00 00",), "+33612345678"),
    ("words that do not stand there", "Rappelez-moi", ("06 12 34 56 78",), ""),
    ("found by the model", "mon tel 0/6/1/2/3/4/5/6/7/8", ("0/6/1/2/3/4/5/6/7/8",), "+33612345678"),
    ("no number at all", "au numéro habituel", ("numéro habituel",), ""),
    ("not a number that exists", "le 12", ("12",), ""),
    ("an order is no phone", "commande n° 0612345678", (), ""),
]


@pytest.mark.parametrize(
    ("text", "words", "phone"), [row[1:] for row in PHONES], ids=[row[0] for row in PHONES]
)
def test_a_phone_number_is_checked_by_code(
    text: str, words: tuple[str, ...], phone: str, thread: Conversation
) -> None:
    message = make_message(thread, text)
    lead = note_interest(message, interest("cold", phones=words)).lead

    assert lead.phone == phone
    assert lead.phone_message == (message.uid if phone else None)
    assert lead.level == ("warm" if phone else "cold")


def test_a_known_phone_keeps_its_first_message(thread: Conversation) -> None:
    first = note(thread, "06 12 34 56 78", interest("cold")).phone_message

    assert note(thread, "je répète : 06 12 34 56 78", interest("cold")).phone_message == first
    assert note(thread, "plutôt 07 11 22 33 44", interest("cold")).phone_message != first


def test_a_summary_holds_only_points_of_their_own_words(thread: Conversation) -> None:
    make_message(thread, "Bonjour, je cherche deux lampes pour mon salon")
    points = (
        "Cherche deux lampes",
        "Livraison demandée à Lyon",
        "A laissé la carte 4970",
        "Budget de 300 €",
        "Pour son salon",
        "Deux lampes de salon",
        "Lampes",
    )
    lead = note(thread, "Mon budget : 300 €", interest("warm", "budget", summary=points))

    assert lead.summary == ["Cherche deux lampes", "Budget de 300 €", "Pour son salon"]


def test_what_the_assistant_wrote_bears_nothing_out(thread: Conversation) -> None:
    asked = make_message(thread, "Bonjour")
    make_message(
        thread, "Notre lampe dorée", direction="outbound", author="assistant", in_reply_to=asked
    )
    make_lead(thread.contact, summary=["Ce qui était là"])

    said = interest("cold", summary=("Veut la lampe dorée",))
    assert note(thread, "Merci", said).summary == ["Ce qui était là"]


BY_WORDS = [
    ([], "", "hot", "hot"),
    ([{"quote": "a", "message": None}], "", "hot", "hot"),
    ([{"quote": "a", "level": "warm"}], "", "hot", "warm"),
    ([{"quote": "a", "level": "hot"}], "", "cold", "hot"),
    ([{"quote": "a", "level": "hot"}, {"quote": "b", "level": "cold"}], "", "hot", "warm"),
    ([], "+33612345678", "cold", "warm"),
]


@pytest.mark.parametrize(("evidence", "phone", "level", "expected"), BY_WORDS)
def test_the_kept_words_give_a_level(
    evidence: list[dict[str, str]], phone: str, level: str, expected: str
) -> None:
    lead = Lead(level=level, evidence=evidence, phone=phone)

    assert leads.level_by_words(lead) == expected


REFUSALS = [
    "Finalement non merci", "non merci", "Merci mais non", "sans façon",
    "Je ne suis plus intéressée",
    "pas intéressé", "Ça ne m'intéresse plus", "je n'en veux plus", "J'ai trouvé ailleurs",
    "on a déjà acheté ailleurs", "j'ai changé d'avis", "laissez tomber", "j'annule",
    "Annulez ma commande", "je n'ai plus besoin", "No thanks", "not interested anymore",
    "I changed my mind", "found one elsewhere", "never mind", "forget it", "I don't want it",
]  # fmt: skip
NO_REFUSALS = [
    "Bonjour", "Merci !", "C'est trop cher", "Je réfléchis", "plus tard peut-être",
    "Je suis intéressée", "Pourquoi pas", "non, la bleue", "ce n'est pas un problème",
    "ne tardez pas", "sans fil ?", "I'm interested", "No, the blue one", "not now", "",
    "pas de souci", "je n'ai pas reçu ma commande",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_heard(text: str) -> None:
    assert speaks_of_disinterest(text)


@pytest.mark.parametrize("text", NO_REFUSALS)
def test_what_is_no_refusal_is_not_heard_as_one(text: str) -> None:
    assert not speaks_of_disinterest(text)


def test_messages_of_others_are_not_read(thread: Conversation) -> None:
    make_message(thread, "Je la prends", author="assistant", direction="outbound")
    lead = note(thread, "Bonjour", interest("hot", "Je la prends"))

    assert (lead.level, lead.evidence) == ("cold", [])
    assert Message.objects.count() == 2
