"""The JSON of the mind's rows. Reasons come with their sentence in the caller's language."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from processing.ledger import gates_of, sentence_of
from processing.models import Conversation, InteractionEvent, Message
from processing.reasons import sentence


class AccountFields(serializers.Serializer[Any]):
    """The connected account of a conversation."""

    id = serializers.UUIDField(source="uid")
    kind = serializers.CharField()
    name = serializers.CharField()
    external_id = serializers.CharField()


class ContactFields(serializers.Serializer[Any]):
    """A person outside."""

    id = serializers.UUIDField(source="uid")
    external_id = serializers.CharField()
    name = serializers.CharField()
    handle = serializers.CharField()
    opted_out_at = serializers.DateTimeField(allow_null=True)


class ConversationFields(serializers.Serializer[Any]):
    """A thread: with whom, through what, who answers and until when the network lets us.

    `origin` is where the contact came from, in the network's words; `other_app_since` is set while
    another app answers in it. `category` is what the contact wants and `category_by` who said so,
    on networks that are sorted by it; empty elsewhere.
    """

    id = serializers.UUIDField(source="uid")
    account = AccountFields(source="social_account")
    contact = ContactFields()
    kind = serializers.ChoiceField(choices=Conversation.Kind.choices)
    origin = serializers.CharField()
    other_app_since = serializers.DateTimeField(allow_null=True)
    category = serializers.ChoiceField(choices=Conversation.Category.choices, allow_blank=True)
    category_by = serializers.ChoiceField(choices=Conversation.Sorter.choices, allow_blank=True)
    handled_by = serializers.ChoiceField(choices=Conversation.Handler.choices)
    human_until = serializers.DateTimeField(allow_null=True)
    handoff_reason = serializers.CharField()
    handoff_sentence = serializers.SerializerMethodField()
    last_message_at = serializers.DateTimeField(allow_null=True)
    window_closes_at = serializers.DateTimeField(allow_null=True)

    def get_handoff_sentence(self, conversation: Conversation) -> str:
        """Why a human is needed, in words; empty when none is."""
        return _in_words(conversation.handoff_reason, getattr(conversation, "handoff_data", None))


class MessageFields(serializers.Serializer[Any]):
    """One utterance. While `outcome` is empty and `next_at` is set, it waits for `reason`.

    Ids named `…external_id` are the network's. A comment stands under a post and may answer another
    comment; a direct message may quote one. `reactions` are emojis, `payload` what the button that
    was pressed stands for, `private` marks an answer to a comment that went to direct messages.
    """

    id = serializers.UUIDField(source="uid")
    external_id = serializers.CharField()
    post_external_id = serializers.CharField()
    parent_external_id = serializers.CharField()
    quoted_external_id = serializers.CharField()
    payload = serializers.CharField()
    reactions = serializers.SerializerMethodField()
    private = serializers.BooleanField()
    edited_at = serializers.DateTimeField(allow_null=True)
    removed_at = serializers.DateTimeField(allow_null=True)
    hidden_at = serializers.DateTimeField(allow_null=True)
    direction = serializers.ChoiceField(choices=Message.Direction.choices)
    author = serializers.ChoiceField(choices=Message.Author.choices)
    text = serializers.CharField()
    status = serializers.ChoiceField(choices=Message.Status.choices)
    sent_at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(choices=Message.Outcome.choices)
    reason = serializers.CharField()
    sentence = serializers.SerializerMethodField()
    next_at = serializers.DateTimeField(allow_null=True)

    def get_reactions(self, message: Message) -> list[str]:
        """The emojis that people put on it."""
        return message.emojis

    def get_sentence(self, message: Message) -> str:
        """The reason in words; empty when there is none yet."""
        return message_sentence(message)


class GateFields(serializers.Serializer[Any]):
    """One check of a decision."""

    gate = serializers.CharField()
    passed = serializers.BooleanField()
    reason = serializers.CharField()
    sentence = serializers.CharField()


class InteractionFields(serializers.Serializer[Any]):
    """One row of the ledger."""

    id = serializers.UUIDField(source="uid")
    at = serializers.DateTimeField(source="created_at")
    kind = serializers.ChoiceField(choices=InteractionEvent.Kind.choices)
    outcome = serializers.CharField()
    reason = serializers.CharField()
    sentence = serializers.SerializerMethodField()
    gates = serializers.SerializerMethodField()
    data = serializers.DictField()  # type: ignore[assignment]  # a column of that name
    message = serializers.UUIDField(source="message.uid", allow_null=True)

    def get_sentence(self, event: InteractionEvent) -> str:
        """What happened, in words."""
        return sentence_of(event)

    @extend_schema_field(GateFields(many=True))
    def get_gates(self, event: InteractionEvent) -> list[dict[str, Any]]:
        """What was checked, in order."""
        return gates_of(event)


class DecisionScenarioFields(serializers.Serializer[Any]):
    """The scenario that was applied, as it then was."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)


class DecisionFields(serializers.Serializer[Any]):
    """Why an inbound message was answered, held, handed over, or left without an answer."""

    message = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=Message.Outcome.choices)
    reason = serializers.CharField()
    sentence = serializers.CharField()
    next_at = serializers.DateTimeField(allow_null=True)
    gates = GateFields(many=True)
    scenario = DecisionScenarioFields(allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]  # a column of that name
    decided_at = serializers.DateTimeField(allow_null=True)


def message_sentence(message: Message) -> str:
    """Return the reason of `message` in the active language; empty when there is none yet."""
    return _in_words(message.reason, getattr(message, "reason_data", None))


def _in_words(reason: str, data: dict[str, Any] | None = None) -> str:
    return sentence(reason, data) if reason else ""
