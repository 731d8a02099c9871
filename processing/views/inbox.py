"""The page of one conversation, with its Why."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import chosen_workspace, member_name, owns
from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.address import client_address
from flowia.lib.errors import FlowError, NotFoundError, first_sentence
from processing import consent, handling
from processing.actions import (
    OverError,
    call_back_done,
    cancel_follow_up,
    finish_task,
    give_back,
    sort_conversation,
    step_in,
)
from processing.classes import KINDS, LEFT_ALONE
from processing.models import Conversation, Message
from processing.quota_line import WAITS, Waiting, place_of
from processing.reading import (
    conversations_of,
    elsewhere,
    open_follow_ups,
    sorts_of,
    with_elsewhere,
    with_follow_ups,
)
from processing.tasks import relay_after_commit
from processing.thread import Line, lines_of, stamp_of, with_newest
from processing.views.answering import answering, written
from processing.views.drafts import in_hand
from processing.views.listing import with_head
from social.models import SocialAccount
from social.sessions import has_session
from social.truth import Truth, truth_of

MESSAGES_PER_PAGE = 40
KEPT = (
    *("stopped", "consent", "connecting", "provider_paused"),
    *("no_browser", "cooldown", "unknown", "drift"),
)
"""States of an account (`social.truth`) in which nothing is read or sent in a browser."""
CONSENT = {"opt-out": consent.opt_out, "opt-in": consent.opt_in}
HANDLING = {"takeover": "release", "release": "takeover"}
"""What a deed undoes when it is pressed as an undo."""
FOLLOW_UPS = {"cancel": cancel_follow_up, "done": finish_task}
SAID: dict[str, Callable[[], str]] = {
    "cancel": lambda: _("The follow-up is called off."),
    "done": lambda: _("The task is done."),
    "opt-out": lambda: _(
        "Noted: the assistant no longer writes to this person, on any of your accounts."
    ),
    "opt-in": lambda: _(
        "Noted: the assistant may write to this person again, on all your accounts."
    ),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show one conversation.

    A POST of `do=takeover|release` changes who answers (with `undo` it takes the member's other one
    back), `opt-out|opt-in` whether the contact is
    written to; `sort` with `category` says what the contact wants; `reply` sends a member's own
    `text`; `called` ends a call-back; `cancel|done` is
    about the follow-up `follow_up`, and `next=tasks` leads back there. Among comments `to` is the
    one that is answered and `way=public|private` where. `?page=` or `?message=<uid>` chooses the
    messages that are shown. With the header `X-Fragment` only the
    part that may change is answered.
    """
    workspace = chosen_workspace(request)
    found = _find(workspace, uid)
    problem = ""
    if request.method == "POST":
        try:
            return _act(request, found)
        except FlowError as error:
            problem = first_sentence(error)
    said = found.messages.order_by("-sent_at", "-id")
    pages = Paginator(said, MESSAGES_PER_PAGE)
    pages.count = found.said
    page = pages.get_page(_page_of(request, said))
    now = clock.now()
    lines = lines_of(_known(found, page))
    context = {
        "conversation": found,
        "page": page,
        "lines": lines,
        "needs": found.handoff_reason,
        "follow_ups": open_follow_ups(found),
        "place": _place(found, lines, now=now),
        "approvers": _approvers(workspace, lines),
        "words_in_hand": any(line.by_hand for line in lines),
        "left_alone": found.category in LEFT_ALONE,
        "kept": _kept(found.social_account, now=now),
        "stamp": stamp_of(found),
        "owns": owns(workspace),
        "problem": problem,
        "kinds": sorts_of(found),
        "answering": answering(found, now=now, **_asked(request)),
        "elsewhere": elsewhere(found),
        "typed": request.POST.get("text", ""),
        "now": now,
        **in_hand(workspace, request.GET.get("approved"), now=now),
    }
    fragment = "X-Fragment" in request.headers
    template = "processing/_conversation.html" if fragment else "processing/conversation.html"
    return render(request, template, with_head(request, workspace, context))


def _known(found: Conversation, page: Iterable[Message]) -> list[Message]:
    """Return the messages, the oldest first, with what is known of their conversation."""
    said = list(page)
    for one in said:
        one.conversation, one.social_account = found, found.social_account
    return said[::-1]


def _kept(account: SocialAccount, *, now: datetime) -> Truth | None:
    """Return what is true of an account whose session may not act; None of every other."""
    if not has_session(account):
        return None
    told = truth_of(account, now=now)
    return told if told.state in KEPT else None


