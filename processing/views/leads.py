"""The pages of leads: the table, one of them, and the table for spreadsheets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.access import chosen_workspace, member_name
from billing.plans import PlanRequiredError
from flowia.lib import clock
from flowia.lib.capped import KeyedPaginator
from flowia.lib.errors import ConflictError, NotFoundError
from processing import leading
from processing.lead_reading import leads_of, said_of, story_of
from processing.leadsheet import sheet_of
from processing.models import Lead
from processing.reasons import sentence
from processing.receipts import receipts_of, rewrite
from processing.tasks import relay_after_commit
from processing.views import lead_filters as filters
from processing.views.frame import in_frame, page_of
from processing.views.lead_acts import told_of
from social.models import SocialAccount

STORY = 30
LONGEST = 5
"""How long the number of a page may be."""


@login_required
@require_safe
def leads(request: HttpRequest) -> HttpResponse:
    """List the leads: `?level=`, `?stage=`, `?account=`, `?period=`, `?search=`.

    Also `?order=`, `?rows=` a page and `?page=`; `?act=` tells what became of an act on many.
    """
    workspace, mine = page_of(request)
    accounts = list(SocialAccount.objects.filter(workspace=workspace).order_by("name", "pk"))
    asked, now = filters.read(request.GET, accounts), clock.now()
    rows = filters.chosen(workspace, asked, accounts, now=now)
    paginator = KeyedPaginator(rows, asked.size)
    paginator.keys = filters.keys(workspace, asked, accounts, now=now)
    paginator.count = filters.number(workspace, asked, accounts, now=now)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "counted": paginator.count.real,
        "asked": asked.filters,
        "order": asked.order,
        "heads": _heads(asked.order),
        "query": asked.query(),
        "unsorted": asked.query(order=""),
        "pills": filters.pills_of(asked, accounts),
        "unfiltered": filters.Asked(order=asked.order, size=asked.size).query(),
        "size": asked.size,
        "sizes": filters.SIZES,
        "levels": Lead.Level.choices,
        "stages": Lead.Stage.choices,
        "periods": [(name, words) for name, (_days, words) in filters.PERIODS.items()],
        "accounts": accounts,
        "networks": filters.networks_of(accounts),
        "owns": mine,
        **told_of(workspace, request.GET.get("act", ""), now=now),
    }
    return render(request, "processing/leads.html", in_frame(request, workspace, context))


@login_required
@require_GET
def table(request: HttpRequest) -> HttpResponseBase:
    """Return the leads that fit the page's filters, all of them, as CSV."""
    workspace = chosen_workspace(request)
    accounts = list(SocialAccount.objects.filter(workspace=workspace))
    asked = filters.read(request.GET, accounts)
    return sheet_of(workspace, filters.chosen(workspace, asked, accounts, now=clock.now()))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lead(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show one lead; a POST does what `do` says.

    `correct` sets `level` and `stage`, `reset` gives the level back, `rewrite` writes the lead into
    `tool` again. The list's question stays in the address, for its lead before and after this one;
    `?story=` is a page of what happened.
    """
    workspace = chosen_workspace(request)
    related = ("contact__social_account", "workspace__subscription")
    found = leads_of(workspace).select_related(*related).filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    # Only where the list asked for one: few do.
    mine = SocialAccount.objects.filter(workspace=workspace)
    accounts = list(mine) if "account" in request.GET else []
    asked, now = filters.read(request.GET, accounts), clock.now()
    if request.method == "POST":
        _act(request, found)
        query = asked.query()
        return redirect(reverse("lead", args=[uid]) + (f"?{query}" if query else ""))
    rows = filters.chosen(workspace, asked, accounts, now=now)
    before, after = filters.beside(rows, found, asked.order)
    said = said_of(found)
    place = _place(request.GET.get("story", ""))
    story = list(story_of(found)[(place - 1) * STORY : place * STORY + 1])
    context = {
        "lead": found,
        "query": asked.query(),
        "before": before,
        "after": after,
        "conversation": said.thread,
        "said": said,
        "story": {"number": place, "earlier": len(story) > STORY},
        "steps": [
            {"at": event.created_at, "sentence": sentence(event.reason or event.kind, event.data),
             "message": event.message}
            for event in story[:STORY]
        ],
        "receipts": receipts_of(found),
        "levels": Lead.Level.choices,
        "stages": Lead.Stage.choices,
    }  # fmt: skip
    return render(request, "processing/lead.html", in_frame(request, workspace, context))


def _act(request: HttpRequest, found: Lead) -> None:
    by, now = member_name(request.user), clock.now()
    if request.POST.get("do") == "reset":
        leading.give_back(found, by=by, now=now)
        messages.success(request, _("The contact's words decide on the level again."))
    elif request.POST.get("do") == "correct":
        _correct(request, found, by=by, now=now)
    elif request.POST.get("do") == "rewrite":
        _rewrite(request, found, now=now)


def _correct(request: HttpRequest, found: Lead, *, by: str, now: datetime) -> None:
    """Write what differs from what the form showed (`seen_level`, `seen_stage`), and only that.

    What somebody else set meanwhile to another value than this form asks for stays: the page shows
    it, and nothing is written.
    """
    stands = {"level": found.level, "stage": found.stage}
    asked = {name: request.POST.get(name, "") for name in stands}
    if asked["level"] not in Lead.Level.values or asked["stage"] not in Lead.Stage.values:
        messages.error(request, _("Choose a level and a stage."))
        return
    seen = {name: request.POST.get(f"seen_{name}", now) for name, now in stands.items()}
    meant = {name: one for name, one in asked.items() if one != seen[name]}
    if any(stands[name] not in {seen[name], one} for name, one in meant.items()):
        messages.error(
            request,
            _("Somebody changed this lead meanwhile: nothing was saved. See how it is now."),
        )
        return
    leading.correct(found, level=meant.get("level"), stage=meant.get("stage"), by=by, now=now)
    messages.success(request, _("Saved."))


def _place(text: str) -> int:
    """Return which page of what happened is asked for; the first where it is none."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST else 1
    return max(1, number)


def _rewrite(request: HttpRequest, found: Lead, *, now: datetime) -> None:
    try:
        wakes = rewrite(found, request.POST.get("tool", ""), now=now)
    except (ConflictError, PlanRequiredError) as error:
        messages.error(request, str(error.detail))
        return
    relay_after_commit(*wakes)
    messages.success(request, _("The lead is being written again."))


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
