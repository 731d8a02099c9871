"""The page of drafts: what waits for a member, and what owners hear of trust."""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import chosen_workspace, member_name, owned, owns, workspaces_to_switch
from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.address import client_address
from flowia.lib.errors import FlowError, InvalidError, NotFoundError, first_sentence
from processing import approving, by_hand, rejecting, trust
from processing.intents import called
from processing.ladder import Rung, rungs
from processing.links import digest_of
from processing.models import Message, Trust
from processing.reading import draft_counts, drafts_of, set_aside, trusts_of, written_in
from processing.reasons import UNTIL_SOMEBODY, sentence
from processing.tasks import relay_after_commit
from social import sessions
from social.running import SEND

ROWS_PER_PAGE = 20
SAID_FOR = timedelta(days=7)
"""How long the page tells that an intent lost its trust."""
EVENING, MORNING = 18, 9
"""Hours of the workspace's day at which a draft that was set aside comes back."""
BANNER_MILLISECONDS = 600_000
"""How long a page offers to take back what waits for longer."""
DECISIONS = {"approve", "edit", "myself", "reject", "snooze", "undo", "unreject"}
DEEDS = {"accept": trust.accept, "decline": trust.decline, "take_back": trust.take_back}


@login_required
@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """List the drafts that wait, the oldest first: `?snoozed=1`, `?page=`.

    `?approved=<id>` offers to take that approval back while it has not left.
    """
    return _page(request, chosen_workspace(request))


@login_required
@require_POST
def decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Do what a member says with one draft: `do=approve|edit|myself|reject|unreject|snooze|undo`.

    `myself` leads to the words in their conversation, to be copied and sent from there.
    """
    workspace = chosen_workspace(request)
    draft = written_in(workspace).filter(uid=uid).first()
    deed = request.POST.get("do", "")
    if draft is None or deed not in DECISIONS:
        raise NotFoundError
    try:
        said = _do(request, deed, draft)
    except InvalidError as error:
        if deed in {"edit", "myself"} and "text" in request.POST:
            return _page(request, workspace, refused=draft, error=error)
        messages.error(request, first_sentence(error))
    except FlowError as error:
        messages.error(request, str(error.detail))
    else:
        if said:
            back = deed == "reject" and rejecting.may_take_back(draft)
            tags = f"undo-draft {draft.uid} unreject" if back else ""
            messages.success(request, said, extra_tags=tags)
        elif deed == "myself":
            return redirect(_where(draft))
        elif deed in {"approve", "edit"}:
            return redirect(f"{_back(request, draft)}approved={draft.uid}")
    return redirect(_back(request, draft).rstrip("?&"))


@login_required
@require_POST
def climb(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Do what an owner says of an intent: `do=accept|decline|take_back`.

    `next=scenario` leads back to the scenario's page, where it was said.
    """
    workspace = owned(chosen_workspace(request), request.user)
    found = trusts_of(workspace).filter(uid=uid).first()
    deed = DEEDS.get(request.POST.get("do", ""))
    if found is None or deed is None:
        raise NotFoundError
    try:
        deed(found, by=audit.by(request.user, client_address(request)))
    except FlowError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(
            request, str(SAID[request.POST["do"]]()) % {"intent": called(found.intent)}
        )
    if request.POST.get("next") == "scenario":
        return redirect("scenario", uid=found.scenario.uid)
    return redirect("drafts")


SAID: dict[str, Callable[[], str]] = {
    "accept": lambda: _("From now on the assistant answers “%(intent)s” by itself."),
    "decline": lambda: _("Answers to “%(intent)s” still wait for you."),
    "take_back": lambda: _("Answers to “%(intent)s” wait for you again."),
}


