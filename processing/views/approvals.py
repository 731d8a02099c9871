"""What the link of a letter opens: one draft to approve, without signing in."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import limits
from accounts.links import DeadLinkError
from flowia.lib import clock
from flowia.lib.errors import FlowError
from processing import approving
from processing.approving import DraftChangedError, SaidSinceError
from processing.links import DEAD_APPROVAL, Opened, digest_of_said, read_approval
from processing.models import Message
from processing.reading import said_since
from processing.tasks import relay_after_commit

PAGE = "processing/approve.html"


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest, token: str) -> HttpResponse:
    """Show the draft and what was said since; a POST approves it, once.

    What was said since has to stand on the page that is posted: `said` is its newest message.

    Reading the page changes nothing: programs that look at mail open every link.
    """
    try:
        limits.knock(request, "approval")
        found = read_approval(token)
    except DeadLinkError as error:
        return render(request, PAGE, {"over": error.detail}, status=error.status)
    try:
        _check(found)
        if request.method == "POST":
            seen = request.POST.get("said", "")
            by = str(found.member.uid)
            check = partial(_check_seen, found, seen)
            wake = approving.approve(found.draft, by=by, check=check)
            relay_after_commit(wake)
            return render(request, PAGE, {"found": found, "done": _("The answer is on its way.")})
    except FlowError as error:
        return render(request, PAGE, {"found": found, "over": error.detail}, status=error.status)
    # First what stands for the newest, then what is shown: never less than the form says.
    said = digest_of_said(found.draft)
    since = list(said_since(found.draft))
    context = {"found": found, "now": clock.now(), "said": said, "since": since}
    return render(request, PAGE, context)


def _check(found: Opened) -> None:
    """Raise the reason for which the draft can no longer be approved."""
    approving.check_waits(found.draft)
    if found.is_spent():
        raise DeadLinkError(DEAD_APPROVAL)
    if not found.has_words_of(found.draft):
        raise DraftChangedError
    approving.check_may_leave(found.draft.conversation, now=clock.now())


def _check_seen(found: Opened, seen: str, draft: Message) -> None:
    """Raise what became of the draft between reading the link and its conversation's lock."""
    if found.is_spent():
        raise DeadLinkError(DEAD_APPROVAL)
    newest = digest_of_said(draft)
    if newest and not constant_time_compare(newest, seen):
        raise SaidSinceError
