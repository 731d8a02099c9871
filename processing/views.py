"""The pages of the mind: the inbox and one conversation, with its Why."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import chosen_workspace, member_name, owns, workspaces_of
from accounts.models import Workspace
from billing.quotas import usage
from flowia.lib import clock
from flowia.lib.errors import NotFoundError
from processing.actions import give_back, step_in
from processing.models import Conversation
from processing.reading import conversations_of, inbox_counts, inbox_of
from processing.thread import lines_of, stamp_of

ROWS_PER_PAGE = 20
MESSAGES_PER_PAGE = 40
FILTERS = ("", "needs", "hot")


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """List the workspace's conversations: `?show=needs|hot`, `?search=`, `?page=`."""
    workspace = chosen_workspace(request)
    show = request.GET.get("show", "")
    show = show if show in FILTERS else ""
    search = request.GET.get("search", "").replace("\0", "").strip()[:100]
    rows = inbox_of(workspace, show=show, search=search)
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    counts = inbox_counts(workspace)
    tabs = [("", _("All"), counts["all"]), ("needs", _("Needs me"), counts["needs"])]
    tabs.append(("hot", _("Hot"), counts["hot"]))
    context = {"page": page, "show": show, "search": search, "tabs": tabs}
    return render(request, "processing/inbox.html", _with(request, workspace, context))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show one conversation; a POST of `do=takeover|release` changes who answers.

    With the header `X-Fragment` only the part that may change is answered.
    """
    workspace = chosen_workspace(request)
    found = _find(workspace, uid)
    if request.method == "POST":
        return _act(request, found)
    said = found.messages.order_by("-sent_at", "-id")
    page = Paginator(said, MESSAGES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "conversation": found,
        "page": page,
        "lines": lines_of(reversed(list(page))),
        "needs": found.handoff_reason,
        "stamp": stamp_of(found),
        "owns": owns(workspace),
    }
    fragment = "X-Fragment" in request.headers
    template = "processing/_conversation.html" if fragment else "processing/conversation.html"
    return render(request, template, _with(request, workspace, context))


def _find(workspace: Workspace, uid: UUID) -> Conversation:
    rows = conversations_of(workspace).select_related("contact__lead", "workspace")
    found = rows.filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found


def _act(request: HttpRequest, found: Conversation) -> HttpResponse:
    by = member_name(request.user)
    if request.POST.get("do") == "takeover":
        step_in(found, by=by)
        messages.success(request, _("You have the conversation; the assistant stays silent."))
    elif request.POST.get("do") == "release":
        give_back(found, by=by)
        messages.success(request, _("The assistant answers in this conversation again."))
    return redirect("conversation", uid=found.uid)


def _with(request: HttpRequest, workspace: Workspace, context: dict[str, Any]) -> dict[str, Any]:
    now = clock.now()
    return {
        **context,
        "now": now,
        "workspace": workspace,
        "workspaces": workspaces_of(request.user),
        "usage": usage(workspace, now=now),
    }
