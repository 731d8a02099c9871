"""Writing through a network's own address: to a person, or under a comment.

Each provider's address is a line in `processing.urls`; nothing here knows one by name.
"""

import time
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import member_name, workspace_of
from accounts.api.idempotency import KEY, idempotent
from accounts.models import Workspace
from flowia.lib.errors import FlowError, NotFoundError
from processing import commenting
from processing.actions import reply_by_hand
from processing.api.draft_fields import QUEUED, QueuedFields, queued
from processing.api.network_fields import SEND, CommentInput, SendInput, Waiting
from processing.fitting import WindowClosedError
from processing.models import Conversation, Message
from processing.reasons import sentence
from processing.tasks import relay_after_commit
from social.models import SocialAccount
from social.providers.registry import PROVIDERS

LONGEST_WAIT, LOOK_SECONDS = 10.0, 0.2
pause = time.sleep
Status = Message.Status


class RefusedError(FlowError):
    """The network refused the message for good; `errors` holds its own code."""

    code = "send_refused"
    status = 422
    detail = _("The network refused the message for good.")


class UnreachableError(FlowError):
    """The message could not be handed over after several attempts."""

    code = "send_failed"
    status = 502
    detail = _("The network could not be reached: the message was not sent.")


class SendDirect(APIView):
    """A member's own words to a person who wrote to an account of `provider`."""

    provider = ""

    @extend_schema(
        summary="Send a direct message",
        request=SEND,
        parameters=[KEY, Waiting],
        responses={202: QueuedFields},
        examples=[QUEUED],
    )
    def post(self, request: Request) -> Response:
        """Send `text` and take the conversation over; waiting drafts are closed.

        400 when it is too long for the network; 409 `account_needs_login`, `account_paused`,
        `account_stopped`, `account_not_agreed`, `account_connecting`, `account_lacks`, or
        `window_closed` outside the reply window. With `wait=1`: 422 when the network refuses it
        for good, 502 when it cannot be reached.
        """
        waits = _waits(request)
        return _answered(self._send(request), waits=waits)

    @idempotent
    def _send(self, request: Request) -> Response:
        workspace = workspace_of(request)
        given = SendInput(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        account = account_named(workspace, self.provider, asked["account"])
        thread = _thread(account, asked)
        commenting.check_account(account, commenting.DIRECT)
        message, wake = reply_by_hand(thread, asked["text"], by=member_name(request.user))
        relay_after_commit(wake)
        return Response(queued(message, message.status), status=202)


class ReplyComment(APIView):
    """A member's own words to somebody who commented."""

    @extend_schema(
        summary="Answer a comment",
        request=CommentInput,
        parameters=[KEY, Waiting],
        responses={202: QueuedFields},
        examples=[QUEUED],
    )
    def post(self, request: Request, provider: str) -> Response:
        """Write `text` under the comment, or with `private` to its writer's direct messages.

        422 `comment_gone`, `comment_hidden` or `comment_too_old` (for a private answer); 409
        `already_sent` for the same words, `already_answered` for a second private answer, and
        those of an account that cannot be written through.
        """
        known = PROVIDERS.get(provider)
        if known is None or not any(one.comments for one in known.capabilities.values()):
            raise NotFoundError
        waits = _waits(request)
        return _answered(self._reply(request, provider), waits=waits)

    @idempotent
    def _reply(self, request: Request, provider: str) -> Response:
        workspace = workspace_of(request)
        given = CommentInput(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        account = account_named(workspace, provider, asked["account"])
        comment = _comment(account, asked["comment"])
        private = asked["private"]
        ability = commenting.PRIVATE if private else commenting.COMMENTS
        commenting.check_account(account, ability)
        by = member_name(request.user)
        message, wake = commenting.answer_comment(comment, asked["text"], by=by, private=private)
        relay_after_commit(wake)
        return Response(queued(message, message.status), status=202)


def account_named(workspace: Workspace, provider: str, uid: UUID) -> SocialAccount:
    """Return the workspace's account on that network; raises NotFoundError for others."""
    rows = SocialAccount.objects.filter(workspace=workspace, provider=provider, uid=uid)
    found = rows.first()
    if found is None:
        raise NotFoundError
    return found


def _thread(account: SocialAccount, asked: dict[str, Any]) -> Conversation:
    """Return the direct thread that is meant; nobody who never wrote can be written to."""
    rows = Conversation.objects.filter(social_account=account, kind=Conversation.Kind.DIRECT)
    if "conversation" in asked:
        rows = rows.filter(uid=asked["conversation"])
    else:
        meant = Q(contact__external_id=asked["recipient"])
        if (uid := _uid(asked["recipient"])) is not None:
            meant |= Q(contact__uid=uid)
        rows = rows.filter(meant)
    # Where somebody has several threads, the latest is meant.
    related = ("workspace", "contact", "social_account")
    found = rows.select_related(*related).order_by("-last_message_at", "-id").first()
    if found is None:
        raise NotFoundError
    return found


def _comment(account: SocialAccount, named: str) -> Message:
    meant = Q(external_id=named)
    if (uid := _uid(named)) is not None:
        meant |= Q(uid=uid)
    rows = Message.objects.filter(
        meant,
        social_account=account,
        direction=Message.Direction.INBOUND,
        conversation__kind=Conversation.Kind.COMMENT,
    )
    related = ("conversation__workspace", "conversation__social_account", "social_account")
    found = rows.exclude(external_id="").select_related(*related).first()
    if found is None:
        raise NotFoundError
    return found


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _waits(request: Request) -> bool:
    asked = Waiting(data=request.query_params.dict())
    asked.is_valid(raise_exception=True)
    return bool(asked.validated_data["wait"])


def _answered(accepted: Response, *, waits: bool) -> Response:
    """Return the accepted call's answer, with `waits` once it is known what became of it."""
    if waits:
        told = accepted.data["message"]
        told["status"] = _outcome(UUID(told["id"]))
    return accepted


def _outcome(uid: UUID) -> str:
    """Return the message's status once it is settled, or as it stands after the longest wait.

    Each look is a query of its own: no transaction is held meanwhile. Raises RefusedError,
    UnreachableError, WindowClosedError.
    """
    rows = Message.objects.filter(uid=uid)
    until = time.monotonic() + LONGEST_WAIT
    while True:
        found = rows.values_list("status", "reason", "delivery__error_code").first()
        # An erasure takes a message with it.
        status, reason, code = found or (Status.REFUSED, "erased", "")
        if status == Status.REFUSED:
            _refuse(reason, code or "")
        if status == Status.FAILED:
            raise UnreachableError(errors={"network": [code]} if code else None)
        if status != Status.QUEUED or time.monotonic() >= until:
            return str(status)
        pause(LOOK_SECONDS)


def _refuse(reason: str, code: str) -> None:
    if reason == "window_closed":
        raise WindowClosedError
    raise RefusedError(
        sentence(reason, {"code": code}), errors={"network": [code]} if code else None
    )
