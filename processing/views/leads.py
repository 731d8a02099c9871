"""The pages of leads: the table, one of them, and the table for spreadsheets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.access import chosen_workspace, member_name
from billing.plans import PlanRequiredError
from flowia.lib import clock
from flowia.lib.errors import ConflictError, NotFoundError
from processing import leading
from processing.leadsheet import sheet_of
from processing.models import Lead
from processing.pushing import thread_of
from processing.reading import leads_of, matching_leads, story_of
from processing.reasons import sentence
from processing.receipts import receipts_of, rewrite
from processing.tasks import relay_after_commit
from processing.views.frame import in_frame

ROWS_PER_PAGE = 25
STORY = 50
ORDERS = ("-updated_at", "updated_at", "-warmth", "warmth", "name", "-name")


@login_required
@require_safe
def leads(request: HttpRequest) -> HttpResponse:
    """List the leads: `?level=`, `?stage=`, `?search=`, `?order=`, `?page=`."""
    workspace = chosen_workspace(request)
    asked = _asked(request)
    order = request.GET.get("order", "")
    order = order if order in ORDERS else ORDERS[0]
    rows = leads_of(workspace, **asked).order_by(order, "-id")
    paginator = Paginator(rows, ROWS_PER_PAGE)
    paginator.count = matching_leads(workspace, **asked).count()
    page = paginator.get_page(request.GET.get("page"))
    kept = request.GET.copy()
    for name in ("page", "workspace"):
        kept.pop(name, None)
    unsorted = kept.copy()
    unsorted.pop("order", None)
    context = {
        "page": page,
        "asked": asked,
        "order": order,
        "heads": _heads(order),
        "query": kept.urlencode(),
        "unsorted": unsorted.urlencode(),
        "levels": Lead.Level.choices,
        "stages": Lead.Stage.choices,
    }
    return render(request, "processing/leads.html", in_frame(request, workspace, context))


@login_required
@require_GET
def table(request: HttpRequest) -> HttpResponseBase:
    """Return the leads that fit the page's filters, all of them, as CSV."""
    workspace = chosen_workspace(request)
    return sheet_of(workspace, leads_of(workspace, **_asked(request)))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lead(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show one lead; a POST does what `do` says.

    `correct` sets `level` and `stage`, `reset` gives the level back, `rewrite` writes the lead into
    `tool` again.
    """
    workspace = chosen_workspace(request)
    found = leads_of(workspace).select_related("contact__social_account").filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    if request.method == "POST":
        return _act(request, found)
    story = [
        {"at": event.created_at, "sentence": sentence(event.reason or event.kind, event.data),
         "message": event.message}
        for event in story_of(found)[:STORY]
    ]  # fmt: skip
    context = {
        "lead": found,
        "conversation": thread_of(found),
        "story": story,
        "receipts": receipts_of(found),
        "levels": Lead.Level.choices,
        "stages": Lead.Stage.choices,
    }
    return render(request, "processing/lead.html", in_frame(request, workspace, context))


def _act(request: HttpRequest, found: Lead) -> HttpResponse:
    by, now = member_name(request.user), clock.now()
    if request.POST.get("do") == "reset":
        leading.give_back(found, by=by, now=now)
        messages.success(request, _("The contact's words decide on the level again."))
    elif request.POST.get("do") == "correct":
        level, stage = request.POST.get("level", ""), request.POST.get("stage", "")
        if level not in Lead.Level.values or stage not in Lead.Stage.values:
            messages.error(request, _("Choose a level and a stage."))
            return redirect("lead", uid=found.uid)
        # A level that was not touched stays the contact's: the form always sends one.
        told = level if level != found.level or found.level_by_member else None
        leading.correct(found, level=told, stage=stage, by=by, now=now)
        messages.success(request, _("Saved."))
    elif request.POST.get("do") == "rewrite":
        _rewrite(request, found, now=now)
    return redirect("lead", uid=found.uid)


def _rewrite(request: HttpRequest, found: Lead, *, now: datetime) -> None:
    try:
        wakes = rewrite(found, request.POST.get("tool", ""), now=now)
    except (ConflictError, PlanRequiredError) as error:
        messages.error(request, str(error.detail))
        return
    relay_after_commit(*wakes)
    messages.success(request, _("The lead is being written again."))


def _asked(request: HttpRequest) -> dict[str, str]:
    given = {
        "level": (request.GET.get("level", ""), Lead.Level.values),
        "stage": (request.GET.get("stage", ""), Lead.Stage.values),
    }
    asked = {name: value for name, (value, known) in given.items() if value in known}
    search = request.GET.get("search", "").replace("\0", "").strip()[:100]
    return {**asked, **({"search": search} if search else {})}


def _heads(order: str) -> list[dict[str, Any]]:
    """Return the columns: what they are called, the order a click asks for, the one there is."""
    columns = [("name", _("Contact"), False), ("warmth", _("Level"), True), ("", _("Stage"), False)]
    columns += [
        ("", _("Phone"), False),
        ("", _("Wants"), False),
        ("updated_at", _("Updated"), True),
    ]
    heads = []
    for field, words, descending in columns:
        mine = bool(field) and order.removeprefix("-") == field
        down = order.startswith("-") if mine else not descending
        heads.append(
            {
                "words": words,
                "order": field and (field if down else f"-{field}"),
                "sorted": ("descending" if order.startswith("-") else "ascending") if mine else "",
            }
        )
    return heads
