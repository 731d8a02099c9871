"""Settings: who did what in the workspace, as a page and as a table for spreadsheets."""

from collections.abc import Iterator
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from accounts.access import chosen_workspace, owned
from accounts.activity import KINDS, entries_of, lines_of
from accounts.models import AuditEntry, User, Workspace
from accounts.views.frame import framed
from flowia.lib.sheets import sheet

LINES_PER_PAGE = 50
BATCH = 500


@login_required
@require_safe
def activity(request: HttpRequest) -> HttpResponse:
    """List the entries: `?person=<uid>`, `?kind=`, `?page=`. For owners."""
    workspace = owned(chosen_workspace(request), request.user)
    page = Paginator(_asked(request, workspace), LINES_PER_PAGE).get_page(request.GET.get("page"))
    people = list(User.objects.filter(workspaces=workspace).order_by("name", "email"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "lines": lines_of(page, known=people),
        "kinds": KINDS.items(),
        "people": people,
        "kind": request.GET.get("kind", ""),
        "person": request.GET.get("person", ""),
        "query": query.urlencode(),
    }
    return render(request, "accounts/settings/activity.html", framed(request, context))


@login_required
@require_GET
def table(request: HttpRequest) -> HttpResponseBase:
    """Return the same entries, all of them, as CSV that opens in a spreadsheet. For owners."""
    workspace = owned(chosen_workspace(request), request.user)
    heads = [_("Number"), _("When"), _("Who"), _("What"), _("Network address"), _("Action")]
    rows = _rows(_asked(request, workspace), ZoneInfo(workspace.timezone))
    return sheet("activity.csv", heads, rows)


def _asked(request: HttpRequest, workspace: Workspace) -> QuerySet[AuditEntry]:
    try:
        person = UUID(request.GET.get("person", ""))
    except ValueError:
        person = None
    return entries_of(workspace, person=person, kind=request.GET.get("kind", ""))


def _rows(rows: QuerySet[AuditEntry], zone: ZoneInfo) -> Iterator[list[object]]:
    for batch in _batches(rows):
        for line in lines_of(batch):
            at = line.at.astimezone(zone).isoformat(timespec="seconds")
            yield [line.number, at, line.who, line.words, line.address, line.action]


def _batches(rows: QuerySet[AuditEntry]) -> Iterator[list[AuditEntry]]:
    batch = list(rows[:BATCH])
    while batch:
        yield batch
        # By number, not by place: entries that come in meanwhile shift the places.
        batch = list(rows.filter(number__lt=batch[-1].number)[:BATCH])
