"""The pages of the mind: the inbox and one conversation, with its Why."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.access import chosen_workspace, member_name, owns, workspaces_to_switch
from accounts.models import Workspace
from billing.quotas import usage
from flowia.lib import clock
from flowia.lib.address import client_address
from flowia.lib.errors import FlowError, NotFoundError, first_sentence
from processing import consent
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
from processing.quota_line import WAITS, Waiting, number_waiting, place_of, waiting
from processing.reading import (
    are_sorted,
    conversations_of,
    elsewhere,
    inbox_counts,
    inbox_of,
    kinds_of_accounts,
    open_follow_ups,
    sorts_of,
    with_elsewhere,
)
from processing.tasks import relay_after_commit
from processing.thread import Line, lines_of, stamp_of
from processing.views.answering import answering, written
from processing.views.drafts import in_hand
from social.models import SocialAccount
from social.sessions import has_session
from social.truth import Truth, truth_of

ROWS_PER_PAGE = 20
MESSAGES_PER_PAGE = 40
KEPT = (
    *("stopped", "consent", "connecting", "provider_paused"),
    *("no_browser", "cooldown", "unknown", "drift"),
)
"""States of an account (`social.truth`) in which nothing is read or sent in a browser."""
FILTERS = ("", "needs", "hot")
CONSENT = {"opt-out": consent.opt_out, "opt-in": consent.opt_in}
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
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """List the workspace's conversations: `?show=needs|hot`, `?search=`, `?page=`.

    `?place=direct|comment`, `?network=` a kind of account and `?category=` what the contact wants,
    on networks that are sorted by it, show a part of them.
    """
    workspace = chosen_workspace(request)
    show = request.GET.get("show", "")
    show = show if show in FILTERS else ""
    search = request.GET.get("search", "").replace("\0", "").strip()[:100]
    networks = kinds_of_accounts(workspace)
    categories = Conversation.Category.choices if are_sorted(networks) else []
    chosen = _chosen(request, networks, categories)
    rows = inbox_of(workspace, show=show, search=search, **chosen)
    counts = inbox_counts(workspace)
    pages = Paginator(rows, ROWS_PER_PAGE)
    sifted = bool(search or any(chosen.values()))
    if not sifted:
        pages.count = counts[show or "all"]  # the tab says it: nothing is counted twice
    page = pages.get_page(request.GET.get("page"))
    tabs = [("", _("All"), counts["all"]), ("needs", _("Needs me"), counts["needs"])]
    tabs.append(("hot", _("Hot"), counts["hot"]))
    context: dict[str, Any] = {"page": page, "show": show, "search": search, "tabs": tabs}
    context |= {**chosen, "networks": networks, "categories": categories, "sifted": sifted}
    context["places"] = Conversation.Kind.choices
    whole = not (sifted or page.number > 1)
    now = context["now"] = clock.now()
    line = waiting(workspace, most=ROWS_PER_PAGE, now=now) if whole else []
    context["line"] = line
    context["waiting"] = number_waiting(workspace, now=now) if line else 0
    kept = {name: value for name, value in chosen.items() if value}
    context["sieve"] = urlencode({"search": search, **kept})
    return render(request, "processing/inbox.html", _with(request, workspace, context))


def _chosen(
    request: HttpRequest, networks: list[str], categories: list[tuple[str, Any]]
) -> dict[str, str]:
    """Return the part of the inbox that is asked for; what is unknown asks for nothing."""
    known = {
        "place": list(Conversation.Kind.values),
        "network": networks,
        "category": [code for code, _words in categories],
    }
    asked = {name: request.GET.get(name, "") for name in known}
    return {name: value if value in known[name] else "" for name, value in asked.items()}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show one conversation.

    A POST of `do=takeover|release` changes who answers, `opt-out|opt-in` whether the contact is
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
    page = Paginator(said, MESSAGES_PER_PAGE).get_page(_page_of(request, said))
    now = clock.now()
    lines = lines_of(reversed(list(page)))
    context = {
        "conversation": found,
        "page": page,
        "lines": lines,
        "needs": found.handoff_reason,
        "follow_ups": open_follow_ups(found),
        "place": _place(found, lines, now=now),
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
    return render(request, template, _with(request, workspace, context))


def _kept(account: SocialAccount, *, now: datetime) -> Truth | None:
    """Return what is true of an account whose session may not act; None of every other."""
    if not has_session(account):
        return None
    told = truth_of(account, now=now)
    return told if told.state in KEPT else None


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


def _find(workspace: Workspace, uid: UUID) -> Conversation:
    rows = conversations_of(workspace).select_related(
        "contact__lead", "contact__workspace", "workspace"
    )
    found = with_elsewhere(rows.filter(uid=uid)).first()
    if found is None:
        raise NotFoundError
    return found


def _act(request: HttpRequest, found: Conversation) -> HttpResponse:
    by, deed = member_name(request.user), request.POST.get("do", "")
    if deed == "takeover":
        step_in(found, by=by)
        messages.success(request, _("You have the conversation; the assistant stays silent."))
    elif deed == "release":
        give_back(found, by=by)
        messages.success(request, _("The assistant answers in this conversation again."))
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


def _with(request: HttpRequest, workspace: Workspace, context: dict[str, Any]) -> dict[str, Any]:
    now = context.get("now") or clock.now()
    return {
        **context,
        "now": now,
        "workspace": workspace,
        "workspaces": workspaces_to_switch(request),
        "usage": usage(workspace, now=now),
    }
