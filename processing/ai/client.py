"""The only door to the model: one structured call, and what its failures mean.

Both styles are spoken, `responses` and `chat`, since compatible servers often know only the
latter. The library's own retries are off: whether to ask again is the pipeline's decision.
"""

import time
from functools import cache
from http import HTTPStatus
from typing import Any

import httpx2
import openai
from django.conf import settings
from django.utils.crypto import salted_hmac

from processing.ai.contracts import Completion
from processing.ai.deadline import Deadline
from processing.ai.prices import cost
from processing.ai.prompt import ANSWER_TOKENS, Prompt
from processing.ai.rate import take_turn
from processing.errors import AnswerUnavailable

TIMEOUT_SECONDS = 20.0
"""For a whole call, from the first byte of ours to the last of theirs."""
CONNECT_SECONDS = 5.0
OUT_OF_CREDIT = {"insufficient_quota", "billing_not_active"}
CODES = (
    (OUT_OF_CREDIT, "model_out_of_credit"),
    ({"context_length_exceeded"}, "brief_too_long"),
    ({"content_filter", "content_policy_violation", "invalid_prompt"}, "model_refused"),
)
STATUSES = {
    # A redirect: the address is not the service's own.
    **dict.fromkeys((301, 302, 303, 307, 308, 401, 403), "model_misconfigured"),
    402: "model_out_of_credit",
    404: "model_not_found",
}
"""What else lasts; any other refusal may be one message's fault, and must not stop the others."""
PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY}
UNREADABLE = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading a document raises that is not what the API documents."""


def complete(prompt: Prompt, *, schema: dict[str, Any], name: str, workspace_id: int) -> Completion:
    """Ask the model for JSON that follows `schema`, in the workspace's turn.

    Raises AnswerUnavailable: no turn is left in this minute, or the service failed. An answer
    that was paid for and has no text (refused, cut off, unreadable) says so in `failed`.
    """
    take_turn(workspace_id)
    started = time.monotonic()
    ask = _chat if settings.OPENAI_API_STYLE == "chat" else _responses
    try:
        return ask(prompt, {"name": name, "schema": schema, "strict": True}, workspace_id)
    except (openai.OpenAIError, *UNREADABLE) as error:
        late = time.monotonic() - started >= TIMEOUT_SECONDS
        raise _failure(error, late=late) from error


def _failure(error: Exception, *, late: bool) -> AnswerUnavailable:
    """Return what `error` means for the pipeline (openai.md, section 3)."""
    if isinstance(error, openai.APIStatusError):
        return _refusal(error)
    if late or isinstance(error, openai.APITimeoutError):
        return AnswerUnavailable("model_timeout", retryable=True)
    if isinstance(error, openai.APIConnectionError):
        return AnswerUnavailable("model_unreachable", retryable=True)
    if isinstance(error, (openai.APIResponseValidationError, *UNREADABLE)):
        return AnswerUnavailable("model_invalid")
    return AnswerUnavailable("model_misconfigured")


def _refusal(error: openai.APIStatusError) -> AnswerUnavailable:
    status, code = error.status_code, error.code
    if isinstance(error, openai.RateLimitError) and code not in OUT_OF_CREDIT:
        wait = _retry_after(error)
        return AnswerUnavailable("model_rate_limited", retryable=True, retry_after=wait)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING:
        return AnswerUnavailable("model_error", retryable=True)
    by_code = [reason for codes, reason in CODES if code in codes]
    return AnswerUnavailable(next(iter(by_code), None) or STATUSES.get(status, "model_rejected"))


def _responses(prompt: Prompt, form: dict[str, Any], workspace_id: int) -> Completion:
    request: dict[str, Any] = {
        "model": settings.OPENAI_MODEL,
        "instructions": prompt.instructions,
        "input": [{"role": role, "content": text} for role, text in prompt.items],
        "text": {"format": {"type": "json_schema", **form}},
        "max_output_tokens": ANSWER_TOKENS,
        # Kept for 30 days otherwise (openai.md, section 4); these are private messages.
        "store": False,
        # Not in the other style, whose servers may refuse what they do not know. No
        # `safety_identifier`: it would tell the service which messages are one person's.
        "prompt_cache_key": salted_hmac("processing.ai.cache", str(workspace_id)).hexdigest()[:32],
    }
    if settings.OPENAI_REASONING_EFFORT:
        request["reasoning"] = {"effort": settings.OPENAI_REASONING_EFFORT}
    response: Any = _client().responses.create(**request)
    if response.status == "failed":
        raise AnswerUnavailable("model_error", retryable=True)
    usage = response.usage
    details = getattr(usage, "input_tokens_details", None)
    return _completion(
        response.output_text,
        response.model,
        (getattr(usage, "input_tokens", 0), getattr(details, "cached_tokens", 0)),
        getattr(usage, "output_tokens", 0),
        failed=_unfinished(response),
    )


def _unfinished(response: Any) -> str:
    if response.status == "incomplete":
        filtered = getattr(response.incomplete_details, "reason", "") == "content_filter"
        return "model_refused" if filtered else "model_truncated"
    # A refusal keeps the status "completed" and hides among the content (openai.md, section 5).
    parts = [part for item in response.output for part in getattr(item, "content", None) or []]
    return "model_refused" if any(part.type == "refusal" for part in parts) else ""


def _chat(prompt: Prompt, form: dict[str, Any], _workspace_id: int) -> Completion:
    messages = [{"role": "system", "content": prompt.instructions}]
    messages += [{"role": role, "content": text} for role, text in prompt.items]
    request: dict[str, Any] = {
        "model": settings.OPENAI_MODEL,
        "messages": messages,
        "response_format": {"type": "json_schema", "json_schema": form},
        "max_completion_tokens": ANSWER_TOKENS,
    }
    if settings.OPENAI_REASONING_EFFORT:
        request["reasoning_effort"] = settings.OPENAI_REASONING_EFFORT
    completion: Any = _client().chat.completions.create(**request)
    choice, usage = completion.choices[0], completion.usage
    details = getattr(usage, "prompt_tokens_details", None)
    refused = choice.message.refusal or choice.finish_reason == "content_filter"
    cut = "model_truncated" if choice.finish_reason == "length" else ""
    return _completion(
        choice.message.content or "",
        completion.model,
        (getattr(usage, "prompt_tokens", 0), getattr(details, "cached_tokens", 0)),
        getattr(usage, "completion_tokens", 0),
        failed="model_refused" if refused else cut,
    )


def _completion(
    text: str, model: Any, read: tuple[Any, Any], written: Any, *, failed: str
) -> Completion:
    tokens_in, cached, tokens_out = (_count(one) for one in (*read, written))
    name = str(model or settings.OPENAI_MODEL)[:100]
    price = cost(name, tokens_in, cached, tokens_out)
    return Completion(text, name, tokens_in, tokens_out, price, failed)


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _retry_after(error: openai.APIStatusError) -> float | None:
    value = error.response.headers.get("retry-after", "")
    return float(value) if value.isascii() and value.replace(".", "", 1).isdigit() else None


def rehearse() -> None:
    """Make a call that goes nowhere: what the library builds at its first one is there then.

    Raises openai.OpenAIError without a key.
    """
    said = {"role": "assistant", "content": "{}"}
    part = {"type": "output_text", "text": "{}", "annotations": []}
    item = {"type": "message", "id": "none", "status": "completed", **said, "content": [part]}
    answers = {
        "responses": {"object": "response", "status": "completed", "output": [item]},
        "completions": {"object": "chat.completion", "choices": [{"index": 0, "message": said}]},
    }

    def answer(request: httpx2.Request) -> httpx2.Response:
        kind = request.url.path.rpartition("/")[2]
        told = {"id": "none", "model": "none", "created": 0, "created_at": 0, **answers[kind]}
        return httpx2.Response(HTTPStatus.OK, json=told)

    with httpx2.Client(transport=httpx2.MockTransport(answer)) as nowhere:
        rehearsal = _client().with_options(http_client=nowhere)
        if settings.OPENAI_API_STYLE == "chat":
            rehearsal.chat.completions.create(model="none", messages=[])
        else:
            rehearsal.responses.create(model="none", input=[])


class _Line(openai.DefaultHttpxClient):
    """The way out: no redirects with our key, and every call ends in time."""

    def send(self, request: Any, **options: Any) -> Any:
        with Deadline(TIMEOUT_SECONDS) as deadline:
            request.extensions["trace"] = deadline.trace
            return super().send(request, **options)


def _client() -> openai.OpenAI:
    return _client_for(settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL)


@cache
def _client_for(key: str, address: str) -> openai.OpenAI:
    # Not at import: a missing key must not stop the start.
    return openai.OpenAI(
        api_key=key or None,
        base_url=address,
        timeout=openai.Timeout(TIMEOUT_SECONDS, connect=CONNECT_SECONDS),
        max_retries=0,
        http_client=_Line(follow_redirects=False),
        # A kept connection may be closed by the other side at the very moment of the next call;
        # nobody could then tell whether that call arrived and was paid.
        default_headers={"Connection": "close"},
    )
