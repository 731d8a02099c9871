"""What is stored of a network, at its own addresses.

Which address of which provider lists what, and which of its streams brings it, stands in
`processing.urls`; nothing here knows a provider by name.
"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.lists import CursorPages
from processing import networks
from processing.api.lists import Listed, WorkspaceList
from processing.api.network_fields import (
    ActivityFields,
    CommentFields,
    ConversationFilters,
    InteractionRow,
    MessageFilters,
    NetworkConversationFields,
    NetworkMessageFields,
    ReadFilters,
)
from processing.api.network_sending import account_named
from processing.models import Conversation, InteractionEvent, Message
from processing.networks import Reading
from social.models import SocialAccount, WebhookEvent

MOMENT = {"type": "string", "format": "date-time", "nullable": True}
READINGS = {
    "type": "array",
    "description": "When each account was read last, and when it is read next.",
    "items": {
        "type": "object",
        "properties": {
            "account": {"type": "string", "format": "uuid"},
            "stream": {"type": "string"},
            "read_at": MOMENT,
            "next_at": MOMENT,
            "error": {"type": "string"},
        },
    },
}


class ReadPages(CursorPages):
    """Pages of what was read by asking: they say when that was."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe `readings` in the OpenAPI document."""
        found: dict[str, Any] = super().get_paginated_response_schema(schema)
        found["properties"]["readings"] = READINGS
        return found


class ReadList(WorkspaceList[Listed]):
    """A list that `?refresh=1` brings up to date, by reading `stream` of the accounts again."""

    provider = ""
    stream = ""
    filters = ReadFilters
    pagination_class = ReadPages
    moment = "sent_at"
    account = "social_account"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[Listed]:
        """Return the rows that fit, after asking for a new reading if that is wanted."""
        accounts = networks.accounts_on(workspace, self.provider)
        found = self.stored(workspace)
        if "account" in asked:
            named = account_named(workspace, self.provider, asked["account"])
            accounts = accounts.filter(pk=named.pk)
            found = found.filter(**{self.account: named})
        if "since" in asked:
            found = found.filter(**{f"{self.moment}__gte": asked["since"]})
        self.accounts: list[SocialAccount] = list(accounts)
        # The next pages of a list name the same query: they are no new wish.
        if asked["refresh"] and "cursor" not in self.request.query_params:
            networks.read_again(self.accounts, self.stream, now=clock.now())
        return found

    def stored(self, workspace: Workspace, /) -> QuerySet[Listed]:
        """Return what is stored of the network."""
        raise NotImplementedError

    def get_paginated_response(self, data: Any) -> Response:
        """Return the page with `readings`."""
        answer = super().get_paginated_response(data)
        found = networks.readings_of(self.accounts, self.stream)
        answer.data["readings"] = [_told(one) for one in found]
        return answer


@extend_schema(summary="Direct messages of a network", parameters=[MessageFilters])
class Messages(WorkspaceList[Message]):
    """The direct messages of one network, the newest first."""

    provider = ""
    model = Message
    serializer_class = NetworkMessageFields
    filters = MessageFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("sent_at", "created_at")
    ordering: ClassVar[str] = "-sent_at"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[Message]:
        """Return the messages that fit the filters."""
        columns = {"account": "social_account__uid", "conversation": "conversation__uid"}
        wanted = {columns[name]: value for name, value in asked.items()}
        return networks.direct_messages(workspace, self.provider).filter(**wanted)


@extend_schema(summary="Conversations of a network", parameters=[ConversationFilters])
class Conversations(WorkspaceList[Conversation]):
    """The direct threads of one network with what their contacts want, the latest first."""

    provider = ""
    model = Conversation
    serializer_class = NetworkConversationFields
    filters = ConversationFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("last_message_at", "created_at")
    ordering: ClassVar[str] = "-last_message_at"

    def rows(self, workspace: Workspace, asked: dict[str, Any]) -> QuerySet[Conversation]:
        """Return the threads that fit the filters."""
        columns = {"account": "social_account__uid", "category": "category"}
        wanted = {columns[name]: value for name, value in asked.items()}
        return networks.conversations(workspace, self.provider).filter(**wanted)


@extend_schema(summary="Comments of a network", parameters=[ReadFilters])
class Comments(ReadList[Message]):
    """What people wrote under the posts of one network's accounts, the newest first."""

    model = Message
    serializer_class = CommentFields
    ordering_fields: ClassVar[tuple[str, ...]] = ("sent_at", "created_at")
    ordering: ClassVar[str] = "-sent_at"

    def stored(self, workspace: Workspace) -> QuerySet[Message]:
        """Return the comments."""
        return networks.comments(workspace, self.provider)


@extend_schema(summary="Interactions of a network", parameters=[ReadFilters])
class Interactions(ReadList[InteractionEvent]):
    """What happened in one network's direct threads, the latest first."""

    model = InteractionEvent
    serializer_class = InteractionRow
    moment = "created_at"
    account = "conversation__social_account"
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "-created_at"

    def stored(self, workspace: Workspace) -> QuerySet[InteractionEvent]:
        """Return the ledger's rows of it."""
        return networks.happened(workspace, self.provider)


class Activities(ReadList[WebhookEvent]):
    """What one network's accounts did there, the latest reading first; kept for 30 days."""

    model = WebhookEvent
    serializer_class = ActivityFields
    moment = "created_at"
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "-created_at"

    def stored(self, workspace: Workspace) -> QuerySet[WebhookEvent]:
        """Return the stored readings."""
        return networks.activity_pages(workspace, self.provider, self.stream)

    @extend_schema(
        summary="Activities of a network",
        parameters=[ReadFilters],
        responses=ActivityFields(many=True),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return activities; a page holds whole readings, so it may be longer than `limit`."""
        return self.list(request, *args, **kwargs)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return what stands in the readings of one page."""
        del request, args, kwargs  # the view's own
        pages = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        found = networks.activities_in(pages)
        return self.get_paginated_response(ActivityFields(found, many=True).data)


def _told(reading: Reading) -> dict[str, Any]:
    return {
        "account": str(reading.account.uid),
        "stream": reading.stream,
        "read_at": reading.read_at,
        "next_at": reading.next_at,
        "error": reading.error,
    }
