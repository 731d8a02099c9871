"""The OpenAI-compatible stand-in: `/openai/v1/{responses,chat/completions,models}`.

Documents and headers as in the OpenAI API reference; the answer comes from `rules.py`, and fits
the JSON schema the caller sent.
"""

import json
import math
import re
import secrets
import time
from typing import Any

from sandbox.standins import gleaning, rules, schema, sorting
from sandbox.standins.front import Answer, Asked, RefusedError, Service, bad_gateway, endpoint
from sandbox.world.models import Fault

MODEL = "sandbox-rules"
PLAYS = frozenset({"refusal", "truncated", "not_json"})
CONTACT_BLOCK = re.compile(r"</?contact-[\w-]+>")
REFUSAL = "I'm sorry, but I can't help with that request."
LIMITS = {
    "x-ratelimit-limit-requests": "500",
    "x-ratelimit-limit-tokens": "200000",
    "x-ratelimit-remaining-requests": "499",
    "x-ratelimit-reset-requests": "120ms",
    "x-ratelimit-reset-tokens": "6ms",
    "openai-version": "2020-10-01",
    "openai-processing-ms": "42",
}


def error(status: int, message: str, kind: str, code: str | None, **more: str) -> Answer:
    """Return OpenAI's error envelope."""
    document = {"message": message, "type": kind, "param": None, "code": code}
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return Answer({"error": document}, status, {"x-request-id": _new_id("req"), **headers})


def _too_many(fault: Fault) -> Answer:
    wait = str(fault.retry_after)
    sentence = f"Rate limit reached for {MODEL} on requests per min. Please try again in {wait}s."
    return error(429, sentence, "requests", "rate_limit_exceeded", Retry_After=wait)


def _no_money(_fault: Fault) -> Answer:
    sentence = "You exceeded your current quota, please check your plan and billing details."
    return error(429, sentence, "insufficient_quota", "insufficient_quota")


