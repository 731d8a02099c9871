"""The JSON of what the networks' own addresses take and give."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from accounts.links import absolute
from flowia.lib.fields import Flag, Text
from processing.api.draft_fields import WordsInput
from processing.api.fields import AccountFields, ContactFields, MessageFields
from processing.ledger import sentence_of
from processing.models import Conversation, InteractionEvent, Message

LONGEST_ID = 255


class SendInput(WordsInput):
    """Words for a person who wrote to `account`: their `conversation`, or their id as `recipient`.

    `recipient` is the network's id of the person, or our own of the contact.
    """

    account = serializers.UUIDField()
    conversation = serializers.UUIDField(required=False)
    recipient = Text(required=False, max_length=LONGEST_ID)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one of the two ways to name a person."""
        if ("conversation" in given) == ("recipient" in given):
            sentence = _("Name either a conversation or a recipient.")
            raise serializers.ValidationError({"recipient": [sentence]})
        return given


class ToConversation(WordsInput):
    """Words for the person of a `conversation` of `account`."""

    account = serializers.UUIDField()
    conversation = serializers.UUIDField()


class ToRecipient(WordsInput):
    """Words for a `recipient`: the network's id of the person, or our own of the contact."""

    account = serializers.UUIDField()
    recipient = Text(max_length=LONGEST_ID)


SEND = PolymorphicProxySerializer(
    component_name="Send",
    serializers=[ToConversation, ToRecipient],
    resource_type_field_name=None,
)
"""One of the two, for the document: `SendInput` refuses both and neither."""


class CommentInput(WordsInput):
    """Words under a `comment` (our id of it, or the network's), or with `private` to its writer."""

    account = serializers.UUIDField()
    comment = Text(max_length=LONGEST_ID)
    private = Flag(default=False)


class Waiting(serializers.Serializer[Any]):
    """`wait=1` lets the answer come when the network has answered, after 10 seconds at most."""

    wait = serializers.BooleanField(required=False, default=False)


class MessageFilters(serializers.Serializer[Any]):
    """`account` and `conversation` are ids."""

    account = serializers.UUIDField(required=False)
    conversation = serializers.UUIDField(required=False)


class ConversationFilters(serializers.Serializer[Any]):
    """`account` is an id, `category` what the contact wants."""

    account = serializers.UUIDField(required=False)
    category = serializers.ChoiceField(choices=Conversation.Category.choices, required=False)


class ReadFilters(serializers.Serializer[Any]):
    """`account` is an id, `since` a moment; `refresh=1` has the network read again at once.

    What that finds stands here within seconds; `readings` says when each account was read last.
    """

    account = serializers.UUIDField(required=False)
    since = serializers.DateTimeField(required=False)
    refresh = serializers.BooleanField(required=False, default=False)


class NetworkMessageFields(MessageFields):
    """A direct message with its account, conversation and contact."""

    account = AccountFields(source="social_account")
    conversation = serializers.UUIDField(source="conversation.uid")
    contact = ContactFields(source="conversation.contact")


class NetworkConversationFields(serializers.Serializer[Any]):
    """A thread with what its contact wants.

    `category` is empty until that is told, `category_by` who told it. `needs_human` says whether
    only a human can go on, `link` where the thread stands here.
    """

    id = serializers.UUIDField(source="uid")
    account = AccountFields(source="social_account")
    contact = ContactFields()
    headline = serializers.CharField(source="contact.headline")
    category = serializers.ChoiceField(choices=Conversation.Category.choices, allow_blank=True)
    category_by = serializers.ChoiceField(choices=Conversation.Sorter.choices, allow_blank=True)
    category_at = serializers.DateTimeField(allow_null=True)
    needs_human = serializers.BooleanField(source="urgent")
    last_message_at = serializers.DateTimeField()
    link = serializers.SerializerMethodField()

    @extend_schema_field(serializers.URLField())
    def get_link(self, conversation: Conversation) -> str:
        """Where people read it."""
        return absolute(f"/inbox/{conversation.uid}")


class AnswerFields(serializers.Serializer[Any]):
    """Our newest answer to a comment, and how far it came."""

    id = serializers.UUIDField(source="answer_uid")
    status = serializers.ChoiceField(choices=Message.Status.choices, source="answer_status")
    private = serializers.BooleanField(source="answer_private")


class CommentFields(NetworkMessageFields):
    """Somebody's comment, and our answer to it; null while there is none."""

    answer = serializers.SerializerMethodField()

    @extend_schema_field(AnswerFields(allow_null=True))
    def get_answer(self, comment: Message) -> dict[str, Any] | None:
        """Our answer, if one was written."""
        answered = getattr(comment, "answer_uid", None) is not None
        return dict(AnswerFields(comment).data) if answered else None


class InteractionRow(serializers.Serializer[Any]):
    """Something that happened in a direct thread: a message, a reaction, an arrival.

    `reason` is its code and `sentence` tells it; `origin` is where the contact came from.
    """

    id = serializers.UUIDField(source="uid")
    at = serializers.DateTimeField(source="created_at")
    kind = serializers.ChoiceField(choices=InteractionEvent.Kind.choices)
    reason = serializers.CharField()
    sentence = serializers.SerializerMethodField()
    account = AccountFields(source="conversation.social_account")
    conversation = serializers.UUIDField(source="conversation.uid")
    contact = ContactFields(source="conversation.contact")
    origin = serializers.CharField(source="conversation.origin")
    message = MessageFields(allow_null=True)

    def get_sentence(self, event: InteractionEvent) -> str:
        """What happened, in words."""
        return sentence_of(event)


class ActivityFields(serializers.Serializer[Any]):
    """Something an account did on its network; `kind` is the network's word for it."""

    id = serializers.CharField(source="what.external_id")
    account = AccountFields()
    kind = serializers.CharField(source="what.kind")
    title = serializers.CharField(source="what.title")
    post_external_id = serializers.CharField(source="what.post_external_id")
    at = serializers.DateTimeField(source="what.at")
