"""What an operator should hear at the start: a model that is switched off, or will be."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004 - Django's own name

from flowia.lib.refusals import SETTINGS
from processing.ai.prices import DEAD_MODELS


@register(SETTINGS)
def living_model(**_: Any) -> list[CheckMessage]:
    """Warn of a model id that stops answering on a known day."""
    day = DEAD_MODELS.get(settings.OPENAI_MODEL)
    if day is None:
        return []
    sentence = f"OPENAI_MODEL: {settings.OPENAI_MODEL} does not answer from {day} on."
    return [Warning(sentence, hint="Choose another model in OPENAI_MODEL.", id="processing.W001")]
