"""The six questions to the model, over HTTP in both styles: what comes back is checked by code."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from processing.ai import engine
from processing.ai.contracts import (
    ConversationClass,
    FollowUpReply,
    FoundPhone,
    Interest,
    Line,
    Points,
    Reply,
)
from processing.errors import AnswerUnavailable
from sandbox.standins.schema import check_strict
from tests.processing.asking import BRIEF, REPLY, asked_by, instructions_of, items_of, says
from tests.standin import StandIn

FORMS = [Reply, FollowUpReply, FoundPhone, Points, Interest, ConversationClass]


@pytest.mark.parametrize("form", FORMS)
def test_every_schema_is_one_that_strict_mode_takes(form: Any) -> None:
    schema = engine.schema_of(form)

    check_strict(schema)
    written = json.dumps(schema)
    assert '"default"' not in written
    assert '"title"' not in written
    assert '"description"' not in written
    assert set(schema["properties"]) == set(form.model_fields)


def test_a_reply_comes_from_one_call_and_says_what_it_cost(
    model: StandIn, style: str, settings: Settings
) -> None:
    settings.AI_PRICE_IN, settings.AI_PRICE_OUT = 1.0, 2.0
    says(model, style, REPLY)

    draft = engine.generate_reply(BRIEF)

    assert draft.reply.model_dump() == REPLY
    spent = draft.spent
    assert (spent.model, spent.tokens_in, spent.tokens_out) == ("gpt-test", 420, 35)
    assert spent.cost == 420 + 2 * 35
    assert spent.prompt_version.startswith("reply.fr:")
    assert len(model.asked) == 1


def test_what_the_contact_did_not_say_is_left_out(model: StandIn, style: str) -> None:
    brief = asked_by(
        "Je m'appelle Nadia, je cherche une lampe pour le 12 décembre", "C’est combien ?"
    )
    learned = [
        {"name": "name", "words": "Nadia"},
        {"name": "date", "words": "le 12  décembre"},
        {"name": "budget", "words": "300 €"},
        {"name": "quantity", "words": "2"},
        {"name": "place", "words": ""},
    ]
    interest = {"level": "hot", "evidence": ["c'est combien", "je la prends", " "]}
    summary = ["Cherche une lampe", "Veut 20 lampes", "Habite à Rennes", "Date : 12 décembre"]
    says(model, style, {**REPLY, "learned": learned, "interest": interest, "summary": summary})

    reply = engine.generate_reply(brief).reply

    assert [one.words for one in reply.learned] == ["Nadia", "le 12  décembre"]
    assert reply.interest.evidence == ["c'est combien"]
    assert reply.summary == ["Cherche une lampe", "Date : 12 décembre"]


def test_only_the_contacts_words_count_not_ours(model: StandIn, style: str) -> None:
    history = (Line("assistant", "Vous la prenez, à 145 € ?"), Line("contact", "Peut-être"))
    interest = {"level": "hot", "evidence": ["Vous la prenez"]}
    says(model, style, interest)

    found, _ = engine.classify_prospect(replace(BRIEF, history=history))

    assert found == Interest(level="cold", evidence=[])


def test_a_prospect_is_classified_with_their_own_words(model: StandIn, style: str) -> None:
    says(model, style, {"level": "hot", "evidence": ["je la prends", "vite"]})

    found, spent = engine.classify_prospect(asked_by("Parfait, je la prends !"))

    assert found == Interest(level="hot", evidence=["je la prends"])
    assert spent.prompt_version.startswith("classify.fr:")


def test_a_summary_has_three_points_at_most_and_only_what_was_said(
    model: StandIn, style: str
) -> None:
    said = ("Je voudrais six assiettes bleues pour samedi", "Vous livrez à Lyon ?", "Budget 120 €")
    invented = ["Prêt à payer 500 €", "Déteste son voisin", "x" * 200, ""]
    true = ["Six assiettes bleues", "Livraison à Lyon", "Budget : 120 €", "Pour samedi"]
    says(model, style, {"points": [*invented, *true]})

    points, _ = engine.summarize_conversation(asked_by(*said))

    assert points == true[:3]


def test_a_follow_up_follows_its_own_instruction(model: StandIn, style: str) -> None:
    answer = {"action": "write", "text": "Bonjour", "confidence": 0.8, "language": "fr"}
    says(model, style, answer)
    history = (*BRIEF.history, Line("assistant", "145 €."))

    reply, spent = engine.generate_follow_up(
        replace(BRIEF, history=history), instruction="Demandez si la lampe plaît encore."
    )

    assert reply.model_dump() == answer
    assert spent.prompt_version.startswith("follow_up.fr:")
    told = instructions_of(model.asked[0].body)
    assert "Demandez si la lampe plaît encore." in told
    assert "samedi 28 novembre 2026" in told
    assert BRIEF.instruction not in told
    assert items_of(model.asked[0].body)[-1]["role"] == "user"


def test_a_follow_up_that_makes_no_sense_has_no_text(model: StandIn, style: str) -> None:
    says(model, style, {"action": "nothing", "text": "Alors ?", "confidence": 1, "language": "fr"})

    reply, _ = engine.generate_follow_up(BRIEF, instruction="Relancez.")

    assert (reply.action, reply.text) == ("nothing", "")


BY_CODE = [
    ("Mon numéro : 06 12 34 56 78", "+33612345678"),
    ("C'est combien pour 2 lampes ?", ""),
    ("Merci", ""),
]


@pytest.mark.parametrize(("text", "expected"), BY_CODE)
def test_a_phone_is_found_by_code_and_costs_nothing(
    model: StandIn, text: str, expected: str
) -> None:
    found = engine.extract_phone_number(text, workspace_id=7, language="fr")

    assert found == (expected, None)
    assert not model.asked


ODD = "appelez le 6 12 34 puis 56 78 , voilà"
BY_MODEL = [
    ({"words": "6 12 34 puis 56 78", "digits": "0612345678"}, "+33612345678"),
    ({"words": "6 12 34 puis 56 78", "digits": "+33612345678"}, "+33612345678"),
    ({"words": "06 99 99 99 99", "digits": "0699999999"}, ""),
    ({"words": "6 12 34 puis 56 78", "digits": "0699999999"}, ""),
    ({"words": "6 12 34", "digits": "612"}, ""),
    ({"words": "6 12 34", "digits": "demain"}, ""),
    ({"words": "", "digits": "0612345678"}, ""),
    ({"words": "", "digits": ""}, ""),
]


@pytest.mark.parametrize(("answer", "expected"), BY_MODEL)
def test_the_model_reads_a_phone_only_where_code_cannot(
    model: StandIn, style: str, answer: dict[str, str], expected: str
) -> None:
    says(model, style, answer)

    number, spent = engine.extract_phone_number(ODD, workspace_id=7, language="fr")

    assert number == expected
    assert spent is not None
    assert len(model.asked) == 1


SEEN = [
    ("\u200b\x00 ", ""),
    (" Bonjour\x00 ! ", "Bonjour !"),
    ("Oui\x9f,\nbien sûr", "Oui,\nbien sûr"),
]


@pytest.mark.parametrize(("text", "expected"), SEEN)
def test_a_text_is_what_people_see_of_it(
    model: StandIn, style: str, text: str, expected: str
) -> None:
    says(model, style, {**REPLY, "text": text})

    assert engine.generate_reply(BRIEF).reply.text == expected


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "toujours le français"), ("en", "always English")]
)
def test_the_owner_chooses_the_language_of_the_answer(
    model: StandIn, style: str, language: str, words: str
) -> None:
    says(model, style, REPLY)

    engine.generate_reply(replace(BRIEF, language=language, answer_in=language))

    assert words in instructions_of(model.asked[0].body)


def test_a_useless_answer_tells_what_it_cost(model: StandIn, style: str) -> None:
    says(model, style, "Bonjour !")

    with pytest.raises(AnswerUnavailable) as caught:
        engine.generate_reply(BRIEF)

    assert (caught.value.reason, caught.value.spent.tokens_in) == ("model_invalid", 420)


SORTED = {"kind": "recruiting", "evidence": ["une mission"], "confidence": 0.9}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (SORTED, "recruiting"),
        ({**SORTED, "confidence": 0.69}, "unsure"),
        ({**SORTED, "evidence": ["un poste"]}, "unsure"),
        ({**SORTED, "evidence": []}, "unsure"),
        ({**SORTED, "evidence": ["Recruteuse"]}, "recruiting"),
    ],
    ids=["sure", "not sure", "another's words", "no words", "the headline's words"],
)
def test_a_kind_of_conversation_needs_the_contacts_words(
    model: StandIn, style: str, said: dict[str, Any], kind: str
) -> None:
    says(model, style, said)
    brief = replace(asked_by("Bonjour, j'ai une mission pour vous"), headline="Recruteuse IT")

    found, spent = engine.classify_conversation(brief)

    assert found.kind == kind
    assert spent.prompt_version.startswith("sort.fr:")
    asked = model.asked[0].body
    assert "Recruteuse IT</headline-" in items_of(asked)[0]["content"]
    assert "Recruteuse IT" not in instructions_of(asked)
