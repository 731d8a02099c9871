"""The page of tasks: what only a human can do now, the soonest end of a reply window first."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import chosen_workspace, workspaces_to_switch
from flowia.lib import clock
from processing.reading import accounts_held_up, waiting_for_a_human

ROWS_PER_PAGE = 30
KINDS: dict[str, tuple[Promise, Q]] = {
    "": (gettext_lazy("All"), Q()),
    "calls": (gettext_lazy("To call back"), Q(handoff_reason="call_back")),
    "follow_ups": (gettext_lazy("Follow-ups to write"), Q(task__isnull=False)),
    "others": (
        gettext_lazy("Handed over"),
        ~Q(handoff_reason__in=["", "needs_approval", "call_back"]),
    ),
}
"""What a task is about; somebody to call back may also wait for a follow-up."""


@login_required
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """List conversations that wait for a human, and follow-ups that only a human may write.

    `?show=calls|follow_ups|others` lists one kind of them, `?page=` a page.
    """
    workspace, now = chosen_workspace(request), clock.now()
    show = request.GET.get("show", "")
    show = show if show in KINDS else ""
    rows = waiting_for_a_human(workspace, now=now)
    counted = rows.order_by().aggregate(
        **{name: Count("pk", filter=kind) for name, (_words, kind) in KINDS.items() if name},
        total=Count("pk"),
    )
    paginator = Paginator(rows.filter(KINDS[show][1]), ROWS_PER_PAGE)
    paginator.count = counted[show or "total"]
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "show": show,
        "total": counted["total"],
        "kinds": [
            (name, words, counted[name or "total"]) for name, (words, _kind) in KINDS.items()
        ],
        "held_up": accounts_held_up(workspace),
        "now": now,
        "workspace": workspace,
        "workspaces": workspaces_to_switch(request),
    }
    return render(request, "processing/tasks.html", context)
