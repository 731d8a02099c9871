"""Settings: the compliance file, made for paper, and the person it is about. For owners."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.access import chosen_workspace, owned, person
from accounts.models import Workspace
from accounts.views.frame import by_person, framed
from flowia.lib import clock
from flowia.lib.sheets import sheet
from processing.models import InteractionEvent
from processing.privacy import compliance as files
from processing.privacy.forms import PeriodForm

PAGE, PAPER = "privacy/compliance.html", "privacy/compliance_file.html"
YEAR = timedelta(days=365)
NOTED, HOUR = "compliance_noted", 3600
"""Where the session keeps which periods were noted in the activity, and when."""


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def compliance(request: HttpRequest) -> HttpResponse:
    """Ask for the period, and find a person; a POST makes the file, or finds with `person`.

    A name or number that is looked for stands in no address, which histories and logs keep.
    The activity keeps that it was made or read, by whom and for which period.
    """
    workspace = owned(chosen_workspace(request), request.user)
    now = clock.now()
    usual = _usual(workspace, now)
    finds = "person" in request.POST
    makes = request.method == "POST" and not finds
    form = PeriodForm({**usual, **request.POST.dict()} if makes else usual)
    if makes and form.is_valid():
        _note(request, workspace, form.span(workspace.timezone), now=now, anew=True)
        query = urlencode({**form.days, "workspace": workspace.uid})
        return redirect(f"{reverse('settings-compliance-file')}?{query}")
    search = request.POST.get("person", "").replace("\0", "").strip()[:100]
    people = files.people_called(workspace, search)
    context = {"form": form, "search": search, "people": people}
    return render(request, PAGE, framed(request, context))


@never_cache
@login_required
@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """Show the file for `?since=<day>&until=<day>`, both included; without them, the last year.

    A period that is none leads to the form, with what is wrong.
    """
    workspace = owned(chosen_workspace(request), request.user)
    now = clock.now()
    form = _asked(request, workspace, now)
    if not form.is_valid():
        return _refused(request, form)
    span = form.span(workspace.timezone)
    _note(request, workspace, span, now=now)
    context = {
        "workspace": workspace,
        "since": form.cleaned_data["since"],
        "until": form.cleaned_data["until"],
        "query": urlencode({**form.days, "workspace": workspace.uid}),
        "made_at": now,
        "made_by": person(request.user),
        "house": settings.PUBLIC_URL,
        "file": files.file_of(workspace, span),
    }
    return render(request, PAPER, context)


@login_required
@require_GET
def table(request: HttpRequest) -> HttpResponseBase:
    """Return every notice of the same period as CSV that opens in a spreadsheet."""
    workspace = owned(chosen_workspace(request), request.user)
    now = clock.now()
    form = _asked(request, workspace, now)
    if not form.is_valid():
        return _refused(request, form)
    span = form.span(workspace.timezone)
    _note(request, workspace, span, now=now)
    heads = [_("When"), _("Network"), _("Account"), _("Name"), _("Handle"), _("Id on the network")]
    heads += [_("Message"), _("Words")]
    rows = _rows(files.every_notice(workspace, span), ZoneInfo(workspace.timezone))
    return sheet("notices.csv", heads, rows)


def _note(
    request: HttpRequest,
    workspace: Workspace,
    span: files.Span,
    *,
    now: datetime,
    anew: bool = False,
) -> None:
    """Note who made the file or read it, once an hour for each sign-in and period."""
    moment = now.timestamp()
    lately = request.session.get(NOTED, {}).items()
    noted = {about: at for about, at in lately if moment - at < HOUR}
    about = f"{workspace.uid} {span.since.isoformat()} {span.until.isoformat()}"
    if about in noted and not anew:
        return
    with transaction.atomic():
        files.note_made(workspace, span, by=by_person(request))
    request.session[NOTED] = {**noted, about: moment}


def _rows(notices: Iterator[InteractionEvent], zone: ZoneInfo) -> Iterator[list[object]]:
    for one in notices:
        if one.conversation is None:
            continue
        contact, account = one.conversation.contact, one.conversation.social_account
        yield [
            one.created_at.astimezone(zone).isoformat(timespec="seconds"),
            account.provider,
            account.name,
            contact.name,
            contact.handle,
            contact.external_id,
            one.message.uid if one.message else one.data.get("message", ""),
            one.message.notice if one.message else "",
        ]


def _usual(workspace: Workspace, now: datetime) -> dict[str, str]:
    """Return the last year until today, by the workspace's clock."""
    today = now.astimezone(ZoneInfo(workspace.timezone)).date()
    return {"since": (today - YEAR).isoformat(), "until": today.isoformat()}


def _asked(request: HttpRequest, workspace: Workspace, now: datetime) -> PeriodForm:
    """Return the period of the address; the usual one where it names none."""
    usual = _usual(workspace, now)
    return PeriodForm({name: request.GET.get(name, usual[name]) for name in usual})


def _refused(request: HttpRequest, form: PeriodForm) -> HttpResponse:
    context = {"form": form, "search": "", "people": []}
    return render(request, PAGE, framed(request, context))
