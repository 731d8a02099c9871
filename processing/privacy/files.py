"""Copies as they leave: noted in the audit log, then sent as files that nobody caches."""

from collections.abc import Iterable
from uuid import UUID

from django.http import FileResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.models import User, Workspace
from flowia.lib import clock
from flowia.lib.errors import ConflictError, NotFoundError
from processing.models import Contact
from processing.privacy import copies, exporting
from processing.privacy.archive import pack
from processing.privacy.models import Export


class NotReadyError(ConflictError):
    """The copy is not written yet, or could not be."""

    code = "not_ready"
    detail = gettext_lazy("This copy is not ready. Look at its status, and come back.")


def copy_of_contact(contact: Contact, *, by: audit.By) -> StreamingHttpResponse:
    """Return a zip of everything kept about a contact."""
    audit.record("contact.exported", by=by, workspace=contact.workspace, target=contact)
    title = _("What we keep about %(name)s") % {"name": contact}
    return attachment(pack(title, copies.of_contact(contact)), f"contact-{contact.uid}.zip")


def copy_of_person(user: User, *, by: audit.By) -> StreamingHttpResponse:
    """Return a zip of everything kept about a person who signs in."""
    audit.record_for_person("person.exported", user, by=by)
    title = _("What we keep about %(name)s") % {"name": user}
    return attachment(pack(title, copies.of_member(user)), f"flow-ia-{user.uid}.zip")


def file_of_export(workspace: Workspace, uid: UUID, *, by: audit.By) -> FileResponse:
    """Return the file of one of the workspace's exports.

    Raises NotReadyError while it is not written, NotFoundError once it is deleted.
    """
    export = Export.objects.filter(workspace=workspace, uid=uid).first()
    if export is None or export.status == Export.Status.GONE:
        raise NotFoundError
    path = exporting.folder() / export.file_name
    if export.status != Export.Status.READY:
        raise NotReadyError
    over = export.expires_at is not None and export.expires_at <= clock.now()
    if over or not path.is_file():
        raise NotFoundError
    audit.record("export.downloaded", by=by, workspace=workspace, target=export)
    name = f"flow-ia-{export.created_at:%Y-%m-%d}.zip"
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=name)
    answer["Cache-Control"] = "no-store"
    return answer


def attachment(pieces: Iterable[bytes], name: str) -> StreamingHttpResponse:
    """Return `pieces` as the zip `name`, streamed."""
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
