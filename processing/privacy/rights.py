"""What people may ask for, on a page or by the API: done at once as far as possible, then woken."""

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import User, Workspace
from accounts.proving import prove
from flowia.lib.address import client_address
from flowia.lib.wake import wake_after_commit
from processing.privacy import erasing, exporting, leaving, tasks
from processing.privacy.models import Erasure, Export
from processing.tasks import remove


def ask_export(workspace: Workspace, *, by: audit.By, language: str) -> Export:
    """Ask for a copy of the workspace in `language`; one that is under way is returned instead."""
    with transaction.atomic():
        export = exporting.ask(workspace, by=by, language=language)
        wake_after_commit(tasks.export, export.pk)
    return export


def erase_contact(workspace: Workspace, uid: UUID, *, by: audit.By) -> Erasure:
    """Erase a contact everywhere; twice is once. Raises NotFoundError."""
    with transaction.atomic():
        erasure = erasing.ask(workspace, uid, by=by)
        wake_after_commit(tasks.erase, erasure.pk)
        for removal in erasing.removals_of(erasure):
            wake_after_commit(remove, removal.pk)
    return erasure


def erase_me(request: HttpRequest, user: User, password: str) -> None:
    """Erase the person who asks, once it is proved that it is them.

    Raises what `prove` and `leaving.erase_person` raise.
    """
    prove(request, user, password)
    leaving.erase_person(user, by=audit.by(user, client_address(request)))
