"""The audit log: who did what to which row from where, append-only and hash-chained.

Each workspace has a chain of its own, so that its owners can read it and its end is known; what
belongs to no workspace stands in the operators' chain. An entry's digest covers the digest before
it, and a chain's end is sealed (`accounts/sealing.py`): a removed or changed entry shows in
`broken_at`, however carefully it was done without the key. Each digest goes to the logs, which are
kept elsewhere.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from accounts import sealing
from accounts.models import AuditChain, AuditEntry, User, Workspace
from flowia.lib import clock
from flowia.lib.rows import Row

log = structlog.get_logger("flowia.audit")
OPERATORS = "operators"
KEPT_DAYS = 365
Actor = AuditEntry.Actor


@dataclass(frozen=True)
class By:
    """Who does something, and from which network address."""

    kind: Actor
    uid: UUID | None = None
    address: str = ""


SYSTEM = By(Actor.SYSTEM)


def by(user: object, address: str = "", *, operator: bool = False) -> By:
    """Return who `user` is for the log: a member, an operator at work, or nobody."""
    if not isinstance(user, User):
        return By(Actor.NOBODY, None, address)
    return By(Actor.OPERATOR if operator else Actor.MEMBER, user.uid, address)


def record(
    action: str,
    *,
    by: By,
    workspace: Workspace | None = None,
    target: Row | None = None,
    data: dict[str, Any] | None = None,
) -> AuditEntry:
    """Add one entry to the workspace's chain, or to the operators' when there is none.

    `action` is a stable name ("member.invited"), `data` holds plain values, never a secret, an
    address of a person or their words. Call it in the transaction of what it tells, after the rows
    that this locks; with several chains, the workspaces' in the order of their pk and the
    operators' last. What comes once the workspace is erased is not kept.
    """
    key = str(workspace.uid) if workspace else OPERATORS
    entry = AuditEntry(
        chain=key,
        actor_kind=by.kind,
        actor_uid=by.uid,
        action=action,
        target=type(target).__name__.lower() if target else "",
        target_uid=target.uid if target else None,
        address=by.address,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        data=data or {},
    )
    with transaction.atomic():
        chain = _open_chain(key, workspace)
        if chain is None:
            log.info("audit entry of an erased workspace", action=action, chain=key)
            return entry
        _append(entry, chain)
        told = {"action": action, "chain": key, "number": entry.number, "digest": entry.digest}
        # What is rolled back never happened: the logs must not hold a digest of it.
        transaction.on_commit(partial(log.info, "audit", **told))
    return entry


def record_for_person(
    action: str,
    user: User,
    *,
    by: By,
    target: Row | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Add what concerns a person to the chain of each workspace they belong to.

    Someone without a workspace stands in the operators' chain.
    """
    workspaces: list[Workspace | None] = list(user.workspaces.order_by("pk"))
    for workspace in workspaces or [None]:
        record(action, by=by, workspace=workspace, target=target or user, data=data)


def broken_at(key: str) -> int | None:
    """Return the number of the first entry that is missing or was changed; None when all hold.

    Where every entry fits the next one and the seal does not fit them, that is the first entry.
    """
    if _broken_at(key) is None:
        return None
    # Somebody may have added or purged while it was read: held still, it is looked at once more.
    with transaction.atomic():
        AuditChain.objects.select_for_update().filter(key=key).first()
        return _broken_at(key)


def _broken_at(key: str) -> int | None:
    chain = AuditChain.objects.filter(key=key).first()
    if chain is None:
        return 1 if AuditEntry.objects.filter(chain=key).exists() else None
    number, head = chain.purged_to, chain.purged_head
    for entry in _entries(key, after=number):
        number += 1
        if (entry.number, entry.previous, entry.digest) != (number, head, digest_of(entry)):
            return number
        head = entry.digest
    if (number, head) != (chain.length, chain.head):
        return number + 1
    return None if sealing.holds(chain, sealing.key()) else chain.purged_to + 1


def kept() -> timedelta:
    """Return how long entries are kept: RETENTION_DAYS' `audit_entries`, or a year."""
    return timedelta(days=settings.RETENTION_DAYS.get("audit_entries", KEPT_DAYS))


def purge(key: str, *, before: datetime, batch: int = 1000) -> int:
    """Drop up to `batch` of the chain's oldest entries, all older than `before`; return how many.

    The chain remembers the last digest that it dropped, so that the rest can still be verified.
    Raises ValueError when `before` is within the period for which entries are kept.
    """
    if before > clock.now() - kept():
        raise ValueError("entries of the audit log are kept for longer")
    with transaction.atomic():
        chain = AuditChain.objects.select_for_update().filter(key=key).first()
        if chain is None:
            return 0
        old = list(_entries(key, after=chain.purged_to, limit=batch, before=before))
        if not old:
            return 0
        last = old[-1]
        _change(chain, purged_to=last.number, purged_head=last.digest)
        AuditEntry.objects.filter(chain=key, number__lte=chain.purged_to).delete()
    return len(old)


def close_chain(key: str) -> dict[str, Any]:
    """Drop a whole chain; return its length and its last digest, for the chain above it.

    The chain is held until the transaction ends: whoever adds to it meanwhile waits, and finds
    it gone.
    """
    chain = _locked(key)
    sealing.end(chain)
    AuditEntry.objects.filter(chain=key).delete()
    return {"entries": chain.length, "head": chain.head}


def digest_of(entry: AuditEntry) -> str:
    """Return the SHA-256 of an entry's content and of the digest before it, in hex."""
    content = [
        entry.previous,
        entry.chain,
        entry.number,
        entry.actor_kind,
        str(entry.actor_uid or ""),
        entry.action,
        entry.target,
        str(entry.target_uid or ""),
        entry.address,
        entry.request_id,
        entry.data,
        entry.at.isoformat(),
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _open_chain(key: str, workspace: Workspace | None) -> AuditChain | None:
    """Lock the chain, made at its first entry; None when its workspace was erased meanwhile."""
    chain = _locked(key)
    began = chain.length > 0 or workspace is None
    if not began and not Workspace.objects.filter(uid=key).exists():
        sealing.end(chain)
        return None
    return chain


def _locked(key: str) -> AuditChain:
    """Lock the chain; one that is not there is made, sealed and counted."""
    while True:
        found, made = AuditChain.objects.get_or_create(key=key)
        if made:
            sealing.begin(found)
        chain = AuditChain.objects.select_for_update().filter(key=key).first()
        if chain is not None:
            return chain


def _append(entry: AuditEntry, chain: AuditChain) -> None:
    entry.number, entry.previous, entry.at = chain.length + 1, chain.head, clock.now()
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    _change(chain, length=entry.number, head=entry.digest)


def _change(chain: AuditChain, **values: Any) -> None:
    """Change a locked chain's row, and seal it anew if it was as we left it."""
    key = sealing.key()
    held = sealing.holds(chain, key)
    for name, value in values.items():
        setattr(chain, name, value)
    if held:
        sealing.seal(chain, key)
    chain.save(update_fields=[*values, "seal"])


def _entries(
    key: str, *, after: int, limit: int | None = None, before: datetime | None = None
) -> Iterator[AuditEntry]:
    """Yield entries in their order; with `before`, until the first that is not older."""
    rows = AuditEntry.objects.filter(chain=key, number__gt=after).order_by("number")
    for entry in rows[:limit].iterator(chunk_size=1000):
        if before is not None and entry.at >= before:
            return
        yield entry
