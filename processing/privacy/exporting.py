"""A workspace's copy of its data: asked for, written in the background, deleted after a week."""

import os
import secrets
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import translation

from accounts import audit
from accounts.models import User, Workspace
from flowia.lib import clock, leases
from processing.privacy import copies
from processing.privacy.archive import pack
from processing.privacy.models import Export

log = structlog.get_logger("flowia.exports")
KEPT = timedelta(days=7)
LEASE = timedelta(minutes=31)
STRAY = timedelta(hours=4)
MAX_ATTEMPTS = 3
GONE = Export.Status.GONE
SHOWN = 10
TELL_EVERY = 50
"""Progress is written after so many pieces of the file."""


def ask(workspace: Workspace, *, by: audit.By, language: str) -> Export:
    """Queue an export; one that is under way already is returned instead."""
    with transaction.atomic():
        export = Export(
            workspace=workspace,
            asked_by=User.objects.filter(uid=by.uid).first() if by.uid else None,
            language=language,
            next_at=clock.now(),
        )
        Export.objects.bulk_create([export], ignore_conflicts=True)
        found = under_way(workspace).get()
        if found.uid == export.uid:
            audit.record("export.asked", by=by, workspace=workspace, target=found)
    return found


def under_way(workspace: Workspace) -> QuerySet[Export]:
    """Select the workspace's export that is not finished yet, if there is one."""
    return Export.objects.filter(workspace=workspace, status__in=["queued", "running"])


def latest(workspace: Workspace) -> list[Export]:
    """Return the workspace's last exports, the newest first."""
    return list(Export.objects.filter(workspace=workspace).order_by("-pk")[:SHOWN])


def due() -> list[int]:
    """Return the exports that wait, and those whose worker vanished."""
    rows = Export.objects.filter(status__in=["queued", "running"], next_at__lte=clock.now())
    return list(rows.order_by("next_at").values_list("pk", flat=True)[:100])


def write(export_id: int) -> None:
    """Write the file of one export; a failure is tried again, then shown as *failed*."""
    now = clock.now()
    rows = Export.objects.filter(pk=export_id, status__in=["queued", "running"], next_at__lte=now)
    if not rows.update(status="running", next_at=now + LEASE, attempts=F("attempts") + 1):
        return
    mine = Export.objects.filter(pk=export_id, status="running", next_at=now + LEASE)
    leases.held(mine, status="queued", next_at=now, attempts=F("attempts") - 1)
    export = Export.objects.select_related("workspace").get(pk=export_id)
    if export.attempts > MAX_ATTEMPTS:
        _give_up(export)
        return
    # A name of its own for each claim: whoever was overtaken deletes nobody else's file.
    path = folder() / f"{export.uid}.{secrets.token_hex(8)}.zip"
    try:
        with translation.override(export.language):
            size = _fill(export, path)
    except leases.StopNowError:
        path.unlink(missing_ok=True)
        raise
    except Exception:
        path.unlink(missing_ok=True)
        # Due again in a minute; the row shows how often it was tried.
        _mine(export).update(next_at=now + timedelta(minutes=1), error_code="interrupted")
        raise
    _finish(export, path, size)


def drop(exports: QuerySet[Export]) -> int:
    """Delete the files of `exports` and say so on their rows; return how many there were."""
    found = list(exports.exclude(status=GONE))
    for export in found:
        _unlink(export)
        Export.objects.filter(pk=export.pk).update(status=GONE, next_at=None, file_name="", size=0)
    return len(found)


def drop_all_of(workspace: Workspace) -> int:
    """Delete all files of a workspace; an export under way begins again, with what is left."""
    under_way(workspace).update(status=Export.Status.QUEUED, next_at=clock.now(), attempts=0)
    return drop(Export.objects.filter(workspace=workspace).filter(~Q(status="queued")))


def drop_strays() -> int:
    """Delete the files that no export has, which a worker that was killed leaves; return how many.

    Whoever could still be writing is left alone: no task lives for `STRAY` long.
    """
    kept = {str(uid) for uid in Export.objects.exclude(status=GONE).values_list("uid", flat=True)}
    before = (clock.now() - STRAY).timestamp()
    files = [path for path in folder().glob("*") if path.name.partition(".")[0] not in kept]
    strays = [path for path in files if path.stat().st_mtime < before]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)


def folder() -> Path:
    """Return where the files lie, readable by the product alone."""
    path = Path(settings.VAR_DIR) / "exports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _give_up(export: Export) -> None:
    """Show the export as failed, as long as a good one is kept; nothing of it stays on the disk."""
    now = clock.now()
    _mine(export).update(
        status=Export.Status.FAILED, next_at=None, error_code="gave_up", expires_at=now + KEPT
    )
    _unlink(export)


def _unlink(export: Export) -> None:
    for path in folder().glob(f"{export.uid}.*"):
        path.unlink(missing_ok=True)


def _fill(export: Export, path: Path) -> int:
    """Write the file; return its size. It may be dropped at any moment, and is not looked for."""
    tables = copies.of_workspace(export.workspace)
    total = copies.size_of(tables)
    _mine(export).update(total=total, done=0)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for number, piece in enumerate(pack(export.workspace.name, tables)):
            file.write(piece)
            if number % TELL_EVERY == 0:
                _mine(export).update(done=min(number * 200, total))
        return file.tell()


def _finish(export: Export, path: Path, size: int) -> None:
    now = clock.now()
    finished = _mine(export).update(
        status=Export.Status.READY,
        next_at=None,
        done=F("total"),
        file_name=path.name,
        size=size,
        error_code="",
        finished_at=now,
        expires_at=now + KEPT,
    )
    if not finished:
        # Somebody was erased meanwhile, or another worker has it: this file must not stay.
        path.unlink(missing_ok=True)


def _mine(export: Export) -> QuerySet[Export]:
    """Select the export while this worker's lease holds."""
    return Export.objects.filter(pk=export.pk, status="running", next_at=export.next_at)
