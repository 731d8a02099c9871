"""The first steps of a workspace: a list that knows what is done, and where home is until then."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import chosen_workspace, owned, owns
from accounts.models import Membership, User, Workspace
from accounts.views.frame import by_person
from flowia.lib import clock
from flowia.lib.errors import NotFoundError
from processing import beginnings, taking_up
from processing.beginnings import Standing
from processing.trades import TRADES, language_of, trade_called
from processing.views.frame import in_frame
from processing.views.start_words import WORDS
from social.accounts import accounts_of

BACK = "starting"
"""Where the session keeps of which workspace the list is under way: pages lead back to it."""
ANY_TRADE = "boutique"


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send a member to the inbox, an owner to the first steps until a message can be answered.

    An operator without a workspace goes to the admin.
    """
    try:
        workspace = chosen_workspace(request)
    except NotFoundError:
        if isinstance(request.user, User) and request.user.is_staff:
            return redirect("admin:index")
        return render(request, "accounts/no_workspace.html")
    begins = owns(workspace) and not beginnings.standing_of(workspace).settled
    return redirect("start" if begins else "inbox")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Show the six steps to every member; an owner's POST of `do` takes one or puts some away."""
    workspace = chosen_workspace(request)
    if request.method == "POST":
        owned(workspace, request.user)
        _do(request, workspace, request.POST.get("do", ""))
        return redirect("start")
    mine, standing = owns(workspace), beginnings.standing_of(workspace)
    _keep_way_back(request, workspace, under_way=mine and standing.under_way)
    context = {
        "owns": mine,
        "owners": "" if mine else owners_of(workspace),
        "standing": standing,
        "steps": [(step, WORDS[step.code]) for step in standing.steps],
        "trades": _cards(workspace),
        "trades_language": language_of(workspace.language),
        "example": _example(workspace, standing),
        "sandbox_place": _place_in_sandbox(workspace) if settings.DEMO else "",
    }
    return render(request, "start/start.html", in_frame(request, workspace, context))


def owners_of(workspace: Workspace) -> str:
    """Return whom a teammate may ask, by name."""
    rows = workspace.memberships.filter(role=Membership.Role.OWNER).order_by("pk")
    names = rows.values_list("user__name", "user__email")[:3]
    return ", ".join(name or email for name, email in names)


def _do(request: HttpRequest, workspace: Workspace, deed: str) -> None:
    """Do one deed of the list; an unknown one does nothing."""
    by, now = by_person(request), clock.now()
    if deed == "choose":
        made = taking_up.take_up(workspace, request.POST.get("trade", ""), by=by)
        if made:
            names = ", ".join(one.name for one in made)
            said = _("Ready, and still switched off: %(names)s. Try before you go live.")
            messages.success(request, said % {"names": names})
    elif deed == "as_it_is":
        taking_up.go_live(workspace, by=by, as_it_is=True)
        messages.success(request, _("The assistant is on, with the scenarios as they were."))
    elif deed == "live":
        taking_up.go_live(workspace, by=by)
        messages.success(
            request, _("Live in drafts: every answer waits for your approval before it leaves.")
        )
    elif deed in {"skip", "unskip"}:
        beginnings.note(workspace, tool_skipped_at=now if deed == "skip" else None)
    elif deed in {"put_away", "put_back"}:
        beginnings.note(workspace, put_away_at=now if deed == "put_away" else None)


def _keep_way_back(request: HttpRequest, workspace: Workspace, *, under_way: bool) -> None:
    kept = request.session.get(BACK)
    if under_way and kept != str(workspace.uid):
        request.session[BACK] = str(workspace.uid)
    elif not under_way and kept is not None:
        del request.session[BACK]


def _cards(workspace: Workspace) -> list[tuple[str, Any, list[str]]]:
    """Return each trade's code, its name and what its scenarios are called."""
    cards = []
    for code, name in TRADES.items():
        trade = trade_called(code, workspace.language)
        cards.append((code, name, [one["name"] for one in trade.scenarios] if trade else []))
    return cards


def _place_in_sandbox(workspace: Workspace) -> str:
    """Return where in the demo's world one writes to the newest account; "" while there is none."""
    working = accounts_of(workspace).filter(status__in=beginnings.CONNECTED).order_by("-pk")
    account = working.first()
    return f"/to/{account.provider}/{quote(account.external_id, safe='')}" if account else ""


def _example(workspace: Workspace, standing: Standing) -> tuple[str, ...]:
    trade = trade_called(standing.trade or ANY_TRADE, workspace.language)
    return trade.example if trade else ()