def _approvers(workspace: Workspace, lines: list[Line]) -> dict[UUID, str]:
    """Return who of the workspace's members approved something here, by their ids."""
    asked = {line.message.approved_by for line in lines if line.message.approved_by}
    if not asked:
        return {}
    rows = workspace.members.filter(uid__in=asked)
    return {one.uid: one.name or one.email for one in rows}


def _place(found: Conversation, lines: list[Line], *, now: datetime) -> Waiting | None:
    """Return the conversation's place in the line for the quota, None where nothing waits."""
    waits = any(line.waiting and line.message.reason == WAITS for line in lines)
    return place_of(found, now=now) if waits else None


def _asked(request: HttpRequest) -> dict[str, str]:
    """Return which comment is to be answered, and how: as posted, or by the page's address."""
    given = request.POST if request.method == "POST" else request.GET
    return {name: given.get(name, "") for name in ("to", "way")}


def _page_of(request: HttpRequest, said: QuerySet[Message]) -> str | int | None:
    """Return the page asked for: `?page=`, or the one on which `?message=<uid>` stands."""
    try:
        wanted = said.filter(uid=UUID(request.GET.get("message", ""))).first()
    except ValueError:
        wanted = None
    if wanted is None:
        return request.GET.get("page")
    later = Q(sent_at__gt=wanted.sent_at) | Q(sent_at=wanted.sent_at, pk__gt=wanted.pk)
    return said.filter(later).count() // MESSAGES_PER_PAGE + 1


def _find(workspace: Workspace, uid: UUID) -> Any:
    rows = conversations_of(workspace).select_related(
        "contact__lead", "contact__workspace", "workspace"
    )
    found = with_newest(with_follow_ups(with_elsewhere(rows.filter(uid=uid)))).first()
    if found is None:
        raise NotFoundError
    return found


def _act(request: HttpRequest, found: Conversation) -> HttpResponse:
    by, deed = member_name(request.user), request.POST.get("do", "")
    if deed in HANDLING and "undo" in request.POST:
        _take_back(request, found, HANDLING[deed], by=by)
    elif deed == "takeover":
        undo = _undo(found, "release") if step_in(found, by=by) else ""
        said = _("You have the conversation; the assistant stays silent.")
        messages.success(request, said, extra_tags=undo)
    elif deed == "release":
        undo = _undo(found, "takeover") if give_back(found, by=by) else ""
        said = _("The assistant answers in this conversation again.")
        messages.success(request, said, extra_tags=undo)
    elif deed == "reply":
        _message, wake = written(found, request.POST, by=by)
        relay_after_commit(wake)
        messages.success(request, _("Your answer is on its way; the assistant stays silent."))
    elif deed == "called":
        call_back_done(found, by=by)
        messages.success(request, _("The task is done."))
    elif deed == "sort":
        _sort(request, found, by=by)
    elif deed in CONSENT:
        CONSENT[deed](found.contact, by=audit.by(request.user, client_address(request)))
        messages.success(request, SAID[deed]())
    elif deed in FOLLOW_UPS:
        _decide_follow_up(request, found, deed)
    if request.POST.get("next") == "tasks":
        return redirect("tasks")
    return redirect("conversation", uid=found.uid)


def _take_back(request: HttpRequest, found: Conversation, kind: str, *, by: str) -> None:
    whole = handling.undo(found, kind, by=by)
    messages.success(request, _("Undone: who answers is as it was before."))
    if not whole:
        messages.warning(request, _("The follow-up that was called off stays off."))


def _undo(found: Conversation, deed: str) -> str:
    """Return what lets the message of a deed offer the way back: `deed` undoes the contrary one."""
    return f"undo {found.uid} {deed}"


def _sort(request: HttpRequest, found: Conversation, *, by: str) -> None:
    category = request.POST.get("category", "")
    unsure = category == Conversation.Category.UNSURE
    if category not in KINDS and not unsure:
        messages.error(request, _("Choose what the contact wants."))
        return
    sort_conversation(found, category, by=by)
    if unsure:
        messages.success(request, _("Noted; the assistant judges it anew."))
    else:
        messages.success(request, _("Noted; the assistant keeps to it."))


def _decide_follow_up(request: HttpRequest, found: Conversation, deed: str) -> None:
    wanted = request.POST.get("follow_up", "")
    rows = open_follow_ups(found).select_related("workspace", "conversation", "message")
    follow_up = next((one for one in rows if str(one.uid) == wanted), None)
    if follow_up is None:
        messages.error(request, str(OverError.detail))
        return
    try:
        FOLLOW_UPS[deed](follow_up, by=member_name(request.user))
    except OverError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, SAID[deed]())
