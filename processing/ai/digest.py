"""By what a prompt is recognised: everything that is in it, but not the marks that change."""

import hashlib
import json
from dataclasses import asdict

from django.conf import settings

from processing.ai.contracts import Brief
from processing.ai.prompt import build


def digest_of(brief: Brief) -> str:
    """Return 64 hex digits that change with whatever may change the answer to `brief`.

    The words of the brief, our own prompt files, the model and its limit; the nonce around a
    contact's words is new each time and does not count. Raises AnswerUnavailable when the brief is
    too long for the model.
    """
    prompt = build(brief, max_tokens=settings.AI_MAX_TOKENS)
    words = {**asdict(brief), "workspace_id": 0}
    parts = [words, prompt.version, settings.OPENAI_MODEL, settings.AI_MAX_TOKENS]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