def _do(request: HttpRequest, deed: str, draft: Message) -> str:
    """Do it and return what to tell; nothing where a banner tells it."""
    by = member_name(request.user)
    if deed in AGREES:
        AGREES[deed](request, draft, by=by)
        return ""
    if deed == "reject":
        approving.reject(draft, by=by, reason=request.POST.get("reason", ""))
        return _("The draft was rejected; nothing is sent.")
    if deed == "unreject":
        rejecting.take_back(draft, by=by)
        return _("The rejection was taken back; the draft waits again.")
    if deed == "snooze":
        until = _moments(draft.workspace, clock.now()).get(request.POST.get("until", ""))
        approving.snooze(draft, until=until or clock.now(), by=by)
        return _("The draft comes back later.")
    if approving.undo(draft, by=by):
        return _("The approval was taken back; the draft waits again.")
    return _("The approval was taken back. A newer message has its own answer: nothing is sent.")


def _approve(request: HttpRequest, draft: Message, *, by: str) -> None:
    _as_seen(draft, request.POST.get("seen"))
    undo, check = approving.UNDO_SECONDS, _read_until(request)
    relay_after_commit(approving.approve(draft, by=by, undo_seconds=undo, check=check))


def _edit(request: HttpRequest, draft: Message, *, by: str) -> None:
    text, undo = request.POST.get("text", ""), approving.UNDO_SECONDS
    check = _read_until(request)
    wake = approving.edit_and_approve(draft, text, by=by, undo_seconds=undo, check=check)
    relay_after_commit(wake)


def _read_until(request: HttpRequest) -> Callable[[Message], None]:
    """Return the check that the page showed all that the contact said."""
    try:
        moment = datetime.fromisoformat(request.POST.get("seen_until", ""))
    except ValueError:
        return approving.read_until(None)
    return approving.read_until(moment if moment.tzinfo else None)


def _hand_over(request: HttpRequest, draft: Message, *, by: str) -> None:
    """Give the words as they were shown, or as they were typed."""
    text = request.POST.get("text")
    if text is None and not by_hand.waits(draft):
        _as_seen(draft, request.POST.get("seen"))
    by_hand.send_myself(draft, text, by=by)


AGREES = {"approve": _approve, "edit": _edit, "myself": _hand_over}
"""What a member does who agrees to a draft; a banner or a page tells of it."""


def _where(draft: Message) -> str:
    """Return the address of the message in its conversation."""
    talk = reverse("conversation", args=[draft.conversation.uid])
    return f"{talk}?message={draft.uid}#message-{draft.uid}"


def _as_seen(draft: Message, seen: str | None) -> None:
    """Raise DraftChangedError when the page showed other words than those that would leave.

    And AlreadyDecidedError first: an approved draft has other words for its notice alone.
    """
    approving.check_waits(draft)
    if seen is not None and seen != digest_of(draft):
        raise approving.DraftChangedError


def _page(
    request: HttpRequest,
    workspace: Workspace,
    *,
    refused: Message | None = None,
    error: InvalidError | None = None,
) -> HttpResponse:
    now = clock.now()
    snoozed = request.GET.get("snoozed") == "1"
    rows = set_aside(drafts_of(workspace), snoozed=snoozed).order_by("pk")
    counts = draft_counts(workspace)
    asked: str | int | None = request.GET.get("page")
    if refused:
        asked = rows.filter(pk__lt=refused.pk).count() // ROWS_PER_PAGE + 1
    pages = Paginator(rows, ROWS_PER_PAGE)
    pages.count = counts["aside" if snoozed else "waiting"]
    page = pages.get_page(asked)
    context = {
        "page": page,
        "snoozed": snoozed,
        **counts,
        "refused": refused.uid if refused else None,
        "typed": request.POST.get("text", ""),
        "problem": first_sentence(error) if error else "",
        **in_hand(workspace, request.GET.get("approved"), now=now),
        **_ladder(workspace, now),
        "owns": owns(workspace),
        "now": now,
        "workspace": workspace,
        "workspaces": workspaces_to_switch(request),
    }
    return render(request, "processing/drafts.html", context)


def in_hand(workspace: Workspace, approved: str | None, *, now: datetime) -> dict[str, Any]:
    """Return what a page needs to have drafts decided on it, and the last approval taken back."""
    last = _approved(workspace, approved)
    later = _leaves_later(last, now)
    left = _milliseconds_left(last, now)
    return {
        "reasons": approving.REJECTIONS,
        "moments": _offers(workspace, now),
        "approved": last,
        "leaves_later": later,
        "undo_milliseconds": BANNER_MILLISECONDS if later else left,
        "undo_seconds": 0 if later else ceil(left / 1000),
    }


