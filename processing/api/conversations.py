"""Conversations by HTTP: the list, one of them, its messages, and who handles it."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import member_name, workspace_of
from accounts.models import Workspace
from flowia.lib.errors import NotFoundError
from processing.actions import give_back, sort_conversation, step_in
from processing.api.fields import ConversationFields, MessageFields
from processing.api.lists import WorkspaceList
from processing.attention import needing_a_human
from processing.models import Conversation, Message
from processing.reading import conversations_of, messages_of


class ConversationFilters(serializers.Serializer[Any]):
    """`contact` and `account` are the network's ids; `search` looks into contacts' names."""

    contact = serializers.CharField(required=False, allow_blank=True)
    account = serializers.CharField(required=False, allow_blank=True)
    category = serializers.ChoiceField(choices=Conversation.Category.choices, required=False)
    handled_by = serializers.ChoiceField(choices=Conversation.Handler.choices, required=False)
    needs_human = serializers.BooleanField(required=False, allow_null=True, default=None)
    search = serializers.CharField(required=False, allow_blank=True)


@extend_schema(summary="Conversations", parameters=[ConversationFilters])
class ConversationList(WorkspaceList[Conversation]):
    """The workspace's threads, the latest first."""

    model = Conversation
    serializer_class = ConversationFields
    filters = ConversationFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("last_message_at", "created_at")
    ordering: ClassVar[str] = "-last_message_at"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[Conversation]:
        """Return the threads that fit the filters."""
        columns = {
            "contact": "contact__external_id",
            "account": "social_account__external_id",
            "category": "category",
            "handled_by": "handled_by",
            "search": "contact__name__icontains",
        }
        wanted = {columns[name]: value for name, value in asked.items() if name in columns}
        threads = conversations_of(workspace).filter(**wanted)
        needs = asked["needs_human"]
        if needs is None:
            return threads
        return threads.filter(needing_a_human()) if needs else threads.exclude(needing_a_human())


class OneConversation(APIView):
    """One thread."""

    @extend_schema(summary="One conversation", responses=ConversationFields)
    def get(self, request: Request, uid: UUID) -> Response:
        """Return the thread."""
        return Response(ConversationFields(find_conversation(request, uid)).data)


class ConversationMessages(WorkspaceList[Message]):
    """What was said in one thread, the latest first."""

    model = Message
    serializer_class = MessageFields
    filters = serializers.Serializer
    ordering_fields: ClassVar[tuple[str, ...]] = ("sent_at", "created_at")
    ordering: ClassVar[str] = "-sent_at"

    @extend_schema(summary="Messages of a conversation")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the messages, or 404 when the thread is not the caller's."""
        return super().get(request, *args, **kwargs)

    def rows(self, workspace: Workspace, _asked: dict[str, Any]) -> QuerySet[Message]:
        """Return the thread's messages."""
        conversation = find_conversation(self.request, self.kwargs["uid"], workspace)
        return messages_of(workspace).filter(conversation=conversation)


class Takeover(APIView):
    """A human steps in."""

    @extend_schema(summary="Take a conversation over", request=None, responses=ConversationFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Keep the assistant silent in this thread until it is released; twice is once."""
        conversation = find_conversation(request, uid)
        step_in(conversation, by=member_name(request.user))
        return Response(ConversationFields(find_conversation(request, uid)).data)


class Release(APIView):
    """The assistant may answer again."""

    @extend_schema(summary="Give a conversation back", request=None, responses=ConversationFields)
    def post(self, request: Request, uid: UUID) -> Response:
        """Give the thread back to the assistant; twice is once."""
        give_back(find_conversation(request, uid), by=member_name(request.user))
        return Response(ConversationFields(find_conversation(request, uid)).data)


class CategoryInput(serializers.Serializer[Any]):
    """What kind of conversation it is, in the member's eyes."""

    category = serializers.ChoiceField(choices=Conversation.Category.choices)


class Category(APIView):
    """What the contact wants."""

    @extend_schema(
        summary="Sort a conversation",
        request=CategoryInput,
        responses=ConversationFields,
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """Say what kind of conversation it is; that stays, and its last message is judged anew.

        `unsure` takes back what a member said: the kind is told by the contact's words again.
        409 `not_sorted` on networks that are not sorted by it.
        """
        conversation = find_conversation(request, uid)
        given = CategoryInput(data=request.data)
        given.is_valid(raise_exception=True)
        category = given.validated_data["category"]
        sort_conversation(conversation, category, by=member_name(request.user))
        return Response(ConversationFields(find_conversation(request, uid)).data)


def find_conversation(
    request: Request, uid: UUID, workspace: Workspace | None = None
) -> Conversation:
    """Return the caller's conversation; raises NotFoundError when it is not theirs."""
    found = conversations_of(workspace or workspace_of(request)).filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found
