"""The only door to the model: one structured call, and what its failures mean.

Both styles are spoken, `responses` and `chat`, since compatible servers often know only the
latter. The library's own retries are off: whether to ask again is the pipeline's decision.
"""

from functools import cache
from typing import Any

import openai
from django.conf import settings

from processing.ai.contracts import Completion
from processing.ai.prompt import ANSWER_TOKENS, Prompt
from processing.errors import AnswerUnavailable

TIMEOUT_SECONDS = 20


def complete(prompt: Prompt, *, schema: dict[str, Any], name: str) -> Completion:
    """Ask the model for JSON that follows `schema`; raises AnswerUnavailable.

    A refusal, a cut-off answer and every failure of the service have their own reason.
    """
    ask = _chat if settings.OPENAI_API_STYLE == "chat" else _responses
    try:
        return ask(prompt, {"name": name, "schema": schema, "strict": True})
    except openai.RateLimitError as error:
        if error.code == "insufficient_quota":
            raise AnswerUnavailable("model_out_of_credit") from error
        wait = _retry_after(error)
        raise AnswerUnavailable("model_rate_limited", retryable=True, retry_after=wait) from error
    except openai.APITimeoutError as error:
        raise AnswerUnavailable("model_timeout", retryable=True) from error
    except openai.APIConnectionError as error:
        raise AnswerUnavailable("model_unreachable", retryable=True) from error
    except openai.InternalServerError as error:
        raise AnswerUnavailable("model_error", retryable=True) from error
    except openai.OpenAIError as error:
        raise AnswerUnavailable("model_misconfigured") from error


def _responses(prompt: Prompt, form: dict[str, Any]) -> Completion:
    request: dict[str, Any] = {
        "model": settings.OPENAI_MODEL,
        "instructions": prompt.instructions,
        "input": [{"role": role, "content": text} for role, text in prompt.items],
        "text": {"format": {"type": "json_schema", **form}},
        "max_output_tokens": ANSWER_TOKENS,
        # Kept for 30 days otherwise (openai.md, section 4); these are private messages.
        "store": False,
    }
    if settings.OPENAI_REASONING_EFFORT:
        request["reasoning"] = {"effort": settings.OPENAI_REASONING_EFFORT}
    response: Any = _client().responses.create(**request)
    if response.status == "incomplete":
        raise AnswerUnavailable("model_truncated")
    if _refused(response):
        raise AnswerUnavailable("model_refused")
    usage = response.usage
    return Completion(
        text=response.output_text,
        model=str(response.model),
        tokens_in=usage.input_tokens if usage else 0,
        tokens_out=usage.output_tokens if usage else 0,
    )


def _refused(response: Any) -> bool:
    # A refusal keeps the status "completed" and hides among the content (openai.md, section 5).
    parts = [part for item in response.output for part in getattr(item, "content", None) or []]
    return any(part.type == "refusal" for part in parts)


def _chat(prompt: Prompt, form: dict[str, Any]) -> Completion:
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
    choice = completion.choices[0]
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise AnswerUnavailable("model_refused")
    if choice.finish_reason == "length":
        raise AnswerUnavailable("model_truncated")
    usage = completion.usage
    return Completion(
        text=choice.message.content or "",
        model=completion.model,
        tokens_in=usage.prompt_tokens if usage else 0,
        tokens_out=usage.completion_tokens if usage else 0,
    )


def _retry_after(error: openai.RateLimitError) -> float | None:
    value = error.response.headers.get("retry-after", "")
    return float(value) if value.isascii() and value.replace(".", "", 1).isdigit() else None


def _client() -> openai.OpenAI:
    return _client_for(settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL)


@cache
def _client_for(key: str, address: str) -> openai.OpenAI:
    # Made at the first use, in the worker's own process: a missing key must not stop the start.
    return openai.OpenAI(
        api_key=key or None, base_url=address, timeout=TIMEOUT_SECONDS, max_retries=0
    )
