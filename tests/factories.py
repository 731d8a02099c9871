"""Rows for tests, each function with just enough of a story to be useful."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.models import Membership, User, Workspace
from processing.models import (
    Contact,
    Conversation,
    DmSequence,
    FollowUp,
    InteractionEvent,
    Lead,
    Message,
    Replay,
    ReplayAnswer,
    ReplayResult,
    Scenario,
    SequenceStep,
)
from social.models import SocialAccount, WebhookEvent

NUMBERS = count(1)
PASSWORD = "un-mot-de-passe-long"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


UNPROVED: dict[str, Any] = {"email_verified_at": None}
"""Somebody who did not click the link in our first letter yet."""


def make_user(email: str | None = None, **fields: Any) -> User:
    email = email or f"p{next(NUMBERS)}@exemple.fr"
    fields.setdefault("email_verified_at", NOON)
    return User.objects.create(email=email, password=hashed_password(), **fields)


@cache
def hashed_password() -> str:
    """Hashing is slow on purpose; once per run is enough."""
    return make_password(PASSWORD)


def make_workspace(name: str = "Atelier", **fields: Any) -> Workspace:
    return Workspace.objects.create(name=name, **fields)


def make_member(workspace: Workspace, role: str = "owner", **fields: Any) -> User:
    user = make_user(**fields)
    Membership.objects.create(workspace=workspace, user=user, role=role)
    return user


def make_account(workspace: Workspace, **fields: Any) -> SocialAccount:
    values = {
        "provider": "meta",
        "kind": "messenger",
        "external_id": f"page-{next(NUMBERS)}",
        "name": "Page Atelier",
    }
    return SocialAccount.objects.create(workspace=workspace, **{**values, **fields})


def make_contact(account: SocialAccount, name: str = "Léa Martin", **fields: Any) -> Contact:
    fields.setdefault("external_id", f"psid-{next(NUMBERS)}")
    return Contact.objects.create(
        workspace=account.workspace, social_account=account, name=name, **fields
    )


def make_conversation(
    workspace: Workspace, *, name: str = "Léa Martin", **fields: Any
) -> Conversation:
    account = fields.pop("account", None) or make_account(workspace)
    contact = fields.pop("contact", None) or make_contact(account, name)
    fields.setdefault("last_message_at", NOON)
    # Tests write reasons into rows themselves; `tests/processing/test_attention.py` does not.
    fields.setdefault("attention_at", NOON)
    return Conversation.objects.create(
        workspace=workspace, social_account=account, contact=contact, **fields
    )


def make_message(
    conversation: Conversation, text: str = "C'est combien ?", **fields: Any
) -> Message:
    values = {
        "direction": "inbound",
        "author": "contact",
        "status": "received",
        "sent_at": NOON + timedelta(seconds=next(NUMBERS)),
        "external_id": f"mid-{next(NUMBERS)}",
    }
    return Message.objects.create(
        workspace=conversation.workspace,
        conversation=conversation,
        social_account=conversation.social_account,
        text=text,
        **{**values, **fields},
    )


def make_reply(message: Message, text: str = "Elle coûte 49 €.", **fields: Any) -> Message:
    values = {"direction": "outbound", "author": "assistant", "status": "sent"}
    return make_message(message.conversation, text, in_reply_to=message, **{**values, **fields})


def make_event(conversation: Conversation, **fields: Any) -> InteractionEvent:
    fields.setdefault("kind", "received")
    return InteractionEvent.objects.create(
        workspace=conversation.workspace, conversation=conversation, **fields
    )


def make_decision(message: Message, **fields: Any) -> InteractionEvent:
    values = {
        "kind": "decided",
        "outcome": "reply",
        "reason": "replied",
        "gates": [
            {"gate": "assistant", "passed": True, "reason": "assistant_on", "data": {}},
            {
                "gate": "scenario",
                "passed": True,
                "reason": "scenario_found",
                "data": {"scenario": "Accueil"},
            },
        ],
    }
    return make_event(message.conversation, message=message, **{**values, **fields})


def make_lead(contact: Contact, **fields: Any) -> Lead:
    values = {
        "level": "hot",
        "evidence": [{"quote": "je la prends", "message": None}],
        "phone": "+33612345678",
        "intent": "achat",
    }
    return Lead.objects.create(workspace=contact.workspace, contact=contact, **{**values, **fields})


def make_scenario(workspace: Workspace, **fields: Any) -> Scenario:
    values = {"name": "Accueil", "instruction": "Répondez.", "autonomy": "auto"}
    return Scenario.objects.create(workspace=workspace, **{**values, **fields})


def make_replay(message: Message, **fields: Any) -> Replay:
    """A replay with its result and the answer that was paid for."""
    workspace = message.workspace
    scenario = fields.pop("scenario", None) or make_scenario(workspace)
    replay = Replay.objects.create(
        workspace=workspace,
        scenario=scenario,
        starts_at=NOON,
        ends_at=NOON,
        cost_limit=1,
        status="done",
        **fields,
    )
    said = {"workspace": workspace, "message": message}
    ReplayResult.objects.create(replay=replay, outcome="reply", at=NOON, day=NOON.date(), **said)
    ReplayAnswer.objects.create(prompt="0" * 64, **said)
    return replay


def make_follow_up(conversation: Conversation, **fields: Any) -> FollowUp:
    workspace = conversation.workspace
    scenario = fields.pop("scenario", None) or make_scenario(workspace, kind="follow_up")
    sequence = DmSequence.objects.create(workspace=workspace, scenario=scenario)
    SequenceStep.objects.create(
        workspace=workspace, sequence=sequence, position=1, delay_minutes=60, instruction="Relancez"
    )
    values: dict[str, Any] = {"position": 1, "next_at": NOON}
    return FollowUp.objects.create(
        workspace=workspace, conversation=conversation, sequence=sequence, **{**values, **fields}
    )


def make_webhook(**fields: Any) -> WebhookEvent:
    values = {"provider": "meta", "digest": f"{next(NUMBERS):064d}", "body": b"{}"}
    return WebhookEvent.objects.create(**{**values, **fields})