def _bad_key(_fault: Fault | None = None) -> Answer:
    return error(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key")


def _broken(_fault: Fault) -> Answer:
    sentence = "The server had an error while processing your request."
    return error(500, sentence, "server_error", None)


def _invalid(message: str, code: str | None = None) -> Answer:
    return error(400, message, "invalid_request_error", code)


OPENAI = Service(
    "openai",
    {
        "rate_limited": _too_many,
        "server_error": _broken,
        "bad_gateway": bad_gateway,
        "revoked_token": _bad_key,
        "insufficient_quota": _no_money,
    },
    lambda: _invalid("We could not parse the JSON body of your request."),
)


@endpoint(OPENAI, "models")
def models(asked: Asked) -> Answer:
    """Answer the list of models: the rules, by their name."""
    _require_key(asked)
    model = {"id": MODEL, "object": "model", "created": 1795219200, "owned_by": "sandbox"}
    return Answer({"object": "list", "data": [model]})


@endpoint(OPENAI, "answer", writes=True, plays=PLAYS)
def responses(asked: Asked) -> Answer:
    """Answer `POST responses` with a whole response document."""
    _require(asked, "input")
    sent = asked.body["input"]
    items = [{"role": "user", "content": sent}] if isinstance(sent, str) else sent
    form = asked.body.get("text", {}).get("format", {})
    text = _write(asked, items, form if form.get("type") == "json_schema" else {})
    cut = asked.fault == "truncated"
    usage = _usage(asked.body, text)
    document: dict[str, Any] = {
        "id": _new_id("resp"),
        "object": "response",
        "created_at": int(time.time()),
        "status": "incomplete" if cut else "completed",
        "background": False,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "instructions": asked.body.get("instructions"),
        "max_output_tokens": asked.body.get("max_output_tokens"),
        "metadata": asked.body.get("metadata") or {},
        "model": MODEL,
        "output": [_output(text, refused=asked.fault == "refusal", cut=cut)],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "service_tier": "default",
        "store": asked.body.get("store", True),
        "temperature": 1.0,
        "text": {"format": form or {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": asked.body.get("truncation", "disabled"),
        "usage": usage,
    }
    return Answer(document, headers=_headers(usage), text=text, external_id=document["id"])


@endpoint(OPENAI, "answer", writes=True, plays=PLAYS)
def chat_completions(asked: Asked) -> Answer:
    """Answer `POST chat/completions` with a whole completion."""
    _require(asked, "messages")
    form = asked.body.get("response_format", {})
    named = form.get("json_schema", {}) if form.get("type") == "json_schema" else {}
    text = _write(asked, asked.body["messages"], named)
    refused = asked.fault == "refusal"
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if refused else text,
        "refusal": REFUSAL if refused else None,
        "annotations": [],
    }
    usage = _usage(asked.body, text)
    document: dict[str, Any] = {
        "id": _new_id("chatcmpl"),
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [
            {
                "index": 0,
                "message": message,
                "logprobs": None,
                "finish_reason": "length" if asked.fault == "truncated" else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": usage["input_tokens"],
            "completion_tokens": usage["output_tokens"],
            "total_tokens": usage["total_tokens"],
            "prompt_tokens_details": usage["input_tokens_details"],
            "completion_tokens_details": usage["output_tokens_details"],
        },
        "service_tier": "default",
        "system_fingerprint": None,
    }
    return Answer(document, headers=_headers(usage), text=text, external_id=document["id"])


@endpoint(OPENAI, "unknown")
def unknown(asked: Asked, *, rest: str) -> Answer:
    """Answer any other path as the API does."""
    sentence = f"Invalid URL ({asked.method} /v1/{rest})"
    return error(404, sentence, "invalid_request_error", None)


def _require_key(asked: Asked) -> None:
    if not asked.bearer:
        raise RefusedError(_bad_key())


def _require(asked: Asked, field: str) -> None:
    _require_key(asked)
    if not isinstance(asked.body.get("model"), str):
        raise RefusedError(_invalid("you must provide a model parameter"))
    if not isinstance(asked.body.get(field), (str, list)) or not asked.body[field]:
        raise RefusedError(_invalid(f"Missing required parameter: '{field}'."))
    if asked.body.get("stream"):
        raise RefusedError(_invalid("The sandbox does not stream."))


def _write(asked: Asked, items: list[Any], form: dict[str, Any]) -> str:
    wanted = form.get("schema")
    if wanted and form.get("strict"):
        try:
            schema.check_strict(wanted)
        except schema.InvalidSchemaError as invalid:
            sentence = f"Invalid schema for response_format: {invalid}"
            raise RefusedError(_invalid(sentence, "invalid_json_schema")) from invalid
    fields = _fields(form.get("name", ""), str(asked.body.get("instructions") or ""), items)
    if wanted is None or asked.fault == "not_json":
        return str(fields.get("text", ""))
    text = json.dumps(schema.fit(fields, wanted), ensure_ascii=False)
    return text[: len(text) // 2] if asked.fault == "truncated" else text


def _fields(question: str, instructions: str, items: list[Any]) -> dict[str, Any]:
    """Return what the rules say to `question`, the name of the schema that was sent."""
    talk, said = _talk(instructions, items)
    if question == "phone":
        return gleaning.phone("\n".join(said))
    if question == "follow_up":
        return gleaning.follow_up(talk, said)
    if question == "summary":
        return {"points": gleaning.points(said)}
    if question == "sort":
        return sorting.kind_of(said)
    if question == "classify":
        words = rules.Talk("\n".join(said), "", talk.facts)
        return dict(rules.answer(words)["interest"])
    found = {"learned": gleaning.learned(talk.text), "summary": gleaning.points(said)}
    return {**rules.answer(talk), **found}


def _talk(instructions: str, items: list[Any]) -> tuple[rules.Talk, list[str]]:
    """Return what the rules look at, and all that the contact says in the thread."""
    unanswered: list[str] = []
    said: list[str] = []
    last_answer = ""
    for item in items:
        if not isinstance(item, dict):
            continue
        role, text = item.get("role"), _text(item.get("content"))
        if role in ("system", "developer"):
            instructions += "\n" + text
        elif role == "assistant":
            unanswered, last_answer = [], text
        elif CONTACT_BLOCK.search(text) or not text.startswith(("(", "<earlier-", "<headline-")):
            words = CONTACT_BLOCK.sub("", text).strip()
            unanswered.append(words)
            said.append(words)
    return rules.Talk("\n".join(unanswered), last_answer, rules.facts_in(instructions)), said


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content or "")


def _output(text: str, *, refused: bool, cut: bool) -> dict[str, Any]:
    spoken = {"type": "output_text", "annotations": [], "logprobs": [], "text": text}
    return {
        "type": "message",
        "id": _new_id("msg"),
        "status": "incomplete" if cut else "completed",
        "role": "assistant",
        "content": [{"type": "refusal", "refusal": REFUSAL} if refused else spoken],
    }


def _usage(body: dict[str, Any], text: str) -> dict[str, Any]:
    asked = math.ceil(len(json.dumps(body, ensure_ascii=False)) / 4)
    said = math.ceil(len(text) / 4)
    return {
        "input_tokens": asked,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": said,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": asked + said,
    }


def _headers(usage: dict[str, Any]) -> dict[str, str]:
    remaining = {"x-ratelimit-remaining-tokens": str(200_000 - usage["total_tokens"])}
    return {"x-request-id": _new_id("req"), **LIMITS, **remaining}


def _new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(24)}"
