"""What tools and webhooks are told of a lead is how things stand by then."""

from typing import Any

import pytest
from django.utils import timezone

from processing import pipeline
from processing.ai import engine
from processing.models import Contact
from tests.processing.conftest import Scene, model_says


def test_a_wish_for_silence_that_came_while_the_model_wrote_is_told(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    write = engine.generate_reply

    def slowly(brief: Any) -> Any:
        Contact.objects.update(opted_out_at=timezone.now())
        return write(brief)

    def tell(_workspace: Any, body: dict[str, Any], **_more: Any) -> list[Any]:
        told.append(body)
        return []

    monkeypatch.setattr(engine, "generate_reply", slowly)
    monkeypatch.setattr("processing.pushing.hooking.listens", lambda _workspace: True)
    monkeypatch.setattr("processing.pushing.hooking.tell_change", tell)
    scene.model.answer(200, model_says())
    pipeline.respond(scene.say().pk)

    assert told[-1]["contact"]["opted_out_at"] is not None
