"""Conversation and scenario in, checked draft out: one model call per message."""

import re
import time

from django.conf import settings
from pydantic import ValidationError

from processing.ai.client import complete
from processing.ai.contracts import Brief, Draft, Reply
from processing.ai.prompt import UNSEEN, build
from processing.errors import AnswerUnavailable

SCHEMA = Reply.model_json_schema()
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What no message holds; PostgreSQL refuses the first of them."""


def draft(brief: Brief) -> Draft:
    """Ask the model once for the answer to the newest line of `brief.history`.

    Raises AnswerUnavailable with a reason of the ledger: the service failed, refused, or gave
    something that is not the expected form.
    """
    prompt = build(brief, max_tokens=settings.AI_MAX_TOKENS)
    started = time.monotonic()
    completion = complete(prompt, schema=SCHEMA, name="answer")
    try:
        reply = Reply.model_validate_json(completion.text)
    except ValidationError as error:
        raise AnswerUnavailable("model_invalid") from error
    return Draft(
        reply=reply.model_copy(
            update={"text": _written(reply.text), "intent": _written(reply.intent)}
        ),
        model=completion.model,
        prompt_version=prompt.version,
        tokens_in=completion.tokens_in,
        tokens_out=completion.tokens_out,
        milliseconds=round((time.monotonic() - started) * 1000),
    )


def _written(text: str) -> str:
    """Return `text` as people see it: empty when nothing in it can be seen."""
    return CONTROL.sub("", text).strip() if UNSEEN.sub("", text).strip() else ""
