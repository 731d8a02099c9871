"""The audit log's own key, and the seals that only it makes.

Entries are chained by plain digests, so that anybody can follow them; what may not be made by
whoever can write into the tables is the end of a chain. Each chain's row carries a seal over its
length, its last digest and what was purged; the key's row carries one over how many chains there
are. The key is 256 random bits, sealed like every secret: a change of ENCRYPTION_KEY seals it anew
and leaves it, so that old seals hold.

What does not hold is never sealed again: a break stays visible, whatever is added after it.
"""

import base64
import hashlib
import hmac
import secrets

import structlog

from accounts.models import AuditChain, AuditKey
from flowia.lib.crypto import CannotDecryptError

log = structlog.get_logger("flowia.audit")


def key() -> bytes | None:
    """Return the key; None when it is lost, which the log says and no chain outlives."""
    return _opened(AuditKey.objects.first())


def holds(chain: AuditChain, key: bytes | None) -> bool:
    """Return whether the chain's row is as we left it."""
    return key is not None and hmac.compare_digest(chain.seal, seal_of(key, *_told_by(chain)))


def seal(chain: AuditChain, key: bytes | None) -> None:
    """Seal the row as it is now; the caller saves. Only what held before may be sealed."""
    if key is not None:
        chain.seal = seal_of(key, *_told_by(chain))


def begin(chain: AuditChain) -> None:
    """Seal a chain that was just made, and count it; the first of all makes the key."""
    if not AuditChain.objects.exclude(pk=chain.pk).exists():
        _make_key()
    seal(chain, key())
    chain.save(update_fields=["seal"])
    _count(1)


def end(chain: AuditChain) -> None:
    """Delete a chain's row, counted off."""
    AuditChain.objects.filter(pk=chain.pk).delete()
    _count(-1)


def all_are_there() -> bool:
    """Return whether there are as many chains as were begun and not ended."""
    row, found = AuditKey.objects.first(), AuditChain.objects.count()
    if row is None:
        return not found
    return _count_holds(row, _opened(row)) and row.chains == found


def seal_of(key: bytes, *told: object) -> str:
    """Return the seal over what is told, in hex; each part with its length."""
    text = "".join(f"{len(str(one))}:{one}" for one in told)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _told_by(chain: AuditChain) -> tuple[object, ...]:
    return ("chain", chain.key, chain.length, chain.head, chain.purged_to, chain.purged_head)


def _count(change: int) -> None:
    row = AuditKey.objects.select_for_update().first()
    plain = _opened(row)
    if row is None or plain is None or not _count_holds(row, plain):
        return
    row.chains += change
    row.seal = seal_of(plain, "chains", row.chains)
    row.save(update_fields=["chains", "seal"])


def _count_holds(row: AuditKey, plain: bytes | None) -> bool:
    if plain is None:
        return False
    return hmac.compare_digest(row.seal, seal_of(plain, "chains", row.chains))


def _opened(row: AuditKey | None) -> bytes | None:
    try:
        return base64.b64decode(row.opened()) if row else None
    except CannotDecryptError as error:
        log.error("the key of the audit log is lost", error=str(error))  # noqa: TRY400 - the sentence says it all
        return None


def _make_key() -> None:
    """Make the key where there is none; of two at once, the second uses the first one's."""
    if AuditKey.objects.exists():
        return
    plain, row = secrets.token_bytes(32), AuditKey()
    row.close(base64.b64encode(plain).decode())
    row.seal = seal_of(plain, "chains", row.chains)
    AuditKey.objects.bulk_create([row], ignore_conflicts=True)
