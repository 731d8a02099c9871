"""Erasing the people of several leads at once: those that were ticked, never all that fit."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import chosen_workspace, owned
from accounts.views.frame import by_person, framed
from flowia.lib.errors import NotFoundError
from processing.privacy import rights
from processing.views import lead_filters as filters
from social.models import SocialAccount

PAGE = "privacy/erase_leads.html"


@never_cache
@login_required
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Say what happens to the people of the leads `lead`; `confirm`, their number, erases them.

    For owners, and for nobody else.
    """
    workspace = owned(chosen_workspace(request), request.user)
    wanted = request.POST.getlist("lead")[: max(filters.SIZES)]
    rows = list(filters.named(workspace, wanted).order_by("-updated_at", "-id"))
    accounts = SocialAccount.objects.filter(workspace=workspace)
    query = filters.read_hidden(request.POST.get("query", ""), list(accounts)).query()
    back = reverse("leads") + (f"?{query}" if query else "")
    if not rows:
        messages.error(request, _("Choose at least one lead."))
        return redirect(back)
    typed = request.POST.get("confirm")
    if typed is None or typed.strip() != str(len(rows)):
        context = {"rows": rows, "back": back, "query": query, "wrong": typed is not None}
        return render(request, PAGE, framed(request, context))
    by = by_person(request)
    for lead in rows:
        try:
            rights.erase_contact(workspace, lead.contact.uid, by=by)
        except NotFoundError:
            continue  # they went with another contact of the same person
    said = ngettext(
        "%(number)s person is erased. Copies and connected tools follow within minutes.",
        "%(number)s people are erased. Copies and connected tools follow within minutes.",
        len(rows),
    )
    messages.success(request, said % {"number": len(rows)})
    return redirect(back)
