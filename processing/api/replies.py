"""A member's own words by HTTP."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import member_name
from accounts.api.idempotency import KEY, idempotent
from processing.api.conversations import find_conversation
from processing.api.draft_fields import QUEUED, QueuedFields, WordsInput, queued
from processing.commenting import answer_newest
from processing.tasks import relay_after_commit


class Reply(APIView):
    """A member answers."""

    @extend_schema(
        summary="Answer by hand",
        request=WordsInput,
        parameters=[KEY],
        responses={202: QueuedFields},
        examples=[QUEUED],
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Response:
        """Send `text` to the contact and take the conversation over; waiting drafts are closed.

        Among comments it stands under the newest one. 400 when it is too long for the network, 409
        `window_closed` outside the reply window.
        """
        conversation = find_conversation(request, uid)
        given = WordsInput(data=request.data)
        given.is_valid(raise_exception=True)
        text = given.validated_data["text"]
        message, wake = answer_newest(conversation, text, by=member_name(request.user))
        relay_after_commit(wake)
        return Response(queued(message, message.status), status=202)
