"""The pages of outgoing webhooks: the list, one with its calls, its form, its secret, one call."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import chosen_workspace, owned, owns
from accounts.forms import tell
from accounts.views.frame import by_person, framed
from flowia.lib import clock
from flowia.lib.errors import FlowError
from integrations import limits
from integrations.hooks import calling, keeping, replaying
from integrations.hooks.forms import HookForm, SinceForm
from integrations.hooks.queueing import TEST
from integrations.hooks.standing import Standing, previous_until, standing_of, standings_of
from integrations.hooks.words import event_name, met, tone_of
from integrations.models import Hook, HookCall

ROWS_PER_PAGE = 25
ALL_METHODS = ["GET", "HEAD", "POST"]


@login_required
@require_safe
def hooks(request: HttpRequest) -> HttpResponse:
    """List the webhooks with how they stand; without any, say what they are good for."""
    workspace = chosen_workspace(request)
    found = standings_of(keeping.hooks_of(workspace), whole=owns(workspace))
    room = limits.room_for(workspace, "webhooks", used=len(found))
    context = {"hooks": found, "room": room}
    return render(request, "integrations/hooks.html", framed(request, context))


@login_required
@require_http_methods(ALL_METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """Make a webhook and show its secret, this once. For owners."""
    workspace = owned(chosen_workspace(request), request.user)
    room = limits.room_for(workspace, "webhooks", used=keeping.hooks_of(workspace).count())
    form = HookForm.of(None, request.POST if request.method == "POST" else None)
    if room.allowed and form.is_bound and form.is_valid():
        try:
            made, secret = keeping.make(workspace, **form.cleaned_data, by=by_person(request))
        except FlowError as error:
            tell(form, error)
        else:
            return _secret_page(request, made, secret, made=True)
    context = {"form": form, "room": room}
    return render(request, "integrations/hook_form.html", framed(request, context))


@login_required
@require_http_methods(ALL_METHODS)
def hook(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show one webhook with its calls; a POST of `do` acts on it. For owners.

    With the header `X-Fragment` only what may change by itself is answered.
    """
    workspace = chosen_workspace(request)
    found = keeping.find_hook(workspace, uid)
    if request.method == "POST":
        owned(workspace, request.user)
        _do(request, found)
        return redirect("webhook-page", uid=found.uid)
    whole = owns(workspace)
    standing = standing_of(found, whole=whole)
    paginator = Paginator(found.calls.order_by("-id"), ROWS_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    lines = [_line(call) for call in page]
    with timezone.override(workspace.timezone):
        since = SinceForm.at(clock.now() - timedelta(days=1))
    context = {
        "hook": found,
        "standing": standing,
        "page": page,
        "lines": lines,
        "since": since,
        "version": _version(standing, lines),
        "until": previous_until(found) if whole else None,
    }
    live = "X-Fragment" in request.headers
    template = "integrations/_hook_live.html" if live else "integrations/hook.html"
    return render(request, template, framed(request, context))


@login_required
@require_http_methods(ALL_METHODS)
def change(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Change name, address or events; a new address is judged as at first. For owners."""
    workspace = chosen_workspace(request)
    found = keeping.find_hook(workspace, uid)
    owned(workspace, request.user)
    form = HookForm.of(found, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            keeping.change(found, form.cleaned_data, by=by_person(request))
        except FlowError as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("webhook-page", uid=uid)
    # What the form refused stands in the row that was read for it.
    shown = keeping.find_hook(workspace, uid) if form.is_bound else found
    context = {"form": form, "hook": shown}
    return render(request, "integrations/hook_form.html", framed(request, context))


@login_required
@require_http_methods(ALL_METHODS)
def secret(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say what a new secret means, then make one and show it, this once. For owners."""
    workspace = chosen_workspace(request)
    found = keeping.find_hook(workspace, uid)
    owned(workspace, request.user)
    if request.method == "POST":
        fresh = keeping.rotate(found, by=by_person(request))
        return _secret_page(request, keeping.find_hook(workspace, uid), fresh, made=False)
    return render(request, "integrations/hook_rotate.html", framed(request, {"hook": found}))


@login_required
@require_http_methods(ALL_METHODS)
def remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask once, then delete a webhook with its calls. For owners."""
    workspace = chosen_workspace(request)
    found = keeping.find_hook(workspace, uid)
    owned(workspace, request.user)
    if request.method == "POST":
        keeping.remove(found, by=by_person(request))
        messages.success(request, _("%(hook)s is deleted.") % {"hook": found})
        return redirect("webhooks")
    waiting = found.calls.filter(status__in=["queued", "running"]).count()
    context = {"hook": found, "waiting": waiting}
    return render(request, "integrations/hook_remove.html", framed(request, context))


@login_required
@require_safe
def call(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show one call with what is sent."""
    found = replaying.find_call(chosen_workspace(request), uid)
    body = json.dumps(json.loads(calling.written(found)), indent=2, ensure_ascii=False)
    context = {"call": found, "line": _line(found), "body": body}
    return render(request, "integrations/hook_call.html", framed(request, context))


def _do(request: HttpRequest, found: Hook) -> None:
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        return
    try:
        good, words = deed(request, found)
    except FlowError as error:
        good, words = False, str(error.detail)
    (messages.success if good else messages.error)(request, words)


def _test(_request: HttpRequest, found: Hook) -> tuple[bool, str]:
    sent = calling.test(found)
    told = {"status": sent.http_status, "milliseconds": sent.milliseconds, "why": met(sent)}
    if sent.status == HookCall.Status.DONE:
        words = _("The test was taken: answer %(status)s after %(milliseconds)s ms.")
        return True, words % told
    if sent.http_status:
        return False, _("The test was not taken: answer %(status)s. %(why)s") % told
    return False, _("The test did not arrive. %(why)s") % told


def _pause(request: HttpRequest, found: Hook) -> tuple[bool, str]:
    keeping.set_paused(found, paused=True, by=by_person(request))
    return True, _("Paused: what happens from now on waits until you resume.")


def _resume(request: HttpRequest, found: Hook) -> tuple[bool, str]:
    keeping.set_paused(found, paused=False, by=by_person(request))
    return True, _("Resumed: what waited is being sent.")


def _again(request: HttpRequest, found: Hook) -> tuple[bool, str]:
    try:
        uid = UUID(request.POST.get("call", ""))
    except ValueError:
        raise replaying.CannotReplayError from None
    again = replaying.find_call(found.workspace, uid)
    replaying.replay(again, now=clock.now())
    return True, _("It is being sent again.")


def _since(request: HttpRequest, found: Hook) -> tuple[bool, str]:
    with timezone.override(found.workspace.timezone):
        form = SinceForm(request.POST)
        if not form.is_valid():
            return False, _("Choose since when, as a date with a time.")
    everything = form.cleaned_data["which"] == "everything"
    since = form.cleaned_data["since"]
    number = replaying.replay_since(found, since, everything=everything, now=clock.now())
    words = ngettext("%(count)s call is sent again.", "%(count)s calls are sent again.", number)
    return True, words % {"count": number}


DEEDS: dict[str, Callable[[HttpRequest, Hook], tuple[bool, str]]] = {
    "test": _test,
    "pause": _pause,
    "resume": _resume,
    "again": _again,
    "since": _since,
}


def _secret_page(request: HttpRequest, found: Hook, fresh: str, *, made: bool) -> HttpResponse:
    until = previous_until(found)
    context = {"hook": found, "secret": fresh, "made": made, "until": until}
    return render(request, "integrations/hook_secret.html", framed(request, context))


def _line(row: HookCall) -> dict[str, Any]:
    finished = row.status in replaying.FINISHED
    return {
        "call": row,
        "event": event_name(row.event),
        "tone": tone_of(row),
        "met": met(row),
        "again": finished and row.event != TEST,
    }


def _version(standing: Standing, lines: list[dict[str, Any]]) -> str:
    """Return what is another text when something is told that was not before."""
    rows = [
        (one["call"].uid, one["call"].status, one["call"].attempts, one["met"]) for one in lines
    ]
    told = repr((standing.state, rows))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
