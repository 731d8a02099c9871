"""The page of tasks: what only a human can do now, the soonest end of a reply window first."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import chosen_workspace, workspaces_of
from flowia.lib import clock
from processing.reading import accounts_held_up, waiting_for_a_human

ROWS_PER_PAGE = 30


@login_required
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """List conversations that wait for a human, and follow-ups that only a human may write."""
    workspace, now = chosen_workspace(request), clock.now()
    rows = waiting_for_a_human(workspace, now=now)
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "held_up": accounts_held_up(workspace),
        "now": now,
        "workspace": workspace,
        "workspaces": workspaces_of(request.user),
    }
    return render(request, "processing/tasks.html", context)
