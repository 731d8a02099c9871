"""Old messages to replay, and the replay as a worker would run it."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from accounts import audit
from processing import pipeline, replays
from processing.models import Conversation, Message, Replay, ReplayResult, Scenario
from tests.factories import make_contact
from tests.processing.conftest import Scene

NUMBERS = count(1)
MORNING = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
"""A Monday, 10 o'clock in Paris."""
A_WEEK: dict[str, Any] = {
    "starts_at": MORNING - timedelta(hours=10),
    "ends_at": MORNING + timedelta(days=7),
}
DOLLAR = 1_000_000


def scenario_of(scene: Scene) -> Scenario:
    return Scenario.objects.get(workspace=scene.workspace, name="Accueil")


def thread(scene: Scene, name: str = "Léa Martin", **fields: Any) -> Conversation:
    contact = make_contact(scene.account, name)
    return Conversation.objects.create(
        workspace=scene.workspace,
        social_account=scene.account,
        contact=contact,
        last_message_at=MORNING,
        **fields,
    )


def old_message(
    conversation: Conversation, minutes: float, text: str = "C'est combien ?"
) -> Message:
    return Message(
        workspace=conversation.workspace,
        conversation=conversation,
        social_account=conversation.social_account,
        direction="inbound",
        author="contact",
        status="received",
        external_id=f"old-{next(NUMBERS)}",
        text=text,
        sent_at=MORNING + timedelta(minutes=minutes),
        outcome="silent",
        reason="no_scenario",
    )


def said(conversation: Conversation, minutes: float, text: str = "C'est combien ?") -> Message:
    message = old_message(conversation, minutes, text)
    message.save()
    return message


def begin(scene: Scene, *, cost_limit: int = DOLLAR, **changes: Any) -> Replay:
    found = scenario_of(scene)
    return replays.start(found, **A_WEEK, cost_limit=cost_limit, by=audit.SYSTEM, changes=changes)


def run(replay: Replay) -> Replay:
    """Run slices until nothing is to be woken, as the background queue does."""
    while pipeline.replay(replay.pk):
        pass
    replay.refresh_from_db()
    return replay


def found(replay: Replay) -> list[tuple[str, str]]:
    rows = ReplayResult.objects.filter(replay=replay).order_by("message__sent_at", "pk")
    return list(rows.values_list("outcome", "reason"))