def _leaves_later(approved: Message | None, now: datetime) -> dict[str, Any] | None:
    """Return when and why not now, where a member's session sets the pace.

    Without a moment where a person has to do something first.
    """
    later = sessions.resting(approved.social_account, SEND, now=now) if approved else None
    if later is None:
        return None
    reason = f"paced_{later.why}"
    until = None if reason in UNTIL_SOMEBODY else later.until
    return {"until": until, "sentence": sentence(reason)}


def _approved(workspace: Workspace, uid: str | None) -> Message | None:
    """Return the message whose approval can still be taken back."""
    try:
        wanted = UUID(uid or "")
    except ValueError:
        return None
    rows = written_in(workspace).filter(uid=wanted, status=Message.Status.QUEUED)
    rows = rows.filter(approved_by__isnull=False, delivery__status="queued")
    return rows.select_related("delivery", "conversation__contact", "social_account").first()


def _milliseconds_left(approved: Message | None, now: datetime) -> int:
    next_at = approved.delivery.next_at if approved else None
    return max(0, round((next_at - now).total_seconds() * 1000)) if next_at else 0


def _ladder(workspace: Workspace, now: datetime) -> dict[str, list[Rung]]:
    """Return what owners hear of trust, read at once.

    The proposals; as `trusted` what answers by itself because an owner agreed, as the scenarios
    stand; the losses of the last days, the latest first.
    """
    lost = Q(stage=Trust.Stage.DRAFT, reason__in=trust.LOST, changed_at__gt=now - SAID_FOR)
    told = Q(stage__in=[Trust.Stage.PROPOSED, Trust.Stage.AUTO])
    rows = trusts_of(workspace).filter(told | lost)
    found: dict[str, list[Trust]] = {stage: [] for stage in Trust.Stage.values}
    for one in rows.order_by("-scenario__priority", "scenario", "intent"):
        found[one.stage].append(one)
    losses = sorted(found[Trust.Stage.DRAFT], key=lambda one: one.changed_at or now, reverse=True)
    return {
        "proposals": rungs(found[Trust.Stage.PROPOSED]),
        "trusted": rungs(found[Trust.Stage.AUTO]),
        "losses": rungs(losses),
    }


def _moments(workspace: Workspace, now: datetime) -> dict[str, datetime]:
    """Return when a draft may come back, by the workspace's own clock; evenings only before."""
    local = now.astimezone(ZoneInfo(workspace.timezone))
    evening = local.replace(hour=EVENING, minute=0, second=0, microsecond=0)
    morning = (local + timedelta(days=1)).replace(hour=MORNING, minute=0, second=0, microsecond=0)
    found = {"hour": now + timedelta(hours=1), "evening": evening, "morning": morning}
    return {name: moment for name, moment in found.items() if moment > now}


def _offers(workspace: Workspace, now: datetime) -> list[tuple[str, str]]:
    words = {"hour": _("In an hour"), "evening": _("This evening"), "morning": _("Tomorrow")}
    zone = ZoneInfo(workspace.timezone)
    return [
        (name, f"{words[name]} ({date_format(moment.astimezone(zone), 'TIME_FORMAT')})")
        for name, moment in _moments(workspace, now).items()
    ]


def _back(request: HttpRequest, draft: Message) -> str:
    """Return the address of the list or conversation they came from, open for a parameter."""
    if request.POST.get("next") == "conversation":
        return f"{reverse('conversation', args=[draft.conversation.uid])}?"
    page, snoozed = request.POST.get("page", ""), request.POST.get("snoozed", "")
    kept = [f"page={page}"] if page.isascii() and page.isdigit() else []
    kept += ["snoozed=1"] if snoozed == "1" else []
    return f"{reverse('drafts')}?{''.join(one + '&' for one in kept)}"
