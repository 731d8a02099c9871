"""The JSON of drafts, of what members decide on them, and of the trust they earn."""

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from flowia.lib.fields import Text, Whole
from processing.api.fields import ContactFields
from processing.approving import REJECTIONS
from processing.intents import called
from processing.models import Message, Trust
from processing.reading import why_held
from processing.reasons import sentence

LONGEST_UNDO = 60


class MarkFields(serializers.Serializer[Any]):
    """Words of the draft that neither the facts nor the customer bear out, by its characters."""

    start = serializers.IntegerField()
    end = serializers.IntegerField()
    kind = serializers.CharField()


class QuestionFields(serializers.Serializer[Any]):
    """What the contact wrote."""

    id = serializers.UUIDField(source="uid")
    text = serializers.CharField()
    sent_at = serializers.DateTimeField()


class DraftFields(serializers.Serializer[Any]):
    """An answer that waits for a member, and why. `window_closes_at` is when it is too late."""

    id = serializers.UUIDField(source="uid")
    conversation = serializers.UUIDField(source="conversation.uid")
    contact = ContactFields(source="conversation.contact")
    question = QuestionFields(source="in_reply_to", allow_null=True)
    text = serializers.CharField()
    marks = MarkFields(many=True)
    intent = serializers.CharField()
    scenario = serializers.UUIDField(source="scenario.uid", allow_null=True, default=None)
    reason = serializers.SerializerMethodField()
    sentence = serializers.SerializerMethodField()
    window_closes_at = serializers.DateTimeField(
        source="conversation.window_closes_at", allow_null=True
    )
    snoozed_until = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_reason(self, draft: Message) -> str:
        """Why it was held."""
        return why_held(draft)

    def get_sentence(self, draft: Message) -> str:
        """Why it was held, in words."""
        return sentence(why_held(draft), getattr(draft, "why_data", None))


class StatusFields(serializers.Serializer[Any]):
    """A message and how far it has come."""

    id = serializers.UUIDField(source="uid")
    status = serializers.ChoiceField(choices=Message.Status.choices)


class QueuedFields(serializers.Serializer[Any]):
    """What an accepted call answers: the message that is about to leave."""

    message = StatusFields()


class ApprovalInput(serializers.Serializer[Any]):
    """What comes with an agreement.

    `undo_seconds` is how long it can be taken back before the message leaves. `seen_until` is the
    `sent_at` of the contact's newest message that whoever agrees has read, if that came after the
    question: needed where a browser reads the network, ignored elsewhere.
    """

    undo_seconds = Whole(min_value=0, max_value=LONGEST_UNDO, default=0)
    seen_until = serializers.DateTimeField(required=False)


class WordsInput(serializers.Serializer[Any]):
    """A member's own words."""

    text = Text(max_length=20_000)


class EditInput(WordsInput, ApprovalInput):
    """The words to send in the draft's place."""


class MyselfInput(serializers.Serializer[Any]):
    """The words that the member will send, where they are not the draft's."""

    text = Text(max_length=20_000, required=False)


class HandedFields(serializers.Serializer[Any]):
    """The words to copy, and the address at which the network shows the conversation."""

    link = serializers.URLField()
    text = serializers.CharField()
    message = StatusFields()


class RejectionInput(serializers.Serializer[Any]):
    """Why the draft is not sent."""

    reason = serializers.ChoiceField(choices=sorted(REJECTIONS))


class SnoozeInput(serializers.Serializer[Any]):
    """When the draft comes back; within the next 30 days."""

    until = serializers.DateTimeField()


class NamedFields(serializers.Serializer[Any]):
    """A scenario and how it is called."""

    id = serializers.UUIDField(source="uid")
    name = serializers.CharField()


class TrustFields(serializers.Serializer[Any]):
    """What one intent has earned in one scenario, and why it stands there."""

    id = serializers.UUIDField(source="uid")
    scenario = NamedFields()
    intent = serializers.CharField()
    intent_name = serializers.SerializerMethodField()
    stage = serializers.ChoiceField(choices=Trust.Stage.choices)
    in_a_row = serializers.IntegerField()
    approved = serializers.IntegerField()
    edited = serializers.IntegerField()
    rejected = serializers.IntegerField()
    reason = serializers.CharField()
    sentence = serializers.SerializerMethodField()
    changed_at = serializers.DateTimeField(allow_null=True)

    def get_intent_name(self, trust: Trust) -> str:
        """The intent in words."""
        return called(trust.intent)

    def get_sentence(self, trust: Trust) -> str:
        """Why it stands there, in words; empty while nothing happened."""
        return sentence(f"trust_{trust.reason}") if trust.reason else ""


EXAMPLE_ID = "0193a1f2-7c1e-7b3a-9d55-3f0e6b1c2d4e"
QUEUED = OpenApiExample(
    "about to leave",
    value={"message": {"id": EXAMPLE_ID, "status": "queued"}},
    response_only=True,
)
HANDED = OpenApiExample(
    "to be sent by the member",
    value={
        "link": "https://network.example/messages/2-abc/",
        "text": "Oui, nous pouvons en parler mardi.",
        "message": {"id": EXAMPLE_ID, "status": "queued"},
    },
    response_only=True,
)


def queued(message: Message, status: str) -> dict[str, Any]:
    """Return the answer of an accepted call."""
    return {"message": {"id": str(message.uid), "status": status}}
