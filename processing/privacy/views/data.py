"""Settings: what people do with their own data, and owners with the workspace's."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.access import chosen_workspace, owned, person
from accounts.models import Workspace
from accounts.views.frame import by_person, framed
from processing.privacy import exporting, files, rights


@never_cache
@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Show what a person may ask for; owners see the workspace's copies too.

    With the header `X-Fragment` only the copies are answered.
    """
    frame = framed(request, {})
    if not frame["owns"]:
        return render(request, "privacy/data.html", frame)
    fragment = "X-Fragment" in request.headers
    template = "privacy/_exports.html" if fragment else "privacy/data.html"
    return render(request, template, {**frame, **_exports(frame["workspace"])})


@never_cache
@login_required
@require_GET
def my_copy(request: HttpRequest) -> StreamingHttpResponse:
    """Return a zip of everything kept about the person who asks."""
    return files.copy_of_person(person(request.user), by=by_person(request))


@login_required
@require_POST
def ask_export(request: HttpRequest) -> HttpResponse:
    """Ask for a copy of the workspace; it stands on the page as it is written. For owners."""
    workspace = owned(chosen_workspace(request), request.user)
    rights.ask_export(workspace, by=by_person(request), language=get_language() or "fr")
    return redirect("settings-data")


@login_required
@require_GET
def export_file(request: HttpRequest, uid: UUID) -> FileResponse:
    """Return the file of one copy. For owners; 409 while it is not ready."""
    workspace = owned(chosen_workspace(request), request.user)
    return files.file_of_export(workspace, uid, by=by_person(request))


def _exports(workspace: Workspace) -> dict[str, object]:
    exports = exporting.latest(workspace)
    return {
        "exports": exports,
        "under_way": any(one.status in {"queued", "running"} for one in exports),
        "stamp": ",".join(f"{one.pk}.{one.status}.{one.done}" for one in exports) or "none",
    }
