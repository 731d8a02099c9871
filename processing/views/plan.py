"""The page of the plan: what it allows, what was used, what it costs, and how to change it."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import oauth
from accounts.access import chosen_workspace, owned
from accounts.models import Workspace
from accounts.views.frame import by_person, framed
from billing import actions
from billing.looking import look_now
from billing.models import PlanChange
from billing.plans import FREEMIUM, PLANS
from billing.quotas import usage
from billing.states import state_of
from billing.subscribing import row_of
from billing.telling import is_to_confirm, news_of, thanked_for, told
from flowia.lib import clock
from flowia.lib.errors import FlowError
from processing.plan_reading import cards_of, has_room, limits_of, price_of, situation_of
from processing.quota_line import number_waiting

HISTORY = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """Show the plan; a POST of `do` changes it. For owners."""
    workspace = chosen_workspace(request)
    if request.method == "POST":
        owned(workspace, request.user)
        return _do(request, workspace)
    state = state_of(workspace)
    changes = PlanChange.objects.filter(workspace=workspace).select_related("workspace")
    now = clock.now()
    today, line = usage(workspace, now=now), number_waiting(workspace, now=now)
    context = {
        "state": state,
        "situation": situation_of(state),
        "plan": PLANS[state.plan],
        "paid": PLANS.get(state.paid_plan, PLANS[state.plan]),
        "afterwards": PLANS.get(state.given_plan, FREEMIUM),
        "confirm": state.payment_due and is_to_confirm(workspace),
        "price": price_of(state),
        "usage": today,
        "waiting": 0 if today.suspended else line,
        "room": has_room(today, line),
        "limits": limits_of(workspace, PLANS[state.plan], today),
        "cards": cards_of(state),
        "history": [(one, told(one)) for one in changes.order_by("-id")[:HISTORY]],
    }
    return render(request, "billing/plan.html", framed(request, context))


@login_required
@never_cache
@require_safe
def came_back(request: HttpRequest) -> HttpResponse:
    """Take somebody back from Stripe's pages: ask Stripe at once, whatever it announced."""
    workspace = owned(chosen_workspace(request), request.user)
    try:
        state = actions.refresh(workspace)
    except FlowError:
        # What was done there is done; Stripe is asked until it answers.
        look_now(row_of(workspace))
        said = _("Stripe does not answer just now. What you did there counts: this page follows.")
        messages.warning(request, said)
    else:
        if request.GET.get("session") and state.subscribed:
            said = _("Thank you: %(plan)s applies from now on.")
            messages.success(request, said % {"plan": PLANS[state.plan].name})
            thanked_for(workspace, now=clock.now())
        elif request.GET.get("session"):
            messages.info(request, _("The payment is not confirmed yet; we tell you when it is."))
    return _page_of(workspace)


@login_required
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """Put the news of the plan away, for the whole workspace.

    What happened before it is old news as well. While a payment is awaited, for owners.
    """
    workspace, now = chosen_workspace(request), clock.now()
    found = news_of(workspace, now=now)
    if found is not None and found[1]:
        owned(workspace, request.user)
    rows = PlanChange.objects.filter(workspace=workspace, seen_at=None)
    with suppress(ValueError):
        named = rows.filter(uid=UUID(request.POST.get("change", "")))
        latest = named.values_list("pk", flat=True).first()
        rows.filter(pk__lte=latest or 0).update(seen_at=now)
    return redirect(oauth.safe_return(request, request.POST.get("next", ""), otherwise="/plan"))


def _do(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        return _page_of(workspace)
    try:
        address = deed(request, workspace)
    except FlowError as error:
        messages.error(request, str(error.detail))
        return _page_of(workspace)
    if not address:
        return _page_of(workspace)
    # A page and not a redirect: the content policy lets our forms lead nowhere but here.
    response = render(request, "billing/leave.html", framed(request, {"address": address}))
    response["Refresh"] = f"0; url={address}"
    return response


def _page_of(workspace: Workspace) -> HttpResponse:
    """Lead to the plan of this workspace, whatever another tab shows."""
    return redirect(f"{reverse('plan')}?workspace={workspace.uid}")


def _choose(request: HttpRequest, workspace: Workspace) -> str:
    name, period = request.POST.get("plan", ""), request.POST.get("period", "month")
    return actions.upgrade_plan(workspace, name, period, by=by_person(request))


def _portal(_request: HttpRequest, workspace: Workspace) -> str:
    return actions.open_portal(workspace)


def _card(_request: HttpRequest, workspace: Workspace) -> str:
    return actions.open_portal(workspace, "payment_method_update")


def _pay(_request: HttpRequest, workspace: Workspace) -> str:
    return actions.payment_url(workspace)


def _cancel(request: HttpRequest, workspace: Workspace) -> str:
    actions.cancel_subscription(workspace, by=by_person(request))
    messages.success(request, _("Cancelled: everything stays as it is until the paid time ends."))
    return ""


def _freemium(request: HttpRequest, workspace: Workspace) -> str:
    actions.choose_freemium(workspace, by=by_person(request))
    messages.success(request, _("The assistant goes on, with Freemium."))
    return ""


def _resume(request: HttpRequest, workspace: Workspace) -> str:
    actions.resume_subscription(workspace, by=by_person(request))
    messages.success(request, _("The plan goes on."))
    return ""


DEEDS: dict[str, Callable[[HttpRequest, Workspace], str]] = {
    "choose": _choose,
    "portal": _portal,
    "card": _card,
    "freemium": _freemium,
    "pay": _pay,
    "cancel": _cancel,
    "resume": _resume,
}
