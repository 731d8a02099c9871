"""The model's stand-in, asked by OpenAI's own client."""

import json
from typing import Any

import openai
import pytest

from sandbox import demo
from tests.sandbox.conftest import Sandbox

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "action": {"type": "string", "enum": ["reply", "handoff", "silence"]},
        "text": {"type": "string"},
        "intent": {"type": "string"},
        "interest": {
            "type": "object",
            "properties": {
                "level": {"type": "string", "enum": ["hot", "warm", "cold"]},
                "evidence": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["level", "evidence"],
            "additionalProperties": False,
        },
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "language": {"type": "string", "enum": ["fr", "en", "other"]},
    },
    "required": ["action", "text", "intent", "interest", "confidence", "language"],
    "additionalProperties": False,
}
INSTRUCTIONS = "Ce que tu sais :\n" + "\n".join(
    f"- {label} : {value}" for label, value in demo.FACTS
)


def client(sandbox: Sandbox) -> openai.OpenAI:
    return openai.OpenAI(api_key="sandbox", base_url=f"{sandbox.url}/openai/v1", max_retries=0)


def ask(sandbox: Sandbox, text: str, schema: dict[str, Any] = SCHEMA, name: str = "reply") -> Any:
    form: Any = {"type": "json_schema", "name": name, "strict": True, "schema": schema}
    return client(sandbox).responses.create(
        model="gpt-6-luna",
        instructions=INSTRUCTIONS,
        input=[{"role": "user", "content": f"<contact-ab12>{text}</contact-ab12>"}],
        text={"format": form},
        store=False,
    )


@pytest.mark.parametrize(
    ("text", "action", "level", "said"),
    [
        ("Bonjour", "reply", "cold", "Bonjour"),
        ("Bonjour, c'est combien ?", "reply", "warm", "89 €"),
        ("Combien coûte la tasse ?", "reply", "warm", "24 €"),
        ("C\u2019est combien la livraison à Lyon ?", "reply", "warm", "6,90 €"),
        ("Vous êtes ouverts samedi ?", "reply", "cold", "10 h à 19 h"),
        ("Où êtes-vous ?", "reply", "warm", "rue des Lanternes"),
        ("Combien pour un atelier ?", "reply", "warm", "55 €"),
        ("Rappelez-moi au 02 61 91 88 07", "reply", "hot", "rappelle"),
        ("Je voudrais commander la suspension Brume", "reply", "hot", "145 €"),
        ("Ma tasse est arrivée cassée !", "handoff", "cold", "équipe"),
        ("Je veux parler à un humain", "handoff", "cold", "équipe"),
        ("Merci 👍", "silence", "cold", ""),
        ("Faites-vous des vases ?", "reply", "cold", "équipe"),
        ("Hello, how much is the lamp?", "reply", "warm", "89 €"),
    ],
)
def test_the_rules_answer_from_the_facts(
    sandbox: Sandbox, text: str, action: str, level: str, said: str
) -> None:
    answer = ask(sandbox, text)
    fields = json.loads(answer.output_text)
    assert (fields["action"], fields["interest"]["level"]) == (action, level)
    assert said in fields["text"]
    assert all(quote in text for quote in fields["interest"]["evidence"])
    assert answer.model == "sandbox-rules"
    assert answer.usage.total_tokens > 0


