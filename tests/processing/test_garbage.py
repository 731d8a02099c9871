"""Useless answers of every kind, in both styles: none is sent, and each ends with a reason."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from processing.ai import engine
from processing.ai.contracts import Draft
from processing.errors import AnswerUnavailable
from processing.models import Message
from tests.processing.asking import BRIEF, REPLY, chat_document, says
from tests.processing.conftest import Scene, model_document
from tests.standin import StandIn


def without(name: str) -> str:
    return json.dumps({key: value for key, value in REPLY.items() if key != name})


def with_(**fields: Any) -> str:
    return json.dumps({**REPLY, **fields})


TEXTS: list[tuple[str, str]] = [
    ("empty", ""),
    ("blanks", " \n\t "),
    ("prose", "Bonjour ! Elle coûte 145 €."),
    ("fenced", f"```json\n{json.dumps(REPLY)}\n```"),
    ("half", json.dumps(REPLY)[:60]),
    ("twice", json.dumps(REPLY) * 2),
    ("with a tail", json.dumps(REPLY) + " ok"),
    ("a number", "42"),
    ("null", "null"),
    ("a list", json.dumps([REPLY])),
    ("a string", json.dumps(json.dumps(REPLY))),
    ("an empty object", "{}"),
    ("another form", '{"reponse": "oui"}'),
    ("no action", without("action")),
    ("no text", without("text")),
    ("no interest", without("interest")),
    ("no list of learned", without("learned")),
    ("an unknown action", with_(action="send_to_all")),
    ("an unknown intent", with_(intent="hack")),
    ("an unknown level", with_(interest={"level": "boiling", "evidence": []})),
    ("an unknown language", with_(language="klingon")),
    ("an extra field", with_(recipient="7012345678901234")),
    ("an extra field inside", with_(interest={"level": "hot", "evidence": [], "link": "x"})),
    ("a text that is a list", with_(text=["Bonjour"])),
    ("a text that is null", with_(text=None)),
    ("evidence that is a text", with_(interest={"level": "hot", "evidence": "oui"})),
    ("learned without words", with_(learned=[{"name": "phone"}])),
    ("learned of an unknown name", with_(learned=[{"name": "password", "words": "x"}])),
    ("a summary of numbers", with_(summary=[1, 2])),
    ("a confidence that is a word", with_(confidence="high")),
    ("a confidence in text", with_(confidence="0.9")),
    ("a confidence in percent", with_(confidence=95)),
    ("a negative confidence", with_(confidence=-0.1)),
    ("no number", with_(confidence=float("nan"))),
    ("endless", with_(confidence=float("inf"))),
    ("a true confidence", with_(confidence=True)),
    ("100 KB", with_(text="a" * 100_000)),
    ("a long list", with_(summary=["a"] * 20_000)),
    ("half a character", json.dumps(REPLY).replace("Elle", "\\ud83d")),
    ("nested", "[" * 50_000),
    ("duplicate keys, the last one wrong", json.dumps(REPLY)[:-1] + ', "action": "x"}'),
    ("HTML", "<html><body>Bonjour</body></html>"),
]
DOCUMENTS: list[tuple[str, Any]] = [
    ("an empty body", b""),
    ("no JSON", b"Bonjour"),
    ("half a document", b'{"id": "resp_1", "outp'),
    ("a page", b"<!doctype html><title>Sign in to the Wi-Fi</title>"),
    ("null", None),
    ("a list", []),
    ("a number", 7),
    ("an empty document", {}),
    ("nothing but an id", {"id": "resp_1", "model": "m"}),
    ("no output", model_document("", output=None)),
    ("an output of words", model_document("", output=["Bonjour"])),
    ("an output of nothing", model_document("", output=[])),
    ("no choices", {**chat_document("x"), "choices": []}),
    ("choices of nothing", {**chat_document("x"), "choices": None}),
    ("no message", {**chat_document("x"), "choices": [{"index": 0, "finish_reason": "stop"}]}),
    ("bytes of nobody", b"\xff\xfe\x00\x01"),
    ("deep", b"[" * 200_000),
]


def outcome() -> str:
    """The reason why there is no answer; "draft" when there is one."""
    try:
        engine.generate_reply(BRIEF)
    except AnswerUnavailable as error:
        return error.reason
    return "draft"


@pytest.mark.parametrize(("_name", "text"), TEXTS, ids=[row[0] for row in TEXTS])
def test_a_text_that_is_not_the_form_is_no_answer(
    model: StandIn, style: str, _name: str, text: str
) -> None:
    says(model, style, text)

    assert outcome() == "model_invalid"


@pytest.mark.parametrize(("_name", "document"), DOCUMENTS, ids=[row[0] for row in DOCUMENTS])
def test_a_document_that_is_not_the_apis_is_no_answer(
    model: StandIn, style: str, _name: str, document: Any
) -> None:
    model.answer(200, document)

    assert outcome() == "model_invalid"


@pytest.mark.parametrize("usage", [None, {}, "many", {"input_tokens": "x"}, {"input_tokens": -5}])
def test_a_count_that_is_none_counts_nothing(model: StandIn, style: str, usage: Any) -> None:
    says(model, style, REPLY, usage=usage)

    draft = engine.generate_reply(BRIEF)

    assert isinstance(draft, Draft)
    assert (draft.spent.tokens_in, draft.spent.tokens_out) == (0, 0)


def test_every_garbage_ends_as_a_handoff_and_nothing_is_sent(
    scene: Scene, settings: Settings
) -> None:
    settings.MIN_SECONDS_BETWEEN_MESSAGES = 0
    settings.AI_REQUESTS_PER_MINUTE = 1000
    for _name, text in TEXTS:
        says(scene.model, "responses", text)
        message = scene.say()
        scene.run()
        message.refresh_from_db()
        assert (message.outcome, message.reason) == ("handoff", "model_invalid"), _name
        message.conversation.delete()

    assert not scene.graph.asked
    assert not Message.objects.filter(author="assistant").exists()
    assert len(scene.model.asked) == len(TEXTS)
