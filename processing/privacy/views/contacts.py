"""What a business does with one contact's data: hand out a copy, erase the person."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import chosen_workspace, owned
from accounts.models import Workspace
from accounts.views.frame import by_person, framed
from flowia.lib.errors import NotFoundError
from processing.models import Contact
from processing.privacy import erasing, files, rights
from processing.privacy.models import Erasure

PAGE = "privacy/erase_contact.html"


@never_cache
@login_required
@require_GET
def copy(request: HttpRequest, uid: UUID) -> StreamingHttpResponse:
    """Return a zip of everything kept about the person."""
    contact = _find(chosen_workspace(request), uid)
    return files.copy_of_contact(contact, by=by_person(request))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say what happens; a POST erases the person. For owners, and for nobody else."""
    workspace = chosen_workspace(request)
    if request.method != "POST":
        contact = _find(workspace, uid)
        owned(workspace, request.user)
        queued = erasing.is_queued(contact)
        return render(request, PAGE, framed(request, {"contact": contact, "queued": queued}))
    owned(workspace, request.user)
    erasure = rights.erase_contact(workspace, uid, by=by_person(request))
    messages.success(request, _words_on(erasure))
    return redirect("inbox")


def _words_on(erasure: Erasure) -> str:
    if erasure.status == Erasure.Status.QUEUED:
        return _("A message is leaving just now: the person is erased a few seconds after it.")
    return _("The person is erased. Copies and connected tools follow within minutes.")


def _find(workspace: Workspace, uid: UUID) -> Contact:
    rows = Contact.objects.filter(workspace=workspace).select_related("social_account", "workspace")
    found = rows.filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found