def closed(**properties: Any) -> dict[str, Any]:
    """A strict schema of these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


STRING, STRINGS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
WRITE = closed(action={"type": "string", "enum": ["write", "nothing"]}, text=STRING)
LEARNED = closed(
    learned={"type": "array", "items": closed(name=STRING, words=STRING)}, intent=STRING
)
OTHER_QUESTIONS = [
    (
        "reply",
        LEARNED,
        "Je m'appelle Nadia, budget 80 €, pour le 12 décembre, c'est combien ?",
        {
            "intent": "price",
            "learned": [
                {"name": "budget", "words": "budget 80 €"},
                {"name": "name", "words": "Nadia"},
                {"name": "date", "words": "pour le 12 décembre"},
            ],
        },
    ),
    (
        "summary",
        closed(points=STRINGS),
        "Bonjour. Je cherche une lampe pour mon salon. Merci",
        {"points": ["Je cherche une lampe pour mon salon."]},
    ),
    (
        "classify",
        closed(level=STRING, evidence=STRINGS),
        "Je voudrais commander la tasse",
        {"level": "hot", "evidence": ["Je voudrais commander la tasse"]},
    ),
    (
        "sort",
        closed(kind=STRING, evidence=STRINGS, confidence={"type": "number"}),
        "Bonjour ! Avez-vous de la place en mars ? Quel est votre tarif ?",
        {"kind": "lead", "evidence": ["Quel est votre tarif ?"], "confidence": 0.9},
    ),
    (
        "sort",
        closed(kind=STRING, evidence=STRINGS, confidence={"type": "number"}),
        "Bonjour, comment allez-vous ?",
        {"kind": "unsure", "evidence": [], "confidence": 0.4},
    ),
    (
        "phone",
        closed(words=STRING, digits=STRING),
        "C'est le zéro six 12 34 cinquante 78.",
        {"words": "zéro six 12 34 cinquante 78", "digits": "0612345078"},
    ),
    ("phone", closed(words=STRING, digits=STRING), "Demain ?", {"words": "", "digits": ""}),
    (
        "follow_up",
        WRITE,
        "C'est combien la tasse ?",
        {
            "action": "write",
            "text": "Bonjour, avez-vous pu réfléchir ? Je reste là si vous avez une question.",
        },
    ),
    ("follow_up", WRITE, "Non merci", {"action": "nothing", "text": ""}),
]


@pytest.mark.parametrize(("name", "schema", "text", "expected"), OTHER_QUESTIONS)
def test_the_rules_know_the_products_other_questions(
    sandbox: Sandbox, name: str, schema: dict[str, Any], text: str, expected: dict[str, Any]
) -> None:
    assert json.loads(ask(sandbox, text, schema, name).output_text) == expected


def test_an_answer_fits_whatever_schema_was_sent(sandbox: Sandbox) -> None:
    schema = {
        "type": "object",
        "properties": {
            "intent": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "minItems": 2},
        },
        "required": ["intent", "tags"],
        "additionalProperties": False,
        "$defs": {"tag": {"type": "string", "enum": ["a", "b"]}},
    }
    fields = json.loads(ask(sandbox, "Bonjour", schema).output_text)
    assert fields == {"intent": 0, "tags": ["a", "a"]}


def test_an_open_schema_is_refused_in_strict_mode(sandbox: Sandbox) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        ask(sandbox, "Bonjour", {"type": "object", "properties": {}})
    assert refused.value.code == "invalid_json_schema"


def test_chat_completions_answer_too(sandbox: Sandbox) -> None:
    named: Any = {"name": "answer", "strict": True, "schema": SCHEMA}
    answer = client(sandbox).chat.completions.create(
        model="gpt-6-luna",
        messages=[
            {"role": "system", "content": INSTRUCTIONS},
            {"role": "user", "content": "<contact-1>Vos horaires ?</contact-1>"},
        ],
        response_format={"type": "json_schema", "json_schema": named},
    )
    assert "19 h" in json.loads(answer.choices[0].message.content or "")["text"]
    assert answer.choices[0].finish_reason == "stop"


def test_faults_are_those_of_the_service(sandbox: Sandbox) -> None:
    expected: dict[str, type[openai.APIStatusError]] = {
        "rate_limited": openai.RateLimitError,
        "insufficient_quota": openai.RateLimitError,
        "server_error": openai.InternalServerError,
        "bad_gateway": openai.InternalServerError,
        "revoked_token": openai.AuthenticationError,
    }
    for kind, error in expected.items():
        sandbox.post("/faults", service="openai", kind=kind, retry_after=7)
        with pytest.raises(error) as raised:
            ask(sandbox, "Bonjour")
        if kind == "rate_limited":
            assert raised.value.response.headers["retry-after"] == "7"
        if kind == "insufficient_quota":
            assert raised.value.code == "insufficient_quota"
    assert ask(sandbox, "Bonjour").status == "completed"


def test_a_refusal_and_a_cut_answer_look_as_they_do_there(sandbox: Sandbox) -> None:
    sandbox.post("/faults", service="openai", kind="refusal")
    refused = ask(sandbox, "Bonjour")
    assert refused.status == "completed"
    assert refused.output[0].content[0].type == "refusal"
    sandbox.post("/faults", service="openai", kind="truncated")
    cut = ask(sandbox, "Bonjour")
    assert (cut.status, cut.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut.output_text)


def test_limits_are_told_in_headers(sandbox: Sandbox) -> None:
    raw = client(sandbox).responses.with_raw_response.create(model="x", input="Bonjour")
    assert raw.headers["x-ratelimit-limit-requests"] == "500"
    assert raw.headers["x-request-id"].startswith("req_")
